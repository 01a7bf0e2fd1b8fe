"""Serves such a service: its description and pages, and calls by SOAP, by JSON and by forms."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import msgspec
from lxml import etree
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from relay.errors import Busy, CallRefused, StorageDown
from relay.identity.access import Need
from relay.web import soap
from relay.web.asmx.description import describe
from relay.web.asmx.operation import Operation, Service
from relay.web.asmx.pages import sample_calls
from relay.web.asmx.parameters import Given
from relay.web.asmx.shapes import as_xml, tag
from relay.web.body import FORM_TYPE, media_type, read, read_form
from relay.web.gate import Gate
from relay.web.site import NO_STORE, Site
from relay.web.xml import fields, written

JSON = "application/json"
BODY_BYTES = 16 * 1024
"""Of JSON; forms have a limit of their own, XML that of `read_xml`."""

STATUS = {"credentials": 401, "rights": 403, "operation": 404, "slow": 408, "toolarge": 413, "type": 415, "busy": 429, "unavailable": 503}
"""By the code of a refusal; 400 for others."""

_BODY = {408: ("slow", "the body comes too slowly"), 413: ("toolarge", "the body is too large")}

T = TypeVar("T")
Writer = Callable[[Operation, Any], Response]
Refusal = Callable[[CallRefused, int], Response]


class AsmxService:
    def __init__(self, site: Site, service: Service) -> None:
        self._site = site
        self._service = service
        self._operations = {one.name: one for one in service.operations}

    def routes(self, gate: Gate) -> list[Route]:
        path = self._service.path.lower()
        return [
            gate.open(Need.PUBLIC, path, self.page),
            gate.open(Need.CREDENTIALS, path, self.soap, "POST"),
            gate.open(Need.CREDENTIALS, f"{path}/{{operation}}", self.method, "POST"),
        ]

    async def page(self, request: Request) -> Response:
        """The description with `?WSDL`, the page of an operation with `?op=`, the list of them without."""
        asked = {name.lower(): value for name, value in request.query_params.items()}
        location = f"{self._site.origin(request)}{self._service.path}"
        if "wsdl" in asked:
            return Response(describe(self._service, location), media_type="text/xml; charset=utf-8", headers=NO_STORE)
        if "op" not in asked:
            return self._site.page(request, "asmx_service.html", service=self._service, location=location)
        operation = self._operations.get(asked["op"])
        if operation is None:
            return self._site.error(request, 404, "No such operation", f"{self._service.name} has no operation of this name.")
        samples = sample_calls(operation, location)
        return self._site.page(
            request, "asmx_operation.html", service=self._service, operation=operation, samples=samples, location=location
        )

    async def soap(self, request: Request) -> Response:
        """A call by SOAP 1.1 or 1.2."""

        async def do(call: soap.Call) -> etree._Element:
            operation = self._operations[call.operation]
            try:
                value = await _done(operation, fields(call.element), request)
            except CallRefused as refused:
                blame = soap.Blame.RECEIVER if _status(refused) >= 500 else soap.Blame.SENDER
                raise soap.Fault(refused.message, refused.code, blame) from None
            response = etree.Element(tag(f"{operation.name}Response"), nsmap={None: soap.NAMESPACE})
            response.append(await asyncio.to_thread(as_xml, value, f"{operation.name}Result"))
            return response

        return await soap.serve(request, self._operations, do)

    async def method(self, request: Request) -> Response:
        """A call by JSON, answered in JSON, or by a posted form, answered in XML. Its address ends in the operation's name."""
        if media_type(request) == JSON:
            return await self._answered(request, _json_texts, _json, _json_refused)
        return await self._answered(request, _form_texts, _xml, _xml_refused)

    async def _answered(
        self, request: Request, texts: Callable[[Request], Awaitable[Mapping[str, str]]], write: Writer, refuse: Refusal
    ) -> Response:
        try:
            name = str(request.path_params["operation"])
            operation = self._operations.get(name)
            if operation is None:
                raise CallRefused("operation", f"there is no operation {name[:100]}; there is {', '.join(self._operations)}")
            value = await _done(operation, await texts(request), request)
            # Beside the loop: a thousand sessions take tens of milliseconds, for which no live session waits.
            return await asyncio.to_thread(write, operation, value)
        except CallRefused as refused:
            answer = refuse(refused, _status(refused))
            if refused.code in soap.LATER:
                answer.headers["Retry-After"] = str(soap.RETRY_SECONDS)
            return answer


async def _done(operation: Operation, texts: Mapping[str, str], request: Request) -> Any:
    """What the operation answers. All that can go wrong is a `CallRefused`."""
    try:
        return await operation.do(Given(texts), request)
    except Busy:
        raise CallRefused("busy", "too many wrong credentials or session keys, try again in a few minutes") from None
    except StorageDown:
        raise CallRefused("unavailable", "the records cannot be reached right now") from None


def _status(refused: CallRefused) -> int:
    return STATUS.get(refused.code, 400)


async def _json_texts(request: Request) -> dict[str, str]:
    """Numbers and texts may stand for each other; null is an empty text."""
    try:
        # Typed: nothing goes deeper than that, whatever is sent.
        values = msgspec.json.decode(await _body(read(request, BODY_BYTES)), type=dict[str, str | int | None])
    except (msgspec.MsgspecError, UnicodeError):
        raise CallRefused("malformed", "the body is a JSON object of texts and numbers") from None
    return {name: "" if value is None else str(value) for name, value in values.items()}


async def _form_texts(request: Request) -> dict[str, str]:
    if media_type(request) != FORM_TYPE:
        raise CallRefused("type", f"the body is {JSON} or {FORM_TYPE}; SOAP has the address of the service")
    return await _body(read_form(request))


async def _body(reading: Awaitable[T]) -> T:
    try:
        return await reading
    except HTTPException as refused:
        code, message = _BODY.get(refused.status_code, ("malformed", "the body is no form in UTF-8, or has too many fields"))
        raise CallRefused(code, message) from None


def _json(_operation: Operation, value: Any) -> Response:
    return Response(msgspec.json.encode({"d": value}), media_type=JSON, headers=NO_STORE)


def _json_refused(refused: CallRefused, status: int) -> Response:
    body = msgspec.json.encode({"Message": _sound(refused.message), "Code": refused.code})
    return Response(body, status, media_type=JSON, headers=NO_STORE)


def _xml(operation: Operation, value: Any) -> Response:
    return _xml_answer(as_xml(value, operation.root), 200)


def _xml_refused(refused: CallRefused, status: int) -> Response:
    root = etree.Element(tag("error"), nsmap={None: soap.NAMESPACE})
    root.extend([as_xml(refused.code, "code"), as_xml(refused.message, "message")])
    return _xml_answer(root, status)


def _xml_answer(root: etree._Element, status: int) -> Response:
    return Response(written(root), status, media_type="text/xml; charset=utf-8", headers=NO_STORE)


def _sound(text: str) -> str:
    """Without lone surrogates, which JSON texts may have and UTF-8 has not."""
    return text.encode("utf-8", "replace").decode()
