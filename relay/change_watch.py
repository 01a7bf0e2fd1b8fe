"""Looks whether anything was committed, by whichever process, and lets those look who bring changes to running sessions."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from relay.store.database import Database

Look = Callable[[], Awaitable[None]]


class ChangeWatch:
    """Every `seconds`; `looks` are called at the start and after commits only."""

    def __init__(self, database: Database, looks: Sequence[Look], seconds: float) -> None:
        self._database = database
        self._looks = looks
        self._seconds = seconds

    async def run(self) -> None:
        async with self._database.change_marks() as mark:
            seen = None
            while True:
                current = await mark()
                if current != seen:
                    seen = current
                    for look in self._looks:
                        await look()
                await asyncio.sleep(self._seconds)
