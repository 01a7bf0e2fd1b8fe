"""Login keys: a partner's server says, signed with the group's API key, who signs on (documentation: Login key).

`$1$<expiry>$<signature>`: version 1, expiry in Unix seconds, Base64URL without padding of HMAC-SHA-256 over partner id, partner user id,
version and expiry, one after the other. A key that the documentation allows has 57 characters. It may be used again until it expires.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable

from relay.errors import RelayError
from relay.identity.profiles import SEPARATOR

VERSION = "1"
LONGEST_SECONDS = 24 * 3600
"""An expiry further ahead is not accepted."""

_FORM = re.compile(r"\$(?P<version>1)\$(?P<expiry>[0-9]{10})\$(?P<signature>[A-Za-z0-9_-]{43})")


class LoginKeyRefused(RelayError):
    """The key does not let anybody in; `reason` is one of `malformed`, `expired`, `toolong` and `signature`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"login key refused: {self.reason}"


def sign(api_key: str, partner: int, user: str, expiry: int) -> str:
    """A login key for the partner user id `user` until `expiry`."""
    return f"${VERSION}${expiry}${_signature(api_key, partner, user, VERSION, str(expiry))}"


def verify(key: str, api_keys: Iterable[str], partner: int, user: str, now: float) -> None:
    """Raises `LoginKeyRefused` unless the key is `user`'s, signed with one of `api_keys`, and good at `now` (Unix seconds)."""
    parts = _FORM.fullmatch(key)
    if parts is None:
        raise LoginKeyRefused("malformed")
    # The signature comes first: an expiry that nobody signed says nothing.
    expected = [_signature(api_key, partner, user, parts["version"], parts["expiry"]) for api_key in api_keys]
    if not any([hmac.compare_digest(signature, parts["signature"]) for signature in expected]):
        raise LoginKeyRefused("signature")
    if int(parts["expiry"]) <= now:
        raise LoginKeyRefused("expired")
    if int(parts["expiry"]) > now + LONGEST_SECONDS:
        raise LoginKeyRefused("toolong")


def _signature(api_key: str, partner: int, user: str, version: str, expiry: str) -> str:
    message = f"{partner}{user}{version}{expiry}".encode("utf-8", "surrogatepass")
    mac = hmac.new(api_key.encode(), message, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def split_username(text: str) -> tuple[str, str]:
    """`username~loginkey` as it may stand in one field: both parts, the second empty when there is none."""
    username, separator, key = text.rpartition(SEPARATOR)
    return (username, key) if separator else (text, "")
