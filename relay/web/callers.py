"""Who sends a request: by the login cookie, and by the form token that belongs to it."""

import secrets

from starlette.requests import Request
from starlette.responses import Response

from relay.clock import Clock
from relay.identity.forms import FormTokens
from relay.identity.tokens import digest, new_token
from relay.store.login_sessions import Login, LoginSessions
from relay.store.users import User

LOGIN_COOKIE = "GSSNID"
"""The documented name."""

FORM_COOKIE = "cobrowse_form"
"""What the form token of somebody who is not logged in yet is bound to."""


class Callers:
    """`secure` says that browsers reach us by https only."""

    def __init__(self, logins: LoginSessions, clock: Clock, secure: bool) -> None:
        self._logins = logins
        self._clock = clock
        self._secure = secure
        self._forms = FormTokens(secrets.token_bytes(32))

    async def find(self, request: Request) -> Login | None:
        """The login behind the request, if there is one."""
        cookie = request.cookies.get(LOGIN_COOKIE)
        return await self._logins.find(digest(cookie), self._clock.wall()) if cookie else None

    async def log_in(self, request: Request, user: User, response: Response) -> None:
        """A new login with a new cookie; the one that the browser had is over."""
        await self._forget(request)
        token = new_token()
        await self._logins.add(digest(token), user.id, self._clock.wall())
        self._set(response, LOGIN_COOKIE, token)

    async def log_out(self, request: Request, response: Response) -> None:
        await self._forget(request)
        response.delete_cookie(LOGIN_COOKIE, secure=self._secure, httponly=True, samesite="lax")

    def form_token(self, request: Request) -> tuple[str, str | None]:
        """The token for a form on this page, and the form cookie that has to be set for it, if it is new."""
        cookie = _bound_to(request)
        if cookie:
            return self._forms.token(cookie), None
        fresh = new_token()
        return self._forms.token(fresh), fresh

    def set_form_cookie(self, response: Response, cookie: str | None) -> None:
        if cookie is not None:
            self._set(response, FORM_COOKIE, cookie)

    def form_is_ours(self, request: Request, token: str) -> bool:
        return self._forms.matches(_bound_to(request), token)

    def _set(self, response: Response, name: str, value: str) -> None:
        response.set_cookie(name, value, secure=self._secure, httponly=True, samesite="lax")

    async def _forget(self, request: Request) -> None:
        if cookie := request.cookies.get(LOGIN_COOKIE):
            await self._logins.remove(digest(cookie))


def _bound_to(request: Request) -> str:
    return request.cookies.get(LOGIN_COOKIE) or request.cookies.get(FORM_COOKIE) or ""


def address(request: Request) -> str:
    """The caller's network address; forwarding headers have been dealt with by the server, for configured proxies only."""
    return request.client.host if request.client else ""
