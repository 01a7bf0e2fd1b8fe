"""The real viewer page without a relay: built scripts and templates from a loopback server that sends the headers of the security
requirements (2.2, 2.3), and a socket whose other end is the test."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment, FileSystemLoader
from playwright.sync_api import BrowserContext, Frame, Page, WebSocketRoute

from relay.protocol.names import Message
from relay.web.site import initials
from tests.codec import OpTuple, encode

RELAY = Path(__file__).parents[2] / "relay"
STATIC = (RELAY / "static", RELAY / "pages" / "static")
TEMPLATES = Environment(loader=FileSystemLoader(RELAY / "pages" / "templates"), autoescape=True)
TEMPLATES.filters["initials"] = initials
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
SESSION_KEY = "4821-7730"
JOINED = {
    "type": "joined",
    "key": SESSION_KEY,
    "ssnid": "s-1",
    "incarnation": "i-1",
    "state": "live",
    "visitor": {"visitorid": "v-17", "name": "Mira Castellan", "email": "mira@shop.example", "phone": ""},
    "agents": [
        {"username": "jon", "partnerid": 1, "partneruserid": "", "name": "Jon Aalto", "title": "Support", "agentrole": "Agent"},
        {"username": "ida", "partnerid": 1, "partneruserid": "", "name": "Ida Brandt", "title": "Team lead", "agentrole": "Agent"},
    ],
}


ANSWER_MS, LOOK_EVERY_MS = 20_000, 20

Server = TypeVar("Server", bound=ThreadingHTTPServer)


class _Handler(BaseHTTPRequestHandler):
    server: ViewerServer

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path.startswith("/static/"):
            self._file(address.path.removeprefix("/static/"))
        elif address.path == "/viewer/stage":
            self._stage(parse_qs(address.query).get("mode", ["standards"])[0])
        elif address.path == "/view":
            self._console()
        elif address.path in self.server.pages:
            self._answer("text/html", self.server.pages[address.path].encode(), self._console_policy())
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body, status = self.server.ticket
        self._answer("application/json", json.dumps(body).encode(), status=status)

    def _file(self, name: str) -> None:
        path = next((folder / name for folder in STATIC if (folder / name).is_file()), None)
        if path is None or "/" in name:
            return self.send_error(404)
        self._answer(TYPES[path.suffix], path.read_bytes())

    def _stage(self, mode: str) -> None:
        nonce, origin = secrets.token_urlsafe(16), self.server.origin
        text = TEMPLATES.get_template("stage.html").render(nonce=nonce, mode=mode, script_url=f"{origin}/static/stage.js")
        policy = (
            f"sandbox allow-scripts; default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; img-src {origin} data:; "
            f"font-src {origin} data:; media-src {origin}; frame-src {origin}/viewer/stage; connect-src 'none'; worker-src 'none'; "
            "object-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        )
        self._answer("text/html", text.encode(), policy)

    def _console(self) -> None:
        origin = self.server.origin
        text = TEMPLATES.get_template("agent_view.html").render(
            session_key=SESSION_KEY,
            agent_name="Jon Aalto",
            agent_details="{}",
            view_url=f"/agentjoin/AgentView.aspx?SessionKey={SESSION_KEY}",
            stage_url="/viewer/stage",
            viewer_socket=f"{origin.replace('http', 'ws')}/agentjoin/viewer",
            ticket_url="/agentjoin/ticket",
            asset_origin=origin,
        )
        self._answer("text/html", text.encode(), self._console_policy())

    def _console_policy(self) -> str:
        origin = self.server.origin
        return (
            "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; "
            f"connect-src 'self' {origin.replace('http', 'ws')}; frame-src {origin}/viewer/stage; require-trusted-types-for 'script'"
        )

    def _answer(self, kind: str, body: bytes, policy: str = "", status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        if policy:
            self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class ViewerServer(ThreadingHTTPServer):
    """`pages`: more pages by path. `ticket`: what the ticket service answers, and its status."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.origin = f"http://127.0.0.1:{self.server_address[1]}"
        self.pages: dict[str, str] = {}
        self.ticket: tuple[dict[str, Any], int] = ({"ticket": "t", "expires": 30}, 200)


class _ForeignHandler(BaseHTTPRequestHandler):
    server: ForeignServer

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()

    do_POST = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        pass


class ForeignServer(ThreadingHTTPServer):
    """Another host: `asked` is every path that a browser has really asked it for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _ForeignHandler)
        self.origin = f"http://127.0.0.1:{self.server_address[1]}"
        self.asked: list[str] = []


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Viewer:
    """An agent's browser on the viewer page. `controls` is what it has said."""

    def __init__(self, context: BrowserContext, server: ViewerServer, joined: dict[str, Any] = JOINED) -> None:
        self.server = server
        self.controls: list[dict[str, Any]] = []
        self.sockets: list[WebSocketRoute] = []
        self.version = 0
        self._joined = joined
        self.page: Page = context.new_page()
        self.page.route_web_socket("**/agentjoin/viewer", self._connected)

    def open(self) -> Viewer:
        self.page.goto(f"{self.server.origin}/view")
        self.expect_state(self._joined["state"])
        return self

    def _connected(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)
        socket.on_message(self._said)

    def _said(self, message: str | bytes) -> None:
        control = json.loads(message)
        self.controls.append(control)
        if control["type"] == "join":
            self.tell(self._joined)

    def tell(self, control: dict[str, Any]) -> None:
        self.sockets[-1].send(json.dumps(control))

    def send(self, frame: bytes) -> None:
        self.sockets[-1].send(frame)

    def show(self, ops: Sequence[OpTuple], *, from_nothing: bool = False, deflate: bool = False, epoch: int = 1) -> None:
        """Sends ops as the next version and waits until the stage has it."""
        base, self.version = 0 if from_nothing else self.version, self.version + 1
        self.send(encode(ops, epoch=epoch, sequence=self.version, base=base, message=Message.VIEWER_FRAME, deflate=deflate))
        self.expect_version(self.version)

    def shows(self, ops: Sequence[OpTuple], *, deflate: bool = False) -> bool:
        """As `show`; false when the stage starts over instead, as it may when a frame has to be loaded again."""
        base, self.version, joins = self.version, self.version + 1, len(self.sockets)
        self.send(encode(ops, epoch=1, sequence=self.version, base=base, message=Message.VIEWER_FRAME, deflate=deflate))
        has_it = self.page.locator(f'html[data-version="{self.version}"]')
        for _ in range(ANSWER_MS // LOOK_EVERY_MS):
            if has_it.count():
                return True
            if len(self.sockets) > joins:
                self.expect_state(self._joined["state"])
                return False
            self.page.wait_for_timeout(LOOK_EVERY_MS)
        raise AssertionError(f"neither version {self.version} nor a new start in {ANSWER_MS} ms")

    def acknowledged(self) -> list[int]:
        """The versions acknowledged, once the last one is: several may be gathered into one."""
        for _ in range(ANSWER_MS // LOOK_EVERY_MS):
            versions = [control["version"] for control in self.controls if control["type"] == "ack"]
            if versions and versions[-1] == self.version:
                return versions
            self.page.wait_for_timeout(LOOK_EVERY_MS)
        raise AssertionError(f"version {self.version} is not acknowledged in {ANSWER_MS} ms")

    def expect_version(self, version: int) -> None:
        self.page.locator(f'html[data-version="{version}"]').wait_for(state="attached")

    def expect_state(self, state: str) -> None:
        self.page.locator(f'html[data-state="{state}"]').wait_for(state="attached")

    @property
    def stage(self) -> Frame:
        """The document in which the page is rebuilt."""
        element = self.page.locator("iframe[data-stage]").element_handle()
        frame = element.content_frame() if element else None
        assert frame is not None
        return frame
