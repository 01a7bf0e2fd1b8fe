"""Our HTTP protocol class for uvicorn: the head of a request, a WebSocket's handshake included, is bounded in bytes and time, and a
request for a WebSocket becomes a line of ours.

uvicorn's own class keeps what comes for as long as it comes: a head without end fills the memory, one that stops holds a connection for
ever (requirements, W15).
"""

import asyncio
from typing import Any, ClassVar, cast
from urllib.parse import unquote_to_bytes

import httptools
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from relay.sockets.entry import Entry
from relay.sockets.lines import Lines

HEAD_BYTES = 64 * 1024
"""Bytes of a request's line and headers; what arrives at once with their end is not counted."""


class RelayHttp(HttpToolsProtocol):
    """One connection, until it is a WebSocket."""

    head_deadline = 10.0
    """Seconds for a head to come whole, from the connection or the head's first byte on; set once, before the server starts."""

    lines: ClassVar[Lines]
    """Where its WebSockets belong; set once, before the server starts."""

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

    # --- WebSockets ---

    def _should_upgrade_to_ws(self) -> bool:
        return True

    def handle_websocket_upgrade(self) -> None:
        self.connections.discard(self)
        entry = Entry(self._websocket_scope(), self.lines, self.server_state, self.transport)
        self.transport.set_protocol(entry.line)
        entry.start(cast(ASGIApp, self.app))

    def _websocket_scope(self) -> dict[str, Any]:
        url = httptools.parse_url(self.url)
        return {
            **self.scope,
            "type": "websocket",
            "scheme": "wss" if self.scheme == "https" else "ws",
            "path": self.root_path + unquote_to_bytes(url.path).decode("utf-8", "replace"),
            "raw_path": self.root_path.encode() + url.path,
            "query_string": url.query or b"",
            "subprotocols": [],
            "extensions": {},
        }

    # --- the head ---

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
