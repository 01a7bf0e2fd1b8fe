"""Many active sessions at once: each visitor sends five changes a second to one viewer, behind fifty mask rules.

`BENCH_SESSIONS` and `BENCH_SECONDS` say how many and for how long; the figure that is published holds 1,000 for 600 seconds.
"""

from __future__ import annotations

import asyncio
import os
import time
from functools import lru_cache

from bench.load import Relays, cpu_seconds, private_bytes, run_with
from bench.row import Row, row
from bench.throughput import SMALL, frame_of

SESSIONS = int(os.environ.get("BENCH_SESSIONS", "1000"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "20"))
CHANGES_A_SECOND = 5
LATENCY_MS = 20.0
"""Security requirements 8.5: p99 of what the server adds, there at 200 sessions."""

SESSION_KB = 200.0
"""Relay notes, T14."""


@lru_cache(maxsize=16)
def change(sequence: int) -> bytes:
    return frame_of(SMALL, sequence)


class Active:
    """One session; `delays` are the seconds from a change to its viewer."""

    def __init__(self) -> None:
        self.delays: list[float] = []
        self._sent = [0.0, 0.0]
        self._shown = 1

    async def begin(self, relays: Relays) -> None:
        self._visitor, self._viewers = await relays.session(1, self._reached)

    def _reached(self, _viewer: int, version: int) -> None:
        now = time.perf_counter()
        self.delays += [now - sent for sent in self._sent[self._shown + 1 : version + 1]]
        self._shown = version

    async def run(self, first: float, seconds: float) -> None:
        start = time.perf_counter() + first
        for number in range(int(seconds * CHANGES_A_SECOND)):
            await asyncio.sleep(max(0.0, start + number / CHANGES_A_SECOND - time.perf_counter()))
            self._sent.append(time.perf_counter())
            self._visitor.peer.send(change(number + 2))

    @property
    def behind(self) -> int:
        return len(self._sent) - 1 - self._shown


async def measure(relays: Relays) -> list[Row]:
    before = private_bytes(relays.pid)
    sessions = [Active() for _ in range(SESSIONS)]
    for session in sessions:
        await session.begin(relays)
    used = cpu_seconds(relays.pid)
    await asyncio.gather(*(session.run(number / SESSIONS / CHANGES_A_SECOND, SECONDS) for number, session in enumerate(sessions)))
    busy = (cpu_seconds(relays.pid) - used) / SECONDS
    await asyncio.sleep(1)
    memory = (private_bytes(relays.pid) - before) / SESSIONS / 1000
    delays = sorted(delay for session in sessions for delay in session.delays)
    assert len(delays) == SESSIONS * int(SECONDS * CHANGES_A_SECOND) and not any(session.behind for session in sessions)
    name = f"{SESSIONS:,} sessions for {SECONDS:g} s"
    return [
        row("sessions", f"{name}: p50 to the viewer", "ms", [delays[len(delays) // 2] * 1e3], "limit", [LATENCY_MS], aim=1.0),
        row("sessions", f"{name}: p99 to the viewer", "ms", [delays[int(len(delays) * 0.99)] * 1e3], "limit", [LATENCY_MS], aim=1.0),
        row("sessions", f"{name}: memory a session", "kB", [memory], "limit", [SESSION_KB], aim=1.0),
        row("sessions", f"{name}: CPU", "cores", [busy], "limit", [1.0], aim=1.0),
    ]


def run() -> list[Row]:
    return run_with(measure)
