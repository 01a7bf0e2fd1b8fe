"""Clients of the services at `.asmx` addresses, one for each form of a call. What they answer is the same for the same call."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime
from typing import Any, ClassVar, Protocol, Self

import httpx2 as httpx
from lxml import etree
from zeep import Client
from zeep.exceptions import Fault
from zeep.helpers import serialize_object
from zeep.transports import Transport

from relay.web.soap import NAMESPACE

LISTS = {"users": "userSessions", "sessions": "session", "guests": "guest"}
"""Elements that stand for lists, and the names of their items."""


class Caller(Protocol):
    """Values are those of JSON with all leaves as texts; what is null or empty is left out."""

    form: ClassVar[str]

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...

    def call(self, operation: str, **values: Any) -> Any: ...

    def refused(self, operation: str, **values: Any) -> tuple[str, str]:
        """Code and message of the error."""
        ...


class _Opened:
    form: ClassVar[str]

    def __init__(self, url: str, path: str) -> None:
        self.address = f"{url}{path}"
        self.open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.open.close()


class _Soap(_Opened):
    """zeep's own calls, generated from our description."""

    port: ClassVar[str]

    def __init__(self, url: str, path: str) -> None:
        super().__init__(url, path)
        transport = Transport()
        transport.session.trust_env = False
        self.open.callback(transport.session.close)
        client = Client(f"{self.address}?WSDL", transport=transport)
        (service,) = client.wsdl.services
        self.service: Any = client.bind(service, service + self.port)

    def call(self, operation: str, **values: Any) -> Any:
        # It has none for an empty list.
        return canonical(serialize_object(self.service[operation](**values), dict) or [])

    def refused(self, operation: str, **values: Any) -> tuple[str, str]:
        try:
            self.service[operation](**values)
        except Fault as fault:
            assert str(fault.code).endswith(("Client", "Sender")), fault.code
            return str(fault.detail.findtext("code")), str(fault.message)
        raise AssertionError("no fault")


class Soap11(_Soap):
    form, port = "SOAP 1.1", "Soap"


class Soap12(_Soap):
    form, port = "SOAP 1.2", "Soap12"


class _Posting(_Opened):
    def __init__(self, url: str, path: str) -> None:
        super().__init__(url, path)
        self.client = self.open.enter_context(httpx.Client(base_url=url, trust_env=False))


class Json(_Posting):
    form = "JSON"

    def call(self, operation: str, **values: Any) -> Any:
        answer = self.client.post(f"{self.address}/{operation}", json=values)
        assert answer.status_code == 200, answer.text
        return canonical(answer.json()["d"])

    def refused(self, operation: str, **values: Any) -> tuple[str, str]:
        answer = self.client.post(f"{self.address}/{operation}", json=values)
        assert 400 <= answer.status_code < 500, answer.text
        return answer.json()["Code"], answer.json()["Message"]


class Form(_Posting):
    form = "Form"

    def call(self, operation: str, **values: Any) -> Any:
        answer = self.client.post(f"{self.address}/{operation}", data=values)
        assert answer.status_code == 200, answer.text
        return canonical(_of_xml(etree.fromstring(answer.content)))

    def refused(self, operation: str, **values: Any) -> tuple[str, str]:
        answer = self.client.post(f"{self.address}/{operation}", data=values)
        assert 400 <= answer.status_code < 500, answer.text
        error = etree.fromstring(answer.content)
        return error.findtext(f"{{{NAMESPACE}}}code") or "", error.findtext(f"{{{NAMESPACE}}}message") or ""


FORMS: tuple[type[Soap11 | Soap12 | Json | Form], ...] = (Soap11, Soap12, Json, Form)


def canonical(value: Any) -> Any:
    match value:
        case Mapping():
            parts = {name: canonical(_listed(name, one)) for name, one in value.items() if name != "__type"}
            return {name: one for name, one in parts.items() if one not in (None, "", [], {})}
        case list():
            return [canonical(one) for one in value]
        case bool():
            return str(value).lower()
        case datetime():
            return f"{value:%Y-%m-%dT%H:%M:%SZ}"
        case None:
            return None
        case _:
            return str(value)


def _listed(name: str, value: Any) -> Any:
    """zeep has a list inside of an object that stands for its element."""
    return value[LISTS[name]] if name in LISTS and isinstance(value, Mapping) else value


def _of_xml(element: etree._Element) -> Any:
    name = etree.QName(element).localname
    if name in LISTS or name.startswith("ArrayOf"):
        return [_of_xml(child) for child in element]
    if len(element):
        return {etree.QName(child).localname: _of_xml(child) for child in element}
    return element.text
