"""Both relays under load: ours with its visitors and viewers, and the bare one, with the processes they run in."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx2 as httpx
import orjson
import uvloop
from click.testing import CliRunner

from bench.peer import Message, Peer, dial
from relay.cli import commands
from relay.protocol.names import PROTOCOL_VERSION
from tests.codec import OpTuple, encode
from tests.relay_process import AGENT, GROUP, PASSWORD, RelayProcess, free_port

T = TypeVar("T")
RULES = 50
SITE = "http://shop.example"
ROOT = Path(__file__).parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
ACK_SECONDS = 0.05
"""Viewers acknowledge as our viewer does: at once after a pause, and what they show within 50 ms together."""


def page_ops() -> list[OpTuple]:
    """A page of some hundred elements, ids 1 to 603."""
    nodes = [
        {"id": 2, "depth": 0, "ns": "html", "tag": "html", "attributes": []},
        {"id": 3, "depth": 1, "ns": "html", "tag": "body", "attributes": []},
    ]
    for item in range(200):
        first = 4 + 3 * item
        nodes += [
            {"id": first, "depth": 2, "ns": "html", "tag": "div", "attributes": [["class", f"card c{item % 10}"]]},
            {"id": first + 1, "depth": 3, "ns": "html", "tag": "p", "attributes": [["class", "price"]]},
            {"id": first + 2, "depth": 4, "text": f"Item {item}"},
        ]
    return [("document", 1, 0, f"{SITE}/", f"{SITE}/", "Shop", "html", 0), ("insert", 1, 0, nodes)]


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def private_bytes(pid: int) -> int:
    """Memory that is this process's alone."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) * 1024


def uint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return number, at


def version_of(frame: bytes) -> int:
    _, at = uint(frame, 3)
    return uint(frame, at)[0]


class Viewer:
    """Joins by a ticket, acknowledges what it gets, and says which version it has."""

    def __init__(self, reached: Callable[[int], None]) -> None:
        self._reached = reached
        self._due = False
        self._acknowledged = 0
        self.version = 0
        self.bytes = 0
        self.joined: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.shown: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def join(self, port: int, origin: str, ticket: str, receive_buffer: int = 0) -> None:
        self.peer = await dial(port, "/agentjoin/viewer", origin, self._heard, receive_buffer)
        self.peer.send(orjson.dumps({"type": "join", "protocol": PROTOCOL_VERSION, "ticket": ticket}).decode())
        await self.joined

    def _heard(self, message: Message) -> None:
        if isinstance(message, str):
            if not self.joined.done() and '"joined"' in message:
                self.joined.set_result(None)
            return
        self.bytes += len(message)
        self.version = version_of(message)
        if not self.shown.done():
            self.shown.set_result(None)
        self._reached(self.version)
        if not self._due:
            self._due = True
            self._acknowledge()
            asyncio.get_running_loop().call_later(ACK_SECONDS, self._again)

    def _again(self) -> None:
        self._due = False
        if self.version > self._acknowledged and not self.peer.transport.is_closing():
            self._acknowledge()

    def _acknowledge(self) -> None:
        self._acknowledged = self.version
        self.peer.send(f'{{"type":"ack","version":{self.version}}}')


class Visitor:
    """Starts a session and shows a page; `heard` gets the relay's controls."""

    def __init__(self) -> None:
        self._waiting: asyncio.Future[bytes] | None = None
        self._wanted = ""
        self.viewers = 0

    async def start(self, port: int, page: list[OpTuple] | None) -> None:
        self.peer: Peer = await dial(port, "/cobrowse/visitor", SITE, self._heard)
        hello = {"type": "start", "protocol": PROTOCOL_VERSION, "groupid": GROUP, "site": "production"}
        started = await self._ask("started", orjson.dumps(hello).decode())
        self.key: str = started["key"]
        self.version = 0
        if page:
            self.version = (await self._ask("ack", encode(page, epoch=1, sequence=1)))["version"]

    async def _ask(self, wanted: str, message: Message) -> Any:
        self._waiting, self._wanted = asyncio.get_running_loop().create_future(), wanted
        self.peer.send(message)
        return orjson.loads(await self._waiting)

    def _heard(self, message: Message) -> None:
        assert isinstance(message, str)
        if self._waiting is not None and not self._waiting.done():
            if f'"type":"{self._wanted}"' in message:
                self._waiting.set_result(message.encode())
        elif '"agents"' in message:
            self.viewers = orjson.loads(message)["count"]


@dataclass
class Relays:
    """Ours, an agent signed in to it, and the bare one."""

    ours: RelayProcess
    agent: httpx.AsyncClient
    bare: subprocess.Popen[bytes]
    bare_port: int

    @property
    def pid(self) -> int:
        assert self.ours.process is not None
        return self.ours.process.pid

    async def ticket(self, key: str) -> str:
        answer = await self.agent.post("/agentjoin/ticket", json={"sessionkey": key})
        return str(answer.json()["ticket"])

    async def session(self, viewers: int, reached: Callable[[int, int], None]) -> tuple[Visitor, list[Viewer]]:
        """A visitor with its page, and viewers that have it; `reached` hears the number of the viewer and its version."""
        visitor = Visitor()
        await visitor.start(self.ours.port, page_ops())
        seats = [Viewer(lambda version, number=number: reached(number, version)) for number in range(viewers)]  # type: ignore[misc]
        for seat in seats:
            await seat.join(self.ours.port, self.ours.url, await self.ticket(visitor.key))
        await asyncio.gather(*(seat.shown for seat in seats))
        return visitor, seats


async def sign_in(relay: RelayProcess) -> httpx.AsyncClient:
    headers = {"Origin": relay.url, "Sec-Fetch-Site": "same-origin"}
    agent = httpx.AsyncClient(base_url=relay.url, headers=headers, trust_env=False, timeout=60)
    page = (await agent.get("/login")).text
    token = page.split('name="csrf" value="', 1)[1].split('"', 1)[0]
    answer = await agent.post("/login", data={"username": AGENT, "password": PASSWORD, "csrf": token})
    assert answer.status_code == 303, answer.status_code
    return agent


def add_rule(data: Path, selector: str, label: str) -> None:
    """In this process: fifty processes for fifty rules would take longer than what is measured."""
    arguments = ["--group", str(GROUP), "--site", "production", "--selector", selector, "--action", "text", "--label", label]
    done = CliRunner().invoke(commands, ["mask", "add", "--data", str(data), *arguments])
    assert done.exit_code == 0, done.output


@contextmanager
def processes(**settings: object) -> Iterator[tuple[RelayProcess, subprocess.Popen[bytes], int]]:
    """Our relay with fifty mask rules, and the bare one."""
    with tempfile.TemporaryDirectory() as folder:
        relay = RelayProcess(Path(folder))
        defaults = {"pending": 100_000, "newcomers": 100_000, "waiting": 3_600}
        relay.environment |= {f"COBROWSE_{name.upper()}": str(value) for name, value in {**defaults, **settings}.items()}
        relay.seed()
        for number in range(RULES):
            add_rule(Path(folder), f".secret-{number} input, #field\\.{number}", f"Rule {number}")
        relay.start()
        port = free_port()
        bare = subprocess.Popen([sys.executable, "-m", "bench.bare_relay", str(port)], cwd=ROOT)
        try:
            _wait_for(port)
            yield relay, bare, port
        finally:
            bare.terminate()
            bare.wait(10)
            relay.stop()


def run_with(work: Callable[[Relays], Awaitable[T]], **settings: object) -> T:
    """Runs `work` in an event loop, against fresh relays."""

    async def main() -> T:
        agent = await sign_in(relay)
        try:
            return await work(Relays(relay, agent, bare, port))
        finally:
            await agent.aclose()

    with processes(**settings) as (relay, bare, port):
        return uvloop.run(main())


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=1, trust_env=False)
            return
        except httpx.TransportError:
            asyncio.run(asyncio.sleep(0.05))
    raise SystemExit("the bare relay does not answer")
