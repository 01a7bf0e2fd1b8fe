"""The relay's settings: command line over environment over `relay.toml` in the data folder, read once into one frozen object."""

import ipaddress
import math
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from cam_proxy.targets import listed_hosts
from relay.errors import Refused, SettingsError
from relay.identity.site_settings import SiteSettings
from relay.store.address import is_database_address

FILE_NAME = "relay.toml"
PREFIX = "COBROWSE_"
PORTS = 65535
TOKEN_CHARACTERS = 16
HIDDEN = "…"
"""What a message shows of a setting that may hold a password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Times are in seconds. In the environment a setting is `COBROWSE_` and its name in capitals."""

    data: Path = Path("data")
    database: str = ""
    """Address of a PostgreSQL database; empty: a file in the data folder."""
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    """How browsers reach the relay; empty: by host and port."""
    proxies: str = ""
    """Addresses of reverse proxies, with commas, whose forwarding headers are believed."""
    waiting: float = 120.0
    """How long a session waits for an agent (documented: two minutes), unless its group sets `waitingSeconds`."""
    grace: float = 60.0
    """How long a visitor that dropped may take to come back, unless its group sets `reconnectSeconds`."""
    head: float = 10.0
    """How long the head of a request, or of a socket's handshake, may take."""
    first_message: float = 5.0
    """How long an unknown socket may be silent (requirements 5.2)."""
    newcomers: int = 20
    """Unknown sockets that one address may have open (requirements 5.2)."""
    pending: int = 50
    """Sessions from one address that wait for an agent at the same time (requirements 5.3)."""
    write_deadline: float = 10.0
    """How long a peer may take nothing of what it is sent (requirements 5.9)."""
    asset_wait: float = 10.0
    """How long a viewer's request for an asset waits for the visitor's browser."""
    fetch_private: str = ""
    """Hosts that are not public and may be asked for assets all the same, as host:port with commas."""
    common_bytes: int = 512 * 1024 * 1024
    """What one group may have in the common cache of public assets."""
    common_days: float = 30.0
    """How long what nobody uses stays in it."""
    webhook_private: str = ""
    """Hosts that are not public, or have no https, and may be webhooks' all the same, as host:port with commas."""
    location_database: str = ""
    """A file in MaxMind DB format by which reports tell where an address is; empty: they do not."""
    metrics_token: str = ""
    """What a reader of /metrics has to present; empty: only this machine itself may read it."""
    policy_poll: float = 0.5
    """How often a change of masking rules and settings by another process is looked for."""
    rights_poll: float = 30.0
    """How often it is looked whether viewers may still watch (requirements 7.5: 60 seconds)."""

    @classmethod
    def read(cls, given: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> Self:
        """`given` are the command line's; None there means that it was not said. Raises `SettingsError`, or `Refused` for the file."""
        said = {name: value for name, value in given.items() if value is not None}
        data = Path(said.get("data") or environment.get(f"{PREFIX}DATA") or "data")
        values = {**_from_file(data / FILE_NAME), **_from_environment(environment), **said, "data": data}
        return cls(**{field.name: _typed(field.name, field.type, values[field.name]) for field in fields(cls) if field.name in values})

    @property
    def of_sites(self) -> SiteSettings:
        """What holds in a site of a group for which nobody has set anything."""
        return SiteSettings(waiting_seconds=self.waiting, reconnect_seconds=self.grace)

    @property
    def assets(self) -> Path:
        """Where pictures and fonts are kept."""
        return self.data / "assets"

    def at(self, port: int) -> str:
        """The address under which browsers reach the relay that listens on `port`."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = "localhost" if self.host in ("0.0.0.0", "::") else f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{port}"


def _from_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        values = tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeError) as error:
        raise Refused(f"{path}: {error}") from None
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from None
    known = {field.name for field in fields(Settings)} - {"data"}
    for name in sorted(values.keys() - known):
        raise SettingsError(name, values[name], f"there is no such setting in {path}")
    return values


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    names = {field.name: f"{PREFIX}{field.name.upper()}" for field in fields(Settings)}
    return {name: environment[variable] for name, variable in names.items() if variable in environment}


def _typed(name: str, kind: Any, value: Any) -> Any:
    """The value as the setting has it, if it follows the rule for it."""
    rule, holds = _RULES.get(name) or _RULES_OF_TYPES[kind]
    try:
        # A truth value is a number to Python, and cutting a fraction off would be a guess.
        if isinstance(value, bool) or (kind is int and isinstance(value, float)) or not holds(typed := kind(value)):
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        raise SettingsError(name, HIDDEN if name in _SECRETS else value, rule) from None
    return typed


def _is_proxies(text: str) -> bool:
    """What is not an address, a network or all of them would never be a proxy, and all visitors would seem to come from one address."""
    return all(part == "*" or ipaddress.ip_network(part, strict=False) for part in map(str.strip, text.split(",")) if part)


def _is_web_address(text: str) -> bool:
    parts = urlsplit(text)
    # Reading `port` raises `ValueError` for one that cannot be.
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and not (parts.query or parts.fragment)


_SECRETS = frozenset({"database"})

Rule = tuple[str, Callable[[Any], bool]]
_RULES: dict[str, Rule] = {
    "database": ("it is an address postgresql+asyncpg://user@host/name", lambda address: not address or is_database_address(address)),
    "common_days": ("it is a number of days above 0", lambda days: 0 < days < math.inf),
    "fetch_private": ("it is a list of host:port with commas", lambda text: listed_hosts(text) is not None),
    "webhook_private": ("it is a list of host:port with commas", lambda text: listed_hosts(text) is not None),
    "port": (f"a port is a number from 0 to {PORTS}", lambda port: 0 <= port <= PORTS),
    "metrics_token": (
        f"a token has {TOKEN_CHARACTERS} characters or more, or there is none",
        lambda token: not token or len(token) >= TOKEN_CHARACTERS,
    ),
    "proxies": ("it is a list of IP addresses or networks with commas, or *", _is_proxies),
    "public_url": ("it is an address with http:// or https:// and a host", lambda url: not url or _is_web_address(url)),
}
_RULES_OF_TYPES: dict[type, Rule] = {
    float: ("a time is a number of seconds above 0", lambda seconds: 0 < seconds < math.inf),
    int: ("it is a whole number above 0", lambda number: number > 0),
    str: ("it is text", lambda text: True),
    Path: ("it is a path", lambda path: True),
}
