"""Writes transitions of sessions behind the live path."""

from relay.store.behind import Behind
from relay.store.sessions import Sessions, Transition


class SessionWriter(Behind[Transition]):
    def __init__(self, sessions: Sessions) -> None:
        super().__init__("session records", sessions.move)
