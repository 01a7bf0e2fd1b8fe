"""The gate before every route: finds the caller, asks `identity.access`, and refuses in the way of pages or of services."""

from collections.abc import Awaitable, Callable
from typing import TypeVar, assert_never
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from relay.errors import Busy
from relay.identity.access import Answer, Caller, Need, Nobody, decide
from relay.web import problems
from relay.web.bearers import Bearers, path_number
from relay.web.callers import Callers
from relay.web.key_entry import KeyEntry
from relay.web.login import HOME
from relay.web.site import NO_STORE, Site

Handler = Callable[[Request], Awaitable[Response]]
R = TypeVar("R", bound=BaseRoute)
Refusal = Callable[[Request, Answer], Response]

NEED = "need"
"""Attribute of a route that says what it needs; a route without one is refused by a test."""


class Gate:
    """Makes routes. A handler behind `page` or `service` finds its caller in `request.state.login`."""

    def __init__(self, site: Site, callers: Callers, bearers: Bearers, entry: KeyEntry) -> None:
        self._site = site
        self._callers = callers
        self._bearers = bearers
        self._entry = entry

    def open(self, need: Need, path: str, handler: Handler, *methods: str) -> Route:
        """For all that prove themselves otherwise, or need not: nobody is looked for."""
        assert decide(Nobody(), need) is Answer.ALLOWED, f"{path} needs a caller"
        return _route(need, path, handler, methods)

    def page(self, need: Need, path: str, handler: Handler, *methods: str) -> Route:
        """A page for people: who is not signed on is led to the login and back."""
        return _route(need, path, self._guarded(need, handler, self._page_refused), methods)

    def entry(self, need: Need, path: str, handler: Handler, *methods: str) -> Route:
        """A page that an integrator's page may open with a login key; without one it is like any other."""
        guarded = self._guarded(need, handler, self._page_refused)

        async def entered(request: Request) -> Response:
            return await self._entry.enter(request) or await guarded(request)

        return _route(need, path, entered, methods)

    def service(self, need: Need, path: str, handler: Handler, *methods: str) -> Route:
        """For scripts of our own pages."""
        return _route(need, path, self._guarded(need, handler, _service_refused), methods)

    def rest(self, need: Need, path: str, handler: Handler, *methods: str) -> Route:
        """For partners' servers, which send a bearer token; the path names the group as `groupId`. Cookies count for nothing here."""

        async def guarded(request: Request) -> Response:
            try:
                caller = await self._bearers.find(request)
            except Busy:
                return problems.busy()
            answer = decide(caller, need, path_number(request, "groupId"))
            if answer is Answer.ALLOWED:
                return await handler(request)
            if isinstance(caller, Caller):
                self._bearers.refused(request, caller, answer, path)
            return problems.refused(request, answer)

        return _route(need, path, guarded, methods)

    def _guarded(self, need: Need, handler: Handler, refuse: Refusal) -> Handler:
        async def guarded(request: Request) -> Response:
            login = await self._callers.find(request)
            answer = decide(login.user.caller if login else Nobody(), need)
            if answer is not Answer.ALLOWED:
                return refuse(request, answer)
            request.state.login = login
            return await handler(request)

        return guarded

    def _page_refused(self, request: Request, answer: Answer) -> Response:
        match answer:
            case Answer.UNKNOWN:
                return _to_login(request)
            case Answer.FORBIDDEN:
                return self._site.error(request, 403, "Not allowed", "Your role does not allow this. Ask whoever runs your group.")
            case Answer.HIDDEN:
                return self._site.error(request, 404, "Not possible", "This address or request is not one of ours.")
            case Answer.ALLOWED:
                raise AssertionError("what is allowed is not refused")
            case _:
                assert_never(answer)


def needing(need: Need, route: R) -> R:
    """The route, marked with what it needs. Sockets and mounted applications ask by themselves."""
    setattr(route, NEED, need)
    return route


def _route(need: Need, path: str, handler: Handler, methods: tuple[str, ...]) -> Route:
    return needing(need, Route(path, handler, methods=list(methods) or ["GET"]))


def _service_refused(_request: Request, answer: Answer) -> Response:
    status, error = {Answer.UNKNOWN: (401, "login"), Answer.FORBIDDEN: (403, "forbidden")}.get(answer, (404, "notfound"))
    return JSONResponse({"error": error}, status, headers=NO_STORE)


def _to_login(request: Request) -> Response:
    if request.method != "GET":
        return RedirectResponse(f"/login?{urlencode({'next': HOME})}", 303)
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/login?{urlencode({'next': request.scope['asked_path'] + query})}", 303)
