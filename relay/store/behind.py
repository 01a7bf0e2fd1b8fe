"""Writes records behind the live path: one writer for each kind, all that has gathered in one commit, in order."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeVar

from relay.errors import StorageDown

log = logging.getLogger(__name__)

T = TypeVar("T")
Then = Callable[[], None]

RETRY_SECONDS = 1.0
"""Wait after a failed commit (a locked database, a full disk); nothing is dropped meanwhile."""

LAST_TRIES = 3
"""How often what is left is tried when the relay stops; a session that stays open on disk is taken up by the next start."""


class Behind(Generic[T]):
    """`note` never waits. `run` is the writer's task; after `finish` it writes what is left and returns. `write` commits a batch whole."""

    def __init__(self, what: str, write: Callable[[list[T]], Awaitable[None]]) -> None:
        self._what = what
        self._commit = write
        self._noted: list[tuple[T, Then | None]] = []
        self._wake = asyncio.Event()
        self._finishing = False

    def note(self, record: T, then: Then | None = None) -> None:
        """`then` is called when the record is on disk, or can never be."""
        self._noted.append((record, then))
        self._wake.set()

    def finish(self) -> None:
        self._finishing = True
        self._wake.set()

    async def run(self) -> None:
        tries = LAST_TRIES
        while tries and (self._noted or not self._finishing):
            await self._wake.wait()
            self._wake.clear()
            batch, self._noted = self._noted, []
            done = await self._write([record for record, _ in batch])
            _call(then for _, then in batch[:done])
            if done < len(batch):
                self._noted = batch[done:] + self._noted
                self._wake.set()
                tries -= self._finishing
                await asyncio.sleep(RETRY_SECONDS)

    async def _write(self, batch: list[T]) -> int:
        """How many are dealt with, from the first. A record that no database would take must not keep those beside it from theirs."""
        try:
            if batch:
                await self._commit(batch)
        except StorageDown as error:
            log.error("%s could not be written, trying again: %s", self._what, error.why)
            return 0
        except Exception as error:
            if len(batch) == 1:
                # Its own words would have the record in them.
                log.error("one of the %s can never be written and is lost: %s", self._what, type(error).__name__)
                return 1
            for done, record in enumerate(batch):
                if not await self._write([record]):
                    return done
        return len(batch)


def _call(waiting: Iterable[Then | None]) -> None:
    for then in waiting:
        try:
            if then is not None:
                then()
        except Exception:
            log.exception("who waited for a record fell over it")
