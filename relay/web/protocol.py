"""Our HTTP protocol class for uvicorn: the head of a request, a WebSocket's handshake included, is bounded in bytes and time.

uvicorn's own class keeps what comes for as long as it comes: a head without end fills the memory, one that stops holds a connection for
ever (requirements, W15).
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 64 * 1024
"""Bytes of a request's line and headers; what arrives at once with their end is not counted."""


class RelayHttp(HttpToolsProtocol):
    """One connection, until it is a WebSocket."""

    head_deadline = 10.0
    """Seconds for a head to come whole, from the connection or the head's first byte on; set once, before the server starts."""

    _head_bytes = 0
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_here()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._head_timer is None:
            return
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_BYTES:
            self.transport.abort()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._await_head()

    def on_headers_complete(self) -> None:
        self._head_is_here()
        super().on_headers_complete()

    def _await_head(self) -> None:
        if self._head_timer is None:
            self._head_bytes = 0
            self._head_timer = self.loop.call_later(self.head_deadline, self._late)

    def _head_is_here(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _late(self) -> None:
        self.transport.abort()
