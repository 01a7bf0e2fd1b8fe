"""Writes what happens to sessions behind the live path."""

from relay.store.behind import Behind
from relay.store.sessions import Note, Sessions


class SessionWriter(Behind[Note]):
    def __init__(self, sessions: Sessions) -> None:
        super().__init__("session records", sessions.write)
