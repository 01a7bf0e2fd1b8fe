"""Secrets that we give out, and what we keep of them: a hash, compared in constant time."""

import hashlib
import hmac
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    """A secret of 256 bits, safe in a cookie, a header and an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def matches(token: str, expected: bytes) -> bool:
    return hmac.compare_digest(digest(token), expected)
