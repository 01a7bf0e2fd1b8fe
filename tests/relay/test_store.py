"""The database: migrations give the schema, nothing acknowledged is lost, and logins run out."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from masking.rule import Action, Rule, RuleRefused, Site
from relay.errors import StorageDown
from relay.identity.profiles import Profile
from relay.live.lifecycle import State
from relay.protocol.names import VisitorRecord
from relay.store.address import FILE_NAME
from relay.store.database import Database, journal_mode
from relay.store.groups import Group, Groups
from relay.store.login_sessions import ABSOLUTE_MS, IDLE_MS, LoginSessions
from relay.store.masks import Masks
from relay.store.session_writer import SessionWriter
from relay.store.sessions import Sessions, Transition
from relay.store.statements import Signed
from relay.store.text import storable
from relay.store.users import Users
from tests.engines import Engine
from tests.postgres import Postgres
from tests.relay.lines import RECORD

Store = Callable[[Callable[[Database], Awaitable[Any]]], Any]


def on(data: Path, work: Callable[[Database], Awaitable[Any]], address: str = "") -> Any:
    async def run() -> Any:
        database = Database.open(data, address)
        try:
            await Groups(database).add(Group(1000, "Test"), 0)
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


@pytest.fixture
def store(tmp_path: Path, engine: Engine) -> Store:
    """Runs work on a new database with a group 1000."""
    address = engine.address()
    return lambda work: on(tmp_path, work, address)


def test_connections_are_made_safe(tmp_path: Path) -> None:
    async def read(database: Database) -> list[Any]:
        async with database.read() as connection:
            return [
                (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            ]

    assert on(tmp_path, read) == [journal_mode().lower(), 2, 1, 5000]
    assert journal_mode() == ("WAL" if sqlite3.sqlite_version_info >= (3, 51, 3) else "DELETE")


def test_a_change_by_another_connection_is_noticed(store: Store) -> None:
    async def watch(database: Database) -> None:
        masks = Masks(database)
        async with database.change_marks() as mark:
            before = await mark()
            assert await mark() == before
            await masks.add(1000, Site.STAGING, Rule(".a", Action.TEXT), 0)
            assert await mark() != before
        assert await masks.revisions() == {(1000, Site.STAGING): 1}
        await masks.remove(1000, Site.STAGING, ".a", None, 0)
        assert await masks.revisions() == {(1000, Site.STAGING): 2}
        assert (await masks.policy(1000, Site.STAGING)).revision == 2
        with pytest.raises(RuleRefused):
            await masks.add(1000, Site.STAGING, Rule("#a[", Action.TEXT), 0)
        assert (await masks.policy(1000, Site.STAGING)).rules == ()

    store(watch)


def test_logins_run_out(store: Store) -> None:
    async def use(database: Database) -> None:
        user = await Users(database).add(1000, Profile(username="Ada", role="agent"), "hash", 0)
        logins = LoginSessions(database)
        await logins.add(b"a", user, 0)
        assert (await logins.find(b"a", IDLE_MS - 1)) is not None
        assert (await logins.find(b"a", 2 * IDLE_MS - 2)) is not None
        assert (await logins.find(b"a", 4 * IDLE_MS)) is None
        await logins.add(b"b", user, 0)
        for at in range(0, ABSOLUTE_MS, IDLE_MS // 2):
            assert (await logins.find(b"b", at)) is not None
        assert (await logins.find(b"b", ABSOLUTE_MS)) is None
        await logins.add(b"c", user, ABSOLUTE_MS)
        await logins.remove(b"c")
        assert (await logins.find(b"c", ABSOLUTE_MS)) is None

    store(use)


def test_a_session_is_written_and_taken_up(store: Store) -> None:
    async def use(database: Database) -> None:
        sessions = Sessions(database)
        await sessions.add(RECORD, 5)
        writer = SessionWriter(sessions)
        running = asyncio.create_task(writer.run())
        writer.note(Transition(RECORD.ssnid, State.WAITING, "", 6))
        writer.note(Transition(RECORD.ssnid, State.ACTIVE, "", 7))
        writer.finish()
        await running
        (stored,) = await sessions.unfinished()
        assert stored.record == RECORD
        assert (stored.state, stored.created, stored.active, stored.ended) == (State.ACTIVE, 5, 7, None)
        await sessions.write([Transition(RECORD.ssnid, State.COMPLETED, "visitor", 9), Transition(RECORD.ssnid, State.LOST, "error", 10)])
        assert await sessions.unfinished() == []
        ended = await sessions.get(RECORD.ssnid)
        assert ended is not None
        assert (ended.state, ended.reason, ended.ended) == (State.COMPLETED, "visitor", 9)

    store(use)


@pytest.mark.parametrize("name", ["a\x00b", "\ud83d", "\ude00\ud83d", "😀", "\uffff", "é", ""])
def test_any_text_can_be_stored_and_asked_for(store: Store, name: str) -> None:
    async def use(database: Database) -> None:
        await Sessions(database).add(
            replace(RECORD, ssnid=f"1.{name}.2", visitor=VisitorRecord(visitorid=name, name=name, email="", phone="")), 5
        )
        stored = await Sessions(database).get(f"1.{name}.2")
        assert stored is not None and stored.record.visitor.name == storable(name)
        assert await Users(database).by_username(name) is None

    store(use)


def test_two_writers_of_a_group_do_not_pass_each_other(store: Store) -> None:
    """The limit of rules is counted before each insert: without a lock two could pass it together."""

    async def race(database: Database) -> None:
        masks = Masks(database)
        await asyncio.gather(*(masks.add(1000, Site.STAGING, Rule(f".a{number}", Action.TEXT), 0) for number in range(12)))
        assert (await masks.policy(1000, Site.STAGING)).revision == 12

    store(race)


def test_a_server_that_is_restarted_costs_a_clear_error_and_no_restart_of_ours(postgres: Postgres, tmp_path: Path) -> None:
    async def use(database: Database) -> None:
        groups = Groups(database)
        assert await groups.get(1000) is not None
        await asyncio.to_thread(postgres.stop)
        with pytest.raises(StorageDown, match="the database does not answer: "):
            await groups.get(1000)
        with pytest.raises(StorageDown):
            await groups.add(Group(5, "Five"), 0)
        await asyncio.to_thread(postgres.start)
        await groups.add(Group(5, "Five"), 0)
        assert await groups.get(5) is not None

    on(tmp_path, use, Engine(postgres).address())


def test_one_record_that_cannot_be_written_costs_no_other(store: Store) -> None:
    async def use(database: Database) -> None:
        sessions = Sessions(database)
        await sessions.add(RECORD, 5)
        writer, told = SessionWriter(sessions), list[int]()
        running = asyncio.create_task(writer.run())
        signed = Signed("{}", b"x" * 64)
        # The second has no reason at all, the third is of a session that never came to disk, the fourth is over already.
        writer.note(Transition(RECORD.ssnid, State.ACTIVE, "", 7), lambda: told.append(1))
        writer.note(Transition(RECORD.ssnid, State.ACTIVE, None, 8), lambda: told.append(2))  # type: ignore[arg-type]
        writer.note(Transition("1000.9.9", State.UNKNOWN, "error", 8, signed), lambda: told.append(3))
        writer.note(Transition(RECORD.ssnid, State.COMPLETED, "agent", 9, signed), lambda: told.append(4))
        writer.note(Transition(RECORD.ssnid, State.LOST, "error", 10, signed), lambda: told.append(5))
        writer.finish()
        await running
        stored = await sessions.get(RECORD.ssnid)
        assert stored is not None and (stored.state, stored.active, stored.ended) == (State.COMPLETED, 7, 9)
        assert told == [1, 2, 3, 4, 5]

    store(use)


def test_the_writer_waits_for_a_locked_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relay.store.behind.RETRY_SECONDS", 0.05)
    monkeypatch.setattr("relay.store.database.BUSY_MILLISECONDS", 1)

    async def use(database: Database) -> None:
        sessions = Sessions(database)
        await sessions.add(RECORD, 5)
        other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN EXCLUSIVE")
        writer = SessionWriter(sessions)
        running = asyncio.create_task(writer.run())
        told: list[int] = []
        writer.note(Transition(RECORD.ssnid, State.WAITING, "", 6), lambda: told.append(1))
        done, _ = await asyncio.wait([running], timeout=0.2)
        assert not done and not told
        other.execute("COMMIT")
        other.close()
        writer.note(Transition(RECORD.ssnid, State.QUIT, "visitor", 7))
        writer.finish()
        await running
        stored = await sessions.get(RECORD.ssnid)
        assert stored is not None and stored.state is State.QUIT and told == [1]

    on(tmp_path, use)
