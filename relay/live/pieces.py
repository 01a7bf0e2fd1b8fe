"""Memory for frames that come in pieces: what has come and is not whole yet is counted, by visitors' addresses and altogether."""

from collections import Counter

from relay.errors import TooLarge

ADDRESS_BYTES = 64 * 1024 * 1024
"""Pieces of unfinished frames of all sockets of one address: four of the largest frames."""

PROCESS_BYTES = 256 * 1024 * 1024
"""Pieces of unfinished frames of all sockets together."""


class Pieces:
    """Counts bytes; the pieces themselves are with the links."""

    def __init__(self, address_bytes: int = ADDRESS_BYTES, process_bytes: int = PROCESS_BYTES) -> None:
        self._address_bytes = address_bytes
        self._process_bytes = process_bytes
        self._held: Counter[str] = Counter()
        self.held = 0

    def share(self, address: str) -> "Share":
        """What one socket of `address` holds; it has to be cleared when the socket is over."""
        return Share(self, address)

    def take(self, address: str, size: int) -> None:
        """Raises `TooLarge`, and takes nothing, when there is no room."""
        if self._held[address] + size > self._address_bytes:
            raise TooLarge(self._address_bytes)
        if self.held + size > self._process_bytes:
            raise TooLarge(self._process_bytes)
        self._held[address] += size
        self.held += size

    def give_back(self, address: str, size: int) -> None:
        self._held[address] -= size
        self.held -= size
        if not self._held[address]:
            del self._held[address]


class Share:
    """One socket's part of it."""

    __slots__ = ("_address", "_pieces", "_size")

    def __init__(self, pieces: Pieces, address: str) -> None:
        self._pieces = pieces
        self._address = address
        self._size = 0

    def take(self, size: int) -> None:
        """Another piece has come. Raises `TooLarge` when there is no room for it."""
        self._pieces.take(self._address, size)
        self._size += size

    def clear(self) -> None:
        """The pieces are a frame now, or nobody's."""
        self._pieces.give_back(self._address, self._size)
        self._size = 0
