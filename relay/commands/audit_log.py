"""`audit list`, `export`, `verify`, `checkpoint`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from relay.clock import Clock
from relay.commands.context import F, answer, answer_lines, data_option, json_option, with_database
from relay.commands.times import TIME, milliseconds
from relay.errors import Refused
from relay.identity.actor import operator
from relay.identity.audit_table import as_line, as_row, as_value, heading
from relay.identity.chain import Entry
from relay.store.audit import FAILED, OK, PAGE, AuditLog, Deed
from relay.store.database import Database


def find_options(command: F) -> F:
    options: list[Callable[[Any], Any]] = [
        click.option("--group", type=click.IntRange(min=0), required=True, help="Group id; 0 for what belongs to no group."),
        click.option("--since", type=TIME, help="From this time on (UTC)."),
        click.option("--until", type=TIME, help="Before this time (UTC)."),
        click.option("--actor", default="", help="Only by this user."),
        click.option("--action", default="", help="Only this action, such as user.add, or all of user."),
        click.option("--result", type=click.Choice([OK, FAILED]), default=None, help="Only what was done, or only what failed."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def audit() -> None:
    """The audit log: who did what, when, from where. It cannot be changed."""


@audit.command(name="list")
@find_options
@click.option("--after", type=click.IntRange(min=0), default=0, help="Only entries with higher numbers.")
@click.option("--limit", type=click.IntRange(1, PAGE), default=100, show_default=True)
@click.option("--last", is_flag=True, help="The last entries that fit, not the first.")
@data_option
@json_option
def list_(data: Path, as_json: bool, **find: Any) -> None:
    """List entries, oldest first."""
    entries = with_database(data, lambda database: AuditLog(database).find(**_times(find)))
    answer(as_json, [as_value(entry) for entry in entries], "\n".join(map(as_line, entries)) or "No entries.")


@audit.command()
@find_options
@data_option
@json_option
def export(data: Path, as_json: bool, **find: Any) -> None:
    """Write entries as CSV to standard output. The export is an entry of its own."""

    async def work(database: Database) -> list[Entry]:
        log, found = AuditLog(database), list[Entry]()
        while page := await log.find(**{**_times(find), "after": found[-1].number if found else 0}):
            found += page
        await log.write(find["group"], operator(), Deed.EXPORT, Clock().wall(), subject="audit", detail={"entries": len(found)})
        return found

    entries = with_database(data, work)
    answer_lines(as_json, [as_value(entry) for entry in entries], "".join([heading(), *map(as_row, entries)]))


@audit.command()
@click.option("--group", type=click.IntRange(min=0), help="Only this group's chain.")
@click.option("--checkpoint", "checkpoints", multiple=True, help="What `audit checkpoint` printed earlier. Repeat for more.")
@data_option
@json_option
def verify(group: int | None, checkpoints: tuple[str, ...], data: Path, as_json: bool) -> None:
    """Check that no entry was changed or taken out; with checkpoints, that none was cut off either."""
    expected = [_checkpoint(text) for text in checkpoints]

    async def work(database: Database) -> list[dict[str, Any]]:
        log = AuditLog(database)
        asked = [group] if group is not None else sorted({*await log.groups(), *(one[0] for one in expected)})
        return [await _verified(log, one, expected) for one in asked]

    results = with_database(data, work)
    lines = [f"group {one['group']}: {one['fault'] or 'whole'}, {one['entries']} entries" for one in results]
    answer(as_json, results, "\n".join(lines) or "No entries.")
    if any(one["fault"] for one in results):
        raise Refused("the audit log is not whole")


@audit.command()
@data_option
@json_option
def checkpoint(data: Path, as_json: bool) -> None:
    """Print where each chain ends now. Keep it where the relay's machine cannot write."""

    async def work(database: Database) -> list[dict[str, Any]]:
        log, found = AuditLog(database), []
        for group in await log.groups():
            verifier, fault = await log.verify(group)
            if fault:
                raise Refused(f"group {group}: {fault}")
            found.append({"group": group, "checkpoint": f"{group}:{verifier.number}:{verifier.head.hex()}"})
        return found

    found = with_database(data, work)
    answer(as_json, found, "\n".join(one["checkpoint"] for one in found) or "No entries.")


Checkpoint = tuple[int, int, str]


async def _verified(log: AuditLog, group: int, checkpoints: list[Checkpoint]) -> dict[str, Any]:
    verifier, fault = await log.verify(group)
    for _, number, code in (one for one in checkpoints if one[0] == group):
        found = await log.find(group, after=number - 1, limit=1)
        if fault is None and (not found or found[0].number != number or found[0].code.hex() != code):
            fault = f"entry {number} is not what it was at the checkpoint"
    return {"group": group, "entries": verifier.number, "fault": fault}


def _checkpoint(text: str) -> Checkpoint:
    group, _, rest = text.partition(":")
    number, _, code = rest.partition(":")
    if not (group.isdecimal() and number.isdecimal() and len(code) == 64):
        raise Refused(f"{text!r} is no checkpoint")
    return int(group), int(number), code


def _times(find: dict[str, Any]) -> dict[str, Any]:
    """Times of the command line as the log has them."""
    since, until = milliseconds(find.get("since")), milliseconds(find.get("until"))
    return {**find, "since": since or 0, "until": until}
