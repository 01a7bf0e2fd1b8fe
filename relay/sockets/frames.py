"""Messages as unmasked WebSocket frames (RFC 6455, section 5.2), and the handshake that comes before them (section 4.2)."""

import base64
import binascii
import struct
from collections.abc import Iterable
from hashlib import sha1
from typing import Final

from relay.live.outbox import Message

PING: Final = 0x89
PONG: Final = 0x8A
CLOSE: Final = 0x88
_TEXT, _BINARY = 0x81, 0x82
_SHORT, _MEDIUM = 126, 1 << 16

REASON_BYTES = 123
"""Of a close frame's reason (RFC 6455, section 5.5)."""

SHARED_BYTES = 64 * 1024
"""Larger messages are written in two parts instead of being put together."""

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY_BYTES = 16

Headers = Iterable[tuple[bytes, bytes]]


def head(opcode: int, size: int) -> bytes:
    """The head of a whole frame with `size` bytes of payload."""
    if size < _SHORT:
        return bytes((opcode, size))
    if size < _MEDIUM:
        return struct.pack("!BBH", opcode, 126, size)
    return struct.pack("!BBQ", opcode, 127, size)


def control(opcode: int, payload: bytes) -> bytes:
    return head(opcode, len(payload)) + payload


def close(code: int, reason: str) -> bytes:
    text = reason.encode()[:REASON_BYTES].decode("utf-8", "ignore").encode()
    return control(CLOSE, struct.pack("!H", code) + text)


class Framer:
    """Puts heads before messages. What goes to several peers in a row is put together once."""

    def __init__(self) -> None:
        self._last: Message = b""
        self._framed = b""

    def frame(self, message: Message) -> bytes:
        """Of a message of at most `SHARED_BYTES`."""
        if message is self._last:
            return self._framed
        opcode, payload = (_TEXT, message.encode()) if isinstance(message, str) else (_BINARY, message)
        framed = head(opcode, len(payload)) + payload
        self._last, self._framed = message, framed
        return framed

    def parts(self, message: Message) -> tuple[bytes, bytes]:
        """Head and payload of a message of any size."""
        opcode, payload = (_TEXT, message.encode()) if isinstance(message, str) else (_BINARY, message)
        return head(opcode, len(payload)), payload


def answer(headers: Headers) -> tuple[bool, bytes]:
    """Whether a request that asked for an upgrade to `websocket` can have it, and the answer."""
    asked = dict(headers)
    if asked.get(b"sec-websocket-version") != b"13":
        return False, refusal(426, b"Upgrade Required", b"Sec-WebSocket-Version: 13\r\n")
    key = asked.get(b"sec-websocket-key", b"")
    if not _is_key(key):
        return False, refusal(400, b"Bad Request")
    accept = base64.b64encode(sha1(key + _GUID, usedforsecurity=False).digest())
    return True, (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


def refusal(status: int, phrase: bytes, more: bytes = b"") -> bytes:
    return b"HTTP/1.1 %d %s\r\n%sContent-Length: 0\r\nConnection: close\r\n\r\n" % (status, phrase, more)


def _is_key(key: bytes) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == _KEY_BYTES
    except binascii.Error:
        return False
