"""Identity parameters of the agent's pages: kept on the way to the session, shown to the visitor, written down."""

from __future__ import annotations

import asyncio
import html
import json
import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.identity.agent_details import LIMITS, AgentDetails, read_details
from relay.identity.profiles import FieldRefused
from relay.store.activity_search import ActivityRecord, ActivitySearch, When
from relay.store.database import Database
from tests.relay.peers import Agent, Viewer, Visitor, form_token
from tests.relay_process import AGENT, GROUP, RelayProcess

JOIN, VIEW = "/agentjoin/AgentJoin.aspx", "/agentjoin/AgentView.aspx"
DETAILS = {"name": 'Ada "B" <b>', "email": "ada@desk.example", "phone": "(111)222-3333", "origin": "desk 4 é", "xid": "case&7"}


def shown(page: str) -> dict[str, str]:
    """What the console is given to hand in with its ticket."""
    found = re.search(r'data-agent-details="([^"]*)"', page)
    assert found is not None
    details: dict[str, str] = json.loads(html.unescape(found[1]))
    return details


def last_session(relay: RelayProcess) -> ActivityRecord:
    async def read() -> ActivityRecord:
        database = Database.open(relay.data, relay.database)
        try:
            running = await ActivitySearch(database).running(GROUP)
            ended = (await ActivitySearch(database).page(GROUP, When.ENDED, 0, 2**60)).sessions
            return max([*running, *ended], key=lambda one: one.id)
        finally:
            await database.close()

    return asyncio.run(read())


def test_the_address_of_the_view_gives_them(relay: RelayProcess, agent: Agent) -> None:
    with Visitor(relay) as visitor:
        key = visitor.start()["key"]
        page = agent.get(VIEW, params={"sessionkey": key, **{name.upper(): value for name, value in DETAILS.items()}})
        assert page.status_code == 200 and shown(page.text) == DETAILS
        assert shown(agent.get(VIEW, params={"SessionKey": key}).text) == {}


def test_the_form_for_the_code_takes_them_along(relay: RelayProcess, agent: Agent) -> None:
    with Visitor(relay) as visitor:
        key = visitor.start()["key"]
        page = agent.get(JOIN, params=DETAILS).text
        hidden = {name: html.unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)}
        assert {name: hidden[name] for name in DETAILS} == DETAILS
        wrong = agent.post(JOIN, data={**DETAILS, "code": "none", "csrf": form_token(page)})
        assert wrong.status_code == 404 and html.escape(DETAILS["xid"]) in wrong.text
        right = agent.post(JOIN, data={**DETAILS, "code": key, "csrf": form_token(page)})
        where = urlsplit(right.headers["location"])
        assert (where.path, dict(parse_qsl(where.query))) == (VIEW, {"SessionKey": key, **DETAILS})
        posted = agent.post(VIEW, data={"SessionKey": key, **DETAILS})
        assert dict(parse_qsl(urlsplit(posted.headers["location"]).query)) == {"SessionKey": key, **DETAILS}


def test_they_are_shown_to_the_visitor_and_written_down(relay: RelayProcess, agent: Agent) -> None:
    with Visitor(relay) as visitor:
        key = visitor.start(name="V" * 80, email="v@shop.example", phone="4" * 40)["key"]
        for details in (DETAILS, {"origin": "other", "xid": "second"}):
            with Viewer(relay, agent.ticket(key, **details).json()["ticket"]) as viewer:
                joined = viewer.hear("joined")
                assert [one["name"] for one in joined["agents"]] == [details.get("name", AGENT)]
                told = visitor.hear("agents")
                assert [one["name"] for one in told["agentlist"]] == [details.get("name", AGENT)]
            assert visitor.hear("agents")["count"] == 0
        visitor.say(type="stop", reason="visitor")
        visitor.closed()
    record = last_session(relay)
    assert (record.key, record.origin, record.xid) == (key, DETAILS["origin"], DETAILS["xid"])
    guest, first = record.participants
    # The documented lengths; who comes back is the same agent as before.
    assert (guest.name, guest.email, guest.phone) == ("V" * 63, "v@shop.example", "4" * 31)
    assert first.username == AGENT and first.full_name == AGENT
    assert {name: getattr(first, name) for name in DETAILS} == DETAILS


@pytest.mark.parametrize("name", LIMITS)
def test_what_is_too_long_is_refused_by_name_and_rule(relay: RelayProcess, agent: Agent, name: str) -> None:
    rule = f"the parameter {name} has at most {LIMITS[name]} printable"
    with Visitor(relay) as visitor:
        key = visitor.start()["key"]
        assert agent.get(VIEW, params={"SessionKey": key, name: "x" * LIMITS[name]}).status_code == 200
        long = "x" * (LIMITS[name] + 1)
        for answer in (
            agent.get(VIEW, params={"SessionKey": key, name: long}),
            agent.get(JOIN, params={name: long}),
            agent.post(VIEW, data={"SessionKey": key, name: long}),
        ):
            assert answer.status_code == 400 and rule in answer.text and long not in answer.text
        assert agent.ticket(key, **{name: long}).status_code == 400


@given(st.fixed_dictionaries({name: st.text(max_size=300) for name in LIMITS}))
def test_what_is_read_is_as_documented(values: dict[str, str]) -> None:
    try:
        details = read_details(values)
    except FieldRefused as refused:
        value = values[refused.field].strip()
        assert len(value) > LIMITS[refused.field] or not value.isprintable() or any(ord(one) > 255 for one in value)
        return
    for name, limit in LIMITS.items():
        value = getattr(details, name)
        assert value == values[name].strip() and len(value) <= limit
        assert name == "name" or value.encode("latin-1").decode("latin-1") == value
    assert AgentDetails(**details.given()) == details
