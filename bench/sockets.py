"""What a socket costs that says nothing, against the bare relay in the same run: memory, pings, and being let in.

Ours are visitors with a session each, waiting for an agent: everything that such a visitor takes is counted. For being let in, the peer accepts and
hears a first message; ours besides checks the origin, redeems a ticket, looks up the login on disk, tells
the others and takes a seat.
"""

from __future__ import annotations

import asyncio

import orjson

from bench.load import (
    SITE,
    Relays,
    Viewer,
    Visitor,
    cpu_seconds,
    private_bytes,
    run_with,
)
from bench.peer import Peer, dial
from bench.row import Row, row
from relay.protocol.names import PROTOCOL_VERSION

SOCKETS = 2_000
ACCEPTED = 1_000
SESSIONS = 50
ROUNDS = 3
PING_SECONDS = 44.0
"""Two pings of each socket: both servers ping what is quiet for 20 s."""


async def opened_bare(relays: Relays, count: int) -> list[Peer]:
    return [await dial(relays.bare_port, f"/view/{number}", SITE, lambda message: None) for number in range(count)]


async def opened_visitors(relays: Relays, count: int) -> list[Peer]:
    peers = []
    for _ in range(count):
        visitor = Visitor()
        await visitor.start(relays.ours.port, None)
        peers.append(visitor.peer)
    return peers


async def spent(pids: tuple[int, int]) -> list[float]:
    """CPU seconds a second that the servers take while nothing is asked of them."""
    before = [cpu_seconds(pid) for pid in pids]
    await asyncio.sleep(PING_SECONDS)
    return [(cpu_seconds(pid) - then) / PING_SECONDS for pid, then in zip(pids, before, strict=True)]


async def idle(relays: Relays) -> list[Row]:
    """Memory of each, and the CPU time of keeping it."""
    # What is allocated once is there before the first measurement.
    for peer in [*await opened_bare(relays, 50), *await opened_visitors(relays, 50)]:
        peer.close()
    pids = relays.pid, relays.bare.pid
    await asyncio.sleep(1)
    alone = await spent(pids)
    before = [private_bytes(pid) for pid in pids]
    ours = await opened_visitors(relays, SOCKETS)
    bare = await opened_bare(relays, SOCKETS)
    await asyncio.sleep(2)
    memory = [(private_bytes(pid) - then) / SOCKETS / 1000 for pid, then in zip(pids, before, strict=True)]
    kept = [max(with_all - without, 0) / SOCKETS * 1e6 for with_all, without in zip(await spent(pids), alone, strict=True)]
    assert not any(peer.lost.done() for peer in [*ours, *bare])
    for peer in [*ours, *bare]:
        peer.close()
    await asyncio.sleep(2)
    return [
        row(
            "sockets",
            "idle visitor with its session",
            "kB",
            memory[:1],
            "bare socket",
            memory[1:],
            aim=1 / 0.6,
        ),
        row(
            "sockets",
            "keeping it, ping each 20 s",
            "µs CPU a second",
            kept[:1],
            "bare socket",
            kept[1:],
            aim=1 / 0.7,
        ),
    ]


async def accepted_ours(relays: Relays, keys: list[str]) -> float:
    tickets = [await relays.ticket(keys[number % len(keys)]) for number in range(ACCEPTED // ROUNDS)]
    before = cpu_seconds(relays.pid)
    seats = []
    for ticket in tickets:
        seats.append(Viewer(lambda version: None))
        await seats[-1].join(relays.ours.port, relays.ours.url, ticket)
    used = cpu_seconds(relays.pid) - before
    for seat in seats:
        seat.peer.close()
    await asyncio.sleep(1)
    return used / len(tickets) * 1e6


async def judged_ours(relays: Relays) -> float:
    """Up to the answer to a ticket that is none: nothing is looked up on disk."""
    join = orjson.dumps({"type": "join", "protocol": PROTOCOL_VERSION, "ticket": "x" * 43}).decode()
    before = cpu_seconds(relays.pid)
    for _ in range(ACCEPTED // ROUNDS):
        peer = await dial(relays.ours.port, "/agentjoin/viewer", relays.ours.url, lambda message: None)
        peer.send(join)
        await peer.lost
    return (cpu_seconds(relays.pid) - before) / (ACCEPTED // ROUNDS) * 1e6


async def accepted_bare(relays: Relays) -> float:
    count = ACCEPTED // ROUNDS
    before = cpu_seconds(relays.bare.pid)
    peers = []
    for number in range(count):
        peers.append(await dial(relays.bare_port, f"/view/{number}", SITE, lambda message: None))
        peers[-1].send(b"hello")
    await asyncio.sleep(0.5)
    used = cpu_seconds(relays.bare.pid) - before
    for peer in peers:
        peer.close()
    await asyncio.sleep(1)
    return used / count * 1e6


async def measure(relays: Relays) -> list[Row]:
    rows = await idle(relays)
    visitors = [Visitor() for _ in range(SESSIONS)]
    for visitor in visitors:
        await visitor.start(relays.ours.port, None)
    keys = [visitor.key for visitor in visitors]
    ours, judged, bare = [], [], []
    for _ in range(ROUNDS):
        judged.append(await judged_ours(relays))
        ours.append(await accepted_ours(relays, keys))
        bare.append(await accepted_bare(relays))
    rows.append(
        row(
            "sockets",
            "viewer judged: origin, ticket",
            "µs CPU",
            judged,
            "bare accept",
            bare,
            aim=1 / 1.3,
        )
    )
    rows.append(
        row(
            "sockets",
            "viewer let in: origin, ticket, login, seat",
            "µs CPU",
            ours,
            "bare accept",
            bare,
            aim=1 / 1.3,
        )
    )
    return rows


def run() -> list[Row]:
    return run_with(measure)
