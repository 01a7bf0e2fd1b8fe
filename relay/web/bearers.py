"""Who sends a request with a bearer token: an API key of the group in the address, or a token of the authorization service.

The key of another group, the key of none, and a group that is not there have one answer.
"""

from starlette.requests import Request

from relay.clock import Clock
from relay.identity.access import Answer, Caller, Nobody
from relay.identity.actor import Actor
from relay.identity.limits import QUARTER
from relay.identity.throttle import Throttle
from relay.sign_on import Bearer, SignOn, SignOnRefused
from relay.store.api_keys import LONGEST
from relay.store.audit import FAILED, Deed, Noted
from relay.store.audit_writer import AuditWriter
from relay.web.callers import address

REFUSALS = 20
"""That are written down of one user in a quarter of an hour."""

GREATEST_ID = 2**31 - 1
"""Of a group, a role: what a column of the tables holds."""


class Bearers:
    def __init__(self, sign_on: SignOn, audit: AuditWriter, clock: Clock) -> None:
        self._sign_on = sign_on
        self._audit = audit
        self._clock = clock
        self._refusals = Throttle(REFUSALS, QUARTER)

    async def find(self, request: Request) -> Caller | Nobody:
        """The caller behind the `Authorization` header, whom `request.state.actor` names from then on. Raises `Busy`."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return Nobody()
        try:
            found = await self._sign_on_by(request, token)
        except SignOnRefused:
            return Nobody()
        request.state.actor = Actor(found.name, address(request))
        return found.caller

    def refused(self, request: Request, caller: Caller, answer: Answer, path: str) -> None:
        """Write down that `caller` was not let in at `path`, in the log of the caller's own group; not without end."""
        if not self._refusals.allows(caller.user, self._clock.now()):
            return
        self._refusals.count(caller.user, self._clock.now())
        detail = {"method": request.method, "why": answer.name.lower()}
        self._audit.note(Noted(caller.group, actor(request), Deed.ACCESS, self._clock.wall(), path, FAILED, detail))

    async def _sign_on_by(self, request: Request, token: str) -> Bearer:
        group = path_number(request, "groupId")
        if len(token) <= LONGEST:
            return await self._sign_on.by_api_key(group, token, address(request))
        return await self._sign_on.by_token(group, token, address(request))


def actor(request: Request) -> Actor:
    """Who does what this request asks, behind the gate."""
    found: Actor = request.state.actor
    return found


def path_number(request: Request, name: str) -> int:
    """An id in the path; 0, which nothing has, for what cannot be one."""
    text = str(request.path_params[name])
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(GREATEST_ID)) else 0
    return number if number <= GREATEST_ID else 0
