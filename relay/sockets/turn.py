"""Gathers what happens to sessions in one turn of the event loop: several frames, one delta for each viewer."""

import asyncio
import logging

from relay.live.lifecycle import Happening
from relay.live.session import Session

log = logging.getLogger(__name__)


class Turn:
    """Sessions that are to be flushed at the end of this turn."""

    def __init__(self) -> None:
        self._due: set[Session] = set()

    def schedule(self, session: Session) -> None:
        if not self._due:
            asyncio.get_running_loop().call_soon(self._run)
        self._due.add(session)

    def _run(self) -> None:
        due, self._due = self._due, set()
        for session in due:
            try:
                session.flush()
            except Exception:
                # One session's fault ends that session and no other.
                log.exception("session %s cannot be shown", session.record.short)
                session.end(Happening.FAILED)
