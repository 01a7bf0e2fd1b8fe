"""SOAP and XML from strangers: what is read, and that nothing else is."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from relay.web.soap import Blame, Call, Fault, Version, answer, call_of, fault_answer
from relay.web.xml import DEPTH, XmlRefused, charset, fields, parse, xml_text

OURS = "urn:ours"


def envelope(version: Version, body: str, header: str = "") -> bytes:
    space = version.namespace
    return f'<?xml version="1.0"?><e:Envelope xmlns:e="{space}"><e:Header>{header}</e:Header><e:Body>{body}</e:Body></e:Envelope>'.encode()


def call(version: Version, body: str, header: str = "") -> Call:
    return call_of(parse(envelope(version, body, header)), version)


@pytest.mark.parametrize("version", Version)
def test_a_call_is_read_and_answered(version: Version) -> None:
    read = call(version, f"<Ask xmlns='{OURS}'><!-- no matter --><name> Ada &amp; Bo </name><empty/><age>7</age></Ask>")
    assert (read.operation, read.namespace, fields(read.element)) == ("Ask", OURS, {"name": "Ada & Bo", "empty": "", "age": "7"})
    response = answer(version, etree.Element(f"{{{OURS}}}AskResponse"))
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{version.media_type}; charset=utf-8"
    assert call_of(parse(bytes(response.body)), version).operation == "AskResponse"


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize("blame", Blame)
def test_a_fault_says_who_is_to_blame_and_why(version: Version, blame: Blame) -> None:
    response = fault_answer(Fault("no \x00 <such> thing", "nothing", blame, version))
    fault = call_of(parse(bytes(response.body)), version).element
    code, reason = ("faultcode", "faultstring") if version is Version.SOAP_11 else ("{*}Code/{*}Value", "{*}Reason/{*}Text")
    words = {Blame.SENDER: "Client", Blame.RECEIVER: "Server"} if version is Version.SOAP_11 else {}
    assert fault.findtext(code) == f"soap:{words.get(blame, blame.value)}"
    assert fault.findtext(reason) == "no \ufffd <such> thing"
    assert fault.findtext(".//code") == "nothing"
    assert response.status_code == (500 if version is Version.SOAP_11 or blame is Blame.RECEIVER else 400)


def test_what_is_no_call_is_a_fault() -> None:
    soap = Version.SOAP_12
    for body, header, blame in (
        ("", "", Blame.SENDER),
        ("<a/><b/>", "", Blame.SENDER),
        ("<a/>", f"<x xmlns:e='{soap.namespace}' e:mustUnderstand='1'/>", Blame.MUST_UNDERSTAND),
    ):
        with pytest.raises(Fault) as caught:
            call(soap, body, header)
        assert caught.value.blame is blame
    assert call(soap, "<a/>", "<x/>").operation == "a"
    with pytest.raises(Fault) as caught:
        call_of(parse(envelope(Version.SOAP_11, "<a/>")), Version.SOAP_12)
    assert caught.value.blame is Blame.VERSION_MISMATCH
    with pytest.raises(Fault, match="no SOAP envelope"):
        call_of(parse(b"<a/>"), soap)


BOMB = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 10))
HOSTILE = {
    "billion laughs": f"<!DOCTYPE a [<!ENTITY e0 'lol'>{BOMB}]><a>&e9;</a>",
    "billion laughs in an attribute": f"<!DOCTYPE a [<!ENTITY e0 'lol'>{BOMB}]><a b='&e9;'/>",
    "external entity": "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
    "external document type": "<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/a.dtd'><a/>",
    "document type behind comments": "<!-- x --><?p <a> ?>\n<!-- <!DOCTYPE --><!DOCTYPE a><a/>",
    "unknown entity": "<a>&x;</a>",
    "too deep": "<a>" * (DEPTH + 1) + "</a>" * (DEPTH + 1),
    "far too deep": "<a>" * 100_000,
    "cut off": "<a><b>",
    "nothing": "",
    "characters that XML does not have": "<a>\x00</a>",
    "many comments": "<!-- -->" * 100_000 + "<!DOCTYP",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_hostile_documents_are_refused(text: str, encoding: str) -> None:
    begun = time.process_time()
    with pytest.raises(XmlRefused):
        parse(text.encode(encoding))
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("<a>ö</a>".encode(), ""),
        ("<a>ö</a>".encode(), "utf-8"),
        ("<?xml version='1.0' encoding='UTF-8'?><a>ö</a>".encode("utf-16"), ""),
        ("<?xml version='1.0' encoding='ISO-8859-1'?><a>ö</a>".encode("latin-1"), ""),
        ("<?xml version='1.0' encoding='ISO-8859-1'?><a>ö</a>".encode(), "utf-8"),
        ("<?xml version='1.0' encoding='UTF-8'?><a>ö</a>".encode("utf-8-sig"), "iso-8859-1"),
    ],
)
def test_encodings(body: bytes, named: str) -> None:
    assert parse(body, named).text == "ö"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"<a>\xff</a>", ""),
        (b"<a/>", "utf-7"),
        (b"<?xml version='1.0' encoding='EBCDIC-CP-US'?><a/>", ""),
        (b"<?xml version='1.0' encoding='utf-16'?><a/>", ""),
    ],
)
def test_what_is_in_no_encoding_of_ours(body: bytes, named: str) -> None:
    with pytest.raises(XmlRefused):
        parse(body, named)


def test_a_content_type_names_an_encoding() -> None:
    assert charset('application/soap+xml; charset="UTF-8"; action="urn:x"') == "utf-8"
    assert charset("text/xml") == ""


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    for sent in (body, b"<a>" + body + b"</a>", envelope(Version.SOAP_12, "<a/>")[: len(body)] + body):
        with suppress(XmlRefused, Fault):
            call_of(parse(sent), Version.SOAP_12)


@given(st.text())
def test_every_text_can_be_answered(text: str) -> None:
    element = etree.Element("a")
    element.text = xml_text(text)
    assert parse(etree.tostring(element)).text == (xml_text(text) or None)
