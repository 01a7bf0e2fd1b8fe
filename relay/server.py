"""Serves applications over HTTP and WebSockets until a signal comes."""

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from relay.errors import Refused
from relay.settings import Settings
from relay.sockets.lines import Lines
from relay.web.protocol import RelayHttp

BACKLOG = 1024
SHUTDOWN_SECONDS = 5


class _Server(uvicorn.Server):
    """Signals are for all servers of the process together, not for the one that started last; `ready` is called when it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; `port` 0 takes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise Refused(f"cannot listen on {host}:{port}: {error.strerror}") from None
    return listener


def port_of(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


def serve(settings: Settings, apps: Sequence[tuple[ASGIApp, socket.socket]], listening: Callable[[], None], lines: Lines) -> None:
    """Serve each application on its socket, WebSockets as `lines`; `listening` is called when all do. Returns after SIGINT or SIGTERM."""
    RelayHttp.lines = lines
    RelayHttp.head_deadline = settings.head
    waited_for = len(apps)

    def ready() -> None:
        nonlocal waited_for
        waited_for -= 1
        if not waited_for:
            listening()

    servers = [(_Server(_config(settings, app), ready), listener) for app, listener in apps]
    with asyncio.Runner(loop_factory=servers[0][0].config.get_loop_factory()) as runner:
        runner.run(_serve(servers))


async def _serve(servers: list[tuple[_Server, socket.socket]]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _stop, [server for server, _ in servers])
    await asyncio.gather(*(server.serve(sockets=[listener]) for server, listener in servers))
    if not all(server.started for server, _ in servers):
        raise Refused("the server could not start; see the log")


def _stop(servers: list[_Server]) -> None:
    for server in servers:
        server.force_exit = server.should_exit
        server.should_exit = True


def _config(settings: Settings, app: ASGIApp) -> uvicorn.Config:
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    return uvicorn.Config(
        app,
        http=RelayHttp,
        # RelayHttp makes lines of them.
        ws="none",
        lifespan="on",
        # Addresses of our pages carry session keys: nobody writes them down but our own log, shortened.
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=settings.proxies or "",
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
