"""Who sends a request with a bearer token. The group in the address is the one whose keys are looked at, so that the key of another
group, the key of none, and a group that is not there have one answer."""

import hmac

from starlette.requests import Request

from relay.clock import Clock
from relay.identity.access import Caller, Nobody
from relay.identity.permissions import EVERYTHING
from relay.store.api_keys import LONGEST, ApiKeys

GREATEST_ID = 2**31 - 1
"""Of a group, a role: what a column of the tables holds."""

API_KEY_USER = 0
"""An API key is no user."""


class Bearers:
    def __init__(self, keys: ApiKeys, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock

    async def find(self, request: Request) -> Caller | Nobody:
        """The caller behind the `Authorization` header. An API key is its group's, and may do what an owner may."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        group = path_number(request, "group")
        if scheme.lower() != "bearer" or not 0 < len(token) <= LONGEST:
            return Nobody()
        valid = await self._keys.valid(group, self._clock.wall())
        matches = [hmac.compare_digest(token.encode(), key.key.encode()) for key in valid]
        return Caller(API_KEY_USER, group, EVERYTHING, owner=True) if any(matches) else Nobody()


def path_number(request: Request, name: str) -> int:
    """An id in the path; 0, which nothing has, for what cannot be one."""
    text = str(request.path_params[name])
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(GREATEST_ID)) else 0
    return number if number <= GREATEST_ID else 0
