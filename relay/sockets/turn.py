"""Gathers what happens to sessions in one turn of the event loop: several frames, one delta for each viewer."""

import asyncio
import logging
from typing import Final

from relay.clock import Clock
from relay.live.lifecycle import Happening
from relay.live.session import ACK_SECONDS, Session
from relay.sockets.line import Line

log = logging.getLogger(__name__)

SHARE_BYTES: Final = 128 * 1024
"""A visitor that has sent so much in one turn is read again in the next one: a relay that cannot keep up reads everybody more slowly."""


class Turn:
    """Sessions that are to be flushed at the end of this turn, and those that a visitor's acknowledgement is owed for somewhat later."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due: dict[Session, None] = {}
        self._later: dict[Session, None] = {}
        self._taken: dict[Line, int] = {}

    def schedule(self, session: Session) -> None:
        if not self._due:
            asyncio.get_running_loop().call_soon(self._run)
        self._due[session] = None

    def took(self, line: Line, size: int) -> None:
        """`size` bytes from a visitor have been worked on, for a session that is due."""
        taken = self._taken[line] = self._taken.get(line, 0) + size
        if taken > SHARE_BYTES:
            line.pause()

    def _run(self) -> None:
        due, self._due = self._due, {}
        taken, self._taken = self._taken, {}
        self._flush(due)
        for line, size in taken.items():
            if size > SHARE_BYTES:
                line.resume()

    def _run_later(self) -> None:
        due, self._later = self._later, {}
        self._flush(due)

    def _flush(self, sessions: dict[Session, None]) -> None:
        now = self._clock.now()
        for session in sessions:
            try:
                owed = session.flush(now)
            except Exception:
                # One session's fault ends that session and no other.
                log.exception("session %s cannot be shown", session.record.short)
                session.end(Happening.FAILED)
                continue
            if owed and session not in self._later:
                if not self._later:
                    asyncio.get_running_loop().call_later(ACK_SECONDS, self._run_later)
                self._later[session] = None
