"""Entries of the audit log as rows, for people, programs and spreadsheets."""

import csv
import io
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from relay.identity.chain import Entry
from relay.identity.user_table import spreadsheet_safe

COLUMNS = ("number", "time", "group", "actor", "address", "action", "result", "subject", "detail")


def as_value(entry: Entry) -> dict[str, Any]:
    """The entry as an object; `time` in UTC, `detail` an object."""
    return {
        "number": entry.number,
        "time": iso(entry.at),
        "group": entry.group,
        "actor": entry.actor,
        "address": entry.address,
        "action": entry.action,
        "result": entry.result,
        "subject": entry.subject,
        "detail": json.loads(entry.detail) if entry.detail else {},
    }


def as_line(entry: Entry) -> str:
    where = f" from {entry.address}" if entry.address else ""
    about = "".join(f" {part}" for part in (entry.subject, entry.detail) if part)
    return f"{entry.number} {iso(entry.at)} {entry.actor}{where}: {entry.action} {entry.result}{about}"


def heading() -> str:
    return table_row(COLUMNS)


def as_row(entry: Entry) -> str:
    """One row of comma-separated values, with its line end."""
    values = {**as_value(entry), "detail": entry.detail}
    return table_row(spreadsheet_safe(str(values[column])) for column in COLUMNS)


def iso(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def table_row(values: Iterable[str]) -> str:
    """Comma-separated values, with the line end."""
    out = io.StringIO(newline="")
    csv.writer(out).writerow(values)
    return out.getvalue()
