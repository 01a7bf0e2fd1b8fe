"""Whatever happens to lines and rules, every viewer ends with the masked page of the visitor: random pages, changes, cuts and returns.

A fast viewer takes everything at once; a slow one takes what it gets whenever its line moves; both are cut and come back. The third opinion
is `tests.relay.model`, which shares no code with the core. A failing case prints its seed: `CONVERGENCE_SEED=<seed>` runs it alone.
"""

from __future__ import annotations

import os
import random

import pytest

from masking.policy import Policy
from masking.rule import Action, Rule
from relay.live.outbox import ROOM_BYTES, Outbox
from relay.live.session import Session
from relay.live.view import View
from tests import codec
from tests.relay.lines import ADA, AGENT, FakeLine, make_session
from tests.relay.model import Op, Page, RandomVisitor

CASES = int(os.environ.get("CONVERGENCE_CASES", "1000"))
STEPS = 12
SECRET = Policy.of([Rule(".secret", Action.TEXT)], 1)
MORE = Policy.of([Rule(".secret", Action.TEXT), Rule(".no-such-class:not(b)", Action.TEXT)], 2)


class ModelViewer:
    """A viewer with a line that may be slow, and a page built from the frames that came through."""

    def __init__(self, session: Session, draw: random.Random, slow: bool) -> None:
        self.session, self.draw, self.slow = session, draw, slow
        self.page, self.version = Page(), 0
        self.incarnation: str | None = None
        self.largest = 0
        self.join(0.0)

    def join(self, now: float) -> None:
        self.line = FakeLine()
        self.view: View | None = self.session.join(AGENT, ADA, Outbox(self.line), self.incarnation, self.version)
        self.incarnation = self.line.controls("joined")[0]["incarnation"]
        self.read = 0

    def cut(self, now: float) -> None:
        """What is on the way is lost."""
        assert self.view is not None
        self.session.leave(self.view, now)
        self.view = None

    def step(self, now: float) -> None:
        if self.view is None:
            if self.draw.random() < 0.5:
                self.join(now)
            return
        if self.draw.random() < 0.1:
            self.cut(now)
            return
        if self.slow:
            self.line.pending = ROOM_BYTES if self.draw.random() < 0.6 else 0
        if not self.slow or self.line.pending == 0:
            self.take(now)

    def take(self, now: float) -> None:
        """Everything that is on the line arrives and is rendered."""
        assert self.view is not None
        frames = self.line.frames()
        for frame in frames[self.read :]:
            decoded = codec.decode(frame)
            assert decoded["base"] in (0, self.version)
            self.page.apply(decoded["ops"])
            self.version = decoded["sequence"]
            self.session.acknowledge(self.view, self.version, now)
        self.read = len(frames)

    def settle(self, now: float) -> None:
        if self.view is None:
            self.join(now)
        self.line.pending = 0
        # What it had on the way arrives; what it is owed follows.
        for _ in range(2):
            self.take(now)
            self.session.flush(now)
        self.take(now)


class Case:
    """One session from its first page to calm."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.visitor = RandomVisitor(self.draw)
        self.session = make_session(policy=SECRET)
        self.line = FakeLine()
        self.session.started(Outbox(self.line), "secret")
        self.now = 0.0
        self.viewers = [ModelViewer(self.session, self.draw, slow) for slow in (False, True)]

    def run(self) -> None:
        self.send(self.visitor.snapshot(), new=True)
        for _ in range(STEPS):
            self.now += self.draw.random()
            self.event()
            if self.draw.random() < 0.7:
                self.session.flush(self.now)
            for viewer in self.viewers:
                viewer.step(self.now)
        for viewer in self.viewers:
            viewer.settle(self.now)
        self.check()

    def event(self) -> None:
        chance = self.draw.random()
        if chance < 0.06:
            self.go_on()
        elif chance < 0.12:
            self.reconnect()
        elif chance < 0.16:
            self.session.set_policy(self.draw.choice((SECRET, MORE)))
        else:
            self.send(self.visitor.change(), new=False)

    def send(self, ops: list[Op], *, new: bool) -> None:
        visitor = self.visitor
        if new:
            visitor.epoch, visitor.sequence = visitor.epoch + 1, 0
        visitor.sequence += 1
        frame = codec.encode(ops, epoch=visitor.epoch, sequence=visitor.sequence, deflate=self.draw.random() < 0.3)
        assert not self.session.apply(frame, self.now)

    def go_on(self) -> None:
        """The visitor comes with the next page, which knows of no frame."""
        self.session.visitor_left(Outbox(self.line), self.now)
        self.line = FakeLine()
        self.session.resumed(Outbox(self.line), 0)
        self.send(self.visitor.snapshot(), new=True)

    def reconnect(self) -> None:
        """The visitor's line is cut; it comes back, as the same page or with a snapshot of it."""
        self.session.visitor_left(Outbox(self.line), self.now)
        self.line = FakeLine()
        self.session.resumed(Outbox(self.line), self.visitor.epoch)
        resumed = self.line.controls("resumed")[0]
        assert (resumed["epoch"], resumed["sequence"]) == (self.visitor.epoch, self.visitor.sequence)
        if self.draw.random() < 0.5:
            self.send(self.visitor.again(), new=True)

    def check(self) -> None:
        replica = self.session.replica
        expected = self.visitor.masked()
        for viewer in self.viewers:
            assert viewer.version == replica.version
            assert viewer.page.shown() == expected
        fresh = ModelViewer(self.session, self.draw, slow=False)
        fresh.settle(self.now)
        assert fresh.page.shown() == expected


def seeds() -> list[int]:
    if "CONVERGENCE_SEED" in os.environ:
        return [int(os.environ["CONVERGENCE_SEED"])]
    first = random.randrange(2**32)
    return list(range(first, first + CASES))


def test_every_viewer_ends_with_the_visitors_page() -> None:
    cases = seeds()
    print(f"convergence: {len(cases)} cases from seed {cases[0]}")
    for seed in cases:
        try:
            Case(seed).run()
        except Exception as error:
            pytest.fail(f"CONVERGENCE_SEED={seed}: {type(error).__name__}: {error}")
    assert cases


def test_the_test_notices_a_leak() -> None:
    """Without the rule the model must disagree: the comparison is not blind."""
    disagreements = 0
    for seed in range(30):
        case = Case(seed)
        case.session = make_session()
        case.session.started(Outbox(case.line), "secret")
        case.viewers = [ModelViewer(case.session, case.draw, slow=False)]
        case.send(case.visitor.snapshot(), new=True)
        case.viewers[0].settle(0.0)
        disagreements += case.viewers[0].page.shown() != case.visitor.masked()
    assert disagreements
