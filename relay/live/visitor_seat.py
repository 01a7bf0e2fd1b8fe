"""The visitor's end of a session: the connection it has now, if it has one."""

from relay.live.control import encode
from relay.live.outbox import Outbox
from relay.protocol.names import Close, ToVisitor


class VisitorSeat:
    """Holds at most one connection; a newer one replaces it."""

    __slots__ = ("_outbox",)

    def __init__(self) -> None:
        self._outbox: Outbox | None = None

    @property
    def connected(self) -> bool:
        return self._outbox is not None

    def take(self, outbox: Outbox) -> None:
        if self._outbox is not None:
            self._outbox.close(Close.REPLACED)
        self._outbox = outbox

    def leave(self, outbox: Outbox) -> bool:
        """Whether that was the visitor's connection; an older one may end late."""
        if self._outbox is not outbox:
            return False
        self._outbox = None
        return True

    def tell(self, message: ToVisitor) -> None:
        if self._outbox is not None:
            self._outbox.put(encode(message))

    def close(self, code: Close) -> None:
        if self._outbox is not None:
            self._outbox.close(code)
        self._outbox = None
