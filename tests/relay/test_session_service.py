"""The session service as partners' servers call it: SOAP by a client that none of us wrote, JSON, forms."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx2 as httpx
import pytest

from relay.identity.login_keys import sign
from relay.web.session_service import PATH
from tests.relay.asmx import FORMS, Caller
from tests.relay.peers import Agent, Viewer, Visitor
from tests.relay_process import AGENT, GROUP, RelayProcess

OPERATION = "LookupPartnerCobrowseSession"
PUID = "P-7"


READER, GUESSER = "P-9", "P-8"
"""Agents of whom one may not join, and one is wrong too often."""


@pytest.fixture(scope="module")
def api_key(relay: RelayProcess) -> str:
    relay.cli("role", "add", "--group", str(GROUP), "--name", "reader", "--forbid", "joinCobrowseSessions")
    relay.add_agent("reader.example", role="reader")
    relay.add_agent("guesser.example")
    for name, puid in ((AGENT, PUID), ("reader.example", READER), ("guesser.example", GUESSER)):
        relay.cli("user", "change", "--username", name, "--puid", puid)
    return str(relay.json("key", "show", "--group", str(GROUP))["key"])


def of(api_key: str, puid: str) -> dict[str, Any]:
    """What each call for an agent brings."""
    return {"partnerid": GROUP, "partneruserid": puid, "loginkey": sign(api_key, GROUP, puid, int(time.time()) + 3600)}


@pytest.fixture
def partner(api_key: str) -> dict[str, Any]:
    return of(api_key, PUID)


@pytest.fixture(params=FORMS, ids=lambda form: form.form)
def caller(request: pytest.FixtureRequest, relay: RelayProcess) -> Iterator[Caller]:
    with request.param(relay.url, PATH) as caller:
        yield caller


@pytest.fixture
def client(relay: RelayProcess) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=relay.url, trust_env=False) as client:
        yield client


def test_a_session_is_found_and_joined_by_its_address(relay: RelayProcess, partner: dict[str, Any], caller: Caller) -> None:
    with Visitor(relay) as visitor:
        started = visitor.start(visitorid="cust-9")
        found = caller.call(OPERATION, **partner, ssnkey="cust-9")
        assert {**found, "joinurl": ""} == {
            "found": "true",
            "joinurl": "",
            "ssnid": started["ssnid"],
            "ssnkey": "cust-9",
            "groupid": str(GROUP),
            "status": "W",
            "viewers": "0",
        }
        with Agent(relay) as agent:
            assert agent.get(found["joinurl"].removeprefix(relay.url), follow_redirects=True).status_code == 200
            with Viewer(relay, agent.ticket("cust-9").json()["ticket"]) as viewer:
                viewer.hear("joined")
                again = caller.call(OPERATION, **partner, ssnkey="cust-9")
                assert (again["status"], again["viewers"]) == ("A", "1")
        visitor.say(type="stop", reason="visitor")
        visitor.closed()
    assert caller.call(OPERATION, **partner, ssnkey="cust-9") == {"found": "false"}


def test_waiting_for_a_visitor_is_no_guessing(partner: dict[str, Any], client: httpx.Client) -> None:
    for _ in range(12):
        answer = client.post(f"{PATH}/{OPERATION}", json={**partner, "ssnkey": "to-come"})
        assert answer.json()["d"] == {
            "__type": "SessionService+cobrowseSession",
            **dict.fromkeys(("joinurl", "ssnid", "ssnkey", "groupid", "status", "viewers")),
            "found": False,
        }


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"loginkey": "$1$1392680360$YsT2Kj8rOp6FaJOG69o3QOj-GUacRiOo7Gw6l1EPVB8"}, "credentials"),
    ({"partneruserid": "nobody"}, "credentials"),
    ({"partnerid": 77}, "credentials"),
    ({"partneruserid": ""}, "value"),
    ({"loginkey": ""}, "value"),
    ({"ssnkey": ""}, "value"),
    ({"ssnkey": "x" * 64}, "value"),
]


@pytest.mark.parametrize(("fields", "code"), WRONG)
def test_what_is_wrong_is_named(partner: dict[str, Any], caller: Caller, fields: dict[str, Any], code: str) -> None:
    found, message = caller.refused(OPERATION, **{**partner, "ssnkey": "48213", **fields})
    assert found == code and message
    assert code == "credentials" or next(iter(fields)) in message
    assert not any(len(str(value)) > 9 and str(value) in message for value in fields.values())


def test_an_agent_whose_role_may_not_join_is_told(api_key: str, caller: Caller) -> None:
    assert caller.refused(OPERATION, **of(api_key, READER), ssnkey="48213")[0] == "rights"


def test_guessing_keys_is_limited(api_key: str, client: httpx.Client) -> None:
    given = of(api_key, GUESSER)
    answers = [client.post(f"{PATH}/{OPERATION}", json={**given, "ssnkey": f"guess-{number}"}) for number in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert answers[-1].json()["Code"] == "busy" and answers[-1].headers["retry-after"]
