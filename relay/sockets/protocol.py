"""Our WebSocket protocol class for uvicorn: writes without waiting, and gets rid of peers that stop reading.

uvicorn's own classes never free such a peer: a close waits for a buffer that never empties. Here a peer that takes nothing for the write
deadline is cut. The application finds the connection in its scope under `LINE`.
"""

import asyncio
import struct
from collections.abc import Callable
from typing import Any, Final, cast

from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import CloseCode, Frame
from websockets.http11 import Request
from websockets.server import ServerProtocol

from relay.live.outbox import CAPACITY_BYTES, DRAINED_BYTES, ROOM_BYTES, Message
from relay.protocol.names import Close

LINE: Final = "relay.line"
"""Where in the ASGI scope the connection is."""

FRAGMENTS = 64
"""Fragments of one WebSocket message (requirements 5.5)."""

_TEXT, _BINARY = 0x81, 0x82
_SHORT, _MEDIUM = 126, 1 << 16


class _Wire(ServerProtocol):
    """A message over its limit ends the connection before its bytes are taken, with our own code: the peer is not to come back with it."""

    def fail(self, code: int, reason: str = "") -> None:
        super().fail(Close.TOO_LARGE if code == CloseCode.MESSAGE_TOO_BIG else code, reason)


class RelayWebSocket(WebSocketsSansIOProtocol):
    """One connection; it is the `Line` of an outbox. It takes messages of the server's `ws_max_size` until more is allowed."""

    write_deadline = 10.0
    """Seconds without a byte taken by the peer; set once, before the server starts."""

    _deadline: asyncio.TimerHandle | None = None
    _broken = False
    _written = 0
    _drained: Callable[[], None] | None = None

    def __init__(self, config: Config, server_state: ServerState, app_state: dict[str, Any]) -> None:
        super().__init__(config, server_state, app_state)
        self.conn = _Wire(max_size=config.ws_max_size, logger=self.logger)

    # --- the application's side ---

    def allow(self, size: int) -> None:
        """The peer is known: from now on its messages may have `size` bytes."""
        self.conn.max_message_size = size

    def write(self, message: Message) -> None:
        """Put the message on the wire's buffer; nothing happens once the connection closes."""
        if self.close_sent or self.transport.is_closing():
            return
        data = _framed(message)
        self._written += len(data)
        self.transport.write(data)

    def unsent(self) -> int:
        return self.transport.get_write_buffer_size()

    def close(self, code: Close, reason: str) -> None:
        """Say goodbye behind what was written, and cut the line when that is not taken in time."""
        if self.close_sent or self.transport.is_closing():
            return
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": int(code), "reason": reason})
        self.conn.send_close(int(code), reason)
        self.close_sent = True
        self.transport.write(b"".join(self.conn.data_to_send()))
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(self.write_deadline, self.abort)

    def abort(self) -> None:
        """Cut the line now, whatever is unsent."""
        self.transport.abort()

    def on_drained(self, drained: Callable[[], None]) -> None:
        """`drained` is called when much was unsent and little is now."""
        self._drained = drained

    # --- uvicorn's side ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=ROOM_BYTES, low=DRAINED_BYTES)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_deadline()
        super().connection_lost(exc)

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        # Set when the handshake was accepted; the application's task has not run yet.
        if hasattr(self, "scope"):
            cast(dict[str, Any], self.scope)[LINE] = self

    def handle_cont(self, event: Frame) -> None:
        if self._broken:
            return
        if len(self.frames) >= FRAGMENTS:
            self.conn.fail(CloseCode.MESSAGE_TOO_BIG, "too many fragments")
            self.handle_parser_exception()
            return
        super().handle_cont(event)

    def data_received(self, data: bytes) -> None:
        # Behind a broken message nothing is read any more, only taken off the wire.
        if not self._broken:
            super().data_received(data)

    def handle_parser_exception(self) -> None:
        """Say why, and go on taking what the peer still sends: a line closed upon unread bytes is reset, and the reason lost."""
        self._broken = True
        said = self.conn.close_sent
        assert said is not None
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": said.code, "reason": said.reason})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.transport.can_write_eof():
            self.transport.write_eof()
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(self.write_deadline, self.abort)

    def handle_ping(self) -> None:
        super().handle_ping()
        # Each ping is answered; a peer that only pings and never reads must not fill our memory.
        if self.unsent() > CAPACITY_BYTES:
            self.abort()

    def keepalive_timeout(self) -> None:
        self.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_deadline()
        if self._drained is not None:
            self._drained()

    def shutdown(self) -> None:
        """The server stops: peers should come back."""
        if self.handshake_complete and not self.close_sent:
            self.close(Close.GOING_AWAY, "the relay stops")
        else:
            super().shutdown()

    # --- the deadline ---

    def _watch(self) -> None:
        self._deadline = self.loop.call_later(self.write_deadline, self._check, self._taken())

    def _taken(self) -> int:
        return self._written - self.unsent()

    def _check(self, before: int) -> None:
        """Slow is allowed, stuck is not."""
        if self._taken() > before:
            self._watch()
        else:
            self.abort()

    def _stop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def _framed(message: Message) -> bytes:
    """The message as one unmasked frame (RFC 6455, section 5.2)."""
    opcode, payload = (_TEXT, message.encode()) if isinstance(message, str) else (_BINARY, message)
    size = len(payload)
    if size < _SHORT:
        head = bytes((opcode, size))
    elif size < _MEDIUM:
        head = struct.pack("!BBH", opcode, 126, size)
    else:
        head = struct.pack("!BBQ", opcode, 127, size)
    return head + payload
