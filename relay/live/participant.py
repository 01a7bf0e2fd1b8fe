"""Somebody who takes part in a session, and the documented states of that (documentation: Activity Service, session guest status).

J joining · W there, but not shown anything yet · A there · R the connection is gone and may come back · C left when the session ended
· X left without a goodbye · P left, and has another viewer open · T the session timed out · E the session broke · D declined.
"""

from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto


class Kind(StrEnum):
    VISITOR = "visitor"
    AGENT = "agent"
    GUEST = "guest"


class Presence(StrEnum):
    """The documented letters. Nobody can decline a cobrowse session once it runs, so D is never reached here."""

    JOINING = "J"
    WAITING = "W"
    ACTIVE = "A"
    RECONNECTING = "R"
    COMPLETED = "C"
    LEFT = "X"
    REPLACED = "P"
    TIMED_OUT = "T"
    ERROR = "E"
    DECLINED = "D"

    @property
    def final(self) -> bool:
        return self in GONE

    @property
    def there(self) -> bool:
        """Whether there is a connection."""
        return self in THERE


class Movement(Enum):
    """What can happen to a participant."""

    SHOWN = auto()  # the visitor was told that its session is there; a viewer has drawn the page
    DROPPED = auto()  # the connection is gone
    RETURNED = auto()
    REPLACED = auto()  # dropped, and the same user has another viewer open
    EXPIRED = auto()  # did not come back
    ENDED = auto()  # the session is over
    WAITED = auto()  # nobody joined the session in time
    FAILED = auto()  # the session broke


GONE = frozenset({Presence.COMPLETED, Presence.LEFT, Presence.REPLACED, Presence.TIMED_OUT, Presence.ERROR, Presence.DECLINED})
THERE = frozenset({Presence.JOINING, Presence.WAITING, Presence.ACTIVE})

MOVEMENTS: dict[tuple[Presence, Movement], Presence] = {
    (Presence.JOINING, Movement.SHOWN): Presence.ACTIVE,
    (Presence.WAITING, Movement.SHOWN): Presence.ACTIVE,
    **{(presence, Movement.DROPPED): Presence.RECONNECTING for presence in THERE},
    **{(presence, Movement.REPLACED): Presence.REPLACED for presence in THERE},
    **{(presence, Movement.ENDED): Presence.COMPLETED for presence in THERE},
    **{(presence, Movement.WAITED): Presence.TIMED_OUT for presence in THERE},
    **{(presence, Movement.FAILED): Presence.ERROR for presence in THERE},
    (Presence.RECONNECTING, Movement.RETURNED): Presence.WAITING,
    (Presence.RECONNECTING, Movement.EXPIRED): Presence.LEFT,
    (Presence.RECONNECTING, Movement.ENDED): Presence.LEFT,
    (Presence.RECONNECTING, Movement.WAITED): Presence.TIMED_OUT,
    (Presence.RECONNECTING, Movement.FAILED): Presence.LEFT,
}

NAME_CHARACTERS = 63
EMAIL_CHARACTERS = 127
PHONE_CHARACTERS = 31
ORIGIN_CHARACTERS = 255
"""Documented limits of what is kept of a participant; the last one of an agent's `origin` and `xid`."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who that is. `username`, `puid` and `full_name` are of an agent's account; `name`, `email` and `phone` were given for this session;
    `origin` and `xid` are what the agent's desk says of itself and of its case.
    """

    user: int | None = None
    username: str = ""
    puid: str = ""
    full_name: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    origin: str = ""
    xid: str = ""


@dataclass(slots=True, eq=False)
class Participant:
    """`number` is the order of coming, `gone_at` when the connection went (seconds), `left` the same by the wall clock (milliseconds) where
    an earlier process wrote that down; `bytes` what was relayed from a visitor or to a viewer.
    """

    number: int
    kind: Kind
    person: Person = field(repr=False)
    presence: Presence
    bytes: int = 0
    gone_at: float | None = None
    left: int | None = None
    _known: tuple[Presence, int] | None = None

    def changed(self) -> bool:
        """Whether anything is otherwise than when this was last asked."""
        before, self._known = self._known, (self.presence, self.bytes)
        return before != self._known

    def move(self, movement: Movement, now: float | None = None) -> bool:
        """Whether that can happen now. `now` is needed when a connection goes."""
        following = MOVEMENTS.get((self.presence, movement))
        if following is None:
            return False
        if movement in (Movement.DROPPED, Movement.REPLACED):
            self.gone_at = now
        elif movement is Movement.RETURNED:
            self.gone_at = self.left = None
        self.presence = following
        return True
