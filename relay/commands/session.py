"""`session list`, `running`, `report`, `export`: what the records of sessions say."""

import csv
import io
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from relay.clock import Clock
from relay.commands.audit_log import TIME, milliseconds
from relay.commands.context import F, answer, data_option, group_option, json_option, with_database
from relay.errors import Refused
from relay.identity.actor import operator
from relay.identity.audit_table import iso
from relay.identity.user_table import spreadsheet_safe
from relay.live.lifecycle import FINAL
from relay.live.record import shortened
from relay.store.activity_search import PAGE, ActivityCount, ActivityRecord, ActivitySearch, ParticipantRecord, When
from relay.store.audit import AuditLog, Deed
from relay.store.database import Database
from relay.store.groups import Groups
from relay.store.users import Users

T = TypeVar("T")

USUAL_MS = 31 * 24 * 3_600_000
COLUMNS = ("id", "session", "key", "site", "state", "reason", "created", "started", "ended", "duration", "bytes", "origin", "xid")
PEOPLE = ("visitor", "agents")
Span = tuple[When, int, int]


def span_options(command: F) -> F:
    options: list[Callable[[Any], Any]] = [
        click.option("--since", type=TIME, help="From this time on (UTC).  [default: 31 days before the end]"),
        click.option("--until", type=TIME, help="Before this time (UTC).  [default: now]"),
        click.option(
            "--by",
            type=click.Choice([when.value for when in When]),
            default=When.STARTED.value,
            show_default=True,
            help="Which time: the first agent's coming (without one, when it was set up), or the end.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def session() -> None:
    """Sessions, as their records have them. Nothing of what was on the page is recorded."""


@session.command(name="list")
@group_option
@span_options
@click.option("--username", help="Only sessions that this user joined; by their start.")
@click.option("--key", default="", help="Only sessions with this key.")
@click.option("--start", type=click.IntRange(min=1), help="The `next` of the page before.")
@click.option("--limit", type=click.IntRange(1, PAGE), default=100, show_default=True)
@data_option
@json_option
def list_(group: int, username: str | None, key: str, start: int | None, limit: int, data: Path, as_json: bool, **span: Any) -> None:
    """List sessions that are over, the oldest first. A page that is full says where the next one starts."""
    when, since, until = _span(**span)
    if username is not None and (start is not None or when is not When.STARTED):
        raise click.UsageError("sessions of a user come by their start, and all at once")

    async def work(database: Database) -> tuple[list[ActivityRecord], int | None]:
        await Groups(database).require(group)
        search = ActivitySearch(database)
        if username is not None:
            user = await _user(database, group, username)
            return await search.of_user(group, user, since, until, states=FINAL, key=key, limit=limit), None
        page = await search.page(group, when, since, until, states=FINAL, key=key, start=start or 0, limit=limit)
        return page.sessions, page.next

    found, following = with_database(data, work)
    more = f"\nThe next page: --start {following}" if following else ""
    text = "\n".join(map(_line, found)) or "No sessions."
    answer(as_json, {"sessions": [_value(one) for one in found], "next": following}, text + more)


@session.command()
@group_option
@data_option
@json_option
def running(group: int, data: Path, as_json: bool) -> None:
    """List sessions that wait for an agent, or have one."""
    found = _with(data, group, lambda database: ActivitySearch(database).running(group))
    answer(as_json, [_value(one) for one in found], "\n".join(map(_line, found)) or "No sessions.")


@session.command()
@group_option
@span_options
@data_option
@json_option
def report(group: int, data: Path, as_json: bool, **span: Any) -> None:
    """Count sessions that are over by how they ended, with their average duration."""
    when, since, until = _span(**span)
    counts = _with(data, group, lambda database: ActivitySearch(database).counts(group, when, since, until))
    values = [_counted(one) for one in counts]
    lines = [f"{one['state']}: {one['count']} sessions, {one['average']} s on average" for one in values]
    total = sum(one["count"] for one in values)
    answer(
        as_json,
        {"since": iso(since), "until": iso(until), "by": when.value, "counts": values, "total": total},
        "\n".join([*lines, f"{total} sessions"]),
    )


@session.command()
@group_option
@span_options
@data_option
def export(group: int, data: Path, **span: Any) -> None:
    """Write sessions that are over as CSV to standard output. The export is an entry of the audit log."""
    when, since, until = _span(**span)

    async def work(database: Database) -> list[ActivityRecord]:
        search, found, start = ActivitySearch(database), list[ActivityRecord](), 0
        while True:
            page = await search.page(group, when, since, until, states=FINAL, start=start)
            found += page.sessions
            if page.next is None:
                break
            start = page.next
        detail = {"sessions": len(found)}
        await AuditLog(database).write(group, operator(), Deed.EXPORT, Clock().wall(), subject="sessions", detail=detail)
        return found

    click.echo(_table(_with(data, group, work)), nl=False)


def _with(data: Path, group: int, work: Callable[[Database], Awaitable[T]]) -> T:
    async def run(database: Database) -> T:
        await Groups(database).require(group)
        return await work(database)

    return with_database(data, run)


async def _user(database: Database, group: int, username: str) -> int:
    found = await Users(database).by_username(username)
    if found is None or found.group != group:
        raise Refused(f"group {group} has no user {username}")
    return found.id


def _span(since: datetime | None, until: datetime | None, by: str) -> Span:
    end = milliseconds(until)
    end = Clock().wall() if end is None else end
    begin = milliseconds(since)
    begin = end - USUAL_MS if begin is None else begin
    if begin >= end:
        raise click.UsageError("--since has to be before --until")
    return When(by), begin, end


def _value(one: ActivityRecord) -> dict[str, Any]:
    return {
        "id": one.id,
        "session": one.ssnid,
        "key": one.key,
        "site": one.site.value,
        "state": one.state.value,
        "reason": one.reason,
        "created": iso(one.created),
        "started": iso(one.started),
        "ended": None if one.ended is None else iso(one.ended),
        "duration": one.duration,
        "bytes": one.bytes,
        "origin": one.origin,
        "xid": one.xid,
        "participants": [_participant(other) for other in one.participants],
    }


def _participant(one: ParticipantRecord) -> dict[str, Any]:
    return {
        "number": one.number,
        "kind": one.kind.value,
        "state": one.state.value,
        "username": one.username,
        "name": one.name or one.full_name,
        "email": one.email,
        "phone": one.phone,
        "joined": iso(one.joined),
        "left": None if one.left is None else iso(one.left),
    }


def _counted(one: ActivityCount) -> dict[str, Any]:
    return {"type": one.type.value, "state": one.state.value, "count": one.count, "average": one.average_duration}


def _line(one: ActivityRecord) -> str:
    agents = ", ".join(other.username for other in one.participants[1:]) or "nobody"
    end = "runs" if one.ended is None else f"{one.duration} s ({one.reason})"
    return f"{one.id} {iso(one.started)} {shortened(one.ssnid)} {one.site.value} {one.state.value} {end}, joined by {agents}"


def _table(found: Iterable[ActivityRecord]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*COLUMNS, *PEOPLE])
    for one in found:
        value = _value(one)
        people = [[other.username or other.name for other in part] for part in (one.participants[:1], one.participants[1:])]
        cells = [*(value[column] for column in COLUMNS), *(" ".join(names) for names in people)]
        writer.writerow([spreadsheet_safe("" if cell is None else str(cell)) for cell in cells])
    return out.getvalue()
