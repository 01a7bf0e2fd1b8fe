"""Masked relay throughput against a bare Starlette socket relay that forwards the same bytes, in one run.

Ours parses each frame, applies it to the page, masks it with fifty rules, encodes a delta and sends it to each viewer; the peer forwards. The figure is
server CPU per delivered frame: frames sent by the visitors times viewers of each. Visitors keep a window of frames in flight, so that neither
server is measured idle; ours may answer several frames of one turn with one delta, which is its good right: what counts is that each viewer has the state.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx2 as httpx
import orjson
from websockets.asyncio.client import ClientConnection, connect

from bench.row import Row, row
from relay.protocol.names import PROTOCOL_VERSION
from tests.codec import OpTuple, encode
from tests.relay_process import AGENT, GROUP, PASSWORD, RelayProcess, free_port

ROUNDS = 5
WINDOW = 8
RULES = 50
FRAMES = 1_000
SMALL, LARGE = "200 B", "8 kB"
CELLS = ((20, 1, SMALL), (20, 1, LARGE), (8, 4, SMALL), (8, 4, LARGE))
SITE = "http://shop.example"
TICKS = os.sysconf("SC_CLK_TCK")


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


def frame_of(size: str, sequence: int) -> bytes:
    """A change of about the size asked for: a text and an attribute, or a replaced list of forty entries."""
    item = 4 + 3 * (sequence % 200)
    if size == SMALL:
        text = f"Now {sequence} of {sequence * 7}, price changed to {sequence % 997}.90, was {sequence % 89}.10 " * 2
        return encode(
            [("set_text", item + 2, text), ("set_attribute", item, "class", f"card c{sequence % 10} seen")], epoch=1, sequence=sequence
        )
    first = 1_000 + 200 * sequence
    nodes = [{"id": first, "depth": 0, "ns": "html", "tag": "ul", "attributes": [["class", "list"]]}]
    for entry in range(40):
        at = first + 1 + 2 * entry
        nodes += [
            {
                "id": at,
                "depth": 1,
                "ns": "html",
                "tag": "li",
                "attributes": [["class", f"entry e{entry % 5}"], ["title", f"Entry number {entry} of list {sequence}"]],
            },
            {"id": at + 1, "depth": 2, "text": f"Entry {entry} of list {sequence}: " + "some words that a shop would say of it, " * 3},
        ]
    ops: list[OpTuple] = [("insert", 3, 0, nodes)]
    if sequence > 2:
        ops.append(("remove", first - 200, 1))
    return encode(ops, epoch=1, sequence=sequence)


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Pace:
    """How far each viewer of one session is; the visitor waits until all are within its window."""

    def __init__(self, viewers: int) -> None:
        self.reached = [0] * viewers
        self.moved = asyncio.Event()

    def reach(self, viewer: int, count: int) -> None:
        self.reached[viewer] = count
        self.moved.set()

    async def wait_for(self, count: int) -> None:
        while min(self.reached) < count:
            self.moved.clear()
            await self.moved.wait()


async def pump(send: Callable[[bytes], Awaitable[None]], frames: list[bytes], pace: Pace) -> None:
    for number, frame in enumerate(frames):
        await pace.wait_for(number - WINDOW + 1)
        await send(frame)
    await pace.wait_for(len(frames))


async def bare_session(port: int, room: int, viewers: int, frames: list[bytes], start: asyncio.Barrier) -> None:
    pace = Pace(viewers)
    sockets = [await connect(f"ws://127.0.0.1:{port}/view/{room}", compression=None, max_size=None) for _ in range(viewers)]
    publisher = await connect(f"ws://127.0.0.1:{port}/publish/{room}", compression=None, max_size=None)

    async def read(number: int, socket: ClientConnection) -> None:
        for count in range(1, len(frames) + 1):
            await socket.recv()
            pace.reach(number, count)

    readers = [asyncio.create_task(read(number, socket)) for number, socket in enumerate(sockets)]
    await start.wait()
    await pump(publisher.send, frames, pace)
    await asyncio.gather(*readers)
    await start.wait()
    for socket in [*sockets, publisher]:
        await socket.close()


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


async def masked_session(relay: RelayProcess, agent: httpx.AsyncClient, viewers: int, frames: list[bytes], start: asyncio.Barrier) -> None:
    base = relay.url.replace("http", "ws")
    visitor = await connect(f"{base}/cobrowse/visitor", origin=SITE, compression=None, max_size=None)  # type: ignore[arg-type]
    hello = {"type": "start", "protocol": PROTOCOL_VERSION, "groupid": GROUP, "site": "production"}
    await visitor.send(orjson.dumps(hello).decode())
    started = orjson.loads(await visitor.recv())
    assert started["type"] == "started", started
    await visitor.send(encode(page_ops(), epoch=1, sequence=1))
    first = orjson.loads(await visitor.recv())["version"]
    pace = Pace(viewers)
    sockets = []
    for _ in range(viewers):
        ticket = (await agent.post("/agentjoin/ticket", json={"sessionkey": started["key"]})).json()["ticket"]
        socket = await connect(f"{base}/agentjoin/viewer", origin=relay.url, compression=None, max_size=None)  # type: ignore[arg-type]
        await socket.send(orjson.dumps({"type": "join", "protocol": PROTOCOL_VERSION, "ticket": ticket}).decode())
        sockets.append(socket)

    async def read(number: int, socket: ClientConnection) -> None:
        async for message in socket:
            if isinstance(message, str):
                continue
            version = version_of(message)
            await socket.send(f'{{"type":"ack","version":{version}}}')
            pace.reach(number, version - first)
            if version - first >= len(frames):
                return

    async def drain() -> None:
        async for _ in visitor:
            pass

    readers = [asyncio.create_task(read(number, socket)) for number, socket in enumerate(sockets)]
    drainer = asyncio.create_task(drain())
    await start.wait()
    await pump(visitor.send, frames, pace)
    await asyncio.gather(*readers)
    await start.wait()
    drainer.cancel()
    for socket in [*sockets, visitor]:
        await socket.close()


async def measured(pid: int, sessions: int, one: Callable[[int, asyncio.Barrier], Awaitable[None]]) -> float:
    """CPU seconds that the server took between the moment all sessions were ready and the moment all had all."""
    start = asyncio.Barrier(sessions + 1)
    tasks = [asyncio.ensure_future(one(number, start)) for number in range(sessions)]
    ready = asyncio.ensure_future(start.wait())
    done, _ = await asyncio.wait([ready, *tasks], return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()
    before = cpu_seconds(pid)
    await start.wait()
    used = cpu_seconds(pid) - before
    await asyncio.gather(*tasks)
    return used


async def sign_in(relay: RelayProcess) -> httpx.AsyncClient:
    agent = httpx.AsyncClient(base_url=relay.url, headers={"Origin": relay.url, "Sec-Fetch-Site": "same-origin"}, trust_env=False)
    page = (await agent.get("/login")).text
    token = page.split('name="csrf" value="', 1)[1].split('"', 1)[0]
    answer = await agent.post("/login", data={"username": AGENT, "password": PASSWORD, "csrf": token})
    assert answer.status_code == 303, answer.status_code
    return agent


async def measure(relay: RelayProcess, bare: subprocess.Popen[bytes], bare_port: int) -> list[Row]:
    assert relay.process is not None
    agent = await sign_in(relay)
    rows = []
    for sessions, viewers, size in CELLS:
        frames = [frame_of(size, sequence) for sequence in range(2, FRAMES + 2)]
        deliveries = sessions * viewers * len(frames)
        ours, peer = [], []
        for _ in range(ROUNDS):
            used = await measured(
                relay.process.pid, sessions, lambda number, start, f=frames, v=viewers: masked_session(relay, agent, v, f, start)
            )  # type: ignore[misc]
            ours.append(used / deliveries * 1e6)
            used = await measured(
                bare.pid, sessions, lambda number, start, f=frames, v=viewers: bare_session(bare_port, number, v, f, start)
            )  # type: ignore[misc]
            peer.append(used / deliveries * 1e6)
        rows.append(
            row(
                "throughput",
                f"masked relay, {sessions} sessions, 1→{viewers}, {size}",
                "µs CPU a delivery",
                ours,
                "bare Starlette relay",
                peer,
                aim=1.0,
            )
        )
    await agent.aclose()
    return rows


def run() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        relay = RelayProcess(Path(folder))
        relay.seed()
        for number in range(RULES):
            relay.mask(f".secret-{number} input, #field\\.{number}", "text", f"Rule {number}")
        relay.start()
        port = free_port()
        bare = subprocess.Popen([sys.executable, "-m", "bench.bare_relay", str(port)], cwd=Path(__file__).parents[1])
        try:
            wait_for(port)
            return asyncio.run(measure(relay, bare, port))
        finally:
            bare.terminate()
            bare.wait(10)
            relay.stop()


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=1, trust_env=False)
            return
        except httpx.TransportError:
            asyncio.run(asyncio.sleep(0.05))
    raise SystemExit("the bare relay does not answer")
