"""The only way in which the relay sends requests to addresses that others name (requirements 4.4 to 4.6): assets and webhooks.

A name is resolved once, each of its addresses has to be public, and the connection goes to one of the addresses that were checked; a
redirect passes every check anew. No cookies, no proxies and no credentials of the environment, no connection is used twice.
What comes back is bounded in size, time and rate. Nothing here looks at what the bytes are.
"""

import asyncio
import socket
import ssl
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_address
from typing import Any

import httpcore2 as httpcore

from cam_proxy.addresses import Address, is_public, literal
from cam_proxy.targets import Reach, Target, TargetRefused, target

MIB = 1024 * 1024
ALWAYS = {"User-Agent": "CobrowseRelay", "Accept": "*/*", "Accept-Encoding": "gzip"}
REDIRECTS = frozenset({301, 302, 303, 307, 308})
CACHEABLE_VARY = frozenset({"", "accept-encoding"})
UNCACHEABLE = frozenset({"private", "no-store"})

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""All addresses of a name, as text. Raises `OSError`."""


class OutboundFailed(Exception):
    """No answer that may be used. The reason never holds the address or anything that came."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds, bytes after decoding, bytes a second; `ratio` holds beyond `ratio_from` decoded bytes."""

    first_byte: float = 3.0
    total: float = 10.0
    rate: int = 1024
    size: int = 5 * MIB
    ratio: int = 100
    ratio_from: int = MIB
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. `cacheable`: it may be kept for others of the same group (requirements 4.8)."""

    status: int
    kind: str
    body: bytes
    cacheable: bool


NAMES_AT_ONCE = 8
"""Names that are asked for at the same time: slow ones wait for each other, and nothing else of the relay for them."""

_asking = ThreadPoolExecutor(NAMES_AT_ONCE, thread_name_prefix="names")


async def system_names(host: str, port: int) -> list[str]:
    """What the machine's resolver says."""
    ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(_asking, ask)
    return [str(address[0]) for *_, address in found]


@dataclass(frozen=True, slots=True)
class Outbound:
    """Sends guarded requests. `resolve` and `tls` are given in tests only."""

    reach: Reach = field(default_factory=Reach)
    resolve: Resolve = system_names
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    async def get(self, url: str, bounds: Bounds = Bounds()) -> Answer:
        """Follows redirects. Raises `TargetRefused` or `OutboundFailed`."""
        return await self._bounded("GET", url, {}, b"", bounds, bounds.redirects)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], bounds: Bounds = Bounds()) -> Answer:
        """Follows no redirect: a webhook's body goes where it was meant to go. Raises `TargetRefused` or `OutboundFailed`."""
        return await self._bounded("POST", url, headers, body, bounds, 0)

    async def _bounded(self, method: str, url: str, headers: Mapping[str, str], body: bytes, bounds: Bounds, redirects: int) -> Answer:
        try:
            async with asyncio.timeout(bounds.total):
                return await self._followed(method, target(url, self.reach), {**headers, **ALWAYS}, body, bounds, redirects)
        except TimeoutError:
            raise OutboundFailed("no whole answer in time") from None
        except (OSError, zlib.error, httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
            raise OutboundFailed("no answer") from None

    async def _followed(self, method: str, to: Target, headers: Mapping[str, str], body: bytes, bounds: Bounds, left: int) -> Answer:
        while True:
            answer = await self._once(method, to, headers, body, bounds)
            if isinstance(answer, Answer):
                return answer
            if left <= 0:
                raise OutboundFailed("too many redirects")
            left -= 1
            to = target(answer, self.reach, base=to)

    async def _once(self, method: str, to: Target, headers: Mapping[str, str], body: bytes, bounds: Bounds) -> Answer | str:
        """The answer, or where it sends us."""
        pinned = _Pinned(await self._addresses(to))
        pool = httpcore.AsyncConnectionPool(ssl_context=self.tls, max_connections=1, http2=False, network_backend=pinned)
        async with pool:
            started = pool.stream(method, to.url, headers=list(headers.items()), content=body or None)
            async with asyncio.timeout(bounds.first_byte):
                response = await started.__aenter__()
            try:
                said = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                if response.status in REDIRECTS and "location" in said:
                    return said["location"]
                data = await _read(response.aiter_stream(), said.get("content-encoding", ""), bounds)
            finally:
                await started.__aexit__(None, None, None)
        return Answer(response.status, said.get("content-type", ""), data, response.status == 200 and _cacheable(said))

    async def _addresses(self, to: Target) -> list[str]:
        written = literal(to.host)
        try:
            found: list[Address] = [written] if written else [ip_address(text) for text in await self.resolve(to.host, to.port)]
        except ValueError:  # an empty label, or one of more than 63 characters
            raise OutboundFailed("this name cannot be asked for") from None
        if not found:
            raise OutboundFailed("this name has no address")
        if not to.trusted and not all(is_public(address) for address in found):
            raise TargetRefused("this name has an address that is not public")
        return [str(address) for address in found]


class _Pinned(httpcore.AsyncNetworkBackend):
    """Connects to addresses that were checked, whatever name it is given."""

    def __init__(self, addresses: list[str]) -> None:
        self._addresses = addresses
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (the name is the interface's)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failed: Exception = httpcore.ConnectError("no address")
        for address in self._addresses:
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed


async def _read(chunks: AsyncIterator[bytes], encoding: str, bounds: Bounds) -> bytes:
    """The body, decoded within its bounds."""
    if encoding.strip().lower() not in ("", "identity", "gzip"):
        raise OutboundFailed("an encoding that was not asked for")
    unpack = zlib.decompressobj(wbits=31) if encoding.strip().lower() == "gzip" else None
    data, got, began = bytearray(), 0, time.monotonic()
    async for chunk in chunks:
        got += len(chunk)
        seconds = time.monotonic() - began
        if seconds > 1 and got < bounds.rate * seconds:
            raise OutboundFailed("too slow")
        room = bounds.size + 1 - len(data)
        data += unpack.decompress(chunk, room) if unpack else chunk[:room]
        if len(data) > bounds.size:
            raise OutboundFailed(f"more than {bounds.size} bytes")
        if len(data) > bounds.ratio_from and len(data) > bounds.ratio * got:
            raise OutboundFailed(f"packed more than {bounds.ratio} times")
    if unpack and not unpack.eof:
        raise OutboundFailed("the answer is cut short")
    return bytes(data)


def _cacheable(said: Mapping[str, str]) -> bool:
    control = {part.strip().partition("=")[0].lower() for part in said.get("cache-control", "").split(",")}
    vary = {part.strip().lower() for part in said.get("vary", "").split(",")}
    return "set-cookie" not in said and not control & UNCACHEABLE and vary <= CACHEABLE_VARY
