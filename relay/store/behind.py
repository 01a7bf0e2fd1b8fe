"""Writes records behind the live path: one writer for each kind, all that has gathered in one commit, in order."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from relay.errors import StorageDown

log = logging.getLogger(__name__)

T = TypeVar("T")

RETRY_SECONDS = 1.0
"""Wait after a failed commit (a locked database, a full disk); nothing is dropped meanwhile."""

LAST_TRIES = 3
"""How often what is left is tried when the relay stops; a session that stays open on disk is taken up by the next start."""


class Behind(Generic[T]):
    """`note` never waits. `run` is the writer's task; after `finish` it writes what is left and returns. `write` commits a batch whole."""

    def __init__(self, what: str, write: Callable[[list[T]], Awaitable[None]]) -> None:
        self._what = what
        self._commit = write
        self._noted: list[T] = []
        self._wake = asyncio.Event()
        self._finishing = False

    def note(self, record: T) -> None:
        self._noted.append(record)
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
            if batch and not await self._write(batch):
                self._noted = batch + self._noted
                self._wake.set()
                tries -= self._finishing
                await asyncio.sleep(RETRY_SECONDS)

    async def _write(self, batch: list[T]) -> bool:
        try:
            await self._commit(batch)
        except StorageDown as error:
            log.error("%s could not be written, trying again: %s", self._what, error.why)
            return False
        return True
