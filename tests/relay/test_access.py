"""Who may do what: every route and every socket, with every kind of caller."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx
import pytest
from starlette.routing import Mount, Route, WebSocketRoute

from relay.app import Relay
from relay.identity.access import Answer, Caller, Need, Nobody, decide
from relay.identity.permissions import EVERYTHING, Permission
from relay.protocol.names import Close
from relay.settings import Settings
from relay.web.gate import NEED
from tests.relay.peers import Agent, Viewer, Visitor, form_token
from tests.relay_process import RelayProcess

JOIN, VIEW, TICKET = "/agentjoin/agentjoin.aspx", "/agentjoin/agentview.aspx", "/agentjoin/ticket"
AUTHORIZATION = "/services/authorizationservice.svc"
API = "/api/v0/groups/{group}"
"""No cookie counts here; callers with keys are walked in `test_role_service`."""

FROM_ELSEWHERE = {"headers": {"Origin": "https://elsewhere.example"}}
ASSET = "/cobrowse/assets/{scope}/{asset}"
CALLERS = ("nobody", "agent", "unable", "suspended", "foreign")
"""Nobody; an agent; one whose role may not join; one suspended after the login; an agent of another group."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is done to a route, and the status that each caller must get."""

    answers: dict[str, int]
    body: Callable[[Agent, str], dict[str, object]] = lambda agent, key: {}
    path: str = ""


def everybody(status: int, path: str = "", body: Callable[[Agent, str], dict[str, object]] = lambda agent, key: {}) -> Asked:
    return Asked(dict.fromkeys(CALLERS, status), body, path)


def csrf(agent: Agent) -> str:
    page = agent.get(JOIN)
    return form_token(page.text) if page.status_code == 200 else ""


WATCH = {"nobody": 303, "agent": 200, "unable": 403, "suspended": 303, "foreign": 200}
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
    ("GET", f"{API}/roles"): everybody(401, "/api/v0/groups/1000/roles"),
    ("POST", f"{API}/roles"): everybody(401, "/api/v0/groups/1000/roles"),
    ("PUT", f"{API}/roles"): everybody(401, "/api/v0/groups/1000/roles"),
    ("GET", f"{API}/roles/{{role}}"): everybody(401, "/api/v0/groups/1000/roles/1"),
    ("POST", f"{API}/delete-roles"): everybody(401, "/api/v0/groups/1000/delete-roles"),
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
    ("GET", "/cobrowse/js/CobrowseVisitor_{version}M.js"): everybody(404, "/cobrowse/js/CobrowseVisitor_1.2.3M.js"),
    ("GET", "/cobrowse/js/CobrowseVisitor_{version}M-{module}.js"): everybody(404, "/cobrowse/js/CobrowseVisitor_1.2.3M-x.js"),
    ("OPTIONS", ASSET): everybody(403, "/cobrowse/assets/x/y"),
    ("PUT", ASSET): everybody(403, "/cobrowse/assets/x/y"),
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
    found = {kind: Agent(relay) for kind in CALLERS}
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


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_each_caller_gets_its_answer(relay: RelayProcess, agents: dict[str, Agent], method: str, path: str) -> None:
    asked = ROUTES[method, path]
    with Visitor(relay) as visitor:
        key = visitor.start()["key"]
        for kind, status in asked.answers.items():
            answer: httpx.Response = agents[kind].request(method, asked.path or path, **asked.body(agents[kind], key))
            assert answer.status_code == status, f"{kind}: {answer.text[:300]}"
            led_to_login = answer.headers.get("location", "").startswith("/login")
            assert led_to_login == (status == 303 and kind in ("nobody", "suspended")), kind


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
