"""SOAP 1.1 and 1.2: calls read from requests, answers and faults written. Document/literal; headers of others are not understood."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from enum import Enum, StrEnum

from lxml import etree
from starlette.requests import Request
from starlette.responses import Response

from relay.errors import RelayError
from relay.web.body import media_type
from relay.web.site import NO_STORE
from relay.web.xml import XmlRefused, local_name, namespace, read_xml, written, xml_text

NAMESPACE = "http://www.glancenetworks.com/services"
"""Of all documented services."""

LATER = frozenset({"busy", "unavailable"})
"""Codes of refusals that will pass."""

RETRY_SECONDS = 60


class Version(Enum):
    """The namespace of the envelope, and the media type of its messages."""

    SOAP_11 = ("http://schemas.xmlsoap.org/soap/envelope/", "text/xml")
    SOAP_12 = ("http://www.w3.org/2003/05/soap-envelope", "application/soap+xml")

    def __init__(self, namespace: str, media_type: str) -> None:
        self.namespace = namespace
        self.media_type = media_type

    def tag(self, name: str) -> str:
        return f"{{{self.namespace}}}{name}"


MEDIA_TYPES = {version.media_type: version for version in Version}


class Blame(StrEnum):
    """Whose fault it is, by the words of SOAP 1.2 (1.1 says Client and Server)."""

    SENDER = "Sender"
    RECEIVER = "Receiver"
    VERSION_MISMATCH = "VersionMismatch"
    MUST_UNDERSTAND = "MustUnderstand"


class Fault(RelayError):
    """A call that cannot be answered otherwise; `reason` is for the caller. `code` is ours, for programs, and goes into the detail."""

    def __init__(self, reason: str, code: str = "", blame: Blame = Blame.SENDER, version: Version = Version.SOAP_12) -> None:
        super().__init__(reason, code)
        self.reason = reason
        self.code = code
        self.blame = blame
        self.version = version

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True)
class Call:
    """`element` is the only child of the body: its local name is the operation, its children are the parameters."""

    version: Version
    element: etree._Element = field(repr=False)

    @property
    def operation(self) -> str:
        return local_name(self.element)

    @property
    def namespace(self) -> str:
        return namespace(self.element)


Do = Callable[[Call], Awaitable[etree._Element]]


async def serve(request: Request, operations: Collection[str], do: Do) -> Response:
    """The answer to a request with a call of one of `operations`: what `do` makes, or the fault that it raises."""
    try:
        call = await read_call(request)
    except Fault as fault:
        return fault_answer(fault)
    try:
        if call.namespace != NAMESPACE or call.operation not in operations:
            raise Fault(f"there is no operation {call.operation[:100]}; there is {', '.join(operations)} of {NAMESPACE}", "operation")
        return answer(call.version, await do(call))
    except Fault as fault:
        return fault_answer(Fault(fault.reason, fault.code, fault.blame, call.version))


async def read_call(request: Request) -> Call:
    """The call in a request, by SOAP 1.1 or 1.2. Raises `Fault`; a body over 1 MiB is answered with 413."""
    version = MEDIA_TYPES.get(media_type(request), Version.SOAP_12)
    try:
        envelope = await read_xml(request)
    except XmlRefused as refused:
        raise Fault(str(refused), "malformed", version=version) from None
    return call_of(envelope, version)


def call_of(envelope: etree._Element, version: Version) -> Call:
    """The call in an envelope that came with the media type of `version`. Raises `Fault`."""
    if local_name(envelope) != "Envelope":
        raise Fault("the root of the document is no SOAP envelope", "malformed", version=version)
    if namespace(envelope) != version.namespace:
        raise Fault(
            f"the envelope is not of the namespace {version.namespace}, which its Content-Type stands for",
            "version",
            Blame.VERSION_MISMATCH,
            version,
        )
    for header in envelope.findall(f"{version.tag('Header')}/*"):
        if header.get(version.tag("mustUnderstand"), "0").strip() in ("1", "true"):
            raise Fault(f"the header {local_name(header)} is not understood", "header", Blame.MUST_UNDERSTAND, version)
    bodies = envelope.findall(version.tag("Body"))
    calls = [child for body in bodies for child in body if isinstance(child.tag, str)]
    if len(bodies) != 1 or len(calls) != 1:
        raise Fault("the envelope has to have one body with one call in it", "malformed", version=version)
    return Call(version, calls[0])


def answer(version: Version, element: etree._Element) -> Response:
    return _response(version, element, 200)


def fault_answer(fault: Fault) -> Response:
    """The fault as its version has it. SOAP 1.1 has one HTTP status for all faults."""
    if fault.version is Version.SOAP_11:
        response = _response(fault.version, _fault_11(fault), 500)
    else:
        response = _response(fault.version, _fault_12(fault), 500 if fault.blame is Blame.RECEIVER else 400)
    if fault.code in LATER:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


_BLAME_11 = {Blame.SENDER: "Client", Blame.RECEIVER: "Server"}


def _fault_11(fault: Fault) -> etree._Element:
    element = etree.Element(fault.version.tag("Fault"), nsmap={"soap": fault.version.namespace})
    etree.SubElement(element, "faultcode").text = f"soap:{_BLAME_11.get(fault.blame, fault.blame.value)}"
    etree.SubElement(element, "faultstring").text = xml_text(fault.reason)
    if fault.code:
        etree.SubElement(etree.SubElement(element, "detail"), "code").text = fault.code
    return element


def _fault_12(fault: Fault) -> etree._Element:
    tag = fault.version.tag
    element = etree.Element(tag("Fault"), nsmap={"soap": fault.version.namespace})
    etree.SubElement(etree.SubElement(element, tag("Code")), tag("Value")).text = f"soap:{fault.blame.value}"
    text = etree.SubElement(etree.SubElement(element, tag("Reason")), tag("Text"))
    text.text = xml_text(fault.reason)
    text.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
    if fault.code:
        etree.SubElement(etree.SubElement(element, tag("Detail")), "code").text = fault.code
    return element


def enveloped(version: Version, element: etree._Element) -> etree._Element:
    """An envelope with `element` in its body."""
    envelope = etree.Element(version.tag("Envelope"), nsmap={"soap": version.namespace})
    etree.SubElement(envelope, version.tag("Body")).append(element)
    return envelope


def _response(version: Version, element: etree._Element, status: int) -> Response:
    media_type = f"{version.media_type}; charset=utf-8"
    return Response(written(enveloped(version, element)), status, media_type=media_type, headers=NO_STORE)
