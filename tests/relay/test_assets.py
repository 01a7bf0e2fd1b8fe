"""Assets: what a visitor may bring, under which headers it is served, and that nobody else gets at it."""

from __future__ import annotations

import base64
import random
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from threading import Thread
from urllib.parse import urlsplit

import httpx2 as httpx
import pytest
from websockets.exceptions import ConnectionClosed

from relay.web.assets import UPLOADS
from tests.cam_proxy.samples import SAMPLES
from tests.relay.conftest import Launch
from tests.relay.peers import SHOP, Agent, Visitor, document
from tests.relay_process import GROUP, RelayProcess

PICTURE = "https://shop.example/picture.png?token=geheim"


class Shop:
    """A visitor whose page has one picture, and what the viewer calls it."""

    def __init__(self, relay: RelayProcess, agent: Agent) -> None:
        self.visitor = Visitor(relay)
        self.started = self.visitor.start()
        self.http = httpx.Client(trust_env=False, timeout=30)
        ops = document("one")
        ops.append(("insert", 2, 0, [{"id": 9, "depth": 0, "ns": "html", "tag": "img", "attributes": [["src", PICTURE]]}]))
        version = self.visitor.send(ops)["version"]
        with agent.join(self.started["key"]) as viewer:
            viewer.reach(version)
            (self.url,) = [node.attributes["src"] for node in viewer.page.nodes.values() if "src" in node.attributes]

    def put(
        self, data: bytes, kind: str, *, secret: str | None = None, origin: str | None = SHOP, url: str | None = None, query: str = ""
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.started['ssnid']}.{secret or self.started['secret']}", "Content-Type": kind}
        if origin is not None:
            headers["Origin"] = origin
        return self.http.put((url or self.url) + query, content=data, headers=headers)

    def offer(
        self, data: bytes, kind: str, *, secret: str | None = None, origin: str = SHOP, digest: str | None = None, url: str | None = None
    ) -> int:
        """Names bytes by their digest instead of sending them."""
        headers = {
            "Authorization": f"Bearer {self.started['ssnid']}.{secret or self.started['secret']}",
            "Content-Type": kind,
            "Origin": origin,
            "Repr-Digest": digest or f"sha-256=:{base64.b64encode(sha256(data).digest()).decode()}:",
        }
        return self.http.post(url or self.url, headers=headers).status_code

    def give_up(self, *, secret: str | None = None, origin: str = SHOP, url: str | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.started['ssnid']}.{secret or self.started['secret']}", "Origin": origin}
        return self.http.delete(url or self.url, headers=headers)

    def get(self, url: str | None = None) -> httpx.Response:
        return self.http.get(url or self.url)

    def close(self) -> None:
        """The session ends, and its assets with it."""
        self.http.close()
        with suppress(ConnectionClosed):
            self.visitor.say(type="stop", reason="visitor")
        self.visitor.closed()
        self.visitor.leave()


@pytest.fixture
def shop(relay: RelayProcess, agent: Agent) -> Shop:
    return Shop(relay, agent)


def test_the_address_says_nothing(shop: Shop) -> None:
    assert shop.url.startswith(shop.started["assets"] + "/")
    assert "picture" not in shop.url and "geheim" not in shop.url
    shop.close()


def test_a_viewer_waits_for_the_visitors_browser(shop: Shop) -> None:
    answers: list[httpx.Response] = []
    asking = Thread(target=lambda: answers.append(shop.get()))
    asking.start()
    (wanted,) = shop.visitor.hear("want")["assets"]
    assert wanted == {"id": shop.url.rpartition("/")[2], "url": PICTURE}
    assert shop.put(SAMPLES["image/png"], "image/png").status_code == 204
    asking.join(10)
    answer = answers[0]
    assert (answer.status_code, answer.content) == (200, SAMPLES["image/png"])
    assert shop.get().content == SAMPLES["image/png"]
    shop.close()


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_each_type_is_served_as_it_is_and_fenced(shop: Shop, kind: str) -> None:
    assert shop.put(SAMPLES[kind], f"{kind}; charset=x").status_code == 204
    answer = shop.get()
    assert answer.content == SAMPLES[kind]
    headers = answer.headers
    assert headers["content-type"] == kind
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert headers["content-disposition"] == "attachment"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"].startswith("private")
    assert headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in headers
    assert "set-cookie" not in headers
    shop.close()


def test_what_is_not_an_asset_is_refused(shop: Shop) -> None:
    page = b"<!DOCTYPE html><script>alert(1)</script>"
    for data, kind in (
        (page, "text/html"),
        (page, "image/png"),
        (page, "image/svg+xml"),
        (SAMPLES["image/png"], "image/svg+xml"),
        (SAMPLES["image/svg+xml"], "image/png"),
        (SAMPLES["image/png"], "font/ttf"),
        (SAMPLES["image/png"], ""),
        (b"alert(1)", "text/javascript"),
        (b"{}", "application/json"),
        (b"%PDF-1.7", "application/pdf"),
        (b"a{}", "text/css"),
    ):
        assert shop.put(data, kind).status_code == 415, kind
    assert shop.put(SAMPLES["image/png"] + bytes(10 * 1024 * 1024), "image/png").status_code == 413
    shop.close()


def test_only_the_visitor_brings_assets(shop: Shop, relay: RelayProcess, agent: Agent) -> None:
    other = Shop(relay, agent)
    png = SAMPLES["image/png"]
    assert shop.put(png, "image/png", secret="wrong").status_code == 403
    assert shop.put(png, "image/png", origin=None).status_code == 403
    assert shop.put(png, "image/png", origin="null").status_code == 403
    assert shop.put(png, "image/png", url=other.url).status_code == 403
    assert shop.put(png, "image/png", url=f"{shop.started['assets']}/{'x' * 22}").status_code == 404
    assert shop.put(png, "image/png", url=f"{relay.url}/cobrowse/assets/nowhere/{'x' * 22}").status_code == 403
    assert httpx.put(shop.url, content=png, headers={"Origin": SHOP, "Content-Type": "image/png"}, trust_env=False).status_code == 403
    shop.close()
    other.close()


def test_a_preflight_names_one_origin(shop: Shop) -> None:
    answer = shop.http.options(shop.url, headers={"Origin": SHOP, "Access-Control-Request-Method": "PUT"})
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert answer.headers["access-control-allow-methods"] == "PUT, POST, DELETE"
    assert "authorization" in answer.headers["access-control-allow-headers"]
    assert answer.headers["vary"] == "Origin"
    assert shop.http.options(shop.url, headers={"Origin": "null"}).status_code == 403
    shop.close()


def test_what_is_not_there_looks_alike_and_ends_with_the_session(shop: Shop, relay: RelayProcess) -> None:
    assert shop.put(SAMPLES["image/png"], "image/png").status_code == 204
    unknown = shop.get(f"{shop.started['assets']}/{'x' * 22}")
    elsewhere = shop.get(f"{relay.url}/cobrowse/assets/nowhere/{urlsplit(shop.url).path.rpartition('/')[2]}")
    shop.visitor.say(type="stop", reason="visitor")
    shop.visitor.closed()
    ended = shop.get()
    for answer in (unknown, elsewhere, ended):
        assert (answer.status_code, answer.content) == (404, b"")
        answer.headers.pop("date")
    assert unknown.headers == elsewhere.headers == ended.headers
    assert not any(path.is_file() for path in (relay.data / "assets").rglob("*"))
    shop.close()


def test_a_visitor_that_brings_nothing_costs_a_wait(launch: Launch) -> None:
    relay = launch(asset_wait=0.2)
    with Agent(relay) as agent:
        agent.log_in()
        shop = Shop(relay, agent)
        assert shop.get().status_code == 404
        assert shop.get().status_code == 404
        shop.visitor.send([("set_text", 4, "two")])
        assert [control["type"] for control in shop.visitor.heard].count("want") == 1
        shop.close()


def test_what_the_visitors_browser_cannot_have_is_not_waited_for(shop: Shop, relay: RelayProcess) -> None:
    answers: list[httpx.Response] = []
    asking = Thread(target=lambda: answers.append(shop.get()))
    asking.start()
    shop.visitor.hear("want")
    gone = shop.give_up()
    assert (gone.status_code, gone.headers["access-control-allow-origin"]) == (204, SHOP)
    asking.join(5)
    assert answers[0].status_code == 404
    assert shop.get().status_code == 404
    shop.visitor.send([("set_text", 4, "two")])
    assert [control["type"] for control in shop.visitor.heard].count("want") == 1
    # The next page may have it.
    shop.visitor.cut()
    shop.visitor = Visitor(relay)
    shop.visitor.resume(shop.started)
    asking = Thread(target=lambda: answers.append(shop.get()))
    asking.start()
    shop.visitor.hear("want")
    assert shop.put(SAMPLES["image/png"], "image/png").status_code == 204
    asking.join(5)
    assert answers[1].content == SAMPLES["image/png"]
    # What is here stays.
    assert shop.give_up().status_code == 204
    assert shop.get().content == SAMPLES["image/png"]
    shop.close()


def test_what_comes_after_all_is_shown(shop: Shop) -> None:
    assert shop.give_up().status_code == 204
    assert shop.get().status_code == 404
    assert shop.put(SAMPLES["image/png"], "image/png").status_code == 204
    assert shop.get().status_code == 200
    shop.close()


def test_only_the_visitor_gives_assets_up(shop: Shop, relay: RelayProcess, agent: Agent) -> None:
    other = Shop(relay, agent)
    assert shop.give_up(secret="wrong").status_code == 403
    assert shop.give_up(origin="null").status_code == 403
    assert shop.give_up(url=other.url).status_code == 403
    assert shop.give_up(url=f"{shop.started['assets']}/{'x' * 22}").status_code == 404
    assert shop.http.delete(shop.url, headers={"Origin": SHOP}).status_code == 403
    assert shop.put(SAMPLES["image/png"], "image/png").status_code == 204
    assert shop.get().status_code == 200
    shop.close()
    other.close()


def test_a_session_has_a_few_uploads_at_once(shop: Shop, relay: RelayProcess) -> None:
    data = SAMPLES["image/png"]
    head = (
        f"PUT {urlsplit(shop.url).path} HTTP/1.1\r\nHost: relay\r\nOrigin: {SHOP}\r\nContent-Type: image/png\r\nExpect: 100-continue\r\n"
        f"Authorization: Bearer {shop.started['ssnid']}.{shop.started['secret']}\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    with ExitStack() as lines:
        for _ in range(UPLOADS):
            line = lines.enter_context(socket.create_connection(("127.0.0.1", relay.port), 10))
            line.sendall(head.encode())
            # It waits for the bytes now.
            assert b"100 Continue" in line.recv(64)
        refused = shop.put(data, "image/png")
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert refused.headers["access-control-allow-origin"] == SHOP
        line.sendall(data)
        assert b" 204 " in line.recv(1024)
        assert shop.put(data, "image/png").status_code == 204
    shop.close()


GIF = "image/gif"


def picture(seed: str) -> bytes:
    """Bytes that no other test has."""
    return SAMPLES[GIF] + random.Random(seed).randbytes(2000)


def test_what_the_site_shares_is_brought_once(shop: Shop, relay: RelayProcess, agent: Agent) -> None:
    data = picture("shared")
    assert shop.offer(data, GIF) == 202
    assert shop.put(data, GIF, query="?shared").status_code == 204
    shop.close()

    later = Shop(relay, agent)
    assert later.offer(data, f"{GIF}; x=y") == 204
    assert later.get().content == data
    assert later.get().headers["content-type"] == GIF
    # The bytes decide inside a family, here too.
    assert later.offer(data, "image/png") == 204
    assert later.offer(data, "font/woff2") == 202
    later.close()


def test_what_is_one_visitors_alone_is_nobody_elses(shop: Shop, relay: RelayProcess, agent: Agent) -> None:
    data = picture("private")
    assert shop.put(data, GIF).status_code == 204
    other = Shop(relay, agent)
    # Not while its session runs either: what one visitor has is nothing that another may ask for.
    assert other.offer(data, GIF) == 202
    assert other.get().status_code == 404
    shop.close()
    assert other.offer(data, GIF) == 202
    other.close()


def test_only_the_visitor_offers(shop: Shop, relay: RelayProcess, agent: Agent) -> None:
    data = picture("offered")
    assert shop.put(data, GIF, query="?shared").status_code == 204
    assert shop.offer(data, GIF) == 204
    assert shop.offer(data, GIF, secret="wrong") == 403
    assert shop.offer(data, GIF, origin="null") == 403
    assert shop.offer(data, GIF, url=f"{shop.started['assets']}/unknown") == 404
    other = Shop(relay, agent)
    assert other.offer(data, GIF, url=shop.url) == 403
    other.close()
    shop.close()


@pytest.mark.parametrize(
    "digest", ["", "sha-256=", "sha-256=::", "sha-256=:AAAA:", "md5=:AAAA:", "sha-256=:%%%%:", "sha-256=:" + "A" * 9000]
)
def test_an_offer_of_nothing_gets_nothing(shop: Shop, digest: str) -> None:
    assert shop.offer(b"", GIF, digest=digest or "none") == 202
    shop.close()


@contextmanager
def signed_in(relay: RelayProcess) -> Iterator[Agent]:
    with Agent(relay) as agent:
        agent.log_in()
        yield agent


def test_without_the_common_cache_each_session_brings_its_own(launch: Launch) -> None:
    relay = launch()
    relay.cli("setting", "set", "--group", str(GROUP), "--site", "production", "commonCache=off")
    data = picture("off")
    with signed_in(relay) as agent:
        shop = Shop(relay, agent)
        assert shop.put(data, GIF, query="?shared").status_code == 204
        assert shop.offer(data, GIF) == 202
        shop.close()


def test_the_common_cache_outlives_the_relay_and_can_be_cleared(launch: Launch) -> None:
    data = picture("kept")
    relay = launch()
    with signed_in(relay) as agent:
        shop = Shop(relay, agent)
        assert shop.put(data, GIF, query="?shared").status_code == 204
        shop.close()
        relay.stop()
        relay.start()
        shop = Shop(relay, agent)
        assert shop.offer(data, GIF) == 204
        assert relay.json("cache", "list") == [{"group": GROUP, "files": 1, "bytes": len(data)}]
        assert relay.json("cache", "clear", "--group", str(GROUP)) == {"group": GROUP, "files": 1}
        # The session has it still, the next one does not.
        assert shop.get().content == data
        shop.close()
        other = Shop(relay, agent)
        assert other.offer(data, GIF) == 202
        other.close()
