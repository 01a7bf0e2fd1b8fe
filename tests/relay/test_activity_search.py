"""Questions of reports, compared with the same asked of a list; and that no answer is got by reading all records."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from relay.errors import NotThere
from relay.live.lifecycle import COMPLETED, FINAL, State
from relay.live.participant import Kind, Person, Presence
from relay.store.activity_search import RUNNING, ActivitySearch, When
from relay.store.database import Database
from relay.store.groups import Group, Groups
from relay.store.participants import Arrival, Mark
from relay.store.sessions import Beat, Sessions, Sign, Transition
from tests.relay import records
from tests.relay.lines import RECORD
from tests.relay.test_store import Store, store

__all__ = ["store"]

SEED, SPAN, USERS, KEYS = 7, 1000, 4, 5


def rows(rng: random.Random, count: int) -> list[dict[str, Any]]:
    """Of two groups, with many equal times."""
    made = [
        records.session(rng, number, rng.choice((1000, 2000)), rng.randrange(SPAN), users=USERS, keys=KEYS, state=rng.choice("CCCXQTUWA"))
        for number in range(count)
    ]
    for row in made:
        row["started"] = row["created"] + (rng.randrange(9) if row["active"] else 0)
        row["ended"] = row["started"] + rng.randrange(SPAN) if row["ended"] is not None else None
    return made


def test_answers_are_those_of_a_list(store: Store) -> None:
    rng = random.Random(SEED)
    made = rows(rng, 300)

    async def ask(database: Database) -> None:
        await Groups(database).add(Group(2000, "Other"), 0)
        await records.store(database, made, 1)
        search = ActivitySearch(database)
        for _ in range(60):
            when, key = rng.choice(list(When)), rng.choice(["", "", "1"])
            since, until = sorted((rng.randrange(-1, 2 * SPAN), rng.randrange(-1, 2 * SPAN)))
            states = rng.choice([COMPLETED, FINAL, {State.QUIT}])
            fitting = sorted(
                (row[when.value], number)
                for number, row in enumerate(made, 1)
                if row["group_id"] == 1000
                and row[when.value] is not None
                and since <= row[when.value] < until
                and row["state"] in states
                and key in ("", row["key"])
            )
            expected = [number for _, number in fitting]
            found, start = list[int](), 0
            while True:
                page = await search.page(1000, when, since, until, states=states, key=key, start=start, limit=rng.randrange(1, 40))
                found += [one.id for one in page.sessions]
                if page.next is None:
                    break
                start = page.next
            assert found == expected, (when, since, until, states, key)
            if not key:
                counts = {
                    one.state: (one.count, one.average_duration) for one in await search.counts(1000, when, since, until, states=states)
                }
                assert {state: count for state, (count, _) in counts.items()} == {
                    state: sum(made[number - 1]["state"] == state for number in expected) for state in counts
                }
                assert sum(count for count, _ in counts.values()) == len(expected)
            user = rng.randrange(1, USERS + 1)
            theirs = [
                number
                for _, number in sorted((row["started"], number) for number, row in enumerate(made, 1))
                if (row := made[number - 1])["user"] == user
                and row["group_id"] == 1000
                and since <= row["started"] < until
                and row["state"] in COMPLETED
                and key in ("", row["key"])
            ]
            assert [one.id for one in await search.of_user(1000, user, since, until, key=key)] == theirs
        running = await search.running(1000)
        assert [one.id for one in running] == [n for n, row in enumerate(made, 1) if row["group_id"] == 1000 and row["state"] in RUNNING]
        for one in running:
            row = made[one.id - 1]
            assert (one.agent.user_id if one.agent else None) == row["user"] and one.duration == 0
        with pytest.raises(NotThere):
            await search.page(1000, When.STARTED, 0, SPAN, start=next(n for n, row in enumerate(made, 1) if row["group_id"] == 2000))

    store(ask)


def test_a_session_is_reported_as_it_went(store: Store) -> None:
    first = Person(
        user=1, username="ada.example", puid="a1", full_name="Ada", name="Ada B.", address="192.0.2.9", origin="desk", xid="case 7"
    )
    second = Person(user=2, username="ben.example", full_name="Ben", origin="other", xid="case 8")

    async def use(database: Database) -> None:
        sessions, ssnid = Sessions(database), RECORD.ssnid
        await sessions.add(RECORD, 1_000, "192.0.2.1")
        await sessions.write(
            [
                Transition(ssnid, State.WAITING, "", 1_001),
                Arrival(ssnid, 1, Kind.AGENT, first, Presence.WAITING, 4_000),
                Transition(ssnid, State.ACTIVE, "", 4_001),
                Arrival(ssnid, 2, Kind.AGENT, second, Presence.WAITING, 9_000),
                Beat((Sign(ssnid, 10_000, 50),), (Mark(ssnid, 0, Presence.ACTIVE, None, 50), Mark(ssnid, 2, Presence.LEFT, 9_500, 20))),
            ]
        )
        (running,) = await ActivitySearch(database).running(1000)
        assert (running.state, running.duration, running.started, running.bytes) == (State.ACTIVE, 0, 4_000, 50)
        assert [(one.state, one.left) for one in running.participants] == [
            (Presence.ACTIVE, None),
            (Presence.WAITING, None),
            (Presence.LEFT, 9_500),
        ]
        marks = (Mark(ssnid, 0, Presence.COMPLETED, 21_999, 70), Mark(ssnid, 1, Presence.COMPLETED, 21_999, 30))
        await sessions.write([Transition(ssnid, State.COMPLETED, "visitor", 21_999, bytes=70, marks=marks)])
        (one,) = (await ActivitySearch(database).page(1000, When.ENDED, 21_999, 22_000)).sessions
        assert (one.started, one.duration, one.bytes, one.address, one.origin, one.xid) == (4_000, 20, 70, "192.0.2.1", "desk", "case 7")
        visitor, ada, ben = one.participants
        assert one.agent == ada and (ada.username, ada.puid, ada.full_name, ada.name) == ("ada.example", "a1", "Ada", "Ada B.")
        assert [(part.joined, part.duration, part.bytes) for part in (visitor, ada, ben)] == [
            (1_000, 20, 70),
            (4_000, 17, 30),
            (9_000, 0, 20),
        ]
        assert (visitor.kind, visitor.name, visitor.address) == (Kind.VISITOR, "Vera", "192.0.2.1")

    store(use)


def test_however_many_run_who_is_there_is_two_calls_of_the_driver(store: Store) -> None:
    async def use(database: Database) -> None:
        sessions, ssnids = Sessions(database), [f"1000.{number}.1" for number in range(200)]
        for ssnid in ssnids:
            await sessions.add(replace(RECORD, ssnid=ssnid), 1_000)
        calls: list[str] = []
        event.listen(database._engine.sync_engine, "before_cursor_execute", lambda _c, _r, statement, _p, _x, _m: calls.append(statement))
        marks = (
            Mark(ssnid, 0, Presence.RECONNECTING if at % 2 else Presence.ACTIVE, 5_000 + at if at % 2 else None, at)
            for at, ssnid in enumerate(ssnids)
        )
        await sessions.write([Beat(tuple(Sign(ssnid, 2_000 + at, at) for at, ssnid in enumerate(ssnids)), tuple(marks))])
        assert len([call for call in calls if call.startswith("UPDATE")]) == 2
        stored = {one.record.ssnid: (one.seen, one.bytes) for one in await sessions.unfinished()}
        assert stored == {ssnid: (2_000 + at, at) for at, ssnid in enumerate(ssnids)}
        await sessions.write([Transition(ssnid, State.WAITING, "", 2_000) for ssnid in ssnids])
        for at, one in enumerate(await ActivitySearch(database).running(1000)):
            (visitor,) = one.participants
            assert (visitor.state, visitor.left, visitor.bytes) == (
                (Presence.RECONNECTING, 5_000 + at, at) if at % 2 else (Presence.ACTIVE, None, at)
            )

    store(use)


def test_a_clock_that_is_set_back_ends_nothing_before_it_began(store: Store) -> None:
    async def use(database: Database) -> None:
        sessions = Sessions(database)
        await sessions.add(RECORD, 3_600_000)
        mark = Mark(RECORD.ssnid, 0, Presence.COMPLETED, 5, 0)
        await sessions.write([Transition(RECORD.ssnid, State.QUIT, "visitor", 5, marks=(mark,))])
        (one,) = (await ActivitySearch(database).page(1000, When.ENDED, 0, 2**40, states=FINAL)).sessions
        assert (one.ended, one.participants[0].left) == (3_600_000, 3_600_000)

    store(use)


def test_no_question_reads_all_records(store: Store) -> None:
    """On PostgreSQL the planner is told that reading a whole table costs much: it then does so only where no index serves."""

    async def use(database: Database) -> None:
        asked: list[tuple[str, Any]] = []
        engine = database._engine.sync_engine
        event.listen(engine, "before_cursor_execute", lambda _c, _r, statement, parameters, _x, _m: asked.append((statement, parameters)))
        await Groups(database).add(Group(2000, "Other"), 0)
        await records.store(database, rows(random.Random(SEED), 300), 1)
        search = ActivitySearch(database)
        asked.clear()
        for when in When:
            page = await search.page(1000, when, 0, SPAN, limit=5)
            assert page.next
            await search.page(1000, when, 0, SPAN, start=page.next, limit=5)
            await search.page(1000, when, 0, SPAN, key="1", limit=5)
            await search.counts(1000, when, 0, SPAN)
        await search.of_user(1000, 1, 0, SPAN)
        await search.running(1000)
        await Sessions(database).unfinished()
        questions = [(statement, parameters) for statement, parameters in asked if statement.startswith("SELECT")]
        assert len(questions) >= 16
        for statement, parameters in questions:
            plan = await explain(database, statement, parameters)
            scanned = [
                line
                for line in plan
                if re.search(r"Seq Scan on (sessions|participants)|SCAN (sessions|participants)(?! USING INDEX ix_sessions_open)", line)
            ]
            assert not scanned, (statement, plan)

    store(use)


async def explain(database: Database, statement: str, parameters: Any) -> list[str]:
    async with database.read() as connection:
        if database.is_sqlite:
            found = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            return [row[3] for row in found.all()]
        await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        return [row[0] for row in (await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)).all()]
