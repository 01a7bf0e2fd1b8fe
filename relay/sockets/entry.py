"""How a connection comes in: the ASGI conversation of a handshake and of the first messages, after which a receiver of its own listens.

The application's task ends there; a line that nobody talks on holds no task, no request and no queue.
"""

import asyncio
import logging
from collections import deque
from typing import Any, Final

from starlette.types import ASGIApp, Message, Scope
from uvicorn.server import ServerState

from relay.live import outbox
from relay.sockets import frames
from relay.sockets.line import NORMAL, Line, Receiver
from relay.sockets.lines import Lines

log = logging.getLogger(__name__)

ENTRY: Final = "relay.entry"
"""Where in the ASGI scope the entry is."""


class Entry:
    """Hears a line until somebody else does. While a message waits to be heard, nothing more is read."""

    def __init__(self, scope: Scope, lines: Lines, state: ServerState, transport: asyncio.Transport) -> None:
        self._loop = asyncio.get_running_loop()
        self._scope = scope
        self._tasks = state.tasks
        self._messages: deque[outbox.Message] = deque()
        self._connected = self._answered = self._lost = self._passed_on = False
        self._waiter: asyncio.Future[None] | None = None
        self._answer = b""
        self.line = Line(lines, self._loop, transport, self, state.connections)
        scope[ENTRY] = self

    def start(self, app: ASGIApp) -> None:
        """Let the application answer, in a task of its own; a handshake that cannot be is answered here."""
        accepted, self._answer = frames.answer(self._scope["headers"])
        if not accepted:
            self.line.refuse(self._answer)
            return
        task = self._loop.create_task(self._run(app))
        task.add_done_callback(self._tasks.discard)
        self._tasks.add(task)

    def pass_on(self, receiver: Receiver) -> None:
        """`receiver` hears everything from here on, first what nobody has heard yet."""
        self._passed_on = True
        self.line.listen(receiver)
        while self._messages:
            receiver.message(self._messages.popleft())
        self.line.resume()

    async def _run(self, app: ASGIApp) -> None:
        try:
            await app(self._scope, self._receive, self._send)
        except Exception:
            log.exception("a connection could not be served")
        if not self._answered:
            self.line.refuse(frames.refusal(500, b"Internal Server Error"))
        elif not self._passed_on:
            self.line.close(NORMAL, "")

    # --- the line's side ---

    def message(self, message: outbox.Message) -> None:
        self._messages.append(message)
        self.line.pause()
        self._wake()

    def gone(self) -> None:
        self._lost = True
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # --- the application's side (ASGI specification, WebSocket) ---

    async def _receive(self) -> Message:
        if not self._connected:
            self._connected = True
            return {"type": "websocket.connect"}
        while not self._messages and not self._lost:
            self._waiter = self._loop.create_future()
            await self._waiter
        if not self._messages:
            return {"type": "websocket.disconnect", "code": 1005}
        message = self._messages.popleft()
        if not self._messages:
            self.line.resume()
        return {"type": "websocket.receive", "text" if isinstance(message, str) else "bytes": message}

    async def _send(self, message: Message) -> None:
        kind: Any = message["type"]
        if kind == "websocket.accept" and not self._answered:
            self._answered = True
            self.line.accept(self._answer)
        elif kind == "websocket.close" and not self._answered:
            self._answered = True
            self.line.refuse(frames.refusal(403, b"Forbidden"))
        elif kind == "websocket.close":
            self.line.close(message.get("code", NORMAL), message.get("reason") or "")
        elif kind == "websocket.send":
            text, data = message.get("text"), message.get("bytes")
            self.line.write(text if text is not None else data or b"")
        else:
            raise RuntimeError(f"{kind} cannot be sent now")
