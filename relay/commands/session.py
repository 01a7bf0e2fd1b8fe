"""`session list`, `report`, `export`, `purge`: records of sessions."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from relay.clock import Clock
from relay.commands.context import F, answer, answer_lines, data_option, group_option, json_option, with_database
from relay.commands.session_table import as_line, as_row, as_value, heading
from relay.commands.times import TIME, milliseconds
from relay.errors import Refused
from relay.identity.actor import operator
from relay.live.lifecycle import FINAL, State
from relay.store.activity_search import PAGE, ActivityCount, ActivityPage, ActivityRecord, ActivitySearch, When
from relay.store.audit import AuditLog, Deed
from relay.store.database import Database
from relay.store.groups import Groups
from relay.store.session_purge import SessionPurge

DAY_MS = 24 * 3600 * 1000
USUAL_DAYS = 31
STATES = "".join(sorted(FINAL))


def range_options(command: F) -> F:
    options: list[Callable[[Any], Any]] = [
        group_option,
        click.option("--since", type=TIME, help=f"From this time on (UTC).  [default: {USUAL_DAYS} days ago]"),
        click.option("--until", type=TIME, help="Before this time (UTC).  [default: now]"),
        click.option("--by-end", is_flag=True, help="By the time of the end, not of the start."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def visitor_option(command: F) -> F:
    return click.option("--visitor-id", default="", help="Only of the visitor with this id.")(command)


@click.group()
def session() -> None:
    """Records of sessions: who was helped when, by whom, for how long."""


@session.command(name="list")
@range_options
@click.option("--running", is_flag=True, help="Those that run now, whenever they started.")
@click.option("--key", default="", help="Only with this session key.")
@visitor_option
@click.option("--state", "states", default=STATES, show_default=True, help="Only in one of these states.")
@click.option("--from", "start", type=click.IntRange(min=0), default=0, help="From this number on: `next` of the list before.")
@click.option("--limit", type=click.IntRange(1, PAGE), default=100, show_default=True)
@data_option
@json_option
def list_(
    group: int, running: bool, key: str, visitor_id: str, states: str, start: int, limit: int, data: Path, as_json: bool, **find: Any
) -> None:
    """List sessions that are over, the oldest first, or those that run."""
    when, since, until = _range(**find)

    async def work(database: Database) -> ActivityPage:
        await Groups(database).require(group)
        search = ActivitySearch(database)
        if running:
            return ActivityPage([one for one in await search.running(group) if key in ("", one.key)], None)
        return await search.page(group, when, since, until, states=_states(states), key=key, visitorid=visitor_id, start=start, limit=limit)

    page = with_database(data, work)
    lines = [as_line(one) for one in page.sessions] or ["No sessions."]
    more = [f"More from number {page.next} on."] if page.next else []
    answer(as_json, {"sessions": [as_value(one) for one in page.sessions], "next": page.next}, "\n".join(lines + more))


@session.command()
@range_options
@data_option
@json_option
def report(group: int, data: Path, as_json: bool, **find: Any) -> None:
    """Count sessions that are over by type and state, with their average duration."""
    when, since, until = _range(**find)

    async def work(database: Database) -> list[ActivityCount]:
        await Groups(database).require(group)
        return await ActivitySearch(database).counts(group, when, since, until)

    counts = with_database(data, work)
    values = [
        {"type": one.type.value, "state": one.state.value, "sessions": one.count, "averageSeconds": one.average_duration} for one in counts
    ]
    lines = [f"{one.type.value} {one.state.value} {one.count} sessions, {one.average_duration} s on average" for one in counts]
    answer(as_json, values, "\n".join(lines) or "No sessions.")


@session.command()
@range_options
@visitor_option
@data_option
@json_option
def export(group: int, visitor_id: str, data: Path, as_json: bool, **find: Any) -> None:
    """Write sessions that are over as CSV to standard output. The export is an entry of the audit log."""
    when, since, until = _range(**find)

    async def work(database: Database) -> list[ActivityRecord]:
        await Groups(database).require(group)
        search, found, start = ActivitySearch(database), list[ActivityRecord](), 0
        while True:
            page = await search.page(group, when, since, until, states=FINAL, visitorid=visitor_id, start=start)
            found += page.sessions
            if page.next is None:
                break
            start = page.next
        detail = {"sessions": len(found)}
        await AuditLog(database).write(group, operator(), Deed.EXPORT, Clock().wall(), subject="sessions", detail=detail)
        return found

    found = with_database(data, work)
    answer_lines(as_json, [as_value(one) for one in found], "".join([heading(), *map(as_row, found)]))


@session.command()
@group_option
@click.option("--before", type=TIME, help="Those that ended before this time (UTC).")
@click.option("--older-than", "days", type=click.IntRange(min=1), help="Those that ended so many days ago or earlier.")
@click.option("--visitor-id", default="", help="Those of the visitor with this id.")
@click.option("--yes", is_flag=True, help="Really.")
@data_option
@json_option
def purge(group: int, before: datetime | None, days: int | None, visitor_id: str, yes: bool, data: Path, as_json: bool) -> None:
    """Delete records of sessions that are over, with all that is known of those who took part. What the audit log says stays."""
    if [before is not None, days is not None, bool(visitor_id)].count(True) != 1:
        raise click.UsageError("give one of --before, --older-than and --visitor-id")
    if not yes:
        raise Refused("the records would be gone for good; say --yes")
    now = Clock().wall()

    async def work(database: Database) -> int:
        await Groups(database).require(group)
        if visitor_id:
            return await SessionPurge(database).of_visitor(group, visitor_id, now, operator())
        return await SessionPurge(database).before(group, milliseconds(before) or now - (days or 0) * DAY_MS, now, operator())

    done = with_database(data, work)
    answer(as_json, {"group": group, "purged": done}, f"{done} sessions are deleted.")


def _range(since: datetime | None, until: datetime | None, by_end: bool) -> tuple[When, int, int]:
    now = Clock().wall()
    end = now + 1 if until is None else milliseconds(until) or 0
    begin = now - USUAL_DAYS * DAY_MS if since is None else milliseconds(since) or 0
    return When.ENDED if by_end else When.STARTED, begin, end


def _states(letters: str) -> set[State]:
    if not letters or not set(letters) <= set(STATES):
        raise Refused(f"states of sessions that are over are among the letters {STATES}")
    return {State(letter) for letter in letters}
