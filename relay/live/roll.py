"""Who takes part in a session: the visitor, and everyone who watches or may come back."""

from collections.abc import Callable, Iterator

from relay.live.history import RETURN_SECONDS
from relay.live.lifecycle import Happening
from relay.live.participant import Kind, Movement, Participant, Person, Presence

ENDS = {Happening.WAITED: Movement.WAITED, Happening.FAILED: Movement.FAILED}
"""What an end is to those who are there; any other is `ENDED`."""


def _unnoted(_participant: Participant) -> None:
    pass


class Roll:
    """`note` hears of everyone who comes, and of everyone who has gone for good before the session is over. Those are forgotten here.

    `following` is the number of the next one who comes.
    """

    __slots__ = ("_following", "_note", "_others", "visitor")

    def __init__(self, visitor: Participant, note: Callable[[Participant], None] = _unnoted, following: int = 1) -> None:
        self.visitor = visitor
        self._note = note
        self._following = following
        self._others: list[Participant] = []

    def __iter__(self) -> Iterator[Participant]:
        return iter([self.visitor, *self._others])

    def seat(self, person: Person) -> Participant:
        """A viewer takes its seat. A user whose connection was gone is the same participant as before."""
        for other in self._others:
            if other.person.user == person.user and other.move(Movement.RETURNED):
                return other
        participant = Participant(self._following, Kind.AGENT, person, Presence.WAITING)
        self._following += 1
        self._others.append(participant)
        self._note(participant)
        return participant

    def drop(self, participant: Participant, now: float) -> None:
        """The viewer's connection is gone."""
        if any(other.person.user == participant.person.user and other.presence.there for other in self._others if other is not participant):
            self._let_go(participant, Movement.REPLACED, now)
        else:
            participant.move(Movement.DROPPED, now)

    def tick(self, now: float) -> None:
        """Those who did not come back in time are gone."""
        for other in [other for other in self._others if other.gone_at is not None and now >= other.gone_at + RETURN_SECONDS]:
            self._let_go(other, Movement.EXPIRED, now)

    def changed(self) -> list[Participant]:
        """Those with whom it stands otherwise than when this was last asked."""
        return [participant for participant in self if participant.changed()]

    def close(self, happening: Happening) -> None:
        """The session is over by this."""
        if happening is Happening.VISITOR_LOST:
            self.visitor.move(Movement.DROPPED)
            self.visitor.move(Movement.EXPIRED)
        for participant in self:
            participant.move(ENDS.get(happening, Movement.ENDED))

    def _let_go(self, participant: Participant, movement: Movement, now: float) -> None:
        if participant.move(movement, now):
            self._others.remove(participant)
            self._note(participant)
