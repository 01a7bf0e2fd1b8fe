"""Origins: which pages may talk to us (requirements 5.1). Compared exactly, as scheme, host and port; `null` is nobody."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from relay.errors import Refused

_ORIGIN = re.compile(r"https?://(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?")
_DOMAIN = re.compile(r"([a-z0-9_]([a-z0-9_-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
LARGEST_PORT = 65535
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


def is_origin(text: str) -> bool:
    """Whether `text` is an origin as browsers send it."""
    found = _ORIGIN.fullmatch(text)
    return found is not None and int((found[2] or ":0")[1:]) <= LARGEST_PORT


def allowed(origin: str, entries: Iterable[str]) -> bool:
    """Whether a page of `origin` is on a group's list. An empty list holds every page that has an origin at all."""
    if not is_origin(origin):
        return False
    entries = tuple(entries)
    return not entries or any(_covers(entry, origin) for entry in entries)


def checked_entry(text: str) -> str:
    """An entry for a group's list: an origin, or a domain that stands for itself and its sub-domains by https."""
    entry = text.strip().lower().rstrip("/")
    if is_origin(entry) or _DOMAIN.fullmatch(entry):
        return entry
    raise Refused(f"{text!r} is neither an origin (https://shop.example) nor a domain (shop.example)")


def own_origins(public_url: str) -> frozenset[str]:
    """The origins under which our own pages are met. On a machine of its own, all names of the loopback are one."""
    parts = urlsplit(public_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    host, _, port = parts.netloc.rpartition(":") if parts.port else (parts.netloc, "", "")
    if host not in LOOPBACK:
        return frozenset({origin})
    return frozenset(f"{parts.scheme}://{name}{':' + port if port else ''}" for name in LOOPBACK)


def _covers(entry: str, origin: str) -> bool:
    if "://" in entry:
        return origin == entry
    scheme, _, host = origin.partition("://")
    return scheme == "https" and (host == entry or host.endswith(f".{entry}"))
