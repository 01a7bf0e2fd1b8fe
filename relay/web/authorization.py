"""The authorization service at its documented addresses: /services/AuthorizationService.svc (SOAP), …/rest/authorize (JSON and XML)."""

from collections.abc import Mapping
from typing import Any

import msgspec
from lxml import etree
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from masking.rule import Site as GroupSite
from relay.authorization import Authorization, AuthorizationRefused, Grant, wish_of
from relay.errors import StorageDown
from relay.identity.audit_table import iso
from relay.identity.permissions import as_settings
from relay.web import soap
from relay.web.body import media_type, read
from relay.web.callers import address
from relay.web.site import NO_STORE, Site
from relay.web.soap import NAMESPACE
from relay.web.xml import XmlRefused, local_name, namespace, read_xml, written, xml_text

PATH = "/services/AuthorizationService.svc"
OPERATION = "Authorize"
JSON, XML = "application/json", frozenset({"application/xml", "text/xml"})
BODY_BYTES = 16 * 1024
SITES = frozenset(site.value for site in GroupSite)
PREFLIGHT_SECONDS = 600

ANSWER = (
    "VServer",
    "applicationSettings",
    "authTokeExp",
    "authToken",
    "coloSelectUrl",
    "glanceAddress",
    "groupId",
    "gssnId",
    "isTrial",
    "message",
    "planTimeout",
    "planTitle",
    "privilegeString",
    "service",
)
"""The documented keys, in their order and spelling. What we do not have is null."""


class AuthorizationService:
    def __init__(self, site: Site, authorization: Authorization) -> None:
        self._site = site
        self._authorization = authorization

    async def page(self, request: Request) -> Response:
        """The description of the service with `?wsdl`, the help page without."""
        if {name.lower() for name in request.query_params} & {"wsdl", "singlewsdl"}:
            text = self._site.text("authorization.wsdl", location=f"{self._site.origin(request)}{PATH}")
            return Response(text, media_type="text/xml; charset=utf-8", headers=NO_STORE)
        return await self.help(request)

    async def help(self, request: Request) -> Response:
        """How the service is called."""
        return self._site.page(request, "authorization_help.html", location=f"{self._site.origin(request)}{PATH}")

    async def call(self, request: Request) -> Response:
        """SOAP 1.2 (1.1 as well)."""

        async def authorize(call: soap.Call) -> etree._Element:
            try:
                grant = await self._authorize(_from_xml(call.element), request)
            except AuthorizationRefused as refused:
                blame = soap.Blame.RECEIVER if refused.status >= 500 else soap.Blame.SENDER
                raise soap.Fault(refused.message, refused.code, blame) from None
            response = etree.Element(f"{{{NAMESPACE}}}{OPERATION}Response", nsmap={None: NAMESPACE})
            response.append(_as_xml(_values(grant), f"{OPERATION}Result"))
            return response

        return await soap.serve(request, (OPERATION,), authorize)

    async def rest(self, request: Request) -> Response:
        """JSON or XML, as the body is; parameters that are no secrets may stand in the address too."""
        kind = media_type(request)
        if kind != JSON and kind not in XML:
            return _json({"message": "the body is application/json or application/xml", "error": "badtype"}, 415)
        status, values = 200, dict[str, Any]()
        try:
            asked = {name.lower(): value for name, value in request.query_params.items() if name.lower() in _IN_ADDRESS}
            values = _values(await self._authorize({**asked, **await self._fields(request, kind)}, request))
        except AuthorizationRefused as refused:
            status, values = refused.status, {"message": refused.message, "error": refused.code}
        values = dict.fromkeys(ANSWER) | values
        answer = _json(values, status) if kind == JSON else _xml(values, status)
        answer.headers.update(await self._cors(request))
        if status in (429, 503):
            answer.headers["Retry-After"] = str(soap.RETRY_SECONDS)
        return answer

    async def preflight(self, request: Request) -> Response:
        """Whether a page of another origin may ask; the group has to stand in the address for that."""
        allowed = await self._cors(request)
        if "Access-Control-Allow-Origin" not in allowed:
            return Response(status_code=403, headers=allowed)
        more = {
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "content-type",
            "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
        }
        return Response(status_code=204, headers={**allowed, **more})

    async def _authorize(self, fields: Mapping[str, str], request: Request) -> Grant:
        try:
            return await self._authorization.authorize(wish_of(fields, request.headers.get("origin", ""), address(request)))
        except StorageDown:
            raise AuthorizationRefused("unavailable", "the records cannot be reached right now", 503) from None

    async def _fields(self, request: Request, kind: str) -> dict[str, str]:
        try:
            if kind == JSON:
                return _from_json(await read(request, BODY_BYTES))
            root = await read_xml(request, BODY_BYTES)
        except XmlRefused as refused:
            raise AuthorizationRefused("malformed", str(refused), 400) from None
        if local_name(root) != OPERATION or namespace(root) not in ("", NAMESPACE):
            raise AuthorizationRefused("malformed", f"the root of the document is {OPERATION} of {NAMESPACE}", 400)
        return _from_xml(root)

    async def _cors(self, request: Request) -> dict[str, str]:
        origin, group = request.headers.get("origin", ""), request.query_params.get("groupid", "")
        site = request.query_params.get("site", GroupSite.PRODUCTION.value)
        vary = {"Vary": "Origin"}
        if not (origin and group.isascii() and group.isdecimal() and len(group) < 10 and site in SITES):
            return vary
        if not await self._authorization.may_ask(origin, int(group), GroupSite(site)):
            return vary
        return {"Access-Control-Allow-Origin": origin, **vary}


_IN_ADDRESS = frozenset({"service", "groupid", "duration", "site"})


_Fields = dict[str, str | int | None]


def _from_json(body: bytes) -> dict[str, str]:
    """The fields of a JSON object, those in `credentials` among them. Numbers may stand where text does."""
    try:
        # Typed: nothing goes deeper than that, whatever is sent.
        value = msgspec.json.decode(body, type=dict[str, str | int | _Fields | None])
    except (msgspec.MsgspecError, UnicodeError):
        raise AuthorizationRefused(
            "malformed", "the body is a JSON object of texts and numbers, credentials an object in it", 400
        ) from None
    inner = value.pop("credentials", None) or {}
    if not isinstance(inner, dict) or any(isinstance(one, dict) for one in value.values()):
        raise AuthorizationRefused("malformed", "credentials is a JSON object, and the only one", 400)
    return {name.lower(): _text(name, one) for name, one in {**value, **inner}.items() if one is not None}


def _text(name: str, value: object) -> str:
    return str(value) if name == "password" else str(value).strip()


def _from_xml(element: etree._Element) -> dict[str, str]:
    """The same of an XML element."""
    found: dict[str, str] = {}
    for child in element:
        name = local_name(child).lower()
        if name == "credentials":
            found |= _from_xml(child)
        elif child.text:
            found[name] = child.text if name == "password" else child.text.strip()
    return found


def _values(grant: Grant) -> dict[str, Any]:
    rights = as_settings(grant.claims.permissions)
    privileges = {"personId": grant.user.id, "groupowner": grant.user.owner, **rights}
    words = {True: "on", False: "off"}
    return {
        "authTokeExp": iso(grant.claims.until * 1000),
        "authToken": grant.token,
        "glanceAddress": grant.user.username,
        "groupId": grant.user.group,
        "message": "",
        "privilegeString": ";".join(f"{name}:{words[value] if isinstance(value, bool) else value}" for name, value in privileges.items()),
        "service": grant.claims.service,
    }


def _json(values: Mapping[str, Any], status: int) -> Response:
    return JSONResponse(values, status, headers=NO_STORE)


def _xml(values: Mapping[str, Any], status: int) -> Response:
    return Response(written(_as_xml(values, f"{OPERATION}Result")), status, media_type="application/xml; charset=utf-8", headers=NO_STORE)


def _as_xml(values: Mapping[str, Any], name: str) -> etree._Element:
    """What is null has no element."""
    element = etree.Element(f"{{{NAMESPACE}}}{name}", nsmap={None: NAMESPACE})
    for key in (*ANSWER, "error"):
        if values.get(key) is not None:
            etree.SubElement(element, f"{{{NAMESPACE}}}{key}").text = xml_text(str(values[key]))
    return element
