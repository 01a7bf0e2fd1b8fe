"""`mask statement` and `mask verify`: what was masked in sessions, signed by the relay."""

import json
from pathlib import Path
from typing import Any

import click

from masking.statement import is_signed
from relay.clock import Clock
from relay.commands.context import answer, data_option, group_option, json_option, with_database
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
def statement(group: int, limit: int, data: Path) -> None:
    """Print signed statements of what was masked in sessions that are over, one a line, the newest first."""

    async def work(database: Database) -> list[Signed]:
        await Groups(database).require(group)
        found = await Statements(database).latest(group, limit)
        detail = {"sessions": len(found)}
        await AuditLog(database).write(group, operator(), Deed.EXPORT, Clock().wall(), subject="statements", detail=detail)
        return found

    for signed in with_database(data, work):
        click.echo(json.dumps({"statement": signed.statement, "signature": signed.signature.hex()}, ensure_ascii=False))


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8"))
@data_option
@json_option
def verify(file: Any, data: Path, as_json: bool) -> None:
    """Check statements as `statement` prints them, with the key of this data folder; exit code 1 if one is not as it was signed."""
    key = statement_key(data)
    lines = [line for line in file if line.strip()]
    for number, line in enumerate(lines, 1):
        try:
            value = json.loads(line)
            good = is_signed(key, value["statement"], bytes.fromhex(value["signature"]))
        except (ValueError, TypeError, KeyError, AttributeError):
            good = False
        if not good:
            raise Refused(f"line {number} is no statement that this relay has signed")
    answer(as_json, {"verified": len(lines)}, f"{len(lines)} statements are as they were signed.")
