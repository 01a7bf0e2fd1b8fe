"""Services at `.asmx` addresses: what follows from a table of operations, whatever the operations are."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx2 as httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from starlette.requests import Request
from starlette.types import Message

from relay.errors import CallRefused, StorageDown
from relay.web import activity, session_service
from relay.web.asmx.description import WSDL, describe, schema
from relay.web.asmx.operation import Operation, Service
from relay.web.asmx.pages import sample_calls, sample_envelope
from relay.web.asmx.parameters import Given, Parameter, any_text, number, one_of, some_text
from relay.web.asmx.service import AsmxService
from relay.web.asmx.shapes import XSD, Long, Shape, as_xml, type_name
from relay.web.site import Site
from relay.web.soap import NAMESPACE, Version
from tests.relay_process import RelayProcess

ASMX = (activity.PATH, session_service.PATH)


class Wheel(Shape, tag_field="__type", tag="Cars+wheel", frozen=True):
    spokes: int
    made: datetime
    maker: str | None = None


class Car(Shape, frozen=True):
    id: Long
    name: str
    is_new: bool
    wheels: list[Wheel]
    spare: Wheel | None = None


MADE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CAR = Car(id=2**40, name="Ada & <Bo>\x00", is_new=True, wheels=[Wheel(3, MADE), Wheel(4, MADE, "x")], spare=Wheel(5, MADE))

NAME = Parameter(name="carName", about="Its name.", read=some_text(5), sample="Ada")
DOORS = Parameter(name="doors", about="How many.", read=number(1, 20), sample="4", kind="xs:int")
KEY = Parameter(name="key", about="Of the car.", read=some_text(3), sample="k", secret=True)


async def find(given: Given, _request: Request) -> Any:
    raise AssertionError(given)


CARS = Service(
    name="Cars",
    path="/services/Cars.asmx",
    about="Cars.",
    operations=[
        Operation(name="Find", about="One.", parameters=(NAME, DOORS), answer=Car, example=CAR, do=find),
        Operation(name="All", about="All of them.", parameters=(KEY,), answer=list[Car], example=[CAR, CAR], do=find),
    ],
)
HERE = "https://relay.example.com/services/Cars.asmx"


def test_requests_and_answers_are_as_the_description_says() -> None:
    described = etree.XMLSchema(etree.fromstring(etree.tostring(schema(CARS))))
    for operation in CARS.operations:
        described.assertValid(as_xml(operation.example, operation.root))
        envelope = sample_envelope(operation, Version.SOAP_12)
        described.assertValid(etree.ElementTree(envelope[0][0]))
        for sample in sample_calls(operation, HERE)[:2]:
            described.assertValid(etree.ElementTree(etree.fromstring(sample.answer.encode())[0][0]))


def test_an_answer_in_xml() -> None:
    car = as_xml(CAR, "car")
    texts = [(etree.QName(element).localname, element.text) for element in car.iter() if not len(element)]
    wheel = ("made", "2026-01-02T03:04:05Z")
    assert texts == [
        *(("id", str(2**40)), ("name", "Ada & <Bo>\ufffd"), ("isNew", "true")),
        *(("spokes", "3"), wheel, ("spokes", "4"), wheel, ("maker", "x"), ("spokes", "5"), wheel),
    ]
    assert [etree.QName(child).localname for child in as_xml([CAR], "ArrayOfCar")] == ["car"]
    assert (type_name(Car), type_name(list[Wheel])) == ("car", "ArrayOfWheel")


def test_the_description_has_both_versions_of_soap_for_each_operation() -> None:
    root = etree.fromstring(describe(CARS, HERE))
    bindings = root.findall(f"{{{WSDL}}}binding")
    assert [binding.get("name") for binding in bindings] == ["CarsSoap", "CarsSoap12"]
    for binding in bindings:
        actions = [one.get("soapAction") for one in binding.findall(f"{{{WSDL}}}operation/*") if one.get("soapAction")]
        assert actions == [f"{NAMESPACE}/Find", f"{NAMESPACE}/All"]
    assert [address.get("location") for address in root.findall(f"{{{WSDL}}}service/{{{WSDL}}}port/*")] == [HERE, HERE]
    kinds = {one.get("name"): one.get("type") for one in root.iter(f"{{{XSD}}}element")}
    assert (kinds["id"], kinds["spokes"], kinds["made"], kinds["wheels"]) == ("xs:long", "xs:int", "xs:dateTime", "tns:ArrayOfWheel")


def test_parameters_count_whatever_the_case_of_their_names() -> None:
    given = Given({"CARNAME": " Ada ", "Doors": "4", "wings": "2"})
    assert (given[NAME], given[DOORS]) == ("Ada", 4)


@pytest.mark.parametrize(
    ("parameter", "text", "code", "message"),
    [
        (NAME, None, "missing", "carName has to be given: Its name."),
        (NAME, "", "value", "carName '' has to have 1 to 5 characters"),
        (NAME, "x" * 99, "value", f"carName {'x' * 60!r} has to have 1 to 5 characters"),
        (DOORS, "0", "value", "doors '0' has to be a whole number from 1 to 20"),
        (DOORS, "+4", "value", "doors '+4' has to be a whole number from 1 to 20"),
        (DOORS, "٤", "value", "doors '٤' has to be a whole number from 1 to 20"),
        (DOORS, "9" * 5000, "value", f"doors {'9' * 60!r} has to be a whole number from 1 to 20"),
        (KEY, "secret", "value", "key has to have 1 to 3 characters"),
    ],
)
def test_what_does_not_fit_is_named_with_its_rule(parameter: Parameter[Any], text: str | None, code: str, message: str) -> None:
    with pytest.raises(CallRefused) as caught:
        _ = Given({} if text is None else {parameter.name: text})[parameter]
    assert (caught.value.code, str(caught.value)) == (code, message)


def test_choices_and_empty_texts() -> None:
    assert one_of("C", "G", "")("") == "" and any_text(3)("") == ""
    with pytest.raises(ValueError, match="has to be 'C', 'G' or empty"):
        one_of("C", "G", "")("c")
    with pytest.raises(ValueError, match="more than 3 characters"):
        any_text(3)("four")


@given(st.text(), st.text())
def test_whatever_a_text_is_it_can_be_sent_back(name: str, value: str) -> None:
    with pytest.raises(CallRefused) as caught:
        _ = Given({"doors": f"x{value}", name: value} | {"doors": f"x{value}"})[DOORS]
    as_xml(caught.value.message, "message")


async def down(_given: Given, _request: Request) -> Any:
    raise StorageDown("locked")


def called(body: bytes, kind: str, operation: str = "") -> Request:
    """A request as the router hands it over."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", kind.encode())]
    return Request({"type": "http", "method": "POST", "headers": headers, "path_params": {"operation": operation}}, receive)


def test_while_the_records_cannot_be_reached_each_form_says_so() -> None:
    operation = replace(CARS.operations[0], do=down)
    service = AsmxService(Site(HERE), replace(CARS, operations=[operation]))
    for kind, body in (("application/json", b"{}"), ("application/x-www-form-urlencoded", b"a=1")):
        answer = asyncio.run(service.method(called(body, kind, "Find")))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "60") and b"unavailable" in bytes(answer.body)
    for version, code in ((Version.SOAP_11, "soap:Server"), (Version.SOAP_12, "soap:Receiver")):
        envelope = etree.tostring(sample_envelope(operation, version))
        answer = asyncio.run(service.soap(called(envelope, version.media_type)))
        assert (answer.status_code, answer.headers["retry-after"]) == (500, "60")
        assert code.encode() in bytes(answer.body) and b"unavailable" in bytes(answer.body)


@pytest.fixture
def client(relay: RelayProcess) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=relay.url, trust_env=False) as client:
        yield client


@pytest.mark.parametrize("path", ASMX)
def test_the_pages_are_there_in_any_case(relay: RelayProcess, client: httpx.Client, path: str) -> None:
    for address in (f"{path}?WSDL", f"{path.upper()}?wsdl"):
        answer = client.get(address)
        assert answer.headers["content-type"].startswith("text/xml")
        described = etree.fromstring(answer.content)
        assert {one.get("location") for one in described.findall(".//{*}address")} == {f"{relay.url}{path}"}
    names = [one.get("name") for one in described.findall(f"{{{WSDL}}}portType/{{{WSDL}}}operation")]
    listed = client.get(path).text
    for name in names:
        assert f"?op={name}" in listed
        page = client.get(path, params={"op": str(name)})
        assert page.status_code == 200
        assert all(f"<h2>{form}</h2>" in page.text for form in ("SOAP 1.1", "SOAP 1.2", "JSON", "Form"))
        assert f"POST {path}/{name} HTTP/1.1" in page.text and f"SOAPAction: &#34;{NAMESPACE}/{name}&#34;" in page.text
    assert client.get(path, params={"op": "<Fly>"}).status_code == 404


@pytest.mark.parametrize("path", ASMX)
def test_bodies_that_are_none_are_answered_in_their_form(client: httpx.Client, path: str) -> None:
    name = client.get(path).text.partition("?op=")[2].partition('"')[0]
    for operation, sent, kind, status, code in (
        (name, b"", "application/json", 400, "malformed"),
        (name, b"[]", "application/json", 400, "malformed"),
        (name, b'{"a": {"b": 1}}', "application/json", 400, "malformed"),
        (name, b'{"a": "\xff"}', "application/json", 400, "malformed"),
        (name, b"[" * 10_000, "application/json", 400, "malformed"),
        (name, b"{}", "application/json", 400, "missing"),
        (name, b"x" * 20_000, "application/json", 413, "toolarge"),
        ("Fly", b"{}", "application/json", 404, "operation"),
        (name, b"", "application/x-www-form-urlencoded", 400, "missing"),
        (name, b"%ff=1", "application/x-www-form-urlencoded", 400, "malformed"),
        (name, b"&".join([b"a=1"] * 50), "application/x-www-form-urlencoded", 400, "malformed"),
        (name, b"x" * 20_000, "application/x-www-form-urlencoded", 413, "toolarge"),
        (name.lower(), b"", "application/x-www-form-urlencoded", 404, "operation"),
        (name, b"<a/>", "text/xml", 415, "type"),
        (name, b"{}", "", 415, "type"),
    ):
        answer = client.post(f"{path}/{operation}", content=sent, headers={"Content-Type": kind})
        assert answer.status_code == status and answer.headers["cache-control"] == "no-store"
        if kind == "application/json":
            assert answer.json()["Code"] == code
        else:
            assert etree.fromstring(answer.content).findtext(f"{{{NAMESPACE}}}code") == code


@pytest.mark.parametrize("path", ASMX)
def test_credentials_in_an_address_are_not_taken(client: httpx.Client, path: str) -> None:
    answer = client.get(f"{path}/Any", params={"apiKey": "x"})
    assert answer.status_code == 405 and answer.headers["allow"] == "POST"
