"""Finding a session by its code: inside the agent's group only, and not by guessing (requirements 5.3)."""

from collections import OrderedDict

from relay.clock import Clock
from relay.errors import Busy
from relay.identity.actor import Actor
from relay.identity.limits import QUARTER, CodeLimits
from relay.identity.throttle import Throttle
from relay.live.session import Session
from relay.registry import Registry
from relay.store.audit import FAILED, Deed, Noted
from relay.store.audit_writer import AuditWriter
from relay.store.users import User

REMEMBERED = 10_000


class Codes:
    """For users who may watch. A wrong code, one that ran out and one of another group are the same: not there.

    Guesses to which another site's page sends an agent's browser are limited apart: no such page can use up the agent's own.
    """

    def __init__(self, registry: Registry, audit: AuditWriter, clock: Clock) -> None:
        self._registry = registry
        self._audit = audit
        self._limits = CodeLimits()
        self._limits_from_elsewhere = CodeLimits()
        self._waited = Throttle(1, QUARTER)
        self._clock = clock
        self._found: OrderedDict[tuple[int, str], None] = OrderedDict()

    def find(
        self, user: User, key: str, address: str, *, ssnid: str = "", from_elsewhere: bool = False, waiting: bool = False
    ) -> Session | None:
        """The session; with `ssnid` that one among several with the key. Raises `Busy` for an agent, address or group that was wrong
        too often.

        A code that this agent had right before is not a guess: a console asks again for a session that has ended meanwhile. Nor is one
        that a program asks for again and again, `waiting` for its visitor: it counts once.
        """
        now = self._clock.now()
        limits = self._limits_from_elsewhere if from_elsewhere else self._limits
        known = (user.id, key) in self._found or (waiting and not self._waited.allows((user.id, key), now))
        if not known and not limits.allows(user.id, address, user.group, now):
            raise Busy
        session = self._registry.find(user.group, key, ssnid)
        if session is not None:
            self._remember(user.id, key)
        elif not known:
            limits.failed(user.id, address, user.group, now)
            # Not the code: it may be another group's.
            by, why = Actor(user.username, address), {"why": "code"}
            self._audit.note(Noted(user.group, by, Deed.JOIN, self._clock.wall(), result=FAILED, detail=why))
            if waiting:
                self._waited.count((user.id, key), now)
        return session

    def _remember(self, user: int, key: str) -> None:
        self._found[user, key] = None
        self._found.move_to_end((user, key))
        if len(self._found) > REMEMBERED:
            self._found.popitem(last=False)
