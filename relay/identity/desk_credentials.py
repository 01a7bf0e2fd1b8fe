"""Credentials of a desk package: 32 characters that stand for one user of a group (documentation: `g4scredentials`).

How the documented service makes them is not known. Ours follow from the group's API key, so there is nothing more to keep, they end with
the key, and those of one user say nothing about another's.
"""

import hashlib
import hmac
from collections.abc import Iterable

CHARACTERS = 32


def credentials_of(api_key: str, group: int, username: str) -> str:
    message = f"desk:{group}:{username.casefold()}".encode("utf-8", "surrogatepass")
    return hmac.new(api_key.encode(), message, hashlib.sha256).hexdigest()[:CHARACTERS]


def match(given: str, api_keys: Iterable[str], group: int, username: str) -> bool:
    """Whether these are the user's credentials, by one of the group's keys."""
    offered = given.encode("utf-8", "surrogatepass")
    found = [hmac.compare_digest(credentials_of(key, group, username).encode(), offered) for key in api_keys]
    return any(found)
