"""Who may do what. Every route and every socket asks here, and nowhere else is decided; what is not allowed is refused (7.7).

A caller is known by a login of our website, by a bearer token, or not at all. Visitors and guests prove themselves to one session and
are no callers: `Need.SESSION` routes check their secret against that session.
"""

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
