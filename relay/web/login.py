"""Logging in and out: /login, /logout."""

import logging
import re

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from relay.clock import Clock
from relay.errors import Busy
from relay.identity.actor import Actor
from relay.sign_on import SignOn, SignOnRefused
from relay.store.audit import AuditLog, Deed
from relay.web.body import read_form
from relay.web.callers import Callers, address
from relay.web.site import Site

log = logging.getLogger(__name__)

HOME = "/agentjoin/AgentJoin.aspx"

_LOCAL = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
"""A path on this host: no second slash, no backslash that a browser reads as one, no control characters."""


def local_path(text: str) -> str:
    """`text` if it is a path of ours, our first page otherwise (requirements 7.10)."""
    return text if _LOCAL.fullmatch(text) else HOME


class LoginPages:
    def __init__(self, site: Site, callers: Callers, sign_on: SignOn, audit: AuditLog, clock: Clock) -> None:
        self._site = site
        self._callers = callers
        self._sign_on = sign_on
        self._audit = audit
        self._clock = clock

    async def show(self, request: Request) -> Response:
        target = local_path(request.query_params.get("next", HOME))
        if await self._callers.find(request):
            return RedirectResponse(target, 303)
        return self._form(request, target)

    async def log_in(self, request: Request) -> Response:
        form = await read_form(request)
        target, username = local_path(form.get("next", HOME)), form.get("username", "").strip()
        if not self._site.from_our_page(request) or not self._callers.form_is_ours(request, form.get("csrf", "")):
            return self._form(request, target, 403, "This form has expired. Please try again.", username)
        try:
            user = (await self._sign_on.by_password(username, form.get("password", ""), address(request))).user
        except Busy:
            return self._form(request, target, 429, "Too many attempts. Please wait a moment.", username)
        except SignOnRefused:
            return self._form(request, target, 401, "User name or password is wrong.", username)
        response = RedirectResponse(target, 303)
        await self._callers.log_in(request, user, response)
        await self._audit.write(user.group, Actor(user.username, address(request)), Deed.LOGIN, self._clock.wall())
        log.info("user %d logged in", user.id)
        return response

    async def log_out(self, request: Request) -> Response:
        form = await read_form(request)
        if not self._site.from_our_page(request) or not self._callers.form_is_ours(request, form.get("csrf", "")):
            return self._site.error(request, 403, "Not logged out", "This form has expired. Please go back and try again.")
        response = RedirectResponse("/login", 303)
        if login := await self._callers.find(request):
            by = Actor(login.user.username, address(request))
            await self._audit.write(login.user.group, by, Deed.LOGOUT, self._clock.wall())
        await self._callers.log_out(request, response)
        return response

    def _form(self, request: Request, target: str, status: int = 200, error: str = "", username: str = "") -> Response:
        csrf, cookie = self._callers.form_token(request)
        response = self._site.page(request, "login.html", status, next=target, error=error, username=username, csrf=csrf)
        self._callers.set_form_cookie(response, cookie)
        return response
