"""Slow viewers, in time that the test makes: lines of a given rate, a storm of changes, and what each viewer has at every moment."""

from __future__ import annotations

import random

import pytest

from relay.live.counts import Counts
from relay.live.outbox import ROOM_BYTES, Outbox
from relay.live.session import Session
from relay.live.view import LEAST_WINDOW_BYTES, SILENT_SECONDS, View
from relay.protocol.names import Close
from tests import codec
from tests.relay.lines import ADA, AGENT, FakeLine, make_session
from tests.relay.peers import document

KERNEL_BYTES = 64 * 1024
TURN = 1 / 60


class RatedLine(FakeLine):
    """Carries `rate` bytes a second. Some of it lies in a kernel's buffer, of which the relay knows nothing."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate
        self.waiting: list[tuple[float, bytes]] = []
        self.free_at = 0.0
        self.now = 0.0
        self.most = 0
        self._seen = 0

    def carry(self, now: float) -> None:
        """Take what was written since the last time; each message arrives when the line has carried all before it."""
        for message in self.messages[self._seen :]:
            data = message.encode() if isinstance(message, str) else message
            self.free_at = max(self.free_at, now) + len(data) / self.rate
            self.waiting.append((self.free_at, data))
        self._seen, self.now = len(self.messages), now
        on_the_way = sum(len(data) for _, data in self.waiting)
        self.most = max(self.most, on_the_way)
        self.pending = max(0, on_the_way - KERNEL_BYTES)

    def arrived(self, now: float) -> list[bytes]:
        done = [data for at, data in self.waiting if at <= now]
        self.waiting = [(at, data) for at, data in self.waiting if at > now]
        return [data for data in done if data[:1] == b"\x02"]


class Watcher:
    def __init__(self, session: Session, rate: float) -> None:
        self.session = session
        self.line = RatedLine(rate)
        self.view: View = session.join(AGENT, ADA, Outbox(self.line), None, None)
        self.version = 0
        self.frames = 0
        self.largest = 0

    def turn(self, now: float) -> None:
        self.line.carry(now)
        for frame in self.line.arrived(now):
            decoded = codec.decode(frame)
            assert decoded["base"] in (0, self.version)
            self.version = decoded["sequence"]
            self.frames += 1
            self.largest = max(self.largest, len(frame))
            self.session.acknowledge(self.view, self.version, now)


class Storm:
    """A visitor whose page changes sixty times a second: noise, so that deltas do not shrink when they are deflated."""

    def __init__(self, seed: int, counts: Counts | None = None) -> None:
        self.draw = random.Random(seed)
        self.session = make_session(counts=counts)
        self.session.started(Outbox(FakeLine()), "secret")
        self.sequence = 0
        self.now = 0.0
        self.made: list[float] = [0.0]
        self.send(document(*["one"] * 8))

    def send(self, ops: list[codec.OpTuple]) -> None:
        self.sequence += 1
        assert not self.session.apply(codec.encode(ops, epoch=1, sequence=self.sequence), self.now)
        self.made.append(self.now)

    def turn(self, watchers: list[Watcher]) -> None:
        self.now += TURN
        node = 4 + 2 * self.draw.randrange(8)
        self.send([("set_text", node, self.draw.randbytes(self.draw.randrange(50, 1_500)).hex())])
        self.session.flush(self.now)
        for watcher in watchers:
            watcher.turn(self.now)
        if self.sequence % 30 == 0:
            self.session.tick(self.now)
        self.session.flush(self.now)


@pytest.mark.parametrize("seed", range(4))
def test_a_viewer_at_fifty_kilobits_is_never_older_than_one_delta(seed: int) -> None:
    storm = Storm(seed)
    fast, slow = Watcher(storm.session, 10e6), Watcher(storm.session, 50_000 / 8)
    for _ in range(60 * 60):
        storm.turn([fast, slow])
        assert fast.version >= storm.sequence - 2, f"seed {seed}: the fast viewer waits at {storm.now}"
        if storm.now > 10:
            age = storm.now - storm.made[slow.version + 1] if slow.version < storm.sequence else 0.0
            # One delta on its way when the oldest change it lacks was made, and the one that brings it.
            assert age < 2 * slow.largest / slow.line.rate + 1, f"seed {seed}: {age:.1f} s old at {storm.now:.1f}"
    assert slow.line.most < 48 * 1024
    assert slow.view.window == LEAST_WINDOW_BYTES and fast.view.window == ROOM_BYTES
    assert fast.frames > 3_500 and 20 < slow.frames < 200


def test_a_slow_viewer_hears_that_it_is_catching_up_and_that_it_has() -> None:
    counts = Counts()
    storm = Storm(7, counts)
    slow = Watcher(storm.session, 50_000 / 8)
    for _ in range(600):
        storm.turn([slow])
    assert counts.behind == 1 and counts.owed > 100
    slow.line.rate = 10e6
    for _ in range(600):
        storm.turn([slow])
    assert [control["state"] for control in slow.line.controls("state")] == ["behind", "live"]


def test_one_that_acknowledges_nothing_is_closed_and_may_come_back() -> None:
    counts = Counts()
    storm = Storm(8, counts)
    deaf = storm.session.join(AGENT, ADA, Outbox(line := FakeLine()), None, None)
    fast = Watcher(storm.session, 10e6)
    while storm.now < SILENT_SECONDS + 2:
        storm.turn([fast])
    assert line.code is Close.TOO_SLOW and counts.silent == 1
    assert deaf.version < storm.sequence and fast.version >= storm.sequence - 2
    assert sum(map(len, line.frames())) < KERNEL_BYTES
