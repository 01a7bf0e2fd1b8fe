"""Faults of what the relay stands on, while sessions run: nothing acknowledged is lost, errors are clear, and no restart is needed.

A full disk is a small tmpfs where the tests may mount one, and else a limit on the size of files (`RLIMIT_FSIZE`).
"""

from __future__ import annotations

import asyncio
import os
import resource
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx2 as httpx
from sqlalchemy.exc import DBAPIError

from relay.live.lifecycle import State
from relay.protocol.names import Close
from relay.store.address import FILE_NAME
from relay.store.database import OUTAGES, _is_outage
from tests.engines import Engine, name_of
from tests.postgres import Postgres
from tests.relay.conftest import Launch
from tests.relay.jumping import OFFSET
from tests.relay.peers import Agent, Viewer, Visitor, document
from tests.relay.test_restart import stored
from tests.relay_process import RelayProcess

SECONDS = 60.0
HOUR_MS = 3_600_000
USERS = "/api/v0/groups/1000/users"


@contextmanager
def locked_file(relay: RelayProcess) -> Iterator[None]:
    """Another process, this one, has the file for itself."""
    with closing(sqlite3.connect(relay.data / FILE_NAME, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


@contextmanager
def locked_tables(relay: RelayProcess) -> Iterator[None]:
    """Another connection has all tables for itself."""
    held, done = threading.Event(), threading.Event()

    async def hold() -> None:
        server = relay.engine.server
        assert server is not None
        connection = await asyncpg.connect(user="relay", database=name_of(relay.database), host=str(server.folder))
        try:
            while not held.is_set():
                # The relay writes meanwhile, and may have one of the tables while we have another.
                with suppress(asyncpg.DeadlockDetectedError):
                    async with connection.transaction():
                        await connection.execute("LOCK TABLE groups, users, roles, sessions, audit IN ACCESS EXCLUSIVE MODE")
                        held.set()
                        await asyncio.to_thread(done.wait)
        finally:
            await connection.close()

    thread = threading.Thread(target=lambda: asyncio.run(hold()))
    thread.start()
    assert held.wait(SECONDS)
    try:
        yield
    finally:
        done.set()
        thread.join()


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """`folder` on a disk of a few megabytes; False where that may not be."""
    mounted = (
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], capture_output=True, check=False).returncode == 0
    )
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


@contextmanager
def full_disk(relay: RelayProcess, mounted: bool) -> Iterator[None]:
    if mounted:
        filler = relay.data / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                pass
        yield
        filler.unlink()
    else:
        assert relay.process is not None
        before = resource.prlimit(relay.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(relay.process.pid, resource.RLIMIT_FSIZE, (1, before[1]))
        yield
        resource.prlimit(relay.process.pid, resource.RLIMIT_FSIZE, before)


class Scene:
    """A session that somebody watches, and a server of the group's, beside what is done to the relay."""

    def __init__(self, relay: RelayProcess, there: ExitStack) -> None:
        self.relay = relay
        self.agent = there.enter_context(Agent(relay))
        assert self.agent.log_in().status_code == 303
        key = relay.json("key", "show", "--group", "1000")["key"]
        self.partner = there.enter_context(Agent(relay, bearer=key))
        self.partner.timeout = httpx.Timeout(SECONDS)
        self.visitor = there.enter_context(Visitor(relay))
        self.started = self.visitor.start()
        self.visitor.send(document("begun"))
        self.viewer: Viewer = there.enter_context(self.agent.join(self.started["key"]))
        self.viewer.reach(1)
        self.texts = 0

    def goes_on(self) -> None:
        """What the visitor's page shows is shown to the viewer, whatever the database does."""
        self.texts += 1
        self.viewer.reach(self.visitor.send(document(f"text {self.texts}"))["version"])
        assert self.viewer.texts() == [f"text {self.texts}"]

    def has_no_records(self) -> None:
        """Who needs them is told so; nobody is told that something was done."""
        answer = self.partner.post(USERS, json=[{"username": "never.example"}])
        assert answer.status_code == 503 and answer.headers["retry-after"] and "records" in answer.json()["detail"], answer.text
        with Visitor(self.relay) as late:
            late.say(type="start", protocol=1, groupid=1000, site="production")
            assert closed_within(late) == Close.DENIED
            assert [one["code"] for one in late.heard] == ["service"]

    def has_records(self, deadline: float = SECONDS) -> None:
        """They are back, by themselves, and what was refused was not done."""
        until = time.monotonic() + deadline
        while (answer := self.partner.get(USERS)).status_code == 503:
            assert time.monotonic() < until, answer.text
        assert answer.status_code == 200
        assert "never.example" not in [user["username"] for user in answer.json()["usersList"]]
        made = self.partner.post(USERS, json=[{"username": "after.example"}])
        assert made.status_code == 200, made.text
        with Visitor(self.relay) as fresh:
            fresh.start()

    def ends(self) -> None:
        self.visitor.say(type="stop", reason="visitor")

    def is_written(self) -> None:
        """The end is on disk, and the chain of the audit log whole."""
        assert closed_within(self.visitor) == closed_within(self.viewer) == Close.ENDED
        until = time.monotonic() + SECONDS
        while (record := stored(self.relay, self.started["ssnid"])).ended is None:
            assert time.monotonic() < until
            time.sleep(0.1)
        assert (record.state, record.reason) == (State.COMPLETED, "visitor") and record.active is not None
        self.relay.cli("audit", "verify", "--group", "1000")


def closed_within(peer: Visitor | Viewer) -> int:
    """Like `closed`, of a relay that waits for a database first."""
    until = time.monotonic() + SECONDS
    while True:
        try:
            return peer.closed()
        except TimeoutError:
            assert time.monotonic() < until


def test_a_database_that_another_process_has_locked(launch: Launch) -> None:
    relay = launch()
    lock: Callable[[RelayProcess], object] = locked_tables if relay.database else locked_file
    with ExitStack() as there:
        scene = Scene(relay, there)
        with lock(relay):  # type: ignore[attr-defined]
            scene.goes_on()
            scene.has_no_records()
            scene.goes_on()
            scene.ends()
        scene.is_written()
        scene.has_records()
    assert relay.process is not None and relay.process.poll() is None


def test_a_disk_that_is_full(tmp_path: Path, seeded_file: RelayProcess) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    with small_disk(folder) as mounted, ExitStack() as there:
        relay = RelayProcess(folder, origin=seeded_file)
        there.callback(relay.stop)
        relay.start()
        scene = Scene(relay, there)
        with full_disk(relay, mounted):
            scene.goes_on()
            scene.has_no_records()
            scene.ends()
            scene.agent.get("/healthz").raise_for_status()
        scene.is_written()
        scene.has_records()


@dataclass
class Load:
    """Requests of one partner's server, one after another; what was acknowledged has to be there."""

    client: Agent
    user: int
    statuses: Counter[int] = field(default_factory=Counter)
    acknowledged: int = 0
    last: int = 0
    stopping: bool = False

    def run(self) -> None:
        while not self.stopping:
            self.last += 1
            answer = self.client.put(USERS, json=[{"userId": self.user, "title": str(self.last)}])
            if answer.status_code == 200:
                self.acknowledged = self.last
            self.statuses[answer.status_code] += 1
            self.statuses[self.client.get(USERS).status_code] += 1

    def wait_for(self, status: int, more: int) -> None:
        wanted, until = self.statuses[status] + more, time.monotonic() + SECONDS
        while self.statuses[status] < wanted:
            assert time.monotonic() < until, self.statuses
            time.sleep(0.01)


def test_a_postgresql_that_is_restarted_under_load(tmp_path: Path) -> None:
    server = Postgres()
    with ExitStack() as there:
        there.callback(server.remove)
        relay = RelayProcess(tmp_path, engine=Engine(server))
        relay.seed()
        there.callback(relay.stop)
        relay.start()
        scene = Scene(relay, there)
        loads = []
        for number in range(3):
            client = there.enter_context(Agent(relay, bearer=scene.partner.headers["authorization"].removeprefix("Bearer ")))
            client.timeout = httpx.Timeout(SECONDS)
            user = client.post(USERS, json=[{"username": f"load{number}.example"}]).json()[0]["userId"]
            loads.append(Load(client, user))
        threads = [threading.Thread(target=load.run) for load in loads]
        for thread in threads:
            thread.start()
        try:
            for load in loads:
                load.wait_for(200, 5)
            server.stop()
            for load in loads:
                load.wait_for(503, 3)
            scene.goes_on()
            scene.ends()
            server.start()
            for load in loads:
                load.wait_for(200, 10)
        finally:
            for load in loads:
                load.stopping = True
            for thread in threads:
                thread.join()
        for load in loads:
            assert set(load.statuses) == {200, 503}
            title = int(load.client.get(f"{USERS}/{load.user}").json()["title"])
            assert load.acknowledged <= title <= load.last
        scene.is_written()
        scene.has_records()


def test_a_wall_clock_that_jumps_an_hour_forward_and_back(tmp_path: Path, seeded: RelayProcess) -> None:
    """Who is signed on may have to sign on again, for an hour without use ends a login. Sessions run by a clock that does not jump."""
    offset = tmp_path / "offset"
    offset.write_text("0")
    with ExitStack() as there:
        relay = RelayProcess(tmp_path / "data", origin=seeded)
        relay.command = [relay.command[0], "-m", "tests.relay.jumping"]
        relay.environment |= {OFFSET: str(offset), "COBROWSE_RIGHTS_POLL": "3600"}
        there.callback(relay.stop)
        relay.start()
        scene = Scene(relay, there)
        for jump in (HOUR_MS, 0, -HOUR_MS, 0):
            swap(offset, jump)
            scene.goes_on()
            with Agent(relay) as agent, Visitor(relay) as visitor:
                assert agent.log_in().status_code == 303
                started = visitor.start()
                with agent.join(started["key"]) as viewer:
                    visitor.send(document("new"))
                    viewer.reach(1)
                    visitor.say(type="stop", reason="visitor")
                    assert visitor.closed() == viewer.closed() == Close.ENDED
                record = stored(relay, started["ssnid"])
                assert record.ended is not None and record.created <= record.ended < record.created + HOUR_MS
                assert abs(record.created - time.time() * 1000 - jump) < HOUR_MS / 2
        scene.ends()
        scene.is_written()


def swap(file: Path, number: int) -> None:
    """The relay reads the old number or the new one, never half of it."""
    fresh = file.with_suffix(".new")
    fresh.write_text(str(number))
    os.replace(fresh, file)


class _Coded(Exception):
    def __init__(self, code: str | None) -> None:
        self.sqlstate = code


def test_which_faults_of_postgresql_are_outages() -> None:
    """A full disk, a shutdown, a lost connection, a deadlock are; a value or a name that cannot be is not."""

    def outage(code: str | None) -> bool:
        return _is_outage(DBAPIError("", None, _Coded(code)))

    assert all(outage(code) for code in ("53100", "57P01", "57P03", "08006", "40P01", "40001", "55P03", "58030", "25006", "XX000", None))
    assert not any(outage(code) for code in ("22P02", "22001", "22003", "23505", "42P01", "0A000"))
    assert all(len(code) == 2 for code in OUTAGES)
