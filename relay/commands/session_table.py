"""Records of sessions as objects, lines and rows of a table."""

from typing import Any

from relay.identity.audit_table import iso, table_row
from relay.identity.user_table import spreadsheet_safe
from relay.live.participant import Kind
from relay.store.activity_search import ActivityRecord, ParticipantRecord

COLUMNS = (
    *("number", "session", "key", "site", "type", "state", "reason", "created", "started", "ended", "seconds", "bytes"),
    *("address", "name", "email", "phone", "agents", "origin", "xid"),
)


def as_value(record: ActivityRecord) -> dict[str, Any]:
    """The session as an object; times in UTC, `seconds` 0 while it runs."""
    return {
        "number": record.id,
        "session": record.ssnid,
        "key": record.key,
        "site": record.site.value,
        "type": record.type.value,
        "state": record.state.value,
        "reason": record.reason,
        "created": iso(record.created),
        "started": iso(record.started),
        "ended": None if record.ended is None else iso(record.ended),
        "seconds": record.duration,
        "bytes": record.bytes,
        "address": record.address,
        "origin": record.origin,
        "xid": record.xid,
        "participants": [_participant(one) for one in record.participants],
    }


def as_line(record: ActivityRecord) -> str:
    agents = " ".join(_agents(record)) or "nobody"
    return f"{record.id} {iso(record.started)} {record.state.value} {record.key} {record.duration} s {agents}"


def heading() -> str:
    return table_row(COLUMNS)


def as_row(record: ActivityRecord) -> str:
    """One row of comma-separated values, with its line end."""
    visitor = next(iter(record.participants), None)
    values = {**as_value(record), "agents": " ".join(_agents(record)), "ended": "" if record.ended is None else iso(record.ended)}
    for name in ("name", "email", "phone"):
        values[name] = getattr(visitor, name, "")
    return table_row(spreadsheet_safe(str(values[column])) for column in COLUMNS)


def _agents(record: ActivityRecord) -> list[str]:
    return list(dict.fromkeys(one.username for one in record.participants if one.kind is Kind.AGENT))


def _participant(one: ParticipantRecord) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "state": one.state.value,
        "username": one.username,
        "partnerUserId": one.puid,
        "fullName": one.full_name,
        "name": one.name,
        "email": one.email,
        "phone": one.phone,
        "address": one.address,
        "origin": one.origin,
        "xid": one.xid,
        "joined": iso(one.joined),
        "left": None if one.left is None else iso(one.left),
        "seconds": one.duration,
        "bytes": one.bytes,
    }
