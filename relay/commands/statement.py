"""`mask statement` and `mask verify`: what was masked in sessions, signed by the relay."""

import json
from pathlib import Path
from typing import Any

import click

from masking.statement import is_signed
from relay.clock import Clock
from relay.commands.context import answer, answer_lines, data_option, group_option, json_option, with_database
from relay.errors import Refused
from relay.identity.actor import operator
from relay.identity.statement_key import statement_key
from relay.store.audit import AuditLog, Deed
from relay.store.database import Database
from relay.store.groups import Groups
from relay.store.statements import Signed, Statements

LIMIT = 20


@click.command()
@group_option
@click.option("--limit", type=click.IntRange(1, 10_000), default=LIMIT, show_default=True, help="How many sessions, the last ones.")
@data_option
@json_option
def statement(group: int, limit: int, data: Path, as_json: bool) -> None:
    """Print signed statements of what was masked in sessions that are over, one a line, the newest first."""

    async def work(database: Database) -> list[Signed]:
        await Groups(database).require(group)
        found = await Statements(database).latest(group, limit)
        detail = {"sessions": len(found)}
        await AuditLog(database).write(group, operator(), Deed.EXPORT, Clock().wall(), subject="statements", detail=detail)
        return found

    found = [{"statement": one.statement, "signature": one.signature.hex()} for one in with_database(data, work)]
    answer_lines(as_json, found, "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in found))


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8"))
@data_option
@json_option
def verify(file: Any, data: Path, as_json: bool) -> None:
    """Check statements as `statement` prints them, with the key of this data folder; exit code 1 if one is not as it was signed."""
    key = statement_key(data)
    text = file.read()
    kind, found = ("statement", _array(text)) if text.lstrip().startswith("[") else ("line", list(map(_value, _lines(text))))
    for number, value in enumerate(found, 1):
        if not _is_good(key, value):
            raise Refused(f"{kind} {number} is no statement that this relay has signed")
    answer(as_json, {"verified": len(found)}, f"{len(found)} statements are as they were signed.")


def _array(text: str) -> list[Any]:
    found = _value(text)
    if not isinstance(found, list):
        raise Refused("the file begins as an array of statements and is none")
    return found


def _lines(text: str) -> list[str]:
    """A text in JSON may have characters in it that `splitlines` takes for ends of lines."""
    return [line for line in text.split("\n") if line.strip()]


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _is_good(key: bytes, value: Any) -> bool:
    try:
        return is_signed(key, value["statement"], bytes.fromhex(value["signature"]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return False
