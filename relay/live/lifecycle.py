"""The states of a session and the only ways from one to another (documentation: Activity Service, session states).

J being set up · W waiting, visitor only · A active, both sides · C completed cleanly · X completed by a loss · Q quit by the visitor before
anyone joined, or left · T timed out while waiting · U broken before anyone joined. C, X, Q, T and U are final; C and X alone count as
sessions in which somebody was helped. Three documented states no session here comes into: D and L are of screen sharing only, and E is of a
service for assets that is another server: here it is the relay itself, and a page without its assets is still shown.
"""

from enum import Enum, StrEnum, auto


class State(StrEnum):
    """The documented letters."""

    SETUP = "J"
    WAITING = "W"
    ACTIVE = "A"
    COMPLETED = "C"
    LOST = "X"
    QUIT = "Q"
    TIMED_OUT = "T"
    UNKNOWN = "U"
    DECLINED = "D"
    ASSETS_FAILED = "E"
    LOCKED = "L"

    @property
    def final(self) -> bool:
        return self in FINAL


class Happening(Enum):
    """What can happen to a session."""

    READY = auto()  # its record is on disk and the visitor has been told
    JOINED = auto()  # an agent sees it
    VISITOR_ENDED = auto()
    AGENT_ENDED = auto()
    WAITED = auto()  # nobody came in time
    VISITOR_LOST = auto()  # the grace for coming back ran out
    FAILED = auto()  # the visitor's frames cannot be followed, or the replica broke


COMPLETED = frozenset({State.COMPLETED, State.LOST})
"""Somebody was helped."""

FINAL = COMPLETED | {State.QUIT, State.TIMED_OUT, State.UNKNOWN, State.DECLINED, State.ASSETS_FAILED, State.LOCKED}

TRANSITIONS: dict[tuple[State, Happening], State] = {
    (State.SETUP, Happening.READY): State.WAITING,
    (State.SETUP, Happening.VISITOR_ENDED): State.QUIT,
    (State.SETUP, Happening.VISITOR_LOST): State.QUIT,
    (State.SETUP, Happening.FAILED): State.UNKNOWN,
    (State.WAITING, Happening.JOINED): State.ACTIVE,
    (State.WAITING, Happening.VISITOR_ENDED): State.QUIT,
    (State.WAITING, Happening.WAITED): State.TIMED_OUT,
    (State.WAITING, Happening.VISITOR_LOST): State.QUIT,
    (State.WAITING, Happening.FAILED): State.UNKNOWN,
    (State.ACTIVE, Happening.JOINED): State.ACTIVE,
    (State.ACTIVE, Happening.VISITOR_ENDED): State.COMPLETED,
    (State.ACTIVE, Happening.AGENT_ENDED): State.COMPLETED,
    (State.ACTIVE, Happening.VISITOR_LOST): State.LOST,
    (State.ACTIVE, Happening.FAILED): State.LOST,
}

REASONS: dict[Happening, str] = {
    Happening.VISITOR_ENDED: "visitor",
    Happening.AGENT_ENDED: "agent",
    Happening.WAITED: "timeout",
    Happening.VISITOR_LOST: "error",
    Happening.FAILED: "error",
}
"""The documented reasons of `sessionend`, and `timeout` for a session that nobody joined."""


def after(state: State, happening: Happening) -> State | None:
    """The state that follows, None when this cannot happen in `state` (it is then ignored)."""
    return TRANSITIONS.get((state, happening))
