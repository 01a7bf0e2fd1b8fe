"""Webhooks of a relay that runs: made over REST and on the command line, told to a server of ours over real connections, through kills."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.relay.peers import Agent, Visitor
from tests.relay_process import RelayProcess

GROUP = "/api/v0/groups/1000"
HOOKS = f"{GROUP}/sites/production/webhooks"
SECONDS = 120.0
"""A delivery that was under way when the relay was killed comes again after a minute."""


class Receiver(ThreadingHTTPServer):
    """A group's own server; `statuses` are what it answers next, then 204."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[tuple[str, dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        self.changed = threading.Condition()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def events(self) -> list[tuple[str, int]]:
        bodies = [json.loads(body) for _, _, body in self.heard]
        return [(body["type"], body["data"]["sequence"]) for body in bodies]

    def wait_for(self, count: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.heard) >= count, SECONDS), self.events()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, Receiver)
        body = self.rfile.read(int(self.headers["content-length"]))
        with server.changed:
            server.heard.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            status = server.statuses.pop(0) if server.statuses else 204
            server.changed.notify_all()
        self.send_response(status)
        if status in (301, 302, 307, 308):
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


Launch = Callable[..., RelayProcess]


@pytest.fixture
def told(launch: Launch, receiver: Receiver) -> RelayProcess:
    return launch(webhook_private=receiver.host)


@pytest.fixture
def partner(told: RelayProcess) -> Iterator[Agent]:
    with Agent(told, bearer=told.json("key", "show", "--group", "1000")["key"]) as agent:
        yield agent


def made(partner: Agent, url: str, **more: Any) -> dict[str, Any]:
    answer = partner.post(HOOKS, json={"url": url, **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def signed_by(secret: str, headers: dict[str, str], body: bytes) -> bool:
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(expected).decode()}" in headers["webhook-signature"].split(" ")


def test_a_session_is_told_from_start_to_end(told: RelayProcess, partner: Agent, receiver: Receiver) -> None:
    hook = made(partner, f"http://{receiver.host}/in?from=relay")
    receiver.statuses = [302]
    with Agent(told) as agent, Visitor(told) as visitor:
        agent.log_in()
        started = visitor.start(visitorid="v-7", name="Vera", email="vera@example.com")
        with agent.join(started["key"]) as viewer:
            viewer.hear("joined")
            visitor.say(type="stop", reason="visitor")
            visitor.closed()
    receiver.wait_for(4)
    # No redirect is followed, and the first has to be taken before the second is told.
    assert receiver.events() == [("session.started", 1)] * 2 + [("agent.joined", 2), ("session.ended", 3)]
    assert {path for path, _, _ in receiver.heard} == {"/in?from=relay"}
    for _, headers, body in receiver.heard:
        assert signed_by(hook["secret"], headers, body) and not signed_by("whsec_" + "A" * 43 + "=", headers, body)
        assert {"cookie", "authorization", "referer"}.isdisjoint(headers) and headers["content-type"] == "application/json"
        assert b"Vera" not in body and b"vera@example.com" not in body
    assert len({headers["webhook-id"] for _, headers, _ in receiver.heard}) == 3
    bodies = [json.loads(body)["data"] for _, _, body in receiver.heard[1:]]
    assert {data["sessionId"] for data in bodies} == {started["ssnid"]} and bodies[0]["visitorId"] == "v-7"
    assert bodies[1]["agent"]["username"] == "ada.example"
    assert (bodies[2]["state"], bodies[2]["reason"]) == ("C", "visitor")
    assert hook["secret"] not in told.log.read_text()


def test_what_the_disk_has_is_told_after_a_kill(told: RelayProcess, partner: Agent, receiver: Receiver) -> None:
    hook = made(partner, f"http://{receiver.host}/")["webhook"]
    receiver.statuses = [503]
    with Visitor(told) as visitor:
        visitor.start()
        told.kill()
    told.start()
    receiver.wait_for(2 if receiver.heard else 1)
    assert set(receiver.events()) == {("session.started", 1)}
    address = f"{HOOKS}/{hook['webhookId']}"
    deadline = time.monotonic() + SECONDS
    while (page := partner.get(f"{address}/deliveries").json())["deliveries"][0]["progress"] != "delivered":
        assert time.monotonic() < deadline, page
        time.sleep(0.1)
    (delivery,) = page["deliveries"]
    assert delivery["event"] == "session.started" and delivery["status"] == 204 and delivery["due"] is None
    count = len(receiver.heard)
    assert partner.post(f"{address}/replay", json={"deliveries": [delivery["deliveryId"]]}).json() == {"status": "ok"}
    receiver.wait_for(count + 1)
    assert receiver.heard[-1][1]["webhook-id"] == delivery["messageId"]
    assert partner.post(f"{address}/replay", json={"deliveries": [delivery["deliveryId"] + 1]}).status_code == 404
    metrics = partner.get("/metrics").text
    assert 'cobrowse_webhook_attempts_total{result="delivered"}' in metrics and "cobrowse_webhook_waiting" in metrics


def test_the_command_line_does_the_same(told: RelayProcess, partner: Agent, receiver: Receiver) -> None:
    where = ("--group", "1000", "--site", "production")
    url = f"http://{receiver.host}/cli"
    assert "only https" in told.cli("webhook", "add", *where, "--url", "http://hooks.example/", expect=1)
    assert "not public" in told.cli("webhook", "add", *where, "--url", "https://10.0.0.1/", expect=1)
    hook = told.json("webhook", "add", *where, "--url", url, "--event", "session.started")
    number = str(hook["id"])
    assert hook["secret"].startswith("whsec_") and hook["events"] == ["session.started"]
    with Visitor(told) as visitor:
        visitor.start()
    receiver.wait_for(1)
    listed = told.json("webhook", "list", "--group", "1000")
    assert [one["url"] for one in listed] == [url] and "secret" not in listed[0]
    shown = partner.get(HOOKS).json()
    assert [one["webhookId"] for one in shown] == [hook["id"]] and "secret" not in json.dumps(shown)
    fresh = told.json("webhook", "rotate", *where, "--id", number, "--overlap", "24")
    assert fresh["secret"] != hook["secret"] and fresh["overlap_ends"]
    delivery = told.json("webhook", "deliveries", *where, "--id", number)[0]
    assert told.json("webhook", "replay", *where, "--id", number, str(delivery["id"])) == {"id": hook["id"], "replayed": 1}
    receiver.wait_for(2)
    _, headers, body = receiver.heard[1]
    assert signed_by(fresh["secret"], headers, body) and signed_by(hook["secret"], headers, body)
    assert told.json("webhook", "change", *where, "--id", number, "--off")["on"] is False
    told.cli("webhook", "remove", *where, "--id", number)
    assert told.cli("webhook", "list", "--group", "1000") == "No webhooks.\n"
    actions = [entry["action"] for entry in told.json("audit", "list", "--group", "1000", "--action", "webhook")]
    assert actions == ["webhook.add", "webhook.rotate", "webhook.replay", "webhook.change", "webhook.remove"]


def test_what_cannot_be_over_rest(partner: Agent, receiver: Receiver) -> None:
    for url in ("http://hooks.example/", "https://127.0.0.1/", f"http://{receiver.host.replace('127.0.0.1', 'localhost')}/"):
        answer = partner.post(HOOKS, json={"url": url})
        assert answer.status_code == 422 and "webhook" in answer.json()["detail"], url
    assert partner.post(f"{GROUP}/sites/nowhere/webhooks", json={"url": "https://a.example/"}).status_code == 404
    hook = made(partner, "https://a.example/")["webhook"]
    address = f"{HOOKS}/{hook['webhookId']}"
    assert partner.patch(address, json={"url": "http://a.example/"}).status_code == 422
    assert partner.patch(address, json={"events": []}).status_code == 422
    assert partner.patch(address, json={"events": ["session.ended"], "on": False}).json()["events"] == ["session.ended"]
    for wrong in (f"{HOOKS}/{hook['webhookId'] + 1}", f"{GROUP}/sites/staging/webhooks/{hook['webhookId']}", f"{HOOKS}/x"):
        assert partner.patch(wrong, json={}).status_code == 404
        assert partner.post(f"{wrong}/rotate", json={}).status_code == 404
        assert partner.get(f"{wrong}/deliveries").status_code == 404
    for count in range(9):
        made(partner, f"https://a{count}.example/")
    assert partner.post(HOOKS, json={"url": "https://b.example/"}).status_code == 409
    numbers = [one["webhookId"] for one in partner.get(HOOKS).json()]
    assert partner.post(f"{GROUP}/sites/production/delete-webhooks", json=numbers).status_code == 200
    assert partner.get(HOOKS).json() == []


def test_the_consumer_of_the_documentation_verifies() -> None:
    page = (Path(__file__).parents[2] / "docs" / "integrator.md").read_text()
    example = next(block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "webhook-signature" in block)
    names: dict[str, Any] = {}
    exec(example, names)
    verify, secret, before = (
        names["verify"],
        "whsec_" + base64.b64encode(bytes(32)).decode(),
        "whsec_" + base64.b64encode(b"x" * 32).decode(),
    )
    body, now = b'{"type":"session.started"}', 1_800_000_000

    def headers(*secrets: str, at: int = now) -> dict[str, str]:
        from relay.identity.webhook_secrets import signatures

        return {"webhook-id": "msg_1", "webhook-timestamp": str(at), "webhook-signature": signatures(secrets, "msg_1", at, body)}

    assert verify(headers(secret), body, [secret], now) and verify(headers(secret, before), body, [before], now)
    assert verify(headers(secret), body, [before, secret], now + 299)
    assert not verify(headers(before), body, [secret], now)
    assert not verify(headers(secret), body + b" ", [secret], now)
    assert not verify({**headers(secret), "webhook-id": "msg_2"}, body, [secret], now)
    for away in (-301, 301):
        assert not verify(headers(secret), body, [secret], now + away)
    for broken in ({}, {**headers(secret), "webhook-signature": "v1a,xx"}, {**headers(secret), "webhook-timestamp": "soon"}):
        assert not verify(broken, body, [secret], now)
