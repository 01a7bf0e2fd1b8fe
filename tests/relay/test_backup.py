"""Copies of the database while the relay serves, and back."""

from __future__ import annotations

import asyncio
import stat
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import URL, delete

from relay.live.lifecycle import State
from relay.store import schema
from relay.store.activity_search import ActivitySearch, When
from relay.store.address import database_url
from relay.store.backup import back_up, restore
from relay.store.database import Database
from relay.store.groups import Group, Groups
from relay.store.sessions import Sessions
from tests.engines import Engine
from tests.postgres import Postgres
from tests.relay.lines import RECORD
from tests.relay.peers import Agent, Visitor, document
from tests.relay.test_restart import stored
from tests.relay_process import RelayProcess

SITE = ("--group", "1000", "--site", "production")


@pytest.fixture
def file_relay(tmp_path: Path, seeded_file: RelayProcess) -> RelayProcess:
    return RelayProcess(tmp_path / "data", origin=seeded_file)


def test_a_copy_is_made_and_restored_while_the_relay_serves(file_relay: RelayProcess, tmp_path: Path) -> None:
    relay, copy = file_relay, tmp_path / "copy.sqlite3"
    relay.start()
    try:
        with ExitStack() as stack, Agent(relay) as agent, Visitor(relay) as early:
            agent.log_in()
            ended = early.start()
            made = relay.json("backup", "--to", str(copy))
            assert made == {"file": str(copy), "bytes": copy.stat().st_size}
            assert stat.S_IMODE(copy.stat().st_mode) == 0o600
            early.say(type="stop", reason="visitor")
            early.closed()
            visitor = stack.enter_context(Visitor(relay))
            started = visitor.start()
            visitor.send(document("one"))
            with agent.join(started["key"]) as viewer:
                viewer.reach(1)
                relay.mask(".line")
                visitor.hear("masks")
                relay.cli("restore", "--from", str(copy))
                # The relay notices by itself: the rule is gone, and the running session is not.
                assert visitor.hear("masks")["masks"] == []
                # What was masked stays so as long as the page is the same; the next one has no rule.
                visitor = stack.enter_context(Visitor(relay))
                visitor.resume(started)
                version = visitor.send(document("two"))["version"]
                viewer.reach(version)
                assert viewer.texts() == ["two"]
            assert agent.ticket(started["key"]).status_code == 401
            agent.cookies.clear()
            assert agent.log_in().status_code == 303
            visitor.say(type="stop", reason="visitor")
            visitor.closed()
    finally:
        relay.stop()
    actions = [entry["action"] for entry in relay.json("audit", "list", "--group", "1000")]
    assert "session.join" in actions and "mask.add" in actions
    assert all(one["fault"] is None for one in relay.json("audit", "verify"))
    # Both ended sessions are ended: the copy had one of them open, and the other not at all.
    assert stored(relay, ended["ssnid"]).state is State.QUIT
    assert stored(relay, started["ssnid"]).state is State.COMPLETED


def test_a_copy_goes_into_an_empty_folder(file_relay: RelayProcess, tmp_path: Path) -> None:
    file_relay.mask(".a")
    file_relay.cli("backup", "--to", str(tmp_path / "copy"))
    other = RelayProcess(tmp_path / "other")
    assert other.json("restore", "--from", str(tmp_path / "copy")) == {"file": str(tmp_path / "copy"), "restored": True}
    assert [rule["selector"] for rule in other.json("mask", "list", *SITE)] == [".a"]
    assert sorted(path.name for path in other.data.iterdir()) == ["relay.lock", "relay.sqlite3"]


def test_what_is_no_copy_changes_nothing(file_relay: RelayProcess, tmp_path: Path) -> None:
    before = file_relay.stored_bytes()
    for name, content in (("text", b"no database"), ("empty", b""), ("cut", (file_relay.data / "relay.sqlite3").read_bytes()[:20_000])):
        path = tmp_path / name
        path.write_bytes(content)
        error = file_relay.cli("restore", "--from", str(path), expect=1)
        assert error.startswith(f"Error: {path} is ") and "Traceback" not in error
    assert file_relay.cli("restore", "--from", str(tmp_path / "none"), expect=1) == f"Error: there is no file {tmp_path / 'none'}\n"
    assert file_relay.cli("backup", "--to", str(tmp_path / "cut"), expect=1) == f"Error: {tmp_path / 'cut'} exists already\n"
    assert file_relay.stored_bytes() == before


def test_a_server_has_tools_of_its_own(postgres: Postgres, tmp_path: Path) -> None:
    relay = RelayProcess(tmp_path, engine=Engine(postgres))
    for command in (("backup", "--to", str(tmp_path / "copy")), ("restore", "--from", str(tmp_path / "copy"))):
        assert "use pg_dump and pg_restore" in relay.cli(*command, expect=1)


def test_numbers_of_sessions_are_nobody_elses_after_a_copy_of_another_relay(tmp_path: Path) -> None:
    def make(name: str, keys: str, deleted: str) -> URL:
        url = database_url(tmp_path / name, "")

        async def fill() -> None:
            database = Database.open(tmp_path / name)
            await Groups(database).add(Group(1000, "Test"), 0)
            for at, key in enumerate(keys):
                await Sessions(database).add(replace(RECORD, key=key, ssnid=f"1000.{key}.1"), at, f"192.0.2.{ord(key)}")
            async with database.write() as connection:
                await connection.execute(delete(schema.sessions).where(schema.sessions.c.key.in_(list(deleted))))
            await database.close()

        asyncio.run(fill())
        return url

    async def numbers(name: str) -> dict[str, tuple[int, str]]:
        database = Database.open(tmp_path / name)
        await Sessions(database).add(replace(RECORD, key="new", ssnid="1000.new.1"), 99)
        found = (await ActivitySearch(database).page(1000, When.STARTED, 0, 100, states=State)).sessions
        await database.close()
        # Participants went with their sessions.
        assert all([part.address for part in one.participants] == [one.address] for one in found)
        return {one.key: (one.id, one.address) for one in found}

    live = make("live", "abz", "z")
    back_up(make("other", "bcdefy", "ey"), tmp_path / "copy")
    restore(live, tmp_path / "copy")
    found = asyncio.run(numbers("live"))
    assert set(found) == {"a", "b", "c", "d", "f", "new"}
    assert all(address == ("" if key == "new" else f"192.0.2.{ord(key)}") for key, (_, address) in found.items())
    assert (found["a"][0], found["b"][0]) == (1, 2)
    # 1 to 6 were given out, here or there; 2 has moved.
    assert [found[key][0] for key in "df"] == [3, 5] and found["c"][0] > 6 and found["new"][0] > found["c"][0]
