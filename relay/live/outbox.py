"""The way to one peer, bounded in bytes. It keeps and drops nothing itself: the line's own buffer is the queue, its size is the budget.

Who finds no room sends later, and less: a viewer gets one delta to what there is then.
"""

from typing import Protocol

from relay.protocol.names import Close

Message = str | bytes

ROOM_BYTES = 256 * 1024
"""With as much unsent a viewer gets no further frame (one frame may be larger than this)."""

WATCHED_BYTES = 64 * 1024
"""With as much unsent, the line looks whether the peer takes any of it."""

DRAINED_BYTES = 32 * 1024
"""With less than this unsent again, the line says so and what is owed is sent."""

CAPACITY_BYTES = 4 * 1024 * 1024
"""Unsent control messages beyond this end the connection: that peer does not read."""


class Line(Protocol):
    """What carries messages: a socket, or a list in a test."""

    def write(self, message: Message) -> None:
        """Never waits; does nothing once the line is closing."""

    def unsent(self) -> int:
        """Bytes written that have not left."""

    def close(self, code: Close, reason: str) -> None:
        """Close after what was written; cut it when that does not leave in time."""


class Outbox:
    """What a session holds of a connection."""

    __slots__ = ("_line", "closed")

    def __init__(self, line: Line) -> None:
        self._line = line
        self.closed = False

    @property
    def has_room(self) -> bool:
        return not self.closed and self._line.unsent() < ROOM_BYTES

    @property
    def unsent(self) -> int:
        return self._line.unsent()

    def put(self, message: Message) -> None:
        if self.closed:
            return
        if self._line.unsent() > CAPACITY_BYTES and isinstance(message, str):
            self.close(Close.UNRESPONSIVE)
            return
        self._line.write(message)

    def close(self, code: Close, reason: str = "") -> None:
        """Nothing more is accepted from either side."""
        if not self.closed:
            self.closed = True
            self._line.close(code, reason)
