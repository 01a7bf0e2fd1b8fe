"""Pages that an integrator's own page opens with a login key: the documented `partnerid`, `partneruserid` and `loginkey` (login keys).

They come in the address, or in a form that is posted. Either way the browser is led to the same address without them, signed on.
"""

import logging
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from relay.clock import Clock
from relay.errors import Busy
from relay.identity.actor import Actor
from relay.sign_on import SignOn, SignOnRefused, partner_number
from relay.store.audit import AuditLog, Deed
from relay.web.body import FORM_TYPE, media_type, read_form
from relay.web.callers import Callers, address
from relay.web.site import Site

log = logging.getLogger(__name__)

CREDENTIALS = ("partnerid", "partneruserid", "loginkey")


class KeyEntry:
    def __init__(self, site: Site, callers: Callers, sign_on: SignOn, audit: AuditLog, clock: Clock) -> None:
        self._site = site
        self._callers = callers
        self._sign_on = sign_on
        self._audit = audit
        self._clock = clock

    async def enter(self, request: Request) -> Response | None:
        """The answer to a request that brings a login key, None for others."""
        given = [*request.query_params.multi_items()]
        if request.method == "POST" and media_type(request) == FORM_TYPE:
            given += (await read_form(request)).items()
        credentials = {name.lower(): value for name, value in given if name.lower() in CREDENTIALS}
        if "loginkey" not in credentials:
            return None
        try:
            response = await self._signed_on(request, credentials, _clean(request, given))
        except SignOnRefused:
            return self._site.error(
                request,
                401,
                "Not signed in",
                "The key that brought you here is not valid any more. Please start again from your own application.",
            )
        except Busy:
            return self._site.error(request, 429, "Please wait", "Too many attempts. Please wait a few minutes.")
        return response

    async def _signed_on(self, request: Request, given: Mapping[str, str], target: str) -> Response:
        partner = partner_number(given.get("partnerid", ""))
        user = (await self._sign_on.by_partner(partner, given.get("partneruserid", ""), given["loginkey"], address(request))).user
        response = RedirectResponse(target, 303)
        before = await self._callers.find(request)
        if before is None or before.user.id != user.id:
            await self._callers.log_in(request, user, response)
            await self._audit.write(
                user.group, Actor(user.username, address(request)), Deed.LOGIN, self._clock.wall(), detail={"method": "loginkey"}
            )
            log.info("user %d logged in by key", user.id)
        return response


def _clean(request: Request, given: Iterable[tuple[str, str]]) -> str:
    """The address that was asked for, with all parameters but the credentials."""
    rest = urlencode([(name, value) for name, value in given if name.lower() not in CREDENTIALS])
    path: str = request.scope["asked_path"]
    return f"{path}?{rest}" if rest else path
