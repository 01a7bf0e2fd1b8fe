"""Whether those who watch still may: a logout, a suspension or another role reaches live sockets within a minute (requirements 7.5)."""

from dataclasses import dataclass

from relay.clock import Clock
from relay.errors import Denied
from relay.identity.access import Answer, Need, Say, Speaker, decide, may_say
from relay.live.outbox import Outbox
from relay.live.record import SessionRecord
from relay.protocol.names import Close
from relay.store.login_sessions import LoginSessions
from relay.store.users import User


@dataclass(frozen=True, slots=True, eq=False)
class Seat:
    """By which login somebody watches."""

    login: bytes
    user: User
    outbox: Outbox


class Rights:
    """Knows by which login each viewer is here. Looking also counts as use of the login: who watches is not idle."""

    def __init__(self, logins: LoginSessions, clock: Clock) -> None:
        self._logins = logins
        self._clock = clock
        self._seats: set[Seat] = set()

    async def user(self, login: bytes) -> User:
        """Who is logged in by this. Raises `Denied`."""
        found = await self._logins.find(login, self._clock.wall())
        if found is None:
            raise Denied("login")
        return found.user

    def watch(self, login: bytes, user: User, outbox: Outbox) -> Seat:
        """From now on the viewer's rights are looked at, until it leaves its seat."""
        seat = Seat(login, user, outbox)
        self._seats.add(seat)
        return seat

    def leave(self, seat: Seat) -> None:
        self._seats.discard(seat)

    async def look(self) -> None:
        """Close the sockets of those who may not watch any more, or not with the same role."""
        for seat in list(self._seats):
            found = await self._logins.find(seat.login, self._clock.wall())
            if found is None or not _may_stay(found.user, seat.user):
                seat.outbox.close(Close.DENIED, "rights")


def _may_stay(now: User, before: User) -> bool:
    """What a viewer sees hangs on the role, so another role needs another seat."""
    return now.role == before.role and decide(now.caller, Need.WATCH, before.group) is Answer.ALLOWED


def permit(speaker: Speaker, say: Say, session: SessionRecord) -> None:
    """Ask for every message of one who is known. Raises `Denied`."""
    if may_say(speaker, say, session.ssnid, session.group) is not Answer.ALLOWED:
        raise Denied(say)
