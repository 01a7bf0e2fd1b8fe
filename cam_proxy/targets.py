"""May this address be asked for by the relay: parsed once by the rules of browsers, and only the parts are used (requirements 4.3).

Nothing is looked up here; what a name resolves to is checked where it is connected to (`outbound.py`).
"""

from dataclasses import dataclass

import ada_url

from cam_proxy.addresses import is_public, literal

PORTS = {"http:": 80, "https:": 443}

LONGEST_URL = 8192

_LOCAL_DOMAINS = ("local", "localhost", "internal", "home.arpa", "lan", "test", "invalid", "onion")
"""Names that are never public, whatever they resolve to (RFC 6761, 6762, 8375, ICANN's .internal)."""


class TargetRefused(Exception):
    """The relay does not ask for this address. The reason never holds the address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Reach:
    """What an operator changes of what may be reached: exact (host, port) pairs, hosts in lower case as in a parsed URL.

    `private` may be reached although not public, on ports other than the usual too; `own` are the relay's listeners, which never may.
    """

    private: frozenset[tuple[str, int]] = frozenset()
    own: frozenset[tuple[str, int]] = frozenset()


def listed_hosts(text: str) -> frozenset[tuple[str, int]] | None:
    """The pairs that `host:port,host:port` names, as a parsed URL has them; None if it is no such list."""
    hosts = set()
    for entry in text.replace(",", " ").split():
        host, _, port = entry.rpartition(":")
        if not port.isascii() or not port.isdigit() or not ada_url.check_url(f"http://{host}:{port}/") or "/" in host or "@" in host:
            return None
        hosts.add((ada_url.URL(f"http://{host}/").hostname.lower(), int(port)))
    return frozenset(hosts)


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be asked for. `trusted`: the operator listed it, so it need not be public."""

    scheme: str
    host: str
    port: int
    path: str
    trusted: bool

    @property
    def url(self) -> str:
        """Canonical, without fragment; the port only where it is not the scheme's."""
        port = "" if PORTS[f"{self.scheme}:"] == self.port else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}{self.path}"


def target(url: str, reach: Reach, base: Target | None = None) -> Target:
    """`url`, against `base` where it is relative. Raises `TargetRefused`."""
    if len(url) > LONGEST_URL:
        raise TargetRefused(f"longer than {LONGEST_URL} characters")
    try:
        parsed = ada_url.URL(url, base=base.url if base else None)
    except ValueError:
        raise TargetRefused("this is no address") from None
    if parsed.protocol not in PORTS:
        raise TargetRefused("only http and https are asked for")
    if parsed.username or parsed.password:
        raise TargetRefused("an address with a user name or password is not asked for")
    host, port = parsed.hostname.lower(), int(parsed.port or PORTS[parsed.protocol])
    trusted = (host, port) in reach.private
    if (host, port) in reach.own:
        raise TargetRefused("this is the relay itself")
    if not trusted:
        _check_public(host, port)
    return Target(parsed.protocol.removesuffix(":"), host, port, f"{parsed.pathname}{parsed.search}", trusted)


def _check_public(host: str, port: int) -> None:
    if port not in PORTS.values():
        raise TargetRefused("only ports 80 and 443 are asked for")
    address = literal(host)
    if address is not None:
        if not is_public(address):
            raise TargetRefused("this address is not public")
        return
    name = host.removesuffix(".")
    if "." not in name or any(name == domain or name.endswith(f".{domain}") for domain in _LOCAL_DOMAINS):
        raise TargetRefused("this name is not public")
