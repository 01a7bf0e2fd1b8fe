"""Where a socket is let in: unknown ones are few for each address, have to speak soon, and are told why they have to leave."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.websockets import WebSocket

from relay.errors import PeerError, StorageDown
from relay.live.outbox import Outbox
from relay.protocol.names import Close
from relay.sockets.entry import ENTRY, Entry
from relay.sockets.line import Line

log = logging.getLogger(__name__)


class Gone(Exception):
    """The peer's connection is over."""


class Door:
    """Counts sockets by address until somebody knows them."""

    def __init__(self, newcomers: int, first_message: float) -> None:
        self._limit = newcomers
        self._seconds = first_message
        self._newcomers: Counter[str] = Counter()

    async def first_message(self, websocket: WebSocket) -> str | bytes:
        """Accept the socket and hear what it has to say first. Raises `Gone`."""
        address = client_address(websocket)
        if self._newcomers[address] >= self._limit:
            await websocket.close()
            raise Gone
        with self._counted(address):
            await websocket.accept()
            try:
                async with asyncio.timeout(self._seconds):
                    return await receive(websocket)
            except TimeoutError:
                line_of(websocket).close(Close.LATE, "no first message")
                raise Gone from None

    @contextmanager
    def _counted(self, address: str) -> Iterator[None]:
        self._newcomers[address] += 1
        try:
            yield
        finally:
            self._newcomers[address] -= 1
            if not self._newcomers[address]:
                del self._newcomers[address]


async def receive(websocket: WebSocket) -> str | bytes:
    """The next message. Raises `Gone`."""
    message = await websocket.receive()
    if message["type"] != "websocket.receive":
        raise Gone
    text: str | None = message.get("text")
    data: bytes | None = message.get("bytes")
    return text if text is not None else data or b""


def entry_of(websocket: WebSocket) -> Entry:
    entry = websocket.scope[ENTRY]
    assert isinstance(entry, Entry)
    return entry


def line_of(websocket: WebSocket) -> Line:
    return entry_of(websocket).line


def client_address(websocket: WebSocket) -> str:
    return websocket.client.host if websocket.client else ""


def origin_of(websocket: WebSocket) -> str:
    return websocket.headers.get("origin", "")


@contextmanager
def peer_errors(outbox: Outbox, who: str) -> Iterator[None]:
    """A peer that breaks the protocol loses its connection, and nobody else does. One who comes while there are no records, comes again."""
    try:
        yield
    except Gone:
        pass
    except PeerError as error:
        turn_out(outbox, who, error)
    except StorageDown as down:
        log.error("%s: %s", who, down)
        outbox.close(Close.GOING_AWAY, "records")


def turn_out(outbox: Outbox, who: str, error: PeerError) -> None:
    """The peer hears by the code why its connection is over."""
    log.info("%s: %s", who, error)
    outbox.close(error.close, error.close.name.lower())
