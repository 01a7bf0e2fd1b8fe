"""Does a request to change something come from our own page: fetch metadata or Origin, and the token of a form (requirements 7.6)."""

import hashlib
import hmac
from collections.abc import Mapping

SAME_ORIGIN = frozenset({"same-origin"})


class FormTokens:
    """Tokens for forms: bound to the browser's own cookie, so that no other page can know one."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def token(self, cookie: str) -> str:
        return hmac.new(self._key, b"form:" + cookie.encode(), hashlib.sha256).hexdigest()

    def matches(self, cookie: str, token: str) -> bool:
        return bool(cookie) and hmac.compare_digest(self.token(cookie).encode(), token.encode())


def from_another_site(headers: Mapping[str, str]) -> bool:
    """Whether the browser says that another site's page sent it here."""
    return headers.get("sec-fetch-site") == "cross-site"


def from_our_page(headers: Mapping[str, str], origins: frozenset[str]) -> bool:
    """Whether the browser says that the request comes from one of our pages. A sub-domain of ours is a stranger too."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in SAME_ORIGIN:
        return False
    origin = headers.get("origin")
    if origin is None:
        return site is not None
    return origin in origins
