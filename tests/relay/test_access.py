"""Who may do what: every route and every socket, with every kind of caller."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx
import pytest
from starlette.routing import Mount, Route, WebSocketRoute

from relay.app import Relay
from relay.identity.access import Answer, Caller, Need, Nobody, decide
from relay.identity.auth_tokens import AuthTokens, Claims
from relay.identity.permissions import EVERYTHING, Permission
from relay.identity.signing_keys import SigningKeys
from relay.protocol.names import Close
from relay.settings import Settings
from relay.web.gate import NEED
from tests.relay.peers import Agent, Viewer, Visitor, form_token
from tests.relay_process import RelayProcess

JOIN, VIEW, TICKET = "/agentjoin/agentjoin.aspx", "/agentjoin/agentview.aspx", "/agentjoin/ticket"
AUTHORIZATION = "/services/authorizationservice.svc"
ASMX = ("/services/activityservice.asmx", "/services/sessionservice.asmx")
API = "/api/v0/groups/{groupId}"
SITE = f"{API}/sites/{{site}}"

FROM_ELSEWHERE = {"headers": {"Origin": "https://elsewhere.example"}}
ASSET = "/cobrowse/assets/{scope}/{asset}"
COOKIES = ("nobody", "agent", "unable", "suspended", "foreign")
"""Nobody; an agent; one whose role may not join; one suspended after the login; an agent of another group."""

BEARERS = ("key", "owner", "plain", "gone", "expired", "presence", "other owner", "guest", "other key")
"""An API key of the group; tokens of an owner, of one who is none, of a suspended owner, one that has run out, one for another service,
one of another group's owner; what a guest of a session holds; the API key of another group. The right key comes first, so that its
address is known when others are wrong there."""

CALLERS = COOKIES + BEARERS


@dataclass(frozen=True, slots=True)
class Asked:
    """What is done to a route, and the status that each caller must get; those that are not named get nobody's."""

    answers: dict[str, int]
    body: Callable[[Agent, str], dict[str, object]] = lambda agent, key: {}
    path: str = ""

    def status(self, kind: str) -> int:
        return self.answers.get(kind, self.answers["nobody"])


def rest(path: str, body: object = None, done: int = 200) -> Asked:
    """A route for owners, with bearer tokens: `done` if all is right. No cookie counts here."""
    answers = {"nobody": 401, "key": done, "owner": done, "plain": 403, "other owner": 404}
    return Asked(answers, lambda agent, key: {} if body is None else {"json": body}, f"/api/v0/groups/1000{path}")


def everybody(status: int, path: str = "", body: Callable[[Agent, str], dict[str, object]] = lambda agent, key: {}) -> Asked:
    return Asked(dict.fromkeys(CALLERS, status), body, path)


def csrf(agent: Agent) -> str:
    page = agent.get(JOIN)
    return form_token(page.text) if page.status_code == 200 else ""


WATCH = {"nobody": 303, "agent": 200, "unable": 403, "suspended": 303, "foreign": 200}
RETRIEVING = {"nobody": 401, "plain": 403, "other owner": 403}
"""Beside the token of an owner an API key is asked for, and this one is wrong."""

RETRIEVAL = {"partnerId": 1000, "apiKey": "wrong", "startDate": "2026-01-01", "endDate": "2026-01-02"}
ROUTES: dict[tuple[str, str], Asked] = {
    ("GET", "/"): everybody(302),
    ("GET", "/healthz"): everybody(200),
    ("GET", "/metrics"): everybody(200),
    ("GET", "/login"): Asked({"nobody": 200, "agent": 303, "unable": 303, "suspended": 200, "foreign": 303}),
    ("POST", "/login"): everybody(403, body=lambda agent, key: {"data": {"username": "x", "password": "y"}}),
    ("POST", "/logout"): everybody(403, body=lambda agent, key: {"data": {"csrf": "x"}}),
    ("GET", AUTHORIZATION): everybody(200),
    ("POST", AUTHORIZATION): everybody(400),
    ("GET", f"{AUTHORIZATION}/rest/help"): everybody(200),
    ("OPTIONS", f"{AUTHORIZATION}/rest/authorize"): everybody(
        403, body=lambda agent, key: {"params": {"groupid": "1000"}, **FROM_ELSEWHERE}
    ),
    ("POST", f"{AUTHORIZATION}/rest/authorize"): everybody(400, body=lambda agent, key: {"json": {"service": "presence"}}),
    **{("GET", path): everybody(200) for path in ASMX},
    **{("POST", path): everybody(400) for path in ASMX},
    **{("POST", f"{path}/{{operation}}"): everybody(404, f"{path}/Fly", lambda agent, key: {"json": {}}) for path in ASMX},
    **{
        ("POST", f"/papi/{name}.asp"): everybody(400, body=lambda agent, key: {"data": {"PartnerID": "1000"}})
        for name in ("newuser", "updateuser", "deleteuser", "showusers", "showroles")
    },
    ("POST", "/api/auth/service"): everybody(400, body=lambda agent, key: {"json": {}}),
    **{("POST", f"/api/crr/sessions/{kind}"): Asked(RETRIEVING, lambda agent, key: {"json": RETRIEVAL}) for kind in ("completed", "ended")},
    ("GET", "/api/v0/openapi.json"): everybody(200),
    ("GET", f"{API}/roles"): rest("/roles"),
    ("POST", f"{API}/roles"): rest("/roles", []),
    ("PUT", f"{API}/roles"): rest("/roles", []),
    ("GET", f"{API}/roles/{{roleId}}"): rest("/roles/1"),
    ("POST", f"{API}/delete-roles"): rest("/delete-roles", []),
    ("GET", f"{API}/users"): rest("/users"),
    ("POST", f"{API}/users"): rest("/users", []),
    ("PUT", f"{API}/users"): rest("/users", []),
    ("GET", f"{API}/users/{{userId}}"): rest("/users/1"),
    ("POST", f"{API}/delete-users"): rest("/delete-users", []),
    ("GET", f"{SITE}/settings"): rest("/sites/staging/settings"),
    ("PATCH", f"{SITE}/settings"): rest("/sites/staging/settings", {}),
    ("GET", f"{SITE}/settings/versions"): rest("/sites/staging/settings/versions"),
    ("POST", f"{SITE}/settings/publish"): rest("/sites/staging/settings/publish", {}),
    ("POST", f"{SITE}/settings/back-out"): rest("/sites/staging/settings/back-out", {"version": 999}, 409),
    ("GET", f"{SITE}/masks"): rest("/sites/staging/masks"),
    ("POST", f"{SITE}/masks"): rest("/sites/staging/masks", []),
    ("POST", f"{SITE}/delete-masks"): rest("/sites/staging/delete-masks", []),
    ("GET", f"{SITE}/mask-profile"): rest("/sites/staging/mask-profile"),
    ("PUT", f"{SITE}/mask-profile"): rest("/sites/staging/mask-profile", {"profile": "open"}),
    ("GET", f"{SITE}/masks/versions"): rest("/sites/staging/masks/versions"),
    ("POST", f"{SITE}/masks/publish"): rest("/sites/staging/masks/publish", {}),
    ("POST", f"{SITE}/masks/back-out"): rest("/sites/staging/masks/back-out", {"version": 999}, 409),
    ("GET", f"{SITE}/masked-pages"): rest("/sites/staging/masked-pages"),
    ("POST", f"{SITE}/masked-pages"): rest("/sites/staging/masked-pages", []),
    ("PUT", f"{SITE}/masked-pages"): rest("/sites/staging/masked-pages", []),
    ("POST", f"{SITE}/delete-masked-pages"): rest("/sites/staging/delete-masked-pages", []),
    ("GET", f"{SITE}/webhooks"): rest("/sites/staging/webhooks"),
    ("POST", f"{SITE}/webhooks"): rest("/sites/staging/webhooks", {"url": "http://10.0.0.1/"}, 422),
    ("POST", f"{SITE}/delete-webhooks"): rest("/sites/staging/delete-webhooks", []),
    ("PATCH", f"{SITE}/webhooks/{{webhookId}}"): rest("/sites/staging/webhooks/1", {}, 404),
    ("POST", f"{SITE}/webhooks/{{webhookId}}/rotate"): rest("/sites/staging/webhooks/1/rotate", {}, 404),
    ("GET", f"{SITE}/webhooks/{{webhookId}}/deliveries"): rest("/sites/staging/webhooks/1/deliveries", None, 404),
    ("POST", f"{SITE}/webhooks/{{webhookId}}/replay"): rest("/sites/staging/webhooks/1/replay", {"deliveries": []}, 404),
    ("GET", f"{API}/sessions"): rest("/sessions"),
    ("GET", f"{API}/sessions/{{sessionId}}"): rest("/sessions/1000.1.1", None, 404),
    ("GET", f"{API}/audit"): rest("/audit"),
    ("GET", f"{API}/audit.csv"): rest("/audit.csv"),
    ("GET", JOIN): Asked(WATCH),
    ("POST", JOIN): Asked(
        {"nobody": 303, "agent": 303, "unable": 403, "suspended": 303, "foreign": 404},
        lambda agent, key: {"data": {"code": key, "csrf": csrf(agent)}},
    ),
    ("GET", VIEW): Asked({**WATCH, "foreign": 404}, lambda agent, key: {"params": {"SessionKey": key}}),
    ("POST", VIEW): Asked(
        {"nobody": 303, "agent": 303, "unable": 403, "suspended": 303, "foreign": 303}, lambda agent, key: {"data": {"SessionKey": key}}
    ),
    ("POST", TICKET): Asked(
        {"nobody": 401, "agent": 200, "unable": 403, "suspended": 401, "foreign": 404}, lambda agent, key: {"json": {"sessionkey": key}}
    ),
    ("GET", "/viewer/stage"): everybody(200),
    ("GET", "/cobrowse/cobrowsejs.ashx"): everybody(200, body=lambda agent, key: {"params": {"group": "1000"}}),
    ("GET", "/cobrowse/js/GlanceCobrowseLoader_{version}M.js"): everybody(200, "/cobrowse/js/GlanceCobrowseLoader_1.2.3M.js"),
    ("GET", "/agent/js/GlanceAgent_{version}M.js"): everybody(200, "/agent/js/GlanceAgent_6.55.0M.js"),
    ("GET", "/cobrowse/visitor.json"): everybody(200, "/cobrowse/visitor.json?group=1000"),
    ("GET", "/cobrowse/js/CobrowseVisitor_{version}M.js"): everybody(404, "/cobrowse/js/CobrowseVisitor_1.2.3M.js"),
    ("GET", "/cobrowse/js/CobrowseVisitor_{version}M-{module}.js"): everybody(404, "/cobrowse/js/CobrowseVisitor_1.2.3M-x.js"),
    ("OPTIONS", ASSET): everybody(403, "/cobrowse/assets/x/y"),
    ("PUT", ASSET): everybody(403, "/cobrowse/assets/x/y"),
    ("POST", ASSET): everybody(403, "/cobrowse/assets/x/y"),
    ("DELETE", ASSET): everybody(403, "/cobrowse/assets/x/y"),
    ("GET", ASSET): everybody(404, "/cobrowse/assets/x/y"),
}
SOCKETS = {"/agentjoin/viewer", "/cobrowse/visitor"}
MOUNTS = {"/static"}


@pytest.fixture(scope="module")
def agents(relay: RelayProcess) -> Iterator[dict[str, Agent]]:
    """The callers, by kind; all but nobody have logged in."""
    relay.cli("group", "add", "--id", "5000", "--name", "Other")
    relay.cli("role", "add", "--group", "1000", "--name", "reader", "--forbid", "joinCobrowseSessions")
    for name, role, group in (("able", "agent", 1000), ("unable", "reader", 1000), ("gone", "agent", 1000), ("foreign", "agent", 5000)):
        relay.add_agent(name, role=role, group=group)
    found = {kind: Agent(relay) for kind in COOKIES}
    for kind, name in (("agent", "able"), ("unable", "unable"), ("suspended", "gone"), ("foreign", "foreign")):
        assert found[kind].log_in(name).status_code == 303
    relay.cli("user", "change", "--username", "gone", "--suspended")
    yield found
    for agent in found.values():
        agent.close()


def listed(tmp_path: Path) -> list[object]:
    return list(Relay(Settings(data=tmp_path), "http://127.0.0.1:1").routes())


def test_every_route_says_what_it_needs_and_is_walked(tmp_path: Path) -> None:
    routes = listed(tmp_path)
    assert all(isinstance(getattr(route, NEED, None), Need) for route in routes)
    http = {(method, route.path) for route in routes if isinstance(route, Route) for method in (route.methods or set()) - {"HEAD"}}
    assert http == set(ROUTES)
    assert {route.path for route in routes if isinstance(route, WebSocketRoute)} == SOCKETS
    assert {route.path for route in routes if isinstance(route, Mount)} == MOUNTS


@pytest.fixture(scope="module")
def bearers(relay: RelayProcess, agents: dict[str, Agent]) -> dict[str, str]:
    """The bearer tokens, by kind; a guest's is made with each session."""
    tokens, now = AuthTokens(SigningKeys(relay.data)), time.time_ns() // 1_000_000
    hour = 3_600_000

    def token(username: str, group: int, service: str = "webservices", since: int = now, role: str = "admin") -> str:
        relay.add_agent(username, role=role, group=group)
        user = relay.json("user", "show", "--username", username)["id"]
        owner = role == "admin"
        return tokens.issue(Claims(user, username, group, "production", service, EVERYTHING, owner, since // 1000 + 3600), since)

    found = {
        "key": relay.json("key", "show", "--group", "1000")["key"],
        "owner": token("owner", 1000),
        "plain": token("plain", 1000, role="agent"),
        "gone": token("away", 1000),
        "expired": token("late", 1000, since=now - 2 * hour),
        "presence": token("elsewhere", 1000, "presence"),
        "other owner": token("stranger", 5000),
        "other key": relay.json("key", "show", "--group", "5000")["key"],
    }
    relay.cli("user", "change", "--username", "away", "--suspended")
    return found


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_each_caller_gets_its_answer(
    relay: RelayProcess, agents: dict[str, Agent], bearers: dict[str, str], method: str, path: str
) -> None:
    asked = ROUTES[method, path]
    assert asked.answers.keys() <= set(CALLERS)
    number = list(ROUTES).index((method, path))
    with Visitor(relay) as visitor, ExitStack() as clients:
        started = visitor.start()
        key, tokens = started["key"], {**bearers, "guest": started["secret"]}
        callers = agents | {kind: clients.enter_context(Agent(relay, f"127.0.20.{number + 1}", tokens[kind])) for kind in BEARERS}
        for kind in CALLERS:
            status = asked.status(kind)
            answer: httpx.Response = callers[kind].request(method, asked.path or path, **asked.body(callers[kind], key))
            assert answer.status_code == status, f"{kind}: {answer.text[:300]}"
            led_to_login = answer.headers.get("location", "").startswith("/login")
            assert led_to_login == (status == 303 and kind in ("nobody", "suspended", *BEARERS)), kind
        # Sessions that wait are counted by address.
        visitor.say(type="stop", reason="visitor")
        visitor.closed()


def test_a_ticket_is_asked_again_for_the_right_to_watch(relay: RelayProcess, agents: dict[str, Agent]) -> None:
    relay.add_agent("turned.example")
    with Agent(relay) as agent, Visitor(relay) as visitor:
        agent.log_in("turned.example")
        ticket = agent.ticket(visitor.start()["key"]).json()["ticket"]
        relay.cli("user", "change", "--username", "turned.example", "--role", "reader")
        with Viewer(relay, ticket) as viewer:
            assert viewer.closed() == Close.DENIED


def test_a_permission_taken_from_the_group_reaches_all_and_comes_back(relay: RelayProcess) -> None:
    relay.cli("group", "add", "--id", "5100", "--name", "Limited")
    relay.add_agent("limited.example", group=5100)
    with Agent(relay) as agent:
        agent.log_in("limited.example")
        assert agent.get(JOIN).status_code == 200
        relay.cli("group", "change", "--group", "5100", "--forbid", "joinCobrowseSessions")
        assert agent.get(JOIN).status_code == 403
        relay.cli("group", "change", "--group", "5100", "--allow", "joinCobrowseSessions")
        assert agent.get(JOIN).status_code == 200


@pytest.mark.parametrize("need", Need)
def test_the_table_of_decisions(need: Need) -> None:
    """Every need with every kind of caller, for the own group, another and none."""
    able = Caller(1, 7, EVERYTHING, owner=True)
    agent = Caller(1, 7, frozenset({Permission.JOIN_COBROWSE_SESSIONS}), owner=False)
    unable = Caller(1, 7, EVERYTHING - {Permission.JOIN_COBROWSE_SESSIONS}, owner=False)
    gone = Caller(1, 7, EVERYTHING, owner=True, suspended=True)
    callers: list[Caller | Nobody] = [Nobody(), gone, able, agent, unable]
    got = [[decide(caller, need, group) for caller in callers] for group in (7, 8, None)]
    yes, who, no, hidden = Answer.ALLOWED, Answer.UNKNOWN, Answer.FORBIDDEN, Answer.HIDDEN
    if need in (Need.PUBLIC, Need.CREDENTIALS, Need.SESSION, Need.TICKET):
        assert got == [[yes] * 5] * 3
        return
    own = {
        Need.SIGNED_ON: [who, who, yes, yes, yes],
        Need.WATCH: [who, who, yes, yes, no],
        Need.RUN_GROUP: [who, who, yes, no, no],
    }[need]
    assert got == [own, [who, who, hidden, hidden, hidden], own]
