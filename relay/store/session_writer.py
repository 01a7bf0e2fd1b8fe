"""Writes transitions of sessions behind the live path: one writer, all that has gathered in one commit, in order."""

import asyncio
import logging

from relay.errors import StorageDown
from relay.store.sessions import Sessions, Transition

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
"""Wait after a failed commit (a locked database, a full disk); nothing is dropped meanwhile."""

LAST_TRIES = 3
"""How often what is left is tried when the relay stops; a session that stays open on disk is taken up by the next start."""


class SessionWriter:
    """`note` never waits. `run` is the writer's task; after `finish` it writes what is left and returns."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._noted: list[Transition] = []
        self._wake = asyncio.Event()
        self._finishing = False

    def note(self, transition: Transition) -> None:
        self._noted.append(transition)
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

    async def _write(self, batch: list[Transition]) -> bool:
        try:
            await self._sessions.move(batch)
        except StorageDown as error:
            log.error("session records could not be written, trying again: %s", error.why)
            return False
        return True
