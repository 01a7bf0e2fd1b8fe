"""One WebSocket connection: writes without waiting, reads by calling back, and gets rid of a peer that stops reading.

The transport's own buffer is the queue of what is unsent. Messages are handled in the turn in which they come: nothing is queued on the way
in, so a relay that is busy reads more slowly, and TCP tells the peer.
"""

import asyncio
import fcntl
import logging
import socket
import struct
import termios
from collections.abc import Callable
from typing import Any, Protocol, cast

from relay._core import ControlFrame, WebSocketReader, WireFault
from relay.live.outbox import CAPACITY_BYTES, DRAINED_BYTES, WATCHED_BYTES, Message
from relay.protocol.names import Close
from relay.sockets import frames
from relay.sockets.lines import GONE_LOOKS, OWED_LOOKS, PING_LOOKS, Lines

log = logging.getLogger(__name__)

KERNEL_BYTES = 64 * 1024
"""Bytes that the kernel takes of what it cannot send yet. Unbounded it takes megabytes, and a slow viewer gets them when they are old."""

NORMAL, PROTOCOL_ERROR, INVALID_DATA = 1000, 1002, 1007
_CLOSE, _PING = 8, 9


class Receiver(Protocol):
    """Who hears what comes on a line."""

    def message(self, message: Message) -> None: ...

    def gone(self) -> None:
        """The connection is over, or is being closed; called once."""


class Line(asyncio.Protocol):
    """It is the `Line` of an outbox, and one of the server's `connections` for as long as it lasts."""

    __slots__ = (
        "_close_timer",
        "_closing",
        "_connections",
        "_deadline",
        "_deaf",
        "_drained",
        "_gone",
        "_heard",
        "_lines",
        "_loop",
        "_quiet",
        "_reader",
        "_receiver",
        "_taken_then",
        "_transport",
        "_waited",
        "_written",
        "_written_then",
    )

    def __init__(
        self, lines: Lines, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport, receiver: Receiver, connections: set[Any]
    ) -> None:
        self._lines = lines
        self._connections = connections
        self._loop = loop
        self._transport = transport
        self._receiver = receiver
        self._reader = WebSocketReader(lines.limit)
        self._close_timer: asyncio.TimerHandle | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._drained: Callable[[], None] | None = None
        self._closing = self._deaf = self._gone = False
        self._heard = True
        # Looks since it was last heard, and since it was pinged (0: it was not).
        self._quiet = self._waited = 0
        self._written = self._written_then = self._taken_then = 0
        lines.add(self)
        connections.add(self)
        transport.set_write_buffer_limits(high=WATCHED_BYTES, low=DRAINED_BYTES)
        _bound_kernel_buffer(transport)

    # --- the application's side ---

    def listen(self, receiver: Receiver) -> None:
        """From now on `receiver` hears what comes; at once that the line is gone, if it is."""
        self._receiver = receiver
        if self._gone:
            self._loop.call_soon(receiver.gone)

    def allow(self, size: int) -> None:
        """The peer is known: from now on its messages may have `size` bytes."""
        self._reader.allow(size)

    def write(self, message: Message) -> None:
        """Put the message on the transport's buffer; nothing happens once the connection closes."""
        if self._closing:
            return
        if len(message) > frames.SHARED_BYTES:
            parts = self._lines.framer.parts(message)
            self._count(len(parts[0]) + len(parts[1]))
            self._transport.writelines(parts)
        else:
            framed = self._lines.framer.frame(message)
            self._count(len(framed))
            self._transport.write(framed)

    def unsent(self) -> int:
        return self._transport.get_write_buffer_size()

    def on_drained(self, drained: Callable[[], None]) -> None:
        """`drained` is called when much was unsent and little is now."""
        self._drained = drained

    def pause(self) -> None:
        """Read nothing until `resume`."""
        if not self._transport.is_closing():
            self._transport.pause_reading()

    def resume(self) -> None:
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def close(self, code: int, reason: str) -> None:
        """Say goodbye behind what was written, and cut the line when that is not taken in time."""
        if self._closing:
            return
        self._closing = True
        self._transport.write(frames.close(code, reason))
        self.resume()
        self._close_timer = self._loop.call_later(self._lines.write_deadline, self.abort)
        self._loop.call_soon(self._tell_gone)

    def refuse(self, answer: bytes) -> None:
        """There will be no WebSocket: answer the request and close."""
        self._closing = True
        self._transport.write(answer)
        self._transport.close()

    def accept(self, answer: bytes) -> None:
        """The handshake's answer; frames follow it."""
        if not self._closing:
            self._transport.write(answer)

    def abort(self) -> None:
        """Cut the line now, whatever is unsent."""
        self._lines.cut += 1
        self._transport.abort()

    # --- the transport's side ---

    def data_received(self, data: bytes) -> None:
        self._heard = True
        self._lines.bytes_in += len(data)
        # Behind a broken message nothing is read any more, only taken off the wire.
        if self._deaf:
            return
        for message in self._reader.feed(data):
            kind = type(message)
            if kind is bytes or kind is str:
                if not self._closing:
                    self._hear(cast(Message, message))
            elif isinstance(message, ControlFrame):
                self._control(message)
            elif isinstance(message, WireFault):
                self._fault(message)

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._closing = True
        self._lines.discard(self)
        self._connections.discard(self)
        self._stop_deadline()
        if self._close_timer is not None:
            self._close_timer.cancel()
        self._tell_gone()

    def pause_writing(self) -> None:
        self._deadline = self._loop.call_later(self._lines.write_deadline, self._check, self._left())

    def resume_writing(self) -> None:
        self._stop_deadline()
        if self._drained is not None and not self._closing:
            self._drained()

    def shutdown(self) -> None:
        """The server stops: peers should come back."""
        self.close(Close.GOING_AWAY, "the relay stops")

    # --- what comes ---

    def _hear(self, message: Message) -> None:
        try:
            self._receiver.message(message)
        except Exception:
            # A fault of ours ends this connection and no other.
            log.exception("a message could not be handled")
            self.abort()

    def _control(self, frame: ControlFrame) -> None:
        if frame.opcode == _PING:
            if not self._closing:
                self._send(frames.control(frames.PONG, frame.payload))
            # Each ping is answered; a peer that only pings and never reads must not fill our memory.
            if self.unsent() > CAPACITY_BYTES:
                self.abort()
        elif frame.opcode == _CLOSE:
            self._goodbye(frame.payload)

    def _goodbye(self, payload: bytes) -> None:
        """The peer closes, or answers our close."""
        if not self._closing:
            self._closing = True
            self._transport.write(frames.close(_code(payload), ""))
            self._close_timer = self._loop.call_later(self._lines.write_deadline, self.abort)
        self._deaf = True
        self._transport.close()

    def _fault(self, fault: WireFault) -> None:
        """Say why, and go on taking what the peer still sends: a line closed upon unread bytes is reset, and the reason lost."""
        code = {"too_large": int(Close.TOO_LARGE), "utf8": INVALID_DATA}.get(fault.kind, PROTOCOL_ERROR)
        self._deaf = True
        self.close(code, fault.reason)
        if self._transport.can_write_eof():
            self._transport.write_eof()

    def _tell_gone(self) -> None:
        if not self._gone:
            self._gone = True
            self._receiver.gone()

    # --- signs of life ---

    def look(self) -> None:
        """Called at intervals: whether the peer is still there."""
        if self._heard:
            self._heard = False
            self._quiet = self._waited = 0
            self._written_then = self._written
            return
        self._quiet += 1
        if self._waited:
            self._wait()
        elif self._quiet >= (OWED_LOOKS if self._written > self._written_then else PING_LOOKS) and not self._closing:
            self._waited, self._taken_then = 1, self._taken()
            self._send(frames.control(frames.PING, b""))

    def _wait(self) -> None:
        """A pong may wait behind much that the peer is still taking."""
        taken = self._taken()
        if taken > self._taken_then:
            self._waited, self._taken_then = 1, taken
            return
        self._waited += 1
        if self._waited > GONE_LOOKS:
            self.abort()

    def _send(self, frame: bytes) -> None:
        self._count(len(frame))
        self._transport.write(frame)

    def _count(self, size: int) -> None:
        self._written += size
        self._lines.bytes_out += size

    def _left(self) -> int:
        """Bytes that have left this process."""
        return self._written - self.unsent()

    def _taken(self) -> int:
        """Bytes that the peer's machine has taken, as far as that can be known."""
        return self._left() - _in_kernel(self._transport)

    def _check(self, before: int) -> None:
        """Slow is allowed, stuck is not."""
        left = self._left()
        if left > before:
            self._deadline = self._loop.call_later(self._lines.write_deadline, self._check, left)
        else:
            self.abort()

    def _stop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def _code(payload: bytes) -> int:
    """The code to answer a close with (RFC 6455, sections 5.5.1 and 7.4)."""
    if not payload:
        return NORMAL
    code = struct.unpack("!H", payload[:2])[0] if len(payload) > 1 else 0
    return code if 1000 <= code < 5000 and code not in (1004, 1005, 1006, 1015) else PROTOCOL_ERROR


def _bound_kernel_buffer(transport: asyncio.Transport) -> None:
    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    line = transport.get_extra_info("socket")
    if option is not None and line is not None and line.family in (socket.AF_INET, socket.AF_INET6):
        line.setsockopt(socket.IPPROTO_TCP, option, KERNEL_BYTES)


def _in_kernel(transport: asyncio.Transport) -> int:
    """Bytes that the kernel holds for the peer; 0 where it does not say."""
    line = transport.get_extra_info("socket")
    if line is None or line.fileno() < 0:
        return 0
    try:
        return int(struct.unpack("i", fcntl.ioctl(line.fileno(), termios.TIOCOUTQ, bytes(4)))[0])
    except OSError:
        return 0
