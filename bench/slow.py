"""Viewers that are slow or do not read at all, beside those that do, under a storm of changes that do not shrink when they are deflated."""

from __future__ import annotations

import asyncio
import random
import time

from bench.load import SITE, Relays, Viewer, Visitor, page_ops, private_bytes, run_with
from bench.peer import dial
from bench.row import Row, row
from tests.codec import encode

CHANGES_A_SECOND = 60
STUCK_SECONDS = 18.0
ALONE_SECONDS = 10.0
SLOW_SECONDS = 40.0
SETTLED_SECONDS = 10.0
"""After so long the slow viewer's rate is known, and its age counts."""

RATE = 50_000 / 8
"""Bytes a second of the slow viewer."""

STEP_SECONDS = 0.05
SMALL_BUFFER = 2_048


class Storm:
    """A visitor whose page changes sixty times a second, and when each version was made."""

    def __init__(self, visitor: Visitor, size: int) -> None:
        self.visitor = visitor
        self.made = [0.0, time.perf_counter()]
        self._size = size
        self._draw = random.Random(1)

    async def run(self, seconds: float) -> None:
        start = time.perf_counter()
        for number in range(int(seconds * CHANGES_A_SECOND)):
            await asyncio.sleep(max(0.0, start + number / CHANGES_A_SECOND - time.perf_counter()))
            node = 6 + 3 * self._draw.randrange(8)
            frame = encode([("set_text", node, self._draw.randbytes(self._size // 2).hex())], epoch=1, sequence=len(self.made))
            self.made.append(time.perf_counter())
            self.visitor.peer.send(frame)

    @property
    def latest(self) -> int:
        return len(self.made) - 1


class Fast(Viewer):
    """Notes how late each version was when it came."""

    def __init__(self, storm: Storm) -> None:
        super().__init__(self._note)
        self._storm = storm
        self._shown = 1
        self.delays: list[float] = []

    def _note(self, version: int) -> None:
        now = time.perf_counter()
        self.delays += [now - made for made in self._storm.made[self._shown + 1 : version + 1]]
        self._shown = version

    def p99(self) -> float:
        delays = sorted(self.delays)
        self.delays = []
        return delays[int(len(delays) * 0.99)] * 1e3


async def begin(relays: Relays, size: int, viewers: int) -> tuple[Storm, list[Fast]]:
    visitor = Visitor()
    await visitor.start(relays.ours.port, page_ops())
    storm = Storm(visitor, size)
    seats = [Fast(storm) for _ in range(viewers)]
    for seat in seats:
        await seat.join(relays.ours.port, relays.ours.url, await relays.ticket(visitor.key))
    return storm, seats


async def stuck(relays: Relays) -> list[Row]:
    """One of four stops reading."""
    storm, others = await begin(relays, 8_000, 3)
    deaf = Viewer(lambda version: None)
    await deaf.join(relays.ours.port, relays.ours.url, await relays.ticket(storm.visitor.key), SMALL_BUFFER)
    await storm.run(2)
    before, most, freed = private_bytes(relays.pid), 0, STUCK_SECONDS
    deaf.peer.transport.pause_reading()
    start = time.perf_counter()
    storming = asyncio.create_task(storm.run(STUCK_SECONDS))
    while not storming.done():
        await asyncio.sleep(0.1)
        most = max(most, private_bytes(relays.pid) - before)
        if storm.visitor.viewers == len(others):
            freed = min(freed, time.perf_counter() - start)
    await asyncio.sleep(1)
    got = min(other.version for other in others) / storm.latest * 100
    for seat in others:
        seat.peer.close()
    storm.visitor.peer.close()
    return [
        row(
            "slow",
            "one of four is stuck: the others get",
            "%",
            [got],
            "bare relay",
            [await stuck_bare(relays)],
            aim=1.0,
            more_is_better=True,
        ),
        row("slow", "one of four is stuck: memory", "MB", [max(most, 1) / 1e6], "limit", [2.0], aim=1.0),
        row("slow", "one of four is stuck: gone after", "s", [freed], "limit", [15.0], aim=1.0),
    ]


async def stuck_bare(relays: Relays) -> float:
    """What the others get of the bare relay in the same time, in percent."""
    counts = [0, 0, 0]

    def heard(number: int) -> None:
        counts[number] += 1

    peers = [await dial(relays.bare_port, "/view/stuck", SITE, lambda _message, number=number: heard(number)) for number in range(3)]  # type: ignore[misc]
    deaf = await dial(relays.bare_port, "/view/stuck", SITE, lambda message: None, SMALL_BUFFER)
    publisher = await dial(relays.bare_port, "/publish/stuck", SITE, lambda message: None)
    deaf.transport.pause_reading()
    noise, sent = random.Random(1).randbytes(8_000), int(STUCK_SECONDS * CHANGES_A_SECOND)
    for _ in range(sent):
        publisher.send(noise)
        await asyncio.sleep(1 / CHANGES_A_SECOND)
    await asyncio.sleep(1)
    for peer in [*peers, publisher]:
        peer.close()
    deaf.transport.abort()
    return min(counts) / sent * 100


async def slow(relays: Relays) -> list[Row]:
    """One at 50 kbit/s beside a fast one."""
    storm, (fast,) = await begin(relays, 2_000, 1)
    await storm.run(ALONE_SECONDS)
    alone = fast.p99()
    largest, oldest = 0, 0.0

    def took(message: object) -> None:
        nonlocal largest
        largest = max(largest, len(message) if isinstance(message, bytes) else 0)

    thin = Viewer(lambda version: None)
    await thin.join(relays.ours.port, relays.ours.url, await relays.ticket(storm.visitor.key), SMALL_BUFFER)
    hear = thin.peer.heard
    thin.peer.heard = lambda message: (took(message), hear(message))  # type: ignore[func-returns-value]
    reading = asyncio.create_task(throttle(thin))
    before, most = private_bytes(relays.pid), 0
    storming = asyncio.create_task(storm.run(SLOW_SECONDS))
    start = time.perf_counter()
    while not storming.done():
        await asyncio.sleep(0.1)
        most = max(most, private_bytes(relays.pid) - before)
        now = time.perf_counter()
        if now - start > SETTLED_SECONDS and thin.version < storm.latest:
            oldest = max(oldest, now - storm.made[thin.version + 1])
    reading.cancel()
    return [
        row("slow", "beside one at 50 kbit/s: p99 of the fast one", "ms", [fast.p99()], "alone", [alone], aim=0.5),
        row("slow", "beside one at 50 kbit/s: memory", "MB", [max(most, 1) / 1e6], "limit", [2.0], aim=1.0),
        row("slow", "at 50 kbit/s: age of what is shown", "s", [oldest], "two deltas and 1 s", [2 * largest / RATE + 1], aim=1.0),
    ]


async def throttle(thin: Viewer) -> None:
    """Lets the viewer read at its rate only, by the bytes that have come."""
    peer = thin.peer
    take = peer.data_received
    taken = 0

    def counted(data: bytes) -> None:
        nonlocal taken
        taken += len(data)
        peer.transport.pause_reading()
        take(data)

    peer.data_received = counted  # type: ignore[method-assign]
    peer.transport.set_protocol(peer)
    start = time.perf_counter()
    while True:
        if taken <= (time.perf_counter() - start) * RATE:
            peer.transport.resume_reading()
        await asyncio.sleep(STEP_SECONDS)


async def measure(relays: Relays) -> list[Row]:
    return [*await stuck(relays), *await slow(relays)]


def run() -> list[Row]:
    return run_with(measure)
