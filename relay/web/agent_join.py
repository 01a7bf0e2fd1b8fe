"""The agent's pages: /agentjoin/AgentJoin.aspx asks for a code, /agentjoin/AgentView.aspx shows the session (Service Target URLs)."""

from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from relay.errors import Busy
from relay.identity.agent_details import NO_DETAILS, AgentDetails, read_details
from relay.identity.forms import from_another_site
from relay.identity.profiles import FieldRefused
from relay.store.login_sessions import Login
from relay.web.body import read_form
from relay.web.callers import Callers, address
from relay.web.codes import Codes
from relay.web.site import STAGE_PATH, Site

VIEW_PATH = "/agentjoin/AgentView.aspx"
TICKET_PATH = "/agentjoin/ticket"
NOT_THERE = "There is no session with this code. Ask for the code again: it changes with every session."
TOO_OFTEN = "Too many wrong codes. Please wait a few minutes."


class AgentPages:
    def __init__(self, site: Site, callers: Callers, codes: Codes) -> None:
        self._site = site
        self._callers = callers
        self._codes = codes

    async def ask(self, request: Request) -> Response:
        """The form for the code."""
        try:
            details = read_details(request.query_params)
        except FieldRefused as refused:
            return self._refuse(request, refused)
        return self._form(request, request.state.login, details=details)

    async def join(self, request: Request) -> Response:
        """A code was typed."""
        login: Login = request.state.login
        form = await read_form(request)
        code = as_key(form.get("code", ""))
        try:
            details = read_details(form)
        except FieldRefused as refused:
            return self._refuse(request, refused)
        if not self._site.from_our_page(request) or not self._callers.form_is_ours(request, form.get("csrf", "")):
            return self._form(request, login, 403, "This form has expired. Please try again.", code, details)
        try:
            session = self._codes.find(login.user, code, address(request))
        except Busy:
            return self._form(request, login, 429, TOO_OFTEN, code, details)
        if session is None:
            return self._form(request, login, 404, NOT_THERE, code, details)
        return RedirectResponse(_view_address(code, details), 303)

    async def view(self, request: Request) -> Response:
        """The console for a session. Whom another site sent here with a wrong code is asked for the code."""
        login: Login = request.state.login
        key, from_elsewhere = _session_key(request.query_params), from_another_site(request.headers)
        try:
            details = read_details(request.query_params)
        except FieldRefused as refused:
            return self._refuse(request, refused)
        try:
            session = self._codes.find(login.user, key, address(request), from_elsewhere=from_elsewhere)
        except Busy:
            if from_elsewhere:
                return self._form(request, login, code=key, details=details)
            return self._site.error(request, 429, "Please wait", TOO_OFTEN)
        if session is None:
            if from_elsewhere:
                return self._form(request, login, code=key, details=details)
            return self._site.error(request, 404, "No session", NOT_THERE)
        return self._site.page(
            request,
            "agent_view.html",
            session_key=key,
            agent_name=details.name or login.user.name,
            agent_details=msgspec.json.encode(details.given()).decode(),
            view_url=_view_address(key, details),
            stage_url=STAGE_PATH,
            viewer_socket=self._site.socket(request),
            ticket_url=TICKET_PATH,
            asset_origin=self._site.public_origin,
        )

    async def posted(self, request: Request) -> Response:
        """A session that was asked for by a form, without a login key: by address from here on."""
        form = await read_form(request)
        try:
            return RedirectResponse(_view_address(_session_key(form), read_details(form)), 303)
        except FieldRefused as refused:
            return self._refuse(request, refused)

    def _refuse(self, request: Request, refused: FieldRefused) -> Response:
        """A parameter that cannot be: the page that made the address is to be mended."""
        return self._site.error(request, 400, "Not possible", f"This address cannot be used: {refused}.")

    def _form(
        self,
        request: Request,
        login: Login,
        status: int = 200,
        error: str = "",
        code: str = "",
        details: AgentDetails = NO_DETAILS,
    ) -> Response:
        csrf, _ = self._callers.form_token(request)
        return self._site.page(
            request,
            "agent_join.html",
            status,
            error=error,
            code=code,
            agent_name=login.user.name,
            csrf=csrf,
            details=details.given(),
        )


def _view_address(key: str, details: AgentDetails) -> str:
    return f"{VIEW_PATH}?{urlencode({'SessionKey': key, **details.given()})}"


def _session_key(given: Mapping[str, str]) -> str:
    """The parameter `SessionKey` or its synonym `VisitorId`, in any case."""
    parameters = {name.lower(): value for name, value in given.items()}
    return as_key(parameters.get("sessionkey") or parameters.get("visitorid") or "")


def as_key(typed: str) -> str:
    """The session key that somebody typed: keys have no white space, whoever writes one in groups means none. A dash may be part of one."""
    return "".join(typed.split())
