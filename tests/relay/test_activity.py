"""The activity service as reports call it: SOAP by a client that none of us wrote, JSON and forms, over a written history."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import httpx2 as httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from sqlalchemy import update

from relay.activity import MOST_OF_USER, Activity, Span
from relay.eastern import read_date
from relay.errors import CallRefused
from relay.identity.profiles import Profile
from relay.store import schema
from relay.store.activity_search import ActivitySearch
from relay.store.api_keys import ApiKeys
from relay.store.database import Database
from relay.store.groups import Group, Groups
from relay.store.users import Users
from relay.web.activity import PATH
from relay.web.body import FORM_TYPE
from relay.web.soap import NAMESPACE
from tests.relay import records
from tests.relay.asmx import FORMS, Caller, Form, Json
from tests.relay.peers import Agent, Viewer, Visitor, document
from tests.relay_process import AGENT, GROUP, RelayProcess

OTHER = 2000
GONE = "ben.example"
FIRST = 61874627
"""Number of the first session; those of sessions that run meanwhile are far below."""

DAY = {"startRange": "2026-03-31", "endRange": "2026-04-01"}
"""On the East Coast: from 4 in the morning UTC."""

# State, agent, start, seconds until then and from then on, key, kilobytes.
HISTORY: list[tuple[str, str, str, int, int, str, int]] = [
    ("C", AGENT, "2026-03-31T12:43:12Z", 3, 4, "example", 33),
    ("X", GONE, "2026-03-31T13:00:00Z", 10, 50, "example", 1),
    ("Q", "", "2026-03-31T14:00:00Z", 0, 30, "left", 0),
    ("T", "", "2026-03-31T15:00:00Z", 0, 120, "late", 0),
    ("C", "nobody knows", "2026-03-31T16:00:00Z", 1, 9, "old", 2),
    ("C", AGENT, "2026-04-01T03:59:59Z", 5, 3600, "over night", 700),
    ("C", AGENT, "2026-04-01T04:00:00Z", 5, 10, "the day after", 5),
    ("C", "of another group", "2026-03-31T12:00:00Z", 5, 10, "example", 5),
]
DONE = [FIRST, FIRST + 1, FIRST + 4, FIRST + 5]
"""Sessions completed that day, by start."""


@pytest.fixture(scope="module")
def keys(relay: RelayProcess) -> dict[int, str]:
    """API keys of two groups; the history is there."""
    return asyncio.run(_write(relay))


async def _write(relay: RelayProcess) -> dict[int, str]:
    database = Database.open(relay.data, relay.database or "")
    users, keys = Users(database), ApiKeys(database)
    await Groups(database).add(Group(OTHER, "Other"), 0)
    ada = await users.by_username(AGENT)
    assert ada is not None
    await users.change(ada.id, {"puid": "JDemo", "first_name": "Ada", "last_name": "Adams"}, 0)
    there = {AGENT: ada.id, GONE: await users.add(GROUP, Profile(username=GONE, puid="b/7 ä"), "", 0)}
    await records.store(database, _rows(there), FIRST)
    table = schema.participants
    async with database.write() as connection:
        for name, puid in ((AGENT, "JDemo"), (GONE, "b/7 ä")):
            await connection.execute(update(table).where(table.c.user_id == there[name]).values(username=name, puid=puid))
    await users.remove(there[GONE], 0)
    found = {group: await keys.reset(group, 0) for group in (GROUP, OTHER)}
    await database.close()
    return found


def _rows(users: dict[str, int]) -> list[dict[str, Any]]:
    rng, rows = random.Random(1), []
    for number, (state, agent, start, before, after, key, kilobytes) in enumerate(HISTORY):
        started = read_date(start)
        row = records.session(rng, number, OTHER if "group" in agent else GROUP, started - before * 1000, users=1, keys=1, state=state)
        row |= {"key": key, "started": started, "ended": started + after * 1000, "bytes": kilobytes * 1024, "user": users.get(agent)}
        rows.append(row | {"active": started if row["user"] else None})
    return rows


@pytest.fixture
def partner(keys: dict[int, str]) -> dict[str, Any]:
    """What each call brings."""
    return {"partnerId": GROUP, "apiKey": keys[GROUP]}


@pytest.fixture
def listing(partner: dict[str, Any]) -> dict[str, Any]:
    return {**partner, **DAY, "sessionKey": "", "nResults": 100, "nextId": 0}


@pytest.fixture(params=FORMS, ids=lambda form: form.form)
def caller(request: pytest.FixtureRequest, relay: RelayProcess) -> Iterator[Caller]:
    with request.param(relay.url, PATH) as caller:
        yield caller


@pytest.fixture
def client(relay: RelayProcess) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=relay.url, trust_env=False) as client:
        yield client


def numbers(answer: dict[str, Any]) -> list[int]:
    return [int(session["id"]) for user in answer.get("users", []) for session in user["sessions"]]


def test_sessions_are_counted_by_type_and_status(caller: Caller, partner: dict[str, Any]) -> None:
    def rows(answer: list[dict[str, str]]) -> list[tuple[str, str, int, int]]:
        return [(one["type"], one["status"], int(one["count"]), int(one["averageDuration"])) for one in answer]

    started = rows(caller.call("PartnerSessionCounts", **partner, **DAY, type="", status="C"))
    assert started == [("C", "C", 3, (7 + 10 + 3605) // 3), ("C", "Q", 1, 30), ("C", "T", 1, 120), ("C", "X", 1, 60)]
    assert rows(caller.call("PartnerSessionCounts", **partner, **DAY, type="C", status="C")) == started
    assert caller.call("PartnerSessionCounts", **partner, **DAY, type="V", status="C") == []
    assert caller.call("PartnerSessionCounts", **partner, **DAY, type="", status="A") == []
    # The session over night ended the next day.
    ended = rows(caller.call("PartnerSessionCountsEnding", **partner, **DAY, type=""))
    assert ended == [("C", "C", 2, 8), *started[1:]]
    utc = {"startRange": "2026-03-31T00:00:00Z", "endRange": "2026-04-01T00:00:00Z"}
    assert rows(caller.call("PartnerSessionCounts", **partner, **utc, type="C", status="C"))[0] == ("C", "C", 2, 8)


def test_completed_sessions_are_listed_by_user(caller: Caller, listing: dict[str, Any]) -> None:
    answer = caller.call("PartnerCompletedSessions", **listing)
    assert answer["nextId"] == "0"
    users = [{name: value for name, value in user.items() if name != "sessions"} for user in answer["users"]]
    assert users == [
        {"userName": AGENT, "partnerUserId": "JDemo", "validUser": "true"},
        {"userName": GONE, "partnerUserId": "b/7 ä", "validUser": "false", "invalidReason": "the user is not there any more"},
        {"validUser": "false", "invalidReason": "who joined is not known"},
    ]
    assert [[int(session["id"]) for session in user["sessions"]] for user in answer["users"]] == [[DONE[0], DONE[3]], [DONE[1]], [DONE[2]]]
    assert answer["users"][0]["sessions"][0] == {
        "id": str(FIRST),
        "type": "C",
        "status": "C",
        "startTime": "2026-03-31T12:43:12Z",
        "key": "example",
        "width": "0",
        "height": "0",
        "duration": "7",
        "kbytes": "33",
        "isReverse": "false",
        "guests": [
            {
                **{"type": "visitor", "status": "C", "startTime": "2026-03-31T12:43:09Z", "duration": "7"},
                **{"kbytes": "33", "ip": "192.0.2.1"},
            },
            {
                **{"type": "agent", "status": "C", "startTime": "2026-03-31T12:43:12Z", "duration": "4"},
                **{"kbytes": "33", "ip": "192.0.2.1"},
            },
        ],
    }


def test_sessions_that_ended_in_a_range(caller: Caller, listing: dict[str, Any]) -> None:
    assert numbers(caller.call("PartnerCompletedSessionsEnding", **listing)) == DONE[:3]
    later = {**listing, "startRange": "2026-04-01", "endRange": "2026-04-02"}
    assert numbers(caller.call("PartnerCompletedSessionsEnding", **later)) == [FIRST + 6, FIRST + 5]
    assert numbers(caller.call("PartnerCompletedSessions", **later)) == [FIRST + 6]


def test_pages_go_on_where_the_one_before_ended(caller: Caller, listing: dict[str, Any]) -> None:
    for operation in ("PartnerCompletedSessions", "PartnerCompletedSessionsEnding"):
        whole, found, following = numbers(caller.call(operation, **listing)), list[int](), 0
        while True:
            page = caller.call(operation, **{**listing, "nResults": 1, "nextId": following})
            assert len(numbers(page)) == 1
            found, following = found + numbers(page), int(page["nextId"])
            if not following:
                break
        assert sorted(found) == sorted(whole)


def test_sessions_of_one_key(caller: Caller, listing: dict[str, Any]) -> None:
    assert numbers(caller.call("PartnerCompletedSessions", **{**listing, "sessionKey": "example"})) == [FIRST, FIRST + 1]
    assert caller.call("PartnerCompletedSessions", **{**listing, "sessionKey": "xample"}) == {"nextId": "0"}


def test_sessions_of_one_user(caller: Caller, partner: dict[str, Any]) -> None:
    asked = {**partner, **DAY, "partnerUserId": "JDemo", "status": "C", "sessionKey": ""}
    answer = caller.call("PartnerUserSessions", **asked)
    assert answer["validUser"] == "true" and sorted(answer) == ["sessions", "validUser"]
    assert [int(session["id"]) for session in answer["sessions"]] == [FIRST, FIRST + 5]
    over_night = caller.call("PartnerUserSessions", **{**asked, "sessionKey": "over night"})
    assert [session["duration"] for session in over_night["sessions"]] == ["3605"]
    assert caller.call("PartnerUserSessions", **{**asked, "partnerUserId": "b/7 ä"}) == {
        "validUser": "false",
        "invalidReason": "there is no user of this group with this partnerUserId",
    }


def test_what_runs_is_told_while_it_runs(relay: RelayProcess, caller: Caller, partner: dict[str, Any]) -> None:
    key = f"live-{caller.form.replace(' ', '')}"

    def mine() -> dict[str, Any]:
        return next((one for one in caller.call("PartnerActiveSessions", **partner) if one["key"] == key), {})

    since = {"startRange": "2026-01-01T00:00:00Z", "endRange": "2026-01-31T00:00:00Z"}
    with Visitor(relay) as visitor, Agent(relay) as agent:
        visitor.start(key=key)
        visitor.send(document("one"))
        waiting = until(lambda: mine() if mine().get("status") == "W" else None)
        assert (waiting["guestCount"], waiting["isReverse"], waiting["type"]) == ("1", "false", "C") and "userName" not in waiting
        agent.log_in()
        with Viewer(relay, agent.ticket(key).json()["ticket"]) as viewer:
            viewer.hear("joined")
            active = until(lambda: mine() if mine().get("status") == "A" else None)
            assert (active["userName"], active["fullName"], active["partnerUserId"], active["guestCount"]) == (
                AGENT,
                "Ada Adams",
                "JDemo",
                "2",
            )
            now = time.time()
            around = {
                name: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now + hours * 3600))
                for name, hours in (("startRange", -12), ("endRange", 12))
            }
            asked = {**partner, **around, "partnerUserId": "JDemo", "status": "A", "sessionKey": key}
            (session,) = caller.call("PartnerUserSessions", **asked)["sessions"]
            assert (session["id"], session["duration"], len(session["guests"])) == (active["id"], "0", 2)
            assert caller.call("PartnerUserSessions", **{**asked, **since})["validUser"] == "true"
            counts = caller.call("PartnerSessionCounts", **partner, **around, type="C", status="A")
            assert "A" in [one["status"] for one in counts]
        visitor.say(type="stop", reason="visitor")
        visitor.closed()
    assert until(lambda: not mine())


def until(found: Callable[[], Any]) -> Any:
    """What is written behind the live path is there soon."""
    deadline = time.monotonic() + 20
    while not (value := found()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)
    return value


LISTING, COUNTS, OF_USER = "PartnerCompletedSessions", "PartnerSessionCounts", "PartnerUserSessions"
WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    (LISTING, {"startRange": "31.3.2026"}, "value", "startRange '31.3.2026' is none of the forms"),
    (LISTING, {"endRange": "2026-02-30"}, "value", "endRange '2026-02-30' is no date that there is"),
    (LISTING, {"endRange": "2026-03-30"}, "range", "endRange is before startRange"),
    (LISTING, {"endRange": "2026-05-01T00:00:01"}, "range", "there are more than 31 days"),
    (LISTING, {"nResults": 0}, "value", "nResults '0' has to be a whole number from 1 to 1000"),
    (LISTING, {"nResults": 1001}, "value", "nResults '1001' has to be a whole number from 1 to 1000"),
    (LISTING, {"nextId": -1}, "value", "nextId '-1' has to be a whole number from 0 to"),
    (LISTING, {"nextId": 7}, "value", "nextId 7 is not one that a call before has returned"),
    (LISTING, {"nextId": FIRST + 7}, "value", "is not one that a call before has returned"),
    (LISTING, {"sessionKey": "k" * 64}, "value", "sessionKey has more than 63 characters"),
    (COUNTS, {"type": "c"}, "value", "type 'c' has to be 'C', 'G', 'V' or empty"),
    (COUNTS, {"status": "X"}, "value", "status 'X' has to be 'A' or 'C'"),
    (COUNTS, {"status": ""}, "value", "status '' has to be 'A' or 'C'"),
    (OF_USER, {"partnerUserId": ""}, "value", "partnerUserId '' has to have 1 to 255 characters"),
    (OF_USER, {"partnerUserId": "x" * 256}, "value", "has to have 1 to 255 characters"),
]


def whole(operation: str, listing: dict[str, Any]) -> dict[str, Any]:
    """All parameters of an operation."""
    more = {COUNTS: {"type": "", "status": "C"}, OF_USER: {"status": "C", "partnerUserId": "JDemo"}}.get(operation, {})
    wanted = {COUNTS: ("sessionKey", "nResults", "nextId"), OF_USER: ("nResults", "nextId")}.get(operation, ())
    return {name: value for name, value in (listing | more).items() if name not in wanted}


@pytest.mark.parametrize(("operation", "fields", "code", "message"), WRONG)
def test_what_is_wrong_is_named(
    caller: Caller, listing: dict[str, Any], operation: str, fields: dict[str, Any], code: str, message: str
) -> None:
    found = caller.refused(operation, **{**whole(operation, listing), **fields})
    assert found[0] == code and message in found[1]


@pytest.mark.parametrize("form", [Json, Form])
def test_each_parameter_has_to_be_given(relay: RelayProcess, listing: dict[str, Any], form: type[Json | Form]) -> None:
    with form(relay.url, PATH) as caller:
        for operation in (LISTING, COUNTS, OF_USER):
            given = whole(operation, listing)
            for name in given:
                code, message = caller.refused(operation, **{one: value for one, value in given.items() if one != name})
                assert code == "missing" and message.startswith(f"{name} has to be given")


def test_only_a_key_of_the_group_opens_its_records(caller: Caller, keys: dict[int, str]) -> None:
    for group, key in ((GROUP, "wrong"), (GROUP, keys[OTHER]), (OTHER, keys[GROUP]), (77, keys[GROUP])):
        assert caller.refused("PartnerActiveSessions", partnerId=group, apiKey=key) == (
            "credentials",
            "partnerId and apiKey do not belong together",
        )
    assert caller.refused("PartnerActiveSessions", partnerId=GROUP, apiKey="")[0] == "value"
    assert caller.refused("PartnerActiveSessions", partnerId=2**31, apiKey="x")[0] == "value"
    theirs = caller.call("PartnerCompletedSessions", partnerId=OTHER, apiKey=keys[OTHER], **DAY, sessionKey="", nResults=5, nextId=0)
    assert numbers(theirs) == [FIRST + 7]


def test_wrong_keys_are_limited_and_written_down(relay: RelayProcess, client: httpx.Client, keys: dict[int, str]) -> None:
    tries = [client.post(f"{PATH}/PartnerActiveSessions", json={"partnerId": 4321, "apiKey": f"guess {n}"}) for n in range(12)]
    assert [answer.status_code for answer in tries] == [401] * 10 + [429] * 2
    assert tries[-1].json()["Code"] == "busy" and tries[-1].headers["retry-after"] == "60"
    client.post(f"{PATH}/PartnerActiveSessions", data={"partnerId": GROUP, "apiKey": "wrong"})
    entry = relay.json("audit", "list", "--group", str(GROUP), "--action", "login")[-1]
    assert (entry["result"], entry["detail"]["method"]) == ("failed", "apikey")
    assert keys[GROUP].encode() not in relay.log.read_bytes()


def test_the_documented_call(client: httpx.Client, keys: dict[int, str]) -> None:
    """The sample of the documentation to the letter, but for host, group and key; what it shows of names, types and nulls."""
    sample = '{"partnerId":12345,"apiKey":"ABCDeF_G12TOFEkzzz","startRange":"2023-02-23T22:00:00Z","endRange":"2023-02-28T22:00:00Z","sessionKey":"","nResults":10,"nextId":0}'
    sample = sample.replace("12345", str(GROUP)).replace("ABCDeF_G12TOFEkzzz", keys[GROUP])
    headers = {"Content-Type": "application/json"}
    empty = client.post("/services/activityservice.asmx/PartnerCompletedSessions", content=sample, headers=headers)
    assert empty.json() == {"d": {"__type": "ActivityService+groupSessions", "nextId": 0, "users": []}}
    there = sample.replace("2023-02-23", "2026-03-31").replace("2023-02-28", "2026-04-02").replace("T22", "T00")
    answer = client.post("/services/activityservice.asmx/PartnerCompletedSessions", content=there, headers=headers).json()["d"]
    assert list(answer) == ["__type", "nextId", "users"]
    user = answer["users"][0]
    assert {name: value for name, value in user.items() if name != "sessions"} == {
        "__type": "ActivityService+userSessions",
        "userName": AGENT,
        "partnerUserId": "JDemo",
        "validUser": True,
        "invalidReason": None,
    }
    session = user["sessions"][0]
    assert {name: value for name, value in session.items() if name != "guests"} == {
        **{"__type": "ActivityService+session", "id": FIRST, "type": "C", "status": "C", "startTime": "2026-03-31T12:43:12Z"},
        **{"key": "example", "width": 0, "height": 0, "duration": 7, "kbytes": 33, "isReverse": False},
    }
    assert session["guests"][1] == {
        **{"type": "agent", "status": "C", "startTime": "2026-03-31T12:43:12Z", "duration": 4, "kbytes": 33, "ip": "192.0.2.1"},
        **{"location": {"city": None, "region": None, "countryCode": None}, "name": None, "email": None, "phone": None},
    }
    # Keys in the order of the sample, and those of lists too.
    assert list(user) == ["__type", "userName", "partnerUserId", "validUser", "invalidReason", "sessions"]
    assert list(session)[-1] == "guests" and list(session["guests"][0])[:3] == ["type", "status", "startTime"]


def test_counts_by_form_are_the_documented_document(client: httpx.Client, partner: dict[str, Any]) -> None:
    answer = client.post(f"{PATH}/PartnerSessionCounts", data={**partner, **DAY, "type": "C", "status": "C"})
    root = etree.fromstring(answer.content)
    assert root.tag == f"{{{NAMESPACE}}}ArrayOfSessionCount"
    assert [etree.QName(child).localname for child in root] == ["sessionCount"] * 4
    assert [etree.QName(child).localname for child in root[0]] == ["type", "status", "count", "averageDuration"]


def test_names_count_whatever_their_case_and_numbers_may_be_texts(client: httpx.Client, listing: dict[str, Any]) -> None:
    upper = {name.upper(): str(value) for name, value in listing.items()}
    answer = client.post(f"{PATH}/PartnerCompletedSessions", content=json.dumps(upper), headers={"Content-Type": "application/json"})
    assert len(answer.json()["d"]["users"]) == 3
    nothing = client.post(f"{PATH}/PartnerCompletedSessions", json={**listing, "sessionKey": None, "more": "ignored"})
    assert nothing.json() == answer.json()


VALUES = st.one_of(
    st.text(max_size=20),
    st.integers(),
    st.none(),
    st.sampled_from(["\x00", "\ud800", "2026-03-31", "2026-03-31T00:00:00-5:00", "A", "C", "", 0, 1, 2**31 - 1, 2**63, FIRST]),
)


@given(st.sampled_from([LISTING, f"{LISTING}Ending", COUNTS, OF_USER]), st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_values_are_there_is_an_answer(
    client: httpx.Client, listing: dict[str, Any], operation: str, data: st.DataObject
) -> None:
    asked = whole(operation.removesuffix("Ending"), listing)
    for name in data.draw(st.sets(st.sampled_from(sorted(asked.keys() - {"partnerId", "apiKey"})), min_size=1)):
        asked[name] = data.draw(VALUES)
    sent = json.dumps(asked)
    answer = client.post(f"{PATH}/{operation}", content=sent, headers={"Content-Type": "application/json"})
    assert answer.status_code in (200, 400), (sent, answer.text)
    assert answer.json()["d"] is not None if answer.status_code == 200 else answer.json()["Code"] in ("value", "range", "malformed")
    encoded = urlencode({name: "" if value is None else value for name, value in asked.items()}, errors="surrogatepass")
    form = client.post(f"{PATH}/{operation}", content=encoded, headers={"Content-Type": FORM_TYPE})
    assert form.status_code in (200, 400) and etree.fromstring(form.content) is not None, (encoded, form.text)


def test_a_user_with_more_sessions_than_an_answer_holds_is_told() -> None:
    class Full(ActivitySearch):
        def __init__(self) -> None:
            pass

        async def of_user(self, *_: Any, **asked: Any) -> list[Any]:
            return [None] * int(asked["limit"])

    class Ada(Users):
        def __init__(self) -> None:
            pass

        async def by_puid(self, group: int, puid: str) -> Any:
            class Someone:
                id, username = 1, "ada"

            return Someone

    with pytest.raises(CallRefused, match=f"more than {MOST_OF_USER} sessions"):
        asyncio.run(Activity(Full(), Ada()).of_user(GROUP, "JDemo", Span(0, 1), "C", ""))
