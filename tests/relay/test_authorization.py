"""The authorization service as clients call it: JSON, XML, and SOAP by a client that none of us wrote."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from typing import Any

import httpx2 as httpx
import pytest
from lxml import etree
from zeep import Client
from zeep.exceptions import Fault
from zeep.transports import Transport

from relay.identity.auth_tokens import AuthTokens, Claims
from relay.identity.desk_credentials import credentials_of
from relay.identity.login_keys import sign
from relay.identity.permissions import USUAL
from relay.identity.signing_keys import SigningKeys
from relay.web.authorization import ANSWER, NAMESPACE, PATH
from tests.relay.peers import Agent
from tests.relay_process import AGENT, GROUP, PASSWORD, RelayProcess

DESK = "https://desk.example"
REST = f"{PATH}/rest/authorize"


@pytest.fixture(scope="module")
def api_key(relay: RelayProcess) -> str:
    relay.cli("user", "change", "--username", AGENT, "--puid", "P-7")
    relay.cli("group", "add", "--id", "5000", "--name", "Other")
    return str(relay.json("key", "show", "--group", str(GROUP))["key"])


@pytest.fixture
def client(relay: RelayProcess) -> Iterator[httpx.Client]:
    """A server: no cookies, no Origin."""
    with httpx.Client(base_url=relay.url, trust_env=False) as client:
        yield client


@pytest.fixture
def given(relay: RelayProcess, api_key: str) -> dict[str, dict[str, Any]]:
    """The five documented combinations, and the two forms in which one of them comes."""
    key = sign(api_key, GROUP, "P-7", int(time.time()) + 300)
    with Agent(relay) as agent:
        agent.log_in()
        gssnid = agent.cookies["GSSNID"]
    return {
        "password": {"username": AGENT, "password": PASSWORD},
        "desk": {"username": AGENT, "g4scredentials": credentials_of(api_key, GROUP, AGENT)},
        "name and key": {"username": AGENT, "loginkey": key},
        "name~key": {"username": f"{AGENT}~{key}"},
        "session": {"gssnid": gssnid},
        "partner": {"partnerid": GROUP, "partneruserid": "P-7", "loginkey": key},
    }


COMBINATIONS = ("password", "desk", "name and key", "name~key", "session", "partner")


def claims(relay: RelayProcess, token: str, service: str = "presence") -> Claims:
    return AuthTokens(SigningKeys(relay.data)).verify(token, service, GROUP, int(time.time() * 1000))


def soap(relay: RelayProcess) -> Any:
    """zeep's own calls, generated from our description. It would look for proxies and a cache by itself."""
    transport = Transport()
    transport.session.trust_env = False
    return Client(f"{relay.url}{PATH}?wsdl", transport=transport).service


def ask(client: httpx.Client, credentials: dict[str, Any], **fields: Any) -> httpx.Response:
    return client.post(REST, json={"service": "presence", "credentials": credentials, **fields})


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_each_combination_of_credentials_gets_a_token_in_json(
    relay: RelayProcess, client: httpx.Client, given: dict[str, dict[str, Any]], combination: str
) -> None:
    answer = ask(client, given[combination], groupid=str(GROUP), duration="15")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert tuple(body) == ANSWER
    assert (body["glanceAddress"], body["groupId"], body["service"], body["message"]) == (AGENT, GROUP, "presence", "")
    found = claims(relay, body["authToken"])
    assert (found.username, found.group, found.permissions, found.owner) == (AGENT, GROUP, USUAL, False)
    assert 13 * 60 < found.until - time.time() <= 15 * 60
    privileges = dict(part.split(":") for part in body["privilegeString"].split(";"))
    assert privileges["joinCobrowseSessions"] == "on" and privileges["dataCapture"] == "off" and privileges["groupowner"] == "off"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_each_combination_of_credentials_gets_a_token_in_soap(
    relay: RelayProcess, given: dict[str, dict[str, Any]], combination: str
) -> None:
    answer = soap(relay).Authorize(service="webservices", groupid=GROUP, duration=1, site="staging", credentials=given[combination])
    assert (answer.groupId, answer.glanceAddress, answer.service) == (GROUP, AGENT, "webservices")
    assert answer.VServer is None
    found = claims(relay, answer.authToken, "webservices")
    assert found.site == "staging" and found.until == int(answer.authTokeExp.timestamp())


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_each_combination_of_credentials_gets_a_token_in_xml(
    relay: RelayProcess, client: httpx.Client, given: dict[str, dict[str, Any]], combination: str
) -> None:
    root = etree.Element(f"{{{NAMESPACE}}}Authorize", nsmap={None: NAMESPACE})
    credentials = etree.SubElement(root, f"{{{NAMESPACE}}}credentials")
    for name, value in given[combination].items():
        etree.SubElement(credentials, f"{{{NAMESPACE}}}{name}").text = str(value)
    answer = client.post(f"{REST}?service=presence&duration=2", content=etree.tostring(root), headers={"Content-Type": "application/xml"})
    assert answer.status_code == 200, answer.text
    body = etree.fromstring(answer.content)
    assert claims(relay, str(body.findtext(f"{{{NAMESPACE}}}authToken"))).username == AGENT


WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"credentials": {}}, 400, "nocredentials"),
    ({"credentials": {"username": AGENT}}, 400, "nocredentials"),
    ({"credentials": {"partnerid": GROUP, "partneruserid": "P-7"}}, 400, "nocredentials"),
    ({"credentials": {"username": AGENT, "password": "wrong"}}, 401, "badcredentials"),
    ({"credentials": {"username": "nobody", "password": "wrong"}}, 401, "badcredentials"),
    ({"credentials": {"username": AGENT, "g4scredentials": "0" * 32}}, 401, "badcredentials"),
    ({"credentials": {"username": AGENT, "loginkey": "$1$1392680360$YsT2Kj8rOp6FaJOG69o3QOj-GUacRiOo7Gw6l1EPVB8"}}, 401, "badcredentials"),
    ({"credentials": {"gssnid": "x"}}, 401, "badcredentials"),
    ({"credentials": {"partnerid": "x", "partneruserid": "P-7", "loginkey": "y"}}, 401, "badcredentials"),
    ({"groupid": 5000}, 403, "notmember"),
    ({"groupid": "x"}, 400, "badgroup"),
    ({"groupid": 0}, 400, "badgroup"),
    ({"duration": 0}, 400, "badduration"),
    ({"duration": 121}, 400, "badduration"),
    ({"duration": "1.5"}, 400, "badduration"),
    ({"service": "billing"}, 400, "badservice"),
    ({"site": "elsewhere"}, 400, "badsite"),
    ({"duration": [1]}, 400, "malformed"),
    ({"credentials": "x"}, 400, "malformed"),
]


@pytest.mark.parametrize(("fields", "status", "error"), WRONG)
def test_what_is_wrong_is_named(
    client: httpx.Client, given: dict[str, dict[str, Any]], fields: dict[str, Any], status: int, error: str
) -> None:
    answer = client.post(REST, json={"credentials": given["partner"], **fields})
    assert (answer.status_code, answer.json()["error"], answer.json()["authToken"]) == (status, error, None)
    assert answer.json()["message"]


def test_faults_of_soap_name_it_too(relay: RelayProcess, given: dict[str, dict[str, Any]]) -> None:
    service = soap(relay)
    for credentials, fields, error in (
        ({}, {}, "nocredentials"),
        ({"username": AGENT, "password": "wrong"}, {}, "badcredentials"),
        (given["partner"], {"groupid": 5000}, "notmember"),
    ):
        with pytest.raises(Fault) as caught:
            service.Authorize(service="presence", credentials=credentials, **fields)
        assert caught.value.code.endswith("Sender")
        assert caught.value.detail.findtext("code") == error


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"service": "\xff"}', "application/json", 400),
        (b"[" * 10_000, "application/json", 400),
        (b"x" * 20_000, "application/json", 413),
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
        (b"<Other/>", "application/xml", 400),
        (b"<!DOCTYPE a [<!ENTITY x 'y'>]><Authorize>&x;</Authorize>", "application/xml", 400),
        (b"<Authorize><service>", "text/xml", 400),
    ],
)
def test_bodies_that_are_none(client: httpx.Client, content: bytes, kind: str, status: int) -> None:
    assert client.post(REST, content=content, headers={"Content-Type": kind}).status_code == status


@pytest.mark.parametrize(
    ("content", "status", "reason"),
    [
        (b"<a/>", 400, "no SOAP envelope"),
        (b"<!DOCTYPE a><a/>", 400, "document type"),
        (
            f"<e:Envelope xmlns:e='http://www.w3.org/2003/05/soap-envelope'><e:Body><Fly xmlns='{NAMESPACE}'/></e:Body></e:Envelope>".encode(),
            400,
            "no operation Fly",
        ),
    ],
)
def test_envelopes_that_are_none(client: httpx.Client, content: bytes, status: int, reason: str) -> None:
    answer = client.post(PATH, content=content, headers={"Content-Type": "application/soap+xml"})
    assert answer.status_code == status and reason in answer.text
    assert answer.headers["content-type"] == "application/soap+xml; charset=utf-8"


def test_soap_1_1_is_answered_in_its_own_version(client: httpx.Client, given: dict[str, dict[str, Any]]) -> None:
    key = given["partner"]["loginkey"]
    call = f"<Authorize xmlns='{NAMESPACE}'><partnerid>{GROUP}</partnerid><partneruserid>P-7</partneruserid><loginkey>{key}</loginkey></Authorize>"
    envelope = f"<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body>{call}</e:Body></e:Envelope>"
    answer = client.post(PATH, content=envelope, headers={"Content-Type": "text/xml", "SOAPAction": '""'})
    assert answer.status_code == 200 and "schemas.xmlsoap.org/soap/envelope" in answer.text and "authToken" in answer.text


def test_the_description_and_the_help_are_there_in_any_case(relay: RelayProcess, client: httpx.Client) -> None:
    for path in (f"{PATH}?wsdl", f"{PATH.lower()}?WSDL", f"{PATH}?singleWsdl"):
        answer = client.get(path)
        assert answer.headers["content-type"].startswith("text/xml")
        found = etree.parse(io.BytesIO(answer.content)).find(".//{http://schemas.xmlsoap.org/wsdl/soap12/}address")
        assert found is not None and found.get("location") == f"{relay.url}{PATH}"
    for path in (PATH, f"{PATH}/rest/help"):
        assert "rest/authorize" in client.get(path).text


def test_pages_of_desks_may_ask_if_their_origin_is_listed(
    relay: RelayProcess, client: httpx.Client, given: dict[str, dict[str, Any]]
) -> None:
    desk, address = {"Origin": DESK}, f"{REST}?groupid={GROUP}"
    body = {"credentials": given["partner"]}
    site = ("--group", str(GROUP), "--site", "production")
    for path in (address, REST):
        refused = client.post(path, json=body, headers=desk)
        assert (refused.status_code, refused.json()["error"]) == (403, "origin")
        assert "access-control-allow-origin" not in refused.headers
    assert client.options(address, headers=desk).status_code == 403
    relay.cli("setting", "set", *site, f"agentOrigins={DESK}")
    allowed = client.options(address, headers=desk)
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"], allowed.headers["vary"]) == (204, DESK, "Origin")
    answer = client.post(address, json=body, headers=desk)
    assert answer.status_code == 200 and answer.headers["access-control-allow-origin"] == DESK
    assert "access-control-allow-credentials" not in answer.headers
    for origin in ("https://desk.example.evil.example", "http://desk.example", "null", f"{DESK}:8443"):
        assert client.options(address, headers={"Origin": origin}).status_code == 403
        assert client.post(address, json=body, headers={"Origin": origin}).json()["error"] == "origin"
    relay.cli("setting", "unset", *site, "agentOrigins")


def test_presence_that_is_off_gets_no_token(relay: RelayProcess, client: httpx.Client, given: dict[str, dict[str, Any]]) -> None:
    site = ("--group", str(GROUP), "--site", "staging")
    relay.cli("setting", "set", *site, "presence=off")
    refused = ask(client, given["partner"], site="staging")
    assert (refused.status_code, refused.json()["error"]) == (403, "notincluded")
    assert ask(client, given["partner"]).status_code == 200
    assert ask(client, given["partner"], site="staging", service="webservices").status_code == 200
    relay.cli("setting", "unset", *site, "presence")


def test_a_suspended_user_and_an_old_login_get_none(relay: RelayProcess, client: httpx.Client) -> None:
    relay.add_agent("gone.example")
    with Agent(relay) as agent:
        agent.log_in("gone.example")
        gssnid = agent.cookies["GSSNID"]
        assert ask(client, {"gssnid": gssnid}).status_code == 200
    relay.cli("user", "change", "--username", "gone.example", "--suspended")
    for credentials in ({"gssnid": gssnid}, {"username": "gone.example", "password": PASSWORD}):
        assert ask(client, credentials).json()["error"] == "badcredentials"


def test_guessing_is_limited(relay: RelayProcess, client: httpx.Client) -> None:
    relay.add_agent("guessed.example")
    tries = [ask(client, {"username": "guessed.example", "password": f"guess {number}"}) for number in range(12)]
    assert [answer.status_code for answer in tries] == [401] * 10 + [429] * 2
    assert tries[-1].json()["error"] == "busy" and tries[-1].headers["retry-after"]


def test_tokens_are_in_the_log_and_their_text_is_nowhere(
    relay: RelayProcess, client: httpx.Client, given: dict[str, dict[str, Any]]
) -> None:
    token = ask(client, given["password"], duration=7).json()["authToken"]
    entry = relay.json("audit", "list", "--group", str(GROUP), "--action", "token")[-1]
    assert (entry["actor"], entry["address"], entry["detail"]) == (
        AGENT,
        "127.0.0.1",
        {"minutes": 7, "service": "presence", "site": "production"},
    )
    assert token.rpartition(".")[2].encode() not in relay.stored_bytes()


def test_the_command_line_issues_and_revokes(relay: RelayProcess, client: httpx.Client, given: dict[str, dict[str, Any]]) -> None:
    issued = relay.json("token", "issue", "--username", AGENT, "--site", "production", "--minutes", "5")
    assert claims(relay, issued["token"]).username == AGENT
    assert (
        relay.cli("token", "issue", "--username", "no.one", "--site", "production", expect=1)
        == "Error: there is no user no.one who may come in\n"
    )
    relay.cli("token", "revoke")
    with pytest.raises(Exception, match="signature"):
        claims(relay, issued["token"])
    assert claims(relay, ask(client, given["partner"]).json()["authToken"]).username == AGENT


@pytest.mark.soak
def test_two_thousand_requests_in_a_row_hold(relay: RelayProcess, client: httpx.Client, given: dict[str, dict[str, Any]]) -> None:
    tokens = set()
    for _ in range(2000):
        answer = ask(client, given["partner"], groupid=GROUP)
        assert answer.status_code == 200, answer.text
        tokens.add(answer.json()["authToken"])
    assert len(tokens) == 2000
    assert relay.json("audit", "verify", "--group", str(GROUP))
