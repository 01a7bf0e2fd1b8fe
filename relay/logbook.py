"""Writes down what happens to running sessions and who takes part in them; with a key, at the end a signed statement of what was masked."""

from collections.abc import Callable, Iterable
from importlib.metadata import version

from masking.statement import sign
from relay.clock import Clock
from relay.live.lifecycle import Happening
from relay.live.participant import Kind, Participant, Person, Presence
from relay.live.roll import Roll
from relay.live.session import Session
from relay.store.participants import Arrival, Mark
from relay.store.session_writer import SessionWriter
from relay.store.sessions import Beat, Sign, Transition
from relay.store.statements import Signed

BEAT_SECONDS = 10.0
"""How often it is written down who is there and how much was relayed: what a kill of the relay makes inexact, it does by no more."""


class Logbook:
    """Nothing here waits: the writer is behind the live path. Live parts have seconds of their own; records have the wall clock's."""

    def __init__(self, clock: Clock, writer: SessionWriter, key: bytes = b"") -> None:
        self._clock = clock
        self._writer = writer
        self._key = key
        self._next_beat = clock.now() + BEAT_SECONDS

    def roll(self, ssnid: str, *, following: int = 1, seen: int | None = None, bytes: int = 0) -> Roll:
        """The roll of a session, which begins now or, with `seen`, was had by an earlier process that saw its visitor last then."""
        presence = Presence.JOINING if seen is None else Presence.RECONNECTING
        visitor = Participant(0, Kind.VISITOR, Person(), presence, bytes, left=seen)
        return Roll(visitor, lambda participant: self._note(ssnid, participant), following)

    def moved(self, session: Session) -> None:
        """The session came into another state, and goes on."""
        self._writer.note(Transition(session.record.ssnid, session.state, "", self._clock.wall()))

    def ended(self, session: Session, happening: Happening, then: Callable[[], None]) -> None:
        """The session is over; `then` is called when that is on disk. One whose visitor was lost ended when the visitor was last there."""
        now = ended = self._clock.wall()
        if happening is Happening.VISITOR_LOST:
            ended = self._left(session.roll.visitor) or now
        signed = self._signed(session, ended) if self._key else None
        marks = tuple(self._mark(session.record.ssnid, participant, now) for participant in session.roll)
        transition = Transition(
            session.record.ssnid, session.state, session.reason, ended, signed, bytes=session.roll.visitor.bytes, marks=marks
        )
        self._writer.note(transition, then)

    def tick(self, sessions: Iterable[Session]) -> None:
        """Write down how it stands with all of them, when that is due."""
        if self._clock.now() >= self._next_beat:
            self._next_beat = self._clock.now() + BEAT_SECONDS
            self.beat(sessions)

    def beat(self, sessions: Iterable[Session]) -> None:
        """Write down how it stands with all of them."""
        now, signs, marks = self._clock.wall(), list[Sign](), list[Mark]()
        for session in sessions:
            ssnid, roll = session.record.ssnid, session.roll
            if session.visitor_connected:
                signs.append(Sign(ssnid, now, roll.visitor.bytes))
            marks += [self._mark(ssnid, participant) for participant in roll.changed()]
        if signs or marks:
            self._writer.note(Beat(tuple(signs), tuple(marks)))

    def _note(self, ssnid: str, participant: Participant) -> None:
        if participant.presence.final:
            self._writer.note(Beat(marks=(self._mark(ssnid, participant),)))
        else:
            number, kind, person, presence = participant.number, participant.kind, participant.person, participant.presence
            self._writer.note(Arrival(ssnid, number, kind, person, presence, self._clock.wall()))

    def _mark(self, ssnid: str, participant: Participant, left: int | None = None) -> Mark:
        """`left` is when those leave who are still there."""
        return Mark(ssnid, participant.number, participant.presence, self._left(participant) or left, participant.bytes)

    def _left(self, participant: Participant) -> int | None:
        """When the connection went, by the wall clock as it goes now."""
        if participant.gone_at is None:
            return participant.left
        return self._clock.wall() - round((self._clock.now() - participant.gone_at) * 1000)

    def _signed(self, session: Session, ended: int) -> Signed:
        record = session.record
        statement = session.statement(group=record.group, site=record.site.value, relay=version("cobrowse-relay"), ended=ended)
        return Signed(statement, sign(self._key, statement))
