"""Tickets to the viewer's socket: /agentjoin/ticket, for our own console only."""

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from relay.clock import Clock
from relay.errors import Busy
from relay.identity.agent_details import NO_DETAILS, AgentDetails, checked_details
from relay.identity.profiles import FieldRefused
from relay.identity.tickets import TICKET_SECONDS, Tickets
from relay.store.login_sessions import Login
from relay.web.body import media_type, read
from relay.web.callers import address
from relay.web.codes import Codes
from relay.web.site import NO_STORE, Site

BODY_BYTES = 8 * 1024


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a request; `ssnid` when the console has been in that session before, `agent` what its page was opened with."""

    sessionkey: str
    ssnid: str = ""
    agent: AgentDetails = NO_DETAILS


class TicketService:
    def __init__(self, site: Site, codes: Codes, tickets: Tickets, clock: Clock) -> None:
        self._site = site
        self._codes = codes
        self._tickets = tickets
        self._clock = clock

    async def issue(self, request: Request) -> Response:
        if media_type(request) != "application/json" or not self._site.from_our_page(request):
            return _refusal(403, "forbidden")
        login: Login = request.state.login
        try:
            wish = msgspec.json.decode(await read(request, BODY_BYTES), type=Wish)
            details = checked_details(wish.agent)
        except (msgspec.MsgspecError, UnicodeError, FieldRefused):
            return _refusal(400, "malformed")
        try:
            session = self._codes.find(login.user, wish.sessionkey, address(request), ssnid=wish.ssnid)
        except Busy:
            return _refusal(429, "toomany")
        if session is None:
            return _refusal(404, "nosession")
        origin = request.headers.get("origin") or self._site.origin(request)
        ticket = self._tickets.issue(session.record.ssnid, login.user.id, login.token_hash, origin, self._clock.now(), details)
        return JSONResponse({"ticket": ticket, "expires": round(TICKET_SECONDS)}, headers=NO_STORE)


def _refusal(status: int, error: str) -> Response:
    return JSONResponse({"error": error}, status, headers=NO_STORE)
