"""Tickets to the viewer's socket: /agentjoin/ticket, for our own console only."""

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from relay.clock import Clock
from relay.errors import Busy
from relay.identity.tickets import TICKET_SECONDS, Tickets
from relay.web.body import media_type, read
from relay.web.callers import Callers, address
from relay.web.codes import Codes
from relay.web.site import Site

BODY_BYTES = 1024
_NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a request."""

    sessionkey: str


class TicketService:
    def __init__(self, site: Site, callers: Callers, codes: Codes, tickets: Tickets, clock: Clock) -> None:
        self._site = site
        self._callers = callers
        self._codes = codes
        self._tickets = tickets
        self._clock = clock

    async def issue(self, request: Request) -> Response:
        if media_type(request) != "application/json" or not self._site.from_our_page(request):
            return _refusal(403, "forbidden")
        login = await self._callers.find(request)
        if login is None:
            return _refusal(401, "login")
        try:
            wish = msgspec.json.decode(await read(request, BODY_BYTES), type=Wish)
        except (msgspec.MsgspecError, UnicodeError):
            return _refusal(400, "malformed")
        try:
            session = self._codes.find(login.user, wish.sessionkey, address(request))
        except Busy:
            return _refusal(429, "toomany")
        if session is None:
            return _refusal(404, "nosession")
        origin = request.headers.get("origin") or self._site.origin(request)
        ticket = self._tickets.issue(session.record.ssnid, login.user.id, login.token_hash, origin, self._clock.now())
        return JSONResponse({"ticket": ticket, "expires": round(TICKET_SECONDS)}, headers=_NO_STORE)


def _refusal(status: int, error: str) -> Response:
    return JSONResponse({"error": error}, status, headers=_NO_STORE)
