"""A WebSocket client that costs little, so that thousands of them fit beside the server that is measured: no checks, no queues, callbacks.

Messages are masked with a key of zeros, which is a mask like any other to the server and none to us.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import cast

REQUEST = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: {origin}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
Message = str | bytes


def masked(message: Message) -> bytes:
    """The message as a frame of a client."""
    opcode, payload = (TEXT, message.encode()) if isinstance(message, str) else (BINARY, message)
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, size)
    return head + bytes(4) + payload


class Peer(asyncio.Protocol):
    """One connection; `heard` is called with each message."""

    def __init__(self, heard: Callable[[Message], None]) -> None:
        self.heard = heard
        self.open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._buffer = b""
        self._accepted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def send(self, message: Message) -> None:
        self.transport.write(masked(message))

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        if not self._accepted:
            head, end, buffer = buffer.partition(b"\r\n\r\n")
            if not end:
                self._buffer = head
                return
            self._accepted = True
            if not head.startswith(b"HTTP/1.1 101"):
                self.open.set_exception(ConnectionError(head.decode()))
                return
            self.open.set_result(None)
        self._buffer = self._read(buffer)

    def _read(self, buffer: bytes) -> bytes:
        at, size = 0, len(buffer)
        while size - at >= 2:
            opcode, length, start = buffer[at] & 0x0F, buffer[at + 1], at + 2
            if length == 126:
                start = at + 4
                length = int.from_bytes(buffer[at + 2 : start])
            elif length == 127:
                start = at + 10
                length = int.from_bytes(buffer[at + 2 : start])
            end = start + length
            if size < start or size < end:
                break
            self._take(opcode, buffer[start:end])
            at = end
        return buffer[at:]

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == BINARY:
            self.heard(payload)
        elif opcode == TEXT:
            self.heard(payload.decode())
        elif opcode == PING:
            self.transport.write(bytes((0x80 | PONG, 0x80 | len(payload))) + bytes(4) + payload)
        elif opcode == CLOSE:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.open.done():
            self.open.set_exception(ConnectionError("closed before the handshake"))
        if not self.lost.done():
            self.lost.set_result(None)

    def close(self) -> None:
        if self.transport.is_closing():
            return
        self.transport.write(bytes((0x80 | CLOSE, 0x80)) + bytes(4))
        self.transport.close()


async def dial(
    port: int,
    path: str,
    origin: str,
    heard: Callable[[Message], None],
    receive_buffer: int = 0,
) -> Peer:
    """A connection that has been let in. `receive_buffer`: bytes that the kernel may keep for it, 0: as many as it likes."""
    line = socket.socket()
    if receive_buffer:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    line.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(line, ("127.0.0.1", port))
    _, peer = await loop.create_connection(lambda: Peer(heard), sock=line)
    peer.transport.write(REQUEST.format(path=path, port=port, origin=origin).encode())
    await peer.open
    return peer
