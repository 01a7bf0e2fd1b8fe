"""The sessions that run in this process, by all the names under which they are asked for; and their expiry."""

import logging
import secrets

from relay.clock import Clock
from relay.errors import StartRefused
from relay.live.lifecycle import Happening, State
from relay.live.session import Session
from relay.logbook import Logbook

log = logging.getLogger(__name__)

DIGITS = "0123456789"
DRAWS = 64
"""Random keys drawn before a group counts as full: with half of all keys in use, that many in a row fail once in 2^64."""

UNWRITTEN_SECONDS = 10.0
"""How long the end of a session may wait for the disk before its peers are told all the same: nobody keeps looking at a dead page."""


class Registry:
    """Sessions that are over leave by themselves."""

    def __init__(self, clock: Clock, logbook: Logbook) -> None:
        self._clock = clock
        self._logbook = logbook
        self._by_key: dict[tuple[int, str], list[Session]] = {}
        self._by_ssnid: dict[str, Session] = {}
        self._by_scope: dict[str, Session] = {}
        self._addresses: dict[str, str] = {}
        self._ending: dict[Session, float] = {}

    def __len__(self) -> int:
        return len(self._by_ssnid)

    def running(self) -> list[Session]:
        return list(self._by_ssnid.values())

    def find(self, group: int, key: str, ssnid: str = "") -> Session | None:
        """The session that an agent of `group` means by `key`: the newest, or the one with `ssnid`.

        Wrong keys and keys of other groups are the same: not there.
        """
        there = (session for session in reversed(self._by_key.get((group, key), [])) if session.state is not State.SETUP)
        return next((session for session in there if not ssnid or session.record.ssnid == ssnid), None)

    def by_ssnid(self, ssnid: str) -> Session | None:
        return self._by_ssnid.get(ssnid)

    def by_scope(self, scope: str) -> Session | None:
        """The session whose assets have addresses with `scope`."""
        return self._by_scope.get(scope)

    def random_key(self, group: int, length: int) -> str:
        """A key that no running session of the group has."""
        for _ in range(DRAWS):
            key = "".join(secrets.choice(DIGITS) for _ in range(length))
            if (group, key) not in self._by_key:
                return key
        raise StartRefused("service", "all session keys of this group are in use")

    def make_way(self, group: int, key: str) -> None:
        """Free `key` for a new session: one whose visitor is gone ends, one whose visitor is there stays."""
        there = self._by_key.get((group, key), [])
        if any(session.visitor_connected or session.state is State.SETUP for session in there):
            raise StartRefused("dupkey", "a session with this key is running")
        for session in list(there):
            session.end(Happening.VISITOR_LOST)

    def waiting_from(self, address: str) -> int:
        """How many sessions that `address` started wait for an agent."""
        from_there = [ssnid for ssnid, other in self._addresses.items() if other == address]
        return sum(self._by_ssnid[ssnid].state in (State.SETUP, State.WAITING) for ssnid in from_there)

    def add(self, session: Session, address: str) -> None:
        """`address` is the visitor's network address, empty when it is not known any more."""
        record = session.record
        self._addresses[record.ssnid] = address
        self._by_key.setdefault((record.group, record.key), []).append(session)
        self._by_ssnid[record.ssnid] = session
        self._by_scope[record.scope] = session

    def changed(self, session: Session, happening: Happening) -> None:
        """A session came into another state: it is written down. One that is over leaves, and its peers hear of it when that is on disk."""
        state = session.state
        log.info("session %s is %s%s", session.record.short, state, _end(session, happening) if state.final else "")
        if not state.final:
            self._logbook.moved(session)
            return
        self._remove(session)
        self._ending[session] = self._clock.now() + UNWRITTEN_SECONDS
        self._logbook.ended(session, happening, lambda: self._farewell(session))

    def _farewell(self, session: Session) -> None:
        if self._ending.pop(session, None) is not None:
            session.farewell()

    def tick(self) -> None:
        """Let every session look at the time."""
        now = self._clock.now()
        for session in [session for session, until in self._ending.items() if until <= now]:
            log.error("session %s: its end is not on disk, and told all the same", session.record.short)
            self._farewell(session)
        running = self.running()
        self._logbook.tick(running)
        for session in running:
            session.tick(now)
            if count := session.alarms.due(now):
                log.warning("session %s: the visitor showed %d masked values; they were masked here", session.record.short, count)
            if count := session.cards.due(now):
                log.warning("session %s: %d card numbers stood where no rule masks; they were masked here", session.record.short, count)

    def _remove(self, session: Session) -> None:
        record = session.record
        same_key = self._by_key.get((record.group, record.key), [])
        if session in same_key:
            same_key.remove(session)
        if not same_key:
            self._by_key.pop((record.group, record.key), None)
        self._by_ssnid.pop(record.ssnid, None)
        self._by_scope.pop(record.scope, None)
        self._addresses.pop(record.ssnid, None)


def _end(session: Session, happening: Happening) -> str:
    shown = session.alarms.total
    return f" ({happening.name.lower()}{f', {shown} masked values were shown' if shown else ''})"
