"""The session service, /services/sessionservice.asmx: whether a visitor has started a session, and where an agent joins it.

The documentation names the operation and says that it gives an address to join by. The address of the service and the other values
are ours.
"""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from relay.partners import Partners
from relay.store.groups import LARGEST_ID
from relay.web.agent_join import VIEW_PATH
from relay.web.asmx.operation import Operation, Service
from relay.web.asmx.parameters import Given, Parameter, number, some_text
from relay.web.asmx.shapes import Shape
from relay.web.callers import address
from relay.web.codes import Codes
from relay.web.site import Site

NAME, PATH = "SessionService", "/services/sessionservice.asmx"
PUID_CHARACTERS = 255
KEY_CHARACTERS = 63
LOGIN_KEY_CHARACTERS = 100

PARTNER = Parameter(name="partnerid", about="The group.", read=number(1, LARGEST_ID), sample="1000", kind="xs:int")
USER = Parameter(name="partneruserid", about="The agent, by your own id.", read=some_text(PUID_CHARACTERS), sample="JDemo")
LOGIN_KEY = Parameter(
    name="loginkey",
    about="A login key for this agent.",
    read=some_text(LOGIN_KEY_CHARACTERS),
    sample="$1$1392680360$…",
    secret=True,
)
SESSION_KEY = Parameter(
    name="ssnkey",
    about="The session key, or the visitor id.",
    read=some_text(KEY_CHARACTERS),
    sample="48213",
    secret=True,
)


class CobrowseSession(Shape, tag_field="__type", tag="SessionService+cobrowseSession", frozen=True):
    """`status` is W or A. Without a session `found` is false and the rest is null."""

    found: bool
    joinurl: str | None = None
    ssnid: str | None = None
    ssnkey: str | None = None
    groupid: int | None = None
    status: str | None = None
    viewers: int | None = None


EXAMPLE = CobrowseSession(
    found=True,
    joinurl="https://relay.example.com/agentjoin/AgentView.aspx?partnerid=1000&partneruserid=JDemo&loginkey=…&SessionKey=48213",
    ssnid="1000.48213.1804289383",
    ssnkey="48213",
    groupid=1000,
    status="W",
    viewers=0,
)


class SessionLookup:
    def __init__(self, site: Site, partners: Partners, codes: Codes) -> None:
        self._site = site
        self._partners = partners
        self._codes = codes

    def service(self) -> Service:
        about = "Sessions that run now."
        return Service(name=NAME, path=PATH, about=about, operations=[self._lookup()])

    def _lookup(self) -> Operation:
        return Operation(
            name="LookupPartnerCobrowseSession",
            about="Whether the visitor has started a cobrowse session, and the address by which the agent joins it without another login.",
            parameters=(PARTNER, USER, LOGIN_KEY, SESSION_KEY),
            answer=CobrowseSession,
            example=EXAMPLE,
            do=self._find,
        )

    async def _find(self, given: Given, request: Request) -> CobrowseSession:
        group, puid, login_key = given[PARTNER], given[USER], given[LOGIN_KEY]
        user = await self._partners.by_login_key(group, puid, login_key, address(request))
        key = given[SESSION_KEY]
        session = self._codes.find(user, key, address(request), waiting=True)
        if session is None:
            return CobrowseSession(found=False)
        query: dict[str, Any] = {PARTNER.name: group, USER.name: puid, LOGIN_KEY.name: login_key, "SessionKey": key}
        return CobrowseSession(
            found=True,
            joinurl=f"{self._site.origin(request)}{VIEW_PATH}?{urlencode(query)}",
            ssnid=session.record.ssnid,
            ssnkey=key,
            groupid=group,
            status=session.state.value,
            viewers=session.watched,
        )
