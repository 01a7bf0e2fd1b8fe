"""The table of transitions, and a session that follows it whatever happens in whatever order."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from relay.live.lifecycle import FINAL, REASONS, TRANSITIONS, Happening, State, after
from relay.live.outbox import Outbox
from relay.live.session import Session
from relay.protocol.names import Close
from tests.relay.lines import ADA, AGENT, FakeLine, at_once, make_session

# The documented ways: W only after J, A only after W, Q, T and U only from before anyone joined, C and X only from A.
BEFORE = {
    State.WAITING: {State.SETUP},
    State.ACTIVE: {State.WAITING},
    State.COMPLETED: {State.ACTIVE},
    State.QUIT: {State.SETUP, State.WAITING},
    State.TIMED_OUT: {State.WAITING},
    State.LOST: {State.ACTIVE},
    State.UNKNOWN: {State.SETUP, State.WAITING},
}


def test_the_table_has_the_documented_ways_only() -> None:
    for (state, _), following in TRANSITIONS.items():
        assert following is state or state in BEFORE[following]


def test_final_states_do_not_change() -> None:
    assert {str(state) for state in FINAL} == set("CXQTUDEL")
    assert all(after(state, happening) is None for state in FINAL for happening in Happening)


def test_every_end_has_a_reason_and_every_state_an_end() -> None:
    assert {happening for (_, happening), state in TRANSITIONS.items() if state.final} == set(REASONS)
    for state in set(State) - FINAL:
        assert any(TRANSITIONS.get((state, happening), state).final for happening in Happening)


Step = Callable[[Session, "Stage"], None]


class Stage:
    """What a random story needs beside the session."""

    def __init__(self) -> None:
        self.now = 0.0
        self.history: list[State] = []
        self.visitor = Outbox(FakeLine())
        self.viewer_lines: list[FakeLine] = []

    def started(self, session: Session) -> None:
        if session.state is State.SETUP:
            session.started(self.visitor, "secret")

    def joined(self, session: Session) -> None:
        # Sockets find a session only while it waits or is active.
        if session.state in (State.WAITING, State.ACTIVE):
            line = FakeLine()
            self.viewer_lines.append(line)
            session.join(AGENT, ADA, Outbox(line), None, None)

    def left(self, session: Session) -> None:
        session.visitor_left(self.visitor, self.now)

    def resumed(self, session: Session) -> None:
        if session.state in (State.WAITING, State.ACTIVE):
            self.visitor = Outbox(FakeLine())
            session.resumed(self.visitor, 0)

    def visitor_ended(self, session: Session) -> None:
        session.end(Happening.VISITOR_ENDED)

    def agent_ended(self, session: Session) -> None:
        session.end(Happening.AGENT_ENDED)

    def time_passes(self, session: Session) -> None:
        self.now += 25
        session.tick(self.now)

    def garbage(self, session: Session) -> None:
        session.apply(b"\x01garbage", self.now)


@given(st.lists(st.sampled_from([name for name in vars(Stage) if not name.startswith("_")]), max_size=30))
def test_any_story_follows_the_table(story: list[str]) -> None:
    stage = Stage()

    def note(session: Session, happening: Happening) -> None:
        stage.history.append(session.state)
        at_once(session, happening)

    session = make_session(on_change=note)
    states = [session.state]
    for step in story:
        getattr(stage, step)(session)
    states += stage.history
    assert states[-1] is session.state
    for before, following in pairwise(states):
        assert before in BEFORE[following]
    if session.state.final:
        assert all(line.code is Close.ENDED for line in stage.viewer_lines)
        assert not session.visitor_connected


def test_two_minutes_without_an_agent_are_the_end() -> None:
    session = make_session()
    session.started(Outbox(line := FakeLine()), "secret")
    session.tick(119.9)
    assert session.state is State.WAITING
    session.tick(120.0)
    assert session.state is State.TIMED_OUT
    assert line.controls()[-1] == {"type": "ended", "reason": "timeout"}


def test_an_active_session_waits_for_its_visitor_for_the_grace_only() -> None:
    session = make_session()
    outbox = Outbox(FakeLine())
    session.started(outbox, "secret")
    session.join(AGENT, ADA, Outbox(viewer := FakeLine()), None, None)
    session.tick(1000.0)
    session.visitor_left(outbox, 1000.0)
    session.tick(1059.9)
    assert session.state is State.ACTIVE
    session.tick(1060.0)
    assert session.state is State.LOST
    assert [control["type"] for control in viewer.controls()] == ["joined", "state", "ended"]


def test_nobody_hears_of_an_end_before_it_is_written_down() -> None:
    session = make_session(on_change=lambda session, happening: None)
    session.started(Outbox(visitor := FakeLine()), "secret")
    session.join(AGENT, ADA, Outbox(viewer := FakeLine()), None, None)
    session.end(Happening.AGENT_ENDED)
    assert session.state is State.COMPLETED
    assert not visitor.controls("ended") and not viewer.controls("ended") and visitor.code is viewer.code is None
    session.apply(b"\x01garbage", 0.0)
    session.tick(1000.0)
    assert session.state is State.COMPLETED
    for _ in range(2):
        session.farewell()
        assert visitor.controls("ended") == viewer.controls("ended") == [{"type": "ended", "reason": "agent"}]
        assert visitor.code is viewer.code is Close.ENDED
