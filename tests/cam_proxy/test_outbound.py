"""Requests of the relay to the outside: nothing forbidden is connected to, answers are bounded (requirements 4, cases S).

Each refusal has its falsification control: the same address with the defence off is connected to.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import threading
import zlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

import httpcore2 as httpcore
import pytest

from cam_proxy import outbound, targets
from cam_proxy.addresses import is_public
from cam_proxy.outbound import Answer, Bounds, Outbound, OutboundFailed
from cam_proxy.targets import Reach, TargetRefused, target

PUBLIC = "93.184.215.14"

FORBIDDEN = [
    *("127.0.0.1", "127.8.9.1", "0.0.0.0", "0.1.2.3", "[::1]", "[::]"),
    *("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.0.1", "169.254.169.254", "168.63.129.16", "100.100.100.200", "100.64.0.1", "192.0.0.192"),
    *("2130706433", "0x7f000001", "0x7f.1", "017700000001", "127.1", "127.0.1", "%31%32%37.0.0.1", "①②⑦.⓪.⓪.①", "127.0.0.1."),
    *(
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:1::1]",
    ),
    *("224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "192.88.99.1"),
    *("[ff02::1]", "[2001:db8::1]", "[3fff::1]", "[fc00::1]", "[fd00:ec2::254]", "[fe80::1]", "[fec0::1]", "[100::1]", "[5f00::1]"),
]
NAMES = ["localhost", "metadata", "printer.local", "vault.internal", "a.localhost", "nas.home.arpa", "LOCALHOST.", "x.test"]
ADDRESSES = [f"http://{host}/x" for host in (*FORBIDDEN, *NAMES)]

Connected = list[tuple[str, int]]


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> Connected:
    """Where connections were tried; none comes about."""
    tried: Connected = []

    async def connect(_self: object, host: str, port: int, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        tried.append((host, port))
        raise httpcore.ConnectError("not in a test")

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    return tried


def names(*answers: str) -> Callable[[str, int], Awaitable[list[str]]]:
    async def resolve(_host: str, _port: int) -> list[str]:
        return list(answers)

    return resolve


def ask(guard: Outbound, url: str) -> None:
    with pytest.raises((TargetRefused, OutboundFailed)):
        asyncio.run(guard.get(url))


def open_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The defence is off."""
    monkeypatch.setattr(outbound, "is_public", lambda _address: True)
    monkeypatch.setattr(targets, "_check_public", lambda _host, _port: None)


@pytest.mark.parametrize("url", ADDRESSES)
def test_addresses_and_names_that_are_not_public(url: str, connected: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(Outbound(resolve=names(PUBLIC)), url)
    assert connected == []
    open_up(monkeypatch)
    ask(Outbound(resolve=names(PUBLIC)), url)
    assert connected


@pytest.mark.parametrize(
    "answers", [("10.0.0.1",), (PUBLIC, "127.0.0.1"), ("2606:4700::1", "::1"), ("::ffff:192.168.0.1",), ("fe80::1%1",)]
)
def test_every_address_of_a_name_has_to_be_public(answers: tuple[str, ...], connected: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(Outbound(resolve=names(*answers)), "http://shop.example.com/x")
    assert connected == []
    open_up(monkeypatch)
    ask(Outbound(resolve=names(*answers)), "http://shop.example.com/x")
    assert connected


def test_a_name_is_asked_for_once_and_the_checked_address_is_connected_to(connected: Connected) -> None:
    asked: list[str] = []

    async def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return [PUBLIC] if len(asked) == 1 else ["127.0.0.1"]

    ask(Outbound(resolve=rebinding), "http://shop.example.com/x")
    assert asked == ["shop.example.com"] and connected == [(PUBLIC, 80)]


@pytest.mark.parametrize("host", ["x" * 64 + ".com", "shop..com", ".shop.com"])
def test_a_name_that_cannot_be_asked_for_is_a_failure_like_others(host: str, connected: Connected) -> None:
    ask(Outbound(), f"https://{host}/")
    assert connected == []


def test_slow_names_are_waited_for_by_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()

    def slow(*_: object, **__: object) -> list[object]:
        done.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)

    async def play() -> None:
        asking = [asyncio.ensure_future(Outbound().get("http://slow.example.com/")) for _ in range(60)]
        await asyncio.sleep(0)
        # Whatever else needs a thread gets one while all names are still being asked for.
        assert await asyncio.to_thread(lambda: 7) == 7
        done.set()
        answers = await asyncio.gather(*asking, return_exceptions=True)
        assert all(isinstance(answer, OutboundFailed) for answer in answers)

    asyncio.run(play())


@pytest.mark.parametrize(
    "url",
    [
        *(
            "file:///etc/passwd",
            "gopher://shop.example.com/",
            "ftp://shop.example.com/",
            "data:text/css,a",
            "javascript:1",
            "blob:http://a.com/x",
        ),
        *("ws://shop.example.com/", "//shop.example.com/x", "shop.example.com", "", "http://", "http://shop.example.com:22/", "http:///"),
        *(
            "https://shop.example.com:8443/",
            "http://user@shop.example.com/",
            "http://user:word@shop.example.com/",
            "http://:w@shop.example.com/",
        ),
        "http://shop.example.com/" + "x" * targets.LONGEST_URL,
    ],
)
def test_other_schemes_ports_and_credentials(url: str) -> None:
    with pytest.raises(TargetRefused):
        target(url, Reach())


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://shop.example.com\\@127.0.0.1/", "shop.example.com"),
        ("http://shop.example.com#@127.0.0.1/", "shop.example.com"),
        ("http://shop.example.com?@127.0.0.1/", "shop.example.com"),
        (" \thttp://SHOP.example.com\n/x", "shop.example.com"),
        ("http:/shop.example.com/x", "shop.example.com"),
        ("http://bücher.example/", "xn--bcher-kva.example"),
    ],
)
def test_addresses_are_read_as_browsers_read_them(url: str, host: str) -> None:
    assert target(url, Reach()).host == host
    assert target(target(url, Reach()).url, Reach()) == target(url, Reach())


def test_what_an_operator_lists_is_meant_exactly() -> None:
    reach = Reach(private=frozenset({("10.0.0.5", 8080)}), own=frozenset({("relay.example.com", 443)}))
    assert target("http://10.0.0.5:8080/x", reach).trusted
    for url in ("http://10.0.0.5/", "http://10.0.0.6:8080/", "https://relay.example.com/", "http://10.0.0.5.example:8080/"):
        with pytest.raises(TargetRefused):
            target(url, reach)


@pytest.mark.parametrize(
    "address", [PUBLIC, "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::101:101", "::ffff:1.1.1.1"]
)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))


class Origin:
    """A server that answers each connection with the next of `answers`, as bytes, and keeps what it was asked."""

    def __init__(self, *answers: bytes, pause: float = 0.0) -> None:
        self._answers = list(answers)
        self._pause = pause
        self._writers: list[asyncio.StreamWriter] = []
        self.asked: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        with suppress(OSError):
            self.asked.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(self._answers.pop(0))
            await writer.drain()
            if self._pause:
                await asyncio.sleep(self._pause)
            writer.close()

    async def _gone(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()

    def fetch(self, bounds: Bounds | None = None) -> Answer:
        async def run() -> Answer:
            server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            reach = Reach(private=frozenset({("origin.example", self.port)}))
            guard = Outbound(reach=reach, resolve=names("127.0.0.1"))
            async with server:
                try:
                    return await guard.get(f"http://origin.example:{self.port}/a.css", bounds or Bounds())
                finally:
                    await self._gone()

        return asyncio.run(run())


def answer(body: bytes = b"body", *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: text/css", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def test_an_answer_comes_whole_and_nothing_of_the_environment_goes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    origin = Origin(answer())
    assert origin.fetch() == Answer(200, "text/css", b"body", True)
    (asked,) = origin.asked
    sent = {line.partition(b":")[0].lower() for line in asked.splitlines()[1:] if line}
    assert sent == {b"host", b"user-agent", b"accept", b"accept-encoding"}
    assert f"Host: origin.example:{origin.port}".encode() in asked


@pytest.mark.parametrize(
    "header", ["Set-Cookie: a=b", "Cache-Control: max-age=1, Private", "Cache-Control: no-store", "Vary: Cookie", "Vary: *"]
)
def test_what_may_not_be_kept_for_others(header: str) -> None:
    assert not Origin(answer(b"x", header)).fetch().cacheable


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize(
    "to", ["http://127.0.0.1/", "http://[::1]/", "https://metadata/", "file:///etc/passwd", "//10.0.0.1/", "http://a@b.example/"]
)
def test_each_redirect_passes_every_check(status: str, to: str) -> None:
    origin = Origin(answer(b"", f"Location: {to}", status=status))
    with pytest.raises(TargetRefused):
        origin.fetch()
    assert len(origin.asked) == 1


def test_redirects_are_followed_but_not_for_ever() -> None:
    on = answer(b"", "Location: /next", status="302 Found")
    assert Origin(*[on] * 5, answer()).fetch().body == b"body"
    with pytest.raises(OutboundFailed, match="redirects"):
        Origin(*[on] * 6, answer()).fetch()


@pytest.mark.parametrize(
    "sent",
    [
        answer(b"x" * 65),
        answer(b"x" * 65, length=2**40),
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 65,
        answer(gzip.compress(b"x" * 65), "Content-Encoding: gzip"),
        answer(b"x" * 9, length=20),
        answer(b"x", "Content-Encoding: br"),
        answer(b"x", "Content-Encoding: zstd"),
        answer(b"no gzip", "Content-Encoding: gzip"),
        answer(gzip.compress(b"x" * 9)[:-4], "Content-Encoding: gzip"),
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 2**20 + b"\r\n\r\n",
        b"no HTTP at all\r\n\r\n",
        b"",
    ],
)
def test_answers_out_of_bounds(sent: bytes) -> None:
    with pytest.raises(OutboundFailed):
        Origin(sent).fetch(Bounds(size=64))


def test_a_bomb_is_not_unpacked() -> None:
    with pytest.raises(OutboundFailed, match="packed"):
        Origin(answer(gzip.compress(bytes(4 * outbound.MIB)), "Content-Encoding: gzip")).fetch()
    assert zlib.decompress(gzip.compress(b"x"), wbits=31) == b"x"


@pytest.mark.parametrize("sent", [b"", answer(b"x", length=9)])
def test_who_says_nothing_is_not_waited_for(sent: bytes) -> None:
    with pytest.raises(OutboundFailed, match="time"):
        Origin(sent, pause=5).fetch(Bounds(first_byte=0.2, total=0.3))
