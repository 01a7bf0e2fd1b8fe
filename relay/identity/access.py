"""Who may do what. Every route and every socket asks here, and nowhere else is decided; what is not allowed is refused (7.7).

A caller is known by a login of our website, by a bearer token, or not at all. Visitors and guests prove themselves to one session and
are no callers: `Need.SESSION` routes check their secret against that session. On a socket they are known from their first message on,
and each message that follows is asked for here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import assert_never

from relay.identity.permissions import Permission, Permissions


class Need(StrEnum):
    """What a route or a socket asks of its caller. Every route has one."""

    PUBLIC = "public"
    """Anybody: pages before the login, scripts, health."""
    CREDENTIALS = "credentials"
    """Anybody, and the request brings what proves its sender: forms of the login, the authorization service."""
    SESSION = "session"
    """Whoever holds the secret of one session: its visitor, and by asset address its viewers."""
    TICKET = "ticket"
    """Whoever holds a ticket, which was given to one who may watch and is asked again for that."""
    SIGNED_ON = "signed on"
    """Any user who is signed on."""
    WATCH = "watch"
    """A user who may join sessions of their group."""
    RUN_GROUP = "run group"
    """An owner: users, roles, settings and reports of their group."""


class Answer(Enum):
    """`UNKNOWN`: say who you are. `FORBIDDEN`: not with your rights. `HIDDEN`: as if it were not there."""

    ALLOWED = auto()
    UNKNOWN = auto()
    FORBIDDEN = auto()
    HIDDEN = auto()


@dataclass(frozen=True, slots=True)
class Nobody:
    """No credentials, wrong ones, or such as have run out."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A user who is signed on, with the rights that role, group and token leave them."""

    user: int
    group: int
    permissions: Permissions
    owner: bool
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who has shown the secret of this session on this socket."""

    ssnid: str


@dataclass(frozen=True, slots=True)
class Guest:
    """An extra viewer whom an agent has let into this session."""

    ssnid: str


Speaker = Nobody | Visitor | Guest | Caller


class Say(StrEnum):
    """What can be said on a socket: by its side and the type of the message, `frame` for all that is binary."""

    START = "visitor.start"
    RESUME = "visitor.resume"
    STOP = "visitor.stop"
    FRAME = "visitor.frame"
    JOIN = "viewer.join"
    ACK = "viewer.ack"
    DRIFT = "viewer.drift"
    LOOK = "viewer.look"
    END = "viewer.end"


class Role(Enum):
    """As whom somebody speaks of one session."""

    STRANGER = auto()
    VISITOR = auto()
    GUEST = auto()
    AGENT = auto()


_WATCHING = frozenset({Role.AGENT, Role.GUEST})
MAY_SAY: Mapping[Say, frozenset[Role]] = {
    Say.START: frozenset({Role.STRANGER}),
    Say.RESUME: frozenset({Role.STRANGER}),
    Say.STOP: frozenset({Role.VISITOR}),
    Say.FRAME: frozenset({Role.VISITOR}),
    Say.JOIN: frozenset({Role.STRANGER}),
    Say.ACK: _WATCHING,
    Say.DRIFT: _WATCHING,
    Say.LOOK: _WATCHING,
    Say.END: frozenset({Role.AGENT}),
}
"""First messages bring what proves their sender, so strangers say them, and nobody who is known already."""


def may_say(speaker: Speaker, say: Say, ssnid: str, group: int) -> Answer:
    """May `speaker` say this of the session `ssnid` of `group`? Another session is never told from one that is not there."""
    if isinstance(speaker, Visitor | Guest) and speaker.ssnid != ssnid:
        return Answer.HIDDEN
    if isinstance(speaker, Caller) and (answer := decide(speaker, Need.WATCH, group)) is not Answer.ALLOWED:
        return answer
    role = _ROLES[type(speaker)]
    if role in MAY_SAY[say]:
        return Answer.ALLOWED
    return Answer.UNKNOWN if role is Role.STRANGER else Answer.FORBIDDEN


_ROLES: Mapping[type[Speaker], Role] = {Nobody: Role.STRANGER, Visitor: Role.VISITOR, Guest: Role.GUEST, Caller: Role.AGENT}


def decide(caller: Caller | Nobody, need: Need, group: int | None = None) -> Answer:
    """May `caller` do this, in `group` if it concerns one? Another group's things are never told from those that are not there."""
    match need:
        case Need.PUBLIC | Need.CREDENTIALS | Need.SESSION | Need.TICKET:
            return Answer.ALLOWED
        case Need.SIGNED_ON | Need.WATCH | Need.RUN_GROUP:
            return _of_user(caller, need, group)
        case _:
            assert_never(need)


def _of_user(caller: Caller | Nobody, need: Need, group: int | None) -> Answer:
    if isinstance(caller, Nobody) or caller.suspended:
        return Answer.UNKNOWN
    if group is not None and group != caller.group:
        return Answer.HIDDEN
    if need is Need.WATCH and Permission.JOIN_COBROWSE_SESSIONS not in caller.permissions:
        return Answer.FORBIDDEN
    if need is Need.RUN_GROUP and not caller.owner:
        return Answer.FORBIDDEN
    return Answer.ALLOWED
