"""What is written down of running sessions, when, and with which times. Two clocks: seconds of the live parts, milliseconds of records."""

from __future__ import annotations

from typing import Any

from relay.clock import Clock
from relay.live.history import RETURN_SECONDS
from relay.live.lifecycle import Happening, State
from relay.live.outbox import Outbox
from relay.live.participant import Kind, Person, Presence
from relay.live.roll import Roll
from relay.live.session import Session
from relay.logbook import BEAT_SECONDS, Logbook
from relay.registry import Registry
from relay.store.participants import Arrival, Mark
from relay.store.session_writer import SessionWriter
from relay.store.sessions import Beat, Note, Sessions, Sign, Transition
from tests.relay.lines import ADA, AGENT, RECORD, FakeLine, make_session

MIDNIGHT = 1_800_000_000_000


class Noted(SessionWriter):
    """Everything is on disk at once, and can be looked at."""

    def __init__(self) -> None:
        super().__init__(Sessions.__new__(Sessions))
        self.notes: list[Note] = []

    def note(self, record: Note, then: Any = None) -> None:
        self.notes.append(record)
        if then is not None:
            then()

    def taken(self) -> list[Note]:
        notes, self.notes = self.notes, []
        return notes


class Desk:
    """A registry with one session in it, at second 100 of the process, at midnight."""

    def __init__(self, **earlier: Any) -> None:
        self.now = 100.0
        self.slip = 0
        self.writer = Noted()
        clock = Clock(now=lambda: self.now, wall=lambda: MIDNIGHT + round((self.now - 100) * 1000) + self.slip)
        self.logbook = Logbook(clock, self.writer)
        self.registry = Registry(clock, self.logbook)
        roll: Roll = self.logbook.roll(RECORD.ssnid, **earlier)
        state = State.ACTIVE if earlier else State.SETUP
        self.session: Session = make_session(on_change=self.registry.changed, roll=roll, state=state, now=self.now)
        self.registry.add(self.session, "192.0.2.1")
        self.visitor = Outbox(FakeLine())
        if not earlier:
            self.session.started(self.visitor, "secret")

    def wait(self, seconds: float) -> list[Note]:
        self.now += seconds
        self.registry.tick()
        return self.writer.taken()


def test_comings_and_states_are_written_as_they_happen() -> None:
    desk = Desk()
    assert desk.writer.taken() == [Transition(RECORD.ssnid, State.WAITING, "", MIDNIGHT)]
    desk.now += 2
    desk.session.join(AGENT, ADA, Outbox(FakeLine()), None, None)
    assert desk.writer.taken() == [
        Arrival(RECORD.ssnid, 1, Kind.AGENT, ADA, Presence.WAITING, MIDNIGHT + 2000),
        Transition(RECORD.ssnid, State.ACTIVE, "", MIDNIGHT + 2000),
    ]


def test_who_is_there_is_written_once_in_a_while_and_what_is_as_before_not_again() -> None:
    desk = Desk()
    desk.writer.taken()
    assert desk.wait(BEAT_SECONDS / 2) == []
    assert desk.wait(BEAT_SECONDS / 2) == [
        Beat((Sign(RECORD.ssnid, MIDNIGHT + 10_000, 0),), (Mark(RECORD.ssnid, 0, Presence.ACTIVE, None, 0),))
    ]
    assert desk.wait(BEAT_SECONDS) == [Beat((Sign(RECORD.ssnid, MIDNIGHT + 20_000, 0),))]
    # A page load: the connection goes, and comes back before anybody asks.
    desk.session.visitor_left(desk.visitor, desk.now)
    desk.session.resumed(desk.visitor, 1)
    assert desk.wait(BEAT_SECONDS) == [Beat((Sign(RECORD.ssnid, MIDNIGHT + 30_000, 0),))]
    desk.session.visitor_left(desk.visitor, desk.now)
    assert desk.wait(BEAT_SECONDS) == [Beat((), (Mark(RECORD.ssnid, 0, Presence.RECONNECTING, MIDNIGHT + 30_000, 0),))]
    assert desk.wait(BEAT_SECONDS) == []


def test_a_visitor_that_is_lost_was_there_until_its_connection_went() -> None:
    desk = Desk()
    desk.session.join(AGENT, ADA, Outbox(FakeLine()), None, None)
    desk.now += 5
    desk.session.visitor_left(desk.visitor, desk.now)
    desk.wait(30)
    # The wall clock is set an hour back meanwhile: the live clock knows how long ago that was.
    desk.slip = -3_600_000
    *_, end = desk.wait(30)
    assert isinstance(end, Transition)
    assert (end.state, end.at) == (State.LOST, MIDNIGHT + 5_000 + desk.slip)
    now = MIDNIGHT + 65_000 + desk.slip
    assert end.marks == (Mark(RECORD.ssnid, 0, Presence.LEFT, end.at, 0), Mark(RECORD.ssnid, 1, Presence.COMPLETED, now, 0))


def test_an_end_that_is_asked_for_is_now() -> None:
    desk = Desk()
    view = desk.session.join(AGENT, ADA, Outbox(FakeLine()), None, None)
    desk.session.join(AGENT, Person(user=2), Outbox(FakeLine()), None, None)
    desk.now += 3
    desk.session.leave(view, desk.now)
    desk.now += 4
    desk.writer.taken()
    desk.session.end(Happening.VISITOR_ENDED)
    (end,) = desk.writer.taken()
    now = MIDNIGHT + 7_000
    assert isinstance(end, Transition) and (end.state, end.reason, end.at) == (State.COMPLETED, "visitor", now)
    assert [(mark.presence, mark.left) for mark in end.marks] == [
        (Presence.COMPLETED, now),
        (Presence.LEFT, MIDNIGHT + 3_000),
        (Presence.COMPLETED, now),
    ]


def test_who_does_not_come_back_is_written_with_the_time_of_going() -> None:
    desk = Desk()
    view = desk.session.join(AGENT, ADA, Outbox(FakeLine()), None, None)
    desk.now += 1
    desk.session.leave(view, desk.now)
    desk.writer.taken()
    gone = [note for note in desk.wait(RETURN_SECONDS) if note == Beat((), (Mark(RECORD.ssnid, 1, Presence.LEFT, MIDNIGHT + 1_000, 0),))]
    assert len(gone) == 1


def test_a_session_of_an_earlier_process_ends_when_that_last_saw_its_visitor() -> None:
    desk = Desk(following=3, seen=MIDNIGHT - 3_600_000, bytes=77)
    (end,) = [note for note in desk.wait(60) if isinstance(note, Transition)]
    assert (end.state, end.reason, end.at, end.bytes) == (State.LOST, "error", MIDNIGHT - 3_600_000, 77)
    desk = Desk(following=3, seen=MIDNIGHT - 3_600_000, bytes=77)
    desk.session.resumed(desk.visitor, 1)
    desk.session.join(AGENT, ADA, Outbox(FakeLine()), None, None)
    desk.session.end(Happening.VISITOR_ENDED)
    arrival, end = (note for note in desk.writer.taken() if not isinstance(note, Beat))
    assert isinstance(arrival, Arrival) and arrival.number == 3
    assert isinstance(end, Transition) and (end.state, end.at) == (State.COMPLETED, MIDNIGHT)
