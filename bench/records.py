"""What reports ask of the records of sessions: the time that the database takes for each question of the activity service, from a thousand
records to a million, on SQLite and on a PostgreSQL server.

The records are of one group and spread over a year; questions are about 31 days of it, the longest range that the service takes. The
statements are those that the relay makes, run on the driver alone. Beside each stands the least that can be: the same rows by their numbers.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import event

from bench.row import Row, row
from relay.store.activity_search import ActivityPage, ActivitySearch, When
from relay.store.address import FILE_NAME
from relay.store.database import Database
from relay.store.groups import Group, Groups
from tests.engines import ENGINES, SQLITE, Engine, name_of
from tests.postgres import SUPERUSER, Postgres
from tests.relay.records import DAY

SIZES = [int(size) for size in os.environ.get("BENCH_RECORDS", "1000,10000,100000,1000000").split(",")]
RUNS = 15
GROUP, USERS, KEYS_EACH = 1000, 40, 20
YEAR = 365 * DAY
SINCE = 200 * DAY
UNTIL = SINCE + 31 * DAY

COUNTS = "PartnerSessionCounts, 31 days"
LIST_AIM, COUNT_AIM = 0.25, 0.05
"""A list looks at the records that it shows and few more; a count at each of the range, in an index, and puts it to its state."""

Statement = tuple[str, Any]

RUNNING = 100
"""Sessions that run now; all others are over."""

# Of eight sessions five are completed, one was lost, one quit, one timed out.
FILL = (
    """
WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {count})
INSERT INTO sessions (id, ssnid, group_id, "key", site, type, state, reason, visitorid, name, email, phone, address, secret_hash, scope, asset_key,
  created, started, active, seen, ended, bytes, origin, xid)
SELECT i, '{group}.' || (i % {keys}) || '.' || i, {group}, (i % {keys}) || '', 'production', 'C', state, 'visitor', '', 'Vera Visitor', '', '', '192.0.2.1',
  {hash}, 'scope', {hash}, at, CASE WHEN state IN ('C', 'X', 'A') THEN at + 9000 ELSE at END, CASE WHEN state IN ('C', 'X', 'A') THEN at + 9000 END, at,
  CASE WHEN state NOT IN ('W', 'A') THEN at + 60000 + (i * 7919) % 900000 END, 30000, '', ''
FROM (SELECT i, i * {step} AS at, CASE WHEN i > {count} - {running} THEN 'A' ELSE substr('CCCCCXQT', CAST(i % 8 AS INTEGER) + 1, 1) END
  AS state FROM n) made""",
    """
INSERT INTO participants (session_id, number, kind, state, user_id, username, puid, full_name, name, email, phone, address, origin, xid, joined, "left",
  bytes, session_started)
SELECT id, 0, 'visitor', 'C', NULL, '', '', '', name, '', '', address, '', '', created, ended, bytes, NULL FROM sessions
UNION ALL SELECT id, 1, 'agent', 'C', (id / 8) % {users}, 'agent.example', 'p', 'Ada Agent', '', '', '', address, '', '', active, ended, bytes, started
FROM sessions WHERE active IS NOT NULL""",
)


Run = Callable[[str, Any], Awaitable[list[Any]]]
"""Runs a statement with its parameters on the driver's own connection."""


@asynccontextmanager
async def driver(engine: Engine, data: Path, address: str) -> AsyncIterator[Run]:
    if engine.server is None:
        connection = sqlite3.connect(data / FILE_NAME, isolation_level=None)

        async def ask_file(statement: str, parameters: Any) -> list[Any]:
            return connection.execute(statement, parameters).fetchall()

        yield ask_file
        connection.close()
    else:
        server = await asyncpg.connect(user=SUPERUSER, database=name_of(address), host=str(engine.server.folder))

        async def ask_server(statement: str, parameters: Any) -> list[Any]:
            return list(await server.fetch(statement, *parameters))

        yield ask_server
        await server.close()


Ask = Callable[[ActivitySearch], Awaitable[Any]]


async def questions(search: ActivitySearch, size: int) -> dict[str, Ask]:
    some_key = str(max(1, size // KEYS_EACH) // 2)
    half_way = (await search.page(GROUP, When.STARTED, SINCE + 15 * DAY, UNTIL, limit=1)).next or 0
    return {
        "PartnerCompletedSessions, 100 of 31 days": lambda search: search.page(GROUP, When.STARTED, SINCE, UNTIL, limit=100),
        "PartnerCompletedSessions, 100 from the middle": lambda search: search.page(
            GROUP, When.STARTED, SINCE, UNTIL, start=half_way, limit=100
        ),
        "PartnerCompletedSessions, one sessionKey": lambda search: search.page(GROUP, When.STARTED, SINCE, UNTIL, key=some_key),
        "PartnerCompletedSessionsEnding, 100 of 31 days": lambda search: search.page(GROUP, When.ENDED, SINCE, UNTIL, limit=100),
        "PartnerUserSessions, first 100 of one of 40 users": lambda search: search.of_user(GROUP, 7, SINCE, UNTIL, limit=100),
        "PartnerActiveSessions, 100": lambda search: search.running(GROUP),
        COUNTS: lambda search: search.counts(GROUP, When.STARTED, SINCE, UNTIL),
        f"{COUNTS} by end": lambda search: search.counts(GROUP, When.ENDED, SINCE, UNTIL),
    }


async def fill(run: Run, size: int, is_file: bool) -> None:
    values = {
        "count": size,
        "group": GROUP,
        "keys": max(1, size // KEYS_EACH),
        "step": YEAR // size,
        "users": USERS,
        "running": RUNNING,
        "hash": "zeroblob(32)" if is_file else "decode(repeat('00', 32), 'hex')",
    }
    for statement in FILL:
        await run(statement.format(**values), ())
    if not is_file:
        await run("VACUUM ANALYZE", ())


async def asked(database: Database, ask: Ask) -> tuple[list[Statement], Any]:
    """The statements that the relay makes for a question, and its answer."""
    statements: list[Statement] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: Any) -> None:
        if statement.startswith("SELECT"):
            statements.append((statement, parameters))

    engine = database._engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        return statements, await ask(ActivitySearch(database))
    finally:
        event.remove(engine, "before_cursor_execute", note)


def least(answer: Any) -> list[Statement]:
    """The rows of an answer, or as many as it counted, by their numbers alone."""
    found = answer.sessions if isinstance(answer, ActivityPage) else answer
    if found and not hasattr(found[0], "id"):
        count = sum(one.count for one in found)
        return [(f"SELECT count(*), avg(ended - created) FROM sessions WHERE id BETWEEN 1 AND {count}", ())]
    numbers = ", ".join(str(one.id) for one in found) or "0"
    return [
        (f"SELECT * FROM sessions WHERE id IN ({numbers})", ()),
        (f"SELECT * FROM participants WHERE session_id IN ({numbers}) ORDER BY session_id, number", ()),
    ]


async def timed(run: Run, statements: list[Statement]) -> list[float]:
    """Milliseconds, of each run; the first one, which reads from the disk and makes the plan, is left out."""
    times = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        for statement, parameters in statements:
            await run(statement, parameters)
        times.append((time.perf_counter() - start) * 1000)
    return times[1:]


Times = dict[str, tuple[list[float], list[float]]]


async def measure(engine: Engine, address: str, size: int) -> Times:
    """Of each question, ours and the least that can be."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        database = await asyncio.to_thread(Database.open, data, address)
        await Groups(database).add(Group(GROUP, "Records"), 0)
        async with driver(engine, data, address) as run:
            await fill(run, size, database.is_sqlite)
            times: Times = {}
            for name, ask in (await questions(ActivitySearch(database), size)).items():
                statements, answer = await asked(database, ask)
                times[name] = await timed(run, statements), await timed(run, least(answer))
        await database.close()
        return times


def run() -> list[Row]:
    postgres = Postgres()
    try:
        return [one for kind in ENGINES for one in rows_of(kind, Engine(None if kind == SQLITE else postgres))]
    finally:
        postgres.remove()


def rows_of(kind: str, engine: Engine) -> list[Row]:
    by_size = {size: asyncio.run(measure(engine, engine.address(), size)) for size in SIZES}
    rows = []
    for size, times in by_size.items():
        for name, (ours, peer) in times.items():
            aim = COUNT_AIM if name.startswith(COUNTS) else LIST_AIM
            rows.append(row("records", f"{kind}, {size:,}: {name}", "ms", ours, "the rows by number", peer, aim=aim))
    return rows
