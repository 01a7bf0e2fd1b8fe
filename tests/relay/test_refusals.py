"""What is refused of every REST operation alike, walked from the operations' own table: wrong queries, wrong bodies, forms of other sites."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args, get_origin

import httpx2 as httpx
import msgspec
import pytest

from relay.app import Relay
from relay.settings import Settings
from relay.web.rest.operation import GROUP, Operation
from tests.relay.peers import Agent
from tests.relay_process import RelayProcess

FORM = "application/x-www-form-urlencoded"
NOT_JSON = ("text/plain", "text/csv", "application/xml", "multipart/form-data; boundary=x", "application/jsonp")
NO_TYPE_HAS_IT = 7.5
"""No field is a fraction."""

FILLED = {"groupId": "1000", "site": "staging"}
FROM_ELSEWHERE = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site", "Content-Type": FORM}


class Filled(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "1"


def address(operation: Operation) -> str:
    return f"{GROUP}{operation.path}".format_map(Filled(FILLED))


@pytest.fixture(scope="module")
def operations(tmp_path_factory: pytest.TempPathFactory) -> list[Operation]:
    return Relay(Settings(data=tmp_path_factory.mktemp("listed")), "http://127.0.0.1:1").operations


@pytest.fixture(scope="module")
def partner(file_relay: RelayProcess) -> Iterator[httpx.Client]:
    key = file_relay.json("key", "show", "--group", "1000")["key"]
    with httpx.Client(base_url=file_relay.url, headers={"Authorization": f"Bearer {key}"}, trust_env=False) as client:
        yield client


def refused(answer: httpx.Response, status: int, *words: str) -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    detail = answer.json()["detail"]
    assert all(word in detail for word in words), (detail, words)


def body_struct(kind: Any) -> tuple[type[msgspec.Struct] | None, bool]:
    """The struct that a body consists of, and whether it is an array of it."""
    kind = get_args(kind)[0] if hasattr(kind, "__metadata__") else kind
    if get_origin(kind) is not list:
        return kind, False
    item = get_args(kind)[0]
    return (item if isinstance(item, type) and issubclass(item, msgspec.Struct) else None), True


def test_parameters_that_there_are_not_or_are_there_twice(partner: httpx.Client, operations: list[Operation]) -> None:
    for one in operations:
        body = {} if one.body is None else {"json": [] if body_struct(one.body)[1] else {}}
        refused(partner.request(one.method, f"{address(one)}?unheard=1", **body), 422, "unheard")
        for field in msgspec.structs.fields(one.query) if one.query else ():
            twice = [(field.encode_name, "1"), (field.encode_name, "1")]
            refused(partner.request(one.method, address(one), params=httpx.QueryParams(twice), **body), 422, "twice")


def test_parameters_of_another_type(partner: httpx.Client, operations: list[Operation]) -> None:
    walked = 0
    for one in operations:
        for field in msgspec.structs.fields(one.query) if one.query else ():
            try:
                msgspec.convert({field.encode_name: "+no such value+"}, one.query, strict=False)
            except msgspec.ValidationError:
                answer = partner.request(one.method, address(one), params={field.encode_name: "+no such value+"})
                refused(answer, 422, field.encode_name)
                walked += 1
    assert walked >= 10


def test_bodies_of_another_shape(partner: httpx.Client, operations: list[Operation]) -> None:
    for one in operations:
        if one.body is None:
            continue
        struct, array = body_struct(one.body)
        for whole in (None, 7, "x", True, {"x": 1} if array else [], [[]], [NO_TYPE_HAS_IT]):
            refused(partner.request(one.method, address(one), json=whole), 422)
        refused(partner.request(one.method, address(one), content=b"{"), 422)
        refused(partner.request(one.method, address(one), content=b'"\xff"'), 422)
        for field in msgspec.structs.fields(struct) if struct else ():
            for name, value in ((field.encode_name, NO_TYPE_HAS_IT), ("unheard", 1)):
                part = {name: value}
                refused(partner.request(one.method, address(one), json=[part] if array else part), 422, name)


def test_bodies_under_a_type_that_is_not_theirs(partner: httpx.Client, operations: list[Operation]) -> None:
    """`curl -d` says that JSON is a form, as the documented samples do."""
    for one in operations:
        if one.body is None:
            continue
        for kind in NOT_JSON:
            refused(partner.request(one.method, address(one), content=b"7", headers={"Content-Type": kind}), 415, "application/json")
        for kind in (FORM, "application/json; charset=utf-8", "application/merge-patch+json", ""):
            refused(partner.request(one.method, address(one), content=b"7", headers={"Content-Type": kind}), 422)


def test_no_page_of_another_site_gets_in_by_a_cookie(file_relay: RelayProcess, operations: list[Operation]) -> None:
    """What a form of another site can send: the cookies of our pages, JSON in a form's clothes. And what a script can ask beforehand."""
    file_relay.add_agent("boss.example", role="admin")
    with Agent(file_relay) as agent:
        assert agent.log_in("boss.example").status_code == 303
        for one in operations:
            refused(agent.request(one.method, address(one), content=b"[]", headers=FROM_ELSEWHERE), 401)
            asked = {**FROM_ELSEWHERE, "Access-Control-Request-Method": one.method, "Access-Control-Request-Headers": "authorization"}
            answer = agent.request("OPTIONS", address(one), headers=asked)
            assert answer.status_code == 405 and not any(name.startswith("access-control-") for name in answer.headers)


COOKIE_FORMS = {
    "/login": ({"username": "ada.example", "password": "x"}, 403),
    "/logout": ({}, 403),
    "/agentjoin/AgentJoin.aspx": ({"code": "12345"}, 403),
    "/agentjoin/ticket": ({"sessionkey": "12345"}, 403),
}
"""Routes that know their caller by a cookie and do something. The posted form of AgentView only leads to the page."""


@pytest.mark.parametrize("path", COOKIE_FORMS)
def test_routes_that_trust_a_cookie_take_no_form_of_another_site(file_relay: RelayProcess, path: str) -> None:
    fields, status = COOKIE_FORMS[path]
    with Agent(file_relay) as agent:
        assert agent.log_in().status_code == 303
        for site in ("cross-site", "same-site"):
            answer = agent.post(path, data=fields, headers={**FROM_ELSEWHERE, "Sec-Fetch-Site": site})
            assert answer.status_code == status, answer.text
        assert agent.get("/agentjoin/AgentJoin.aspx").status_code == 200
