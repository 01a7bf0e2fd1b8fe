"""Serves an ASGI application on a loopback port in a thread, as the company's site beside the relay."""

from __future__ import annotations

import threading
import time
from typing import Any

import uvicorn

from tests.relay_process import free_port

START_SECONDS = 15.0


class SiteServer:
    """Started by entering it; `url` has the host name asked for, so that one server can be two origins."""

    def __init__(self, app: Any, host: str = "127.0.0.1", port: int | None = None) -> None:
        self.port = port or free_port()
        self.url = f"http://{host}:{self.port}"
        self._server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=self.port, log_level="error", ws="none", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> SiteServer:
        self._thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._server.started:
            assert self._thread.is_alive() and time.monotonic() < deadline, "the site did not start"
            time.sleep(0.01)
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)
