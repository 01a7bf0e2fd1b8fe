"""Assets that the relay gets itself: only where the group allows it, only from where it may, once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx2 as httpx
import pytest

from tests.cam_proxy.samples import SAMPLES
from tests.relay.conftest import Launch
from tests.relay.peers import SHOP, Agent, Visitor, document
from tests.relay_process import GROUP, RelayProcess

ALLOW = ("setting", "set", "--group", str(GROUP), "--site", "production", "serverFetch=on")


class Origin(ThreadingHTTPServer):
    """The company's web server; `asked` are the paths and headers of what came."""

    def __init__(self, kind: str = "image/png") -> None:
        self.kind = kind
        self.asked: list[tuple[str, dict[str, str]]] = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Origin

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        self.send_response(200)
        self.send_header("Content-Type", self.server.kind)
        self.send_header("Content-Length", str(len(SAMPLES["image/png"])))
        self.send_header("Set-Cookie", "a=b")
        self.end_headers()
        self.wfile.write(SAMPLES["image/png"])

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def serving(origin: Origin) -> Iterator[Origin]:
    thread = Thread(target=origin.serve_forever)
    thread.start()
    try:
        yield origin
    finally:
        origin.shutdown()
        thread.join()
        origin.server_close()


def answers(relay: RelayProcess, picture: str, times: int = 1) -> list[httpx.Response]:
    """What an agent's browser gets for a picture that the visitor's browser cannot bring, `times` one after the other."""
    with Agent(relay) as agent, httpx.Client(trust_env=False, timeout=30) as http:
        agent.log_in()
        visitor = Visitor(relay)
        started = visitor.start()
        ops = document("one")
        ops.append(("insert", 2, 0, [{"id": 9, "depth": 0, "ns": "html", "tag": "img", "attributes": [["src", picture]]}]))
        version = visitor.send(ops)["version"]
        with agent.join(started["key"]) as viewer:
            viewer.reach(version)
            (url,) = [node.attributes["src"] for node in viewer.page.nodes.values() if "src" in node.attributes]
        headers = {"Authorization": f"Bearer {started['ssnid']}.{started['secret']}", "Origin": SHOP}
        got = []
        for _ in range(times):
            assert http.delete(url, headers=headers).status_code == 204
            got.append(http.get(url))
        visitor.leave()
        return got


def test_the_relay_gets_what_the_visitor_cannot_bring(launch: Launch) -> None:
    with serving(Origin()) as origin:
        relay = launch(fetch_private=origin.host)
        relay.cli(*ALLOW)
        first, second = answers(relay, f"http://{origin.host}/a.png?b=c", times=2)
        assert first.content == second.content == SAMPLES["image/png"]
        assert "set-cookie" not in first.headers
        ((path, sent),) = origin.asked
        assert path == "/a.png?b=c"
        assert {name.lower() for name in sent} == {"host", "user-agent", "accept", "accept-encoding"}


@pytest.mark.parametrize(("allowed", "listed", "kind"), [(False, True, "image/png"), (True, False, "image/png"), (True, True, "text/html")])
def test_nothing_comes_where_it_may_not(launch: Launch, allowed: bool, listed: bool, kind: str) -> None:
    with serving(Origin(kind)) as origin:
        relay = launch(fetch_private=origin.host) if listed else launch()
        if allowed:
            relay.cli(*ALLOW)
        (answer,) = answers(relay, f"http://{origin.host}/a.png")
        assert answer.status_code == 404
        assert bool(origin.asked) == (allowed and listed)
