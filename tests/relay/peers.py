"""A visitor and a viewer at the level of the protocol, and an agent's browser at the level of HTTP. All wait for what they are sent."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from typing import Any, Self

import httpx2 as httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests import codec
from tests.relay.model import Op, Page
from tests.relay_process import AGENT, GROUP, PASSWORD, RelayProcess

SECONDS = 10.0
SHOP = "https://shop.example"


class Peer:
    """One WebSocket. `hear` waits for a control message of a type and keeps what came before it in `heard`."""

    def __init__(self, relay: RelayProcess, path: str, origin: str | None, **more: str) -> None:
        url = f"ws://127.0.0.1:{relay.port}{path}"
        headers = {"Origin": origin, **more} if origin is not None else more
        self._open = ExitStack()
        self.socket: ClientConnection = self._open.enter_context(
            connect(url, additional_headers=headers, compression=None, max_size=None, proxy=None)
        )
        self.heard: list[dict[str, Any]] = []
        self.frames: list[bytes] = []

    def say(self, **control: Any) -> None:
        self.socket.send(json.dumps(control))

    def hear(self, kind: str) -> dict[str, Any]:
        while True:
            message = self.socket.recv(SECONDS)
            if isinstance(message, bytes):
                self.frame(message)
                continue
            control: dict[str, Any] = json.loads(message)
            self.heard.append(control)
            if control["type"] == kind:
                return control

    def hear_once(self, kind: str, **fields: Any) -> None:
        """Wait for a control message with these fields, unless it has come already."""
        wanted = {"type": kind, **fields}
        while not any(wanted.items() <= control.items() for control in self.heard):
            self.hear(kind)

    def frame(self, frame: bytes) -> None:
        self.frames.append(frame)

    def overfill(self, message: str | bytes | Iterable[bytes]) -> int:
        """Send what the relay will not take; it may close while this is still being written. Its close code."""
        with suppress(ConnectionClosed):
            self.socket.send(message)
        return self.closed()

    def closed(self) -> int:
        """Wait for the end of the connection; its close code."""
        try:
            while True:
                message = self.socket.recv(SECONDS)
                if isinstance(message, bytes):
                    self.frame(message)
                else:
                    self.heard.append(json.loads(message))
        except ConnectionClosed:
            code = self.socket.close_code
            assert code is not None
            return code

    def cut(self) -> None:
        """The line is cut, without a goodbye."""
        self.socket.socket.shutdown(socket.SHUT_RDWR)
        self.leave()

    def leave(self) -> None:
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.leave()


class Visitor(Peer):
    def __init__(self, relay: RelayProcess, origin: str | None = SHOP, forwarded: str = "") -> None:
        """`forwarded` is the address that a proxy would tell."""
        super().__init__(relay, "/cobrowse/visitor", origin, **({"X-Forwarded-For": forwarded} if forwarded else {}))
        self.epoch = self.sequence = 0

    def start(self, **fields: Any) -> dict[str, Any]:
        self.say(**{"type": "start", "protocol": 1, "groupid": GROUP, "site": "production", **fields})
        return self.hear("started")

    def resume(self, started: dict[str, Any], **fields: Any) -> dict[str, Any]:
        secret = started["secret"]
        self.say(**{"type": "resume", "protocol": 1, "ssnid": started["ssnid"], "secret": secret, "epoch": 0, "sequence": 0, **fields})
        resumed = self.hear("resumed")
        self.epoch, self.sequence = resumed["epoch"], resumed["sequence"]
        return resumed

    def encode(self, ops: list[Op]) -> bytes:
        if ops and ops[0][0] == "document":
            self.epoch, self.sequence = self.epoch + 1, 0
        self.sequence += 1
        return codec.encode(ops, epoch=self.epoch, sequence=self.sequence)

    def send(self, ops: list[Op]) -> dict[str, Any]:
        """Send ops as a frame; the acknowledgement."""
        self.socket.send(self.encode(ops))
        while True:
            ack = self.hear("ack")
            if (ack["epoch"], ack["sequence"]) == (self.epoch, self.sequence):
                return ack


class Viewer(Peer):
    def __init__(self, relay: RelayProcess, ticket: str, origin: str | None = None, **fields: Any) -> None:
        super().__init__(relay, "/agentjoin/viewer", origin or relay.url)
        self.page = Page()
        self.version = 0
        self.say(**{"type": "join", "protocol": 1, "ticket": ticket, **fields})

    def frame(self, frame: bytes) -> None:
        super().frame(frame)
        decoded = codec.decode(frame)
        assert decoded["base"] in (0, self.version)
        self.page.apply(decoded["ops"])
        self.version = decoded["sequence"]
        self.say(type="ack", version=self.version)

    def reach(self, version: int) -> None:
        """Wait until the page is at `version`."""
        while self.version < version:
            message = self.socket.recv(SECONDS)
            if isinstance(message, bytes):
                self.frame(message)
            else:
                self.heard.append(json.loads(message))

    def texts(self) -> list[str]:
        root = self.page.root
        return [] if root is None else [node.text for node in root.walk() if node.text]


class Agent(httpx.Client):
    """An agent's browser: cookies, the Origin of our own pages, no redirects by itself."""

    def __init__(self, relay: RelayProcess, address: str = "127.0.0.1", bearer: str = "") -> None:
        headers = {"Origin": relay.url, "Sec-Fetch-Site": "same-origin"}
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        # From an address of its own, for the relay counts what is wrong by address.
        transport = httpx.HTTPTransport(local_address=address)
        super().__init__(base_url=relay.url, headers=headers, transport=transport)
        self.relay = relay

    def log_in(self, username: str = AGENT, password: str = PASSWORD, **fields: str) -> httpx.Response:
        csrf = form_token(self.get("/login").text)
        return self.post("/login", data={"username": username, "password": password, "csrf": csrf, **fields})

    def ticket(self, key: str, **agent: str) -> httpx.Response:
        """`agent` is what the console's page was opened with."""
        return self.post("/agentjoin/ticket", json={"sessionkey": key, "agent": agent})

    def join(self, key: str, **fields: Any) -> Viewer:
        answer = self.ticket(key)
        assert answer.status_code == 200, answer.text
        return Viewer(self.relay, answer.json()["ticket"], **fields)


def form_token(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def document(*texts: str) -> list[Op]:
    """Ops of a small page: a body with one paragraph for each text."""
    nodes: list[dict[str, Any]] = [{"id": 2, "depth": 0, "ns": "html", "tag": "body", "attributes": []}]
    for text in texts:
        number = nodes[-1]["id"] + 1
        nodes.append({"id": number, "depth": 1, "ns": "html", "tag": "p", "attributes": [["class", "line"]]})
        nodes.append({"id": number + 1, "depth": 2, "text": text})
    return [("document", 1, 0, f"{SHOP}/", "", "Shop", "html", 0), ("insert", 1, 0, nodes)]
