"""Masked relay throughput against a bare Starlette socket relay that forwards the same bytes, in one run.

Ours parses each frame, applies it to the page, masks it with fifty rules, encodes a delta and sends it to each viewer; the peer forwards. The figure is
server CPU per delivered frame: frames sent by the visitors times viewers of each. Visitors keep a window of frames in flight, so that neither
server is measured idle; ours may answer several frames of one turn with one delta, which is its good right: what counts is that each viewer has the state.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bench.load import SITE, Relays, cpu_seconds, run_with
from bench.peer import dial
from bench.row import Row, row
from tests.codec import OpTuple, encode

ROUNDS = 5
WINDOW = 8
SMALL, LARGE = "200 B", "8 kB"
CELLS = (
    (50, 1, SMALL, 400),
    (50, 1, LARGE, 400),
    (20, 4, SMALL, 400),
    (20, 4, LARGE, 400),
    (500, 1, SMALL, 60),
    (500, 1, LARGE, 60),
    (200, 4, SMALL, 60),
    (200, 4, LARGE, 60),
)
"""Sessions, viewers of each, size and number of frames: 100 connections, then 1,000."""


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


async def pump(send: Callable[[bytes], None], frames: list[bytes], pace: Pace) -> None:
    for number, frame in enumerate(frames):
        await pace.wait_for(number - WINDOW + 1)
        send(frame)
    await pace.wait_for(len(frames))


async def bare_session(port: int, room: int, viewers: int, frames: list[bytes], start: asyncio.Barrier) -> None:
    pace = Pace(viewers)

    def heard(number: int) -> Callable[[object], None]:
        return lambda _message: pace.reach(number, pace.reached[number] + 1)

    sockets = [await dial(port, f"/view/{room}", SITE, heard(number)) for number in range(viewers)]
    publisher = await dial(port, f"/publish/{room}", SITE, lambda message: None)
    await start.wait()
    await pump(publisher.send, frames, pace)
    await start.wait()
    for socket in [*sockets, publisher]:
        socket.close()


async def masked_session(relays: Relays, viewers: int, frames: list[bytes], start: asyncio.Barrier) -> None:
    pace = Pace(viewers)
    visitor, seats = await relays.session(viewers, lambda number, version: pace.reach(number, version - 1))
    await start.wait()
    await pump(visitor.peer.send, frames, pace)
    await start.wait()
    for peer in [*(seat.peer for seat in seats), visitor.peer]:
        peer.close()


async def measured(pid: int, sessions: int, one: Callable[[int, asyncio.Barrier], Awaitable[None]]) -> float:
    """CPU seconds that the server took between the moment all sessions were ready and the moment all had all."""
    start = asyncio.Barrier(sessions + 1)
    tasks = [asyncio.ensure_future(one(number, start)) for number in range(sessions)]
    ready = asyncio.ensure_future(start.wait())
    while not ready.done():
        done, _ = await asyncio.wait([ready, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    before = cpu_seconds(pid)
    await start.wait()
    used = cpu_seconds(pid) - before
    await asyncio.gather(*tasks)
    return used


async def measure(relays: Relays) -> list[Row]:
    return [await cell(relays, *each) for each in CELLS]


async def cell(relays: Relays, sessions: int, viewers: int, size: str, count: int) -> Row:
    frames = [frame_of(size, sequence) for sequence in range(2, count + 2)]
    deliveries = sessions * viewers * count
    ours, peer = [], []
    for _ in range(ROUNDS):
        used = await measured(relays.pid, sessions, lambda number, start: masked_session(relays, viewers, frames, start))
        ours.append(used / deliveries * 1e6)
        used = await measured(
            relays.bare.pid, sessions, lambda number, start: bare_session(relays.bare_port, number, viewers, frames, start)
        )
        peer.append(used / deliveries * 1e6)
    name = f"masked relay, {sessions * (1 + viewers):,} connections, 1→{viewers}, {size}"
    return row("throughput", name, "µs CPU a delivery", ours, "bare Starlette relay", peer, aim=1.0)


def run() -> list[Row]:
    return run_with(measure)
