"""Sample calls of an operation and its sample answer, in each form, written by the writers that write real ones."""

import json
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import msgspec
from lxml import etree

from relay.web.asmx.operation import Operation
from relay.web.asmx.shapes import as_xml, tag
from relay.web.body import FORM_TYPE
from relay.web.soap import NAMESPACE, Version, enveloped
from relay.web.xml import written


@dataclass(frozen=True, slots=True)
class Sample:
    """`request` with its headers; `answer` is the body."""

    form: str
    request: str
    answer: str


def sample_calls(operation: Operation, location: str) -> list[Sample]:
    """For a service that is at `location`."""
    return [
        _soap(operation, location, Version.SOAP_11, "SOAP 1.1"),
        _soap(operation, location, Version.SOAP_12, "SOAP 1.2"),
        Sample("JSON", _post(location, operation, "application/json", json.dumps(_values(operation))), _json_answer(operation)),
        Sample(
            "Form",
            _post(location, operation, FORM_TYPE, urlencode(_texts(operation))),
            _readable(as_xml(operation.example, operation.root)),
        ),
    ]


def sample_envelope(operation: Operation, version: Version) -> etree._Element:
    call = etree.Element(tag(operation.name), nsmap={None: NAMESPACE})
    call.extend(as_xml(text, name) for name, text in _texts(operation).items())
    return enveloped(version, call)


def _soap(operation: Operation, location: str, version: Version, form: str) -> Sample:
    action = f"{NAMESPACE}/{operation.name}"
    headers = [_content_type(version, action)] + ([f'SOAPAction: "{action}"'] if version is Version.SOAP_11 else [])
    response = etree.Element(tag(f"{operation.name}Response"), nsmap={None: NAMESPACE})
    response.append(as_xml(operation.example, f"{operation.name}Result"))
    envelope = _readable(sample_envelope(operation, version))
    return Sample(form, _head(urlsplit(location).path, location, *headers) + envelope, _readable(enveloped(version, response)))


def _content_type(version: Version, action: str) -> str:
    more = f'; action="{action}"' if version is Version.SOAP_12 else ""
    return f"Content-Type: {version.media_type}; charset=utf-8{more}"


def _post(location: str, operation: Operation, media_type: str, body: str) -> str:
    return _head(f"{urlsplit(location).path}/{operation.name}", location, f"Content-Type: {media_type}") + body


def _head(path: str, location: str, *headers: str) -> str:
    return "\n".join([f"POST {path} HTTP/1.1", f"Host: {urlsplit(location).netloc}", *headers, "", ""])


def _texts(operation: Operation) -> dict[str, str]:
    return {parameter.name: parameter.sample for parameter in operation.parameters}


def _values(operation: Operation) -> dict[str, str | int]:
    return {one.name: int(one.sample) if one.is_number else one.sample for one in operation.parameters}


def _json_answer(operation: Operation) -> str:
    return msgspec.json.format(msgspec.json.encode({"d": operation.example})).decode()


def _readable(root: etree._Element) -> str:
    etree.indent(root)
    return written(root).decode()
