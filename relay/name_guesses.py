"""User names are unique over all groups, so that one is taken tells of a user of another group: limited and written down as a wrong
password is.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from relay.clock import Clock
from relay.errors import Busy
from relay.identity.actor import Actor
from relay.identity.limits import NameLimits
from relay.store.audit import FAILED, AuditLog, Deed
from relay.store.users import ForeignName, RowRefused


class NameGuesses:
    """Where users of a group get names, over whatever service."""

    def __init__(self, audit: AuditLog, clock: Clock) -> None:
        self._audit = audit
        self._clock = clock
        self._limits = NameLimits()
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def naming(self, group: int, by: Actor) -> AsyncIterator[None]:
        """Give users names in here; one at a time, for many at once would all begin before the first is counted. Raises `Busy`."""
        async with self._turns.setdefault(group, asyncio.Lock()):
            if not self._limits.allows(group, by.address, self._clock.now()):
                raise Busy
            try:
                yield
            except (ForeignName, RowRefused) as refused:
                if isinstance(refused, ForeignName) or isinstance(refused.fault, ForeignName):
                    await self._failed(group, by)
                raise

    async def _failed(self, group: int, by: Actor) -> None:
        self._limits.failed(group, by.address, self._clock.now())
        await self._audit.write(group, by, Deed.USER_NAME, self._clock.wall(), result=FAILED)
