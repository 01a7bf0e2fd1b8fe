"""Users, settings, sessions and the audit log over REST, as a partner's server drives them."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx2 as httpx
import pytest

from relay.identity.site_settings import SETTINGS
from relay.store.audit import Deed
from tests.relay.peers import SECONDS, Agent, Visitor
from tests.relay_process import AGENT, PASSWORD, RelayProcess

GROUP = "/api/v0/groups/1000"
USERS, SETTINGS_PATH, PRODUCTION = f"{GROUP}/users", f"{GROUP}/sites/staging/settings", f"{GROUP}/sites/production/settings"
OTHERS = "/api/v0/groups/5400"


@pytest.fixture(scope="module")
def partner(relay: RelayProcess) -> Iterator[Agent]:
    with Agent(relay, bearer=relay.json("key", "show", "--group", "1000")["key"]) as found:
        yield found


@pytest.fixture(scope="module")
def other(relay: RelayProcess) -> Iterator[Agent]:
    relay.cli("group", "add", "--id", "5400", "--name", "Another")
    with Agent(relay, "127.0.5.4", relay.json("key", "show", "--group", "5400")["key"]) as found:
        yield found


def problem(answer: httpx.Response, status: int) -> str:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    return str(answer.json()["detail"])


def add(partner: Agent, username: str, **fields: Any) -> dict[str, Any]:
    answer = partner.post(USERS, json=[{"username": username, **fields}])
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()[0]
    return made


def role_id(partner: Agent, name: str) -> int:
    return next(role["roleId"] for role in partner.get(f"{GROUP}/roles").json() if role["name"] == name)


def test_users_are_made_changed_suspended_and_deleted(relay: RelayProcess, partner: Agent) -> None:
    admin = role_id(partner, "admin")
    given = {
        "puid": "p-1",
        "name": "Eve E.",
        "title": "Desk",
        "firstName": "Eve",
        "lastName": "E",
        "email": "eve@desk.example",
        "phone": "+1 2",
    }
    add(partner, "stays.example", roleId=admin)
    made = add(partner, "eve.example", password=PASSWORD, roleId=admin, **given)
    number = made["userId"]
    assert made == {
        "userId": number,
        "username": "eve.example",
        **given,
        "roleId": admin,
        "roleName": "admin",
        "groupOwner": True,
        "suspended": False,
    }
    assert partner.get(f"{USERS}/{number}").json() == made
    with Agent(relay) as browser:
        assert browser.log_in("eve.example").status_code == 303
        assert browser.get("/agentjoin/AgentJoin.aspx").status_code == 200
        assert partner.put(USERS, json=[{"userId": number, "lastName": "F", "roleId": 0, "suspended": True}]).json() == {"status": "ok"}
        assert browser.get("/agentjoin/AgentJoin.aspx").status_code == 303
        after = partner.get(f"{USERS}/{number}").json()
        assert after == {**made, "lastName": "F", "roleId": 0, "roleName": "", "groupOwner": False, "suspended": True}
        partner.put(USERS, json=[{"userId": number, "suspended": False, "password": "another good 9 word"}])
        assert browser.log_in("eve.example").status_code == 401
        assert browser.log_in("eve.example", "another good 9 word").status_code == 303
    assert partner.post(f"{GROUP}/delete-users", json=[number]).json() == {"status": "ok"}
    problem(partner.get(f"{USERS}/{number}"), 404)
    deeds = [entry["action"] for entry in relay.json("audit", "list", "--group", "1000", "--action", "user")]
    assert {"user.add", "user.change", "user.password", "user.remove"} <= set(deeds)


def test_the_list_of_users_is_as_documented(partner: Agent) -> None:
    agent = role_id(partner, "agent")
    made = [
        add(partner, f"find-{number}.example", puid=f"F{number}", lastName="Finder" * (number % 2), roleId=agent) for number in range(5)
    ]
    bare = add(partner, "find-bare.example")
    page = partner.get(USERS, params={"username": "FIND-", "limit": 2, "offset": 1}).json()
    assert page == {"pagination": {"offset": 1, "pageSize": 2, "totalRecords": 6}, "usersList": made[1:3]}

    def names(**query: Any) -> list[str]:
        return [user["username"] for user in partner.get(USERS, params={"limit": 1000, **query}).json()["usersList"]]

    assert names(username="find-", lastName="inder") == ["find-1.example", "find-3.example"]
    assert names(puid="F4", lastName="Finder", orMode="true") == ["find-1.example", "find-3.example", "find-4.example"]
    assert names(username="find", roleName="-none-") == names(username="find", roleID=0) == [bare["username"]]
    assert len(names(username="find", roleID=agent)) == len(names(username="find", roleName="AGEN")) == 5
    assert AGENT in names()
    assert partner.get(USERS).json()["pagination"] == {"offset": 0, "pageSize": 20, "totalRecords": len(names())}
    for wrong in ({"limit": 0}, {"limit": 1001}, {"offset": -1}, {"roleID": "x"}, {"orMode": "perhaps"}, {"colour": "red"}):
        problem(partner.get(USERS, params=wrong), 422)


def test_an_array_of_users_is_done_whole_or_not_at_all(partner: Agent) -> None:
    add(partner, "taken.example", puid="taken")
    fresh = add(partner, "whole.example")["userId"]
    count = partner.get(USERS).json()["pagination"]["totalRecords"]
    assert "TAKEN.example already" in problem(partner.post(USERS, json=[{"username": "new.example"}, {"username": "TAKEN.example"}]), 409)
    assert "row 2, puid" in problem(partner.post(USERS, json=[{"username": "a.example"}, {"username": "b.example", "puid": "taken"}]), 409)
    problem(partner.put(USERS, json=[{"userId": fresh, "lastName": "L"}, {"userId": 2**30, "lastName": "L"}]), 404)
    problem(partner.post(f"{GROUP}/delete-users", json=[fresh, 2**30]), 404)
    assert partner.get(f"{USERS}/{fresh}").json()["lastName"] == ""
    assert partner.get(USERS).json()["pagination"]["totalRecords"] == count


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ({"username": "~"}, "neither ~ nor"), ({"username": "x", "email": "no"}, "not an e-mail address"), ({"username": "x", "roleId": 2**30}, "no role"),
        ({"username": "x", "password": "short"}, "length"), ({"username": "x", "owner": True}, "unknown field"), ({}, "missing required field"),
        ({"username": "x", "firstName": "n" * 50}, "length"), ({"username": "a\nb"}, "printable"),
    ],
)  # fmt: skip
def test_users_that_cannot_be(partner: Agent, user: dict[str, Any], said: str) -> None:
    assert said in problem(partner.post(USERS, json=[user]), 422)


def test_another_groups_users_are_not_told_from_none(partner: Agent, other: Agent) -> None:
    foreign = other.post(f"{OTHERS}/users", json=[{"username": "foreign.example"}]).json()[0]["userId"]
    assert len({problem(partner.get(f"{USERS}/{number}"), 404) for number in (foreign, 2**30, "x")}) == 1
    answers = [
        (partner.put(USERS, json=[{"userId": number, "lastName": "x"}]), partner.post(f"{GROUP}/delete-users", json=[number]))
        for number in (foreign, 2**30)
    ]
    assert len({tuple(problem(one, 404) for one in pair) for pair in answers}) == 1
    assert other.get(f"{OTHERS}/users/{foreign}").json()["lastName"] == ""
    # User names are unique over all groups.
    problem(partner.post(USERS, json=[{"username": "foreign.example"}]), 409)


def test_settings_are_changed_published_and_backed_out(partner: Agent) -> None:
    def value(path: str, name: str) -> Any:
        return next(one for one in partner.get(path).json() if one["name"] == name)["value"]

    assert {one["name"] for one in partner.get(SETTINGS_PATH).json()} == {setting.name for setting in SETTINGS}
    usual = value(PRODUCTION, "viewerLimit")
    changed = partner.patch(SETTINGS_PATH, json={"set": {"viewerLimit": 7, "agentOrigins": ["https://desk.example"]}}).json()
    assert (changed["cause"], changed["actor"], changed["values"]) == (
        "set",
        "api key",
        {"viewerLimit": 7, "agentOrigins": ["https://desk.example"]},
    )
    assert (value(SETTINGS_PATH, "viewerLimit"), value(PRODUCTION, "viewerLimit")) == (7, usual)
    published = partner.post(f"{SETTINGS_PATH}/publish", json={"to": "production"}).json()
    assert (published["cause"], published["source"], value(PRODUCTION, "viewerLimit")) == ("publish", changed["version"], 7)
    back = partner.post(f"{PRODUCTION}/back-out", json={}).json()
    assert (back["cause"], value(PRODUCTION, "viewerLimit")) == ("back-out", usual)
    assert [one["cause"] for one in partner.get(f"{PRODUCTION}/versions").json()] == ["back-out", "publish"]
    assert partner.patch(SETTINGS_PATH, json={"unset": ["viewerLimit", "agentOrigins"]}).json()["values"] == {}
    assert "a whole number from 1 to 100" in problem(partner.patch(SETTINGS_PATH, json={"set": {"viewerLimit": 0}}), 422)
    assert "no setting" in problem(partner.patch(SETTINGS_PATH, json={"set": {"colour": 1}}), 422)
    assert "at once" in problem(partner.patch(SETTINGS_PATH, json={"set": {"viewerLimit": 3}, "unset": ["viewerLimit"]}), 422)
    problem(partner.post(f"{SETTINGS_PATH}/publish", json={"to": "staging"}), 409)
    problem(partner.post(f"{PRODUCTION}/back-out", json={"version": 99}), 409)
    problem(partner.get(f"{GROUP}/sites/test/settings"), 404)


def test_running_and_past_sessions_page_by_page(relay: RelayProcess, partner: Agent, other: Agent) -> None:
    ended = []
    for number in range(3):
        with Visitor(relay) as visitor:
            ended.append(visitor.start(visitorid=f"v{number}", name="Vera")["ssnid"])
            visitor.say(type="stop", reason="visitor")
            visitor.closed()
    with Visitor(relay) as visitor:
        started = visitor.start()
        # Ends are written behind the live path.
        deadline = time.monotonic() + SECONDS
        while len((running := partner.get(f"{GROUP}/sessions", params={"running": "true"}).json())["sessions"]) > 1:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert [one["sessionId"] for one in running["sessions"]] == [started["ssnid"]] and running["next"] is None
        shown = running["sessions"][0]
        assert (shown["sessionKey"], shown["site"], shown["ended"]) == (started["key"], "production", None)
        details = partner.get(f"{GROUP}/sessions/{started['ssnid']}").json()
        assert {name: details[name] for name in shown} == shown
        assert details["number"] > 3 and details["address"] == "127.0.0.1" and details["xid"] == ""
        (participant,) = details["participants"]
        assert (participant["kind"], participant["address"], participant["joined"]) == ("visitor", "127.0.0.1", shown["created"])
        found: list[str] = []
        query: dict[str, Any] = {"running": "false", "limit": 2}
        while True:
            page = partner.get(f"{GROUP}/sessions", params=query).json()
            found += [one["sessionId"] for one in page["sessions"]]
            if page["next"] is None:
                break
            query["before"] = page["next"]
        assert found == ended[::-1]
        assert [one["visitorName"] for one in partner.get(f"{GROUP}/sessions", params={"visitorId": "v1"}).json()["sessions"]] == ["Vera"]
        assert (
            partner.get(f"{GROUP}/sessions", params={"since": "2001-01-01T00:00:00Z", "until": "2001-01-02T00:00:00Z"}).json()["sessions"]
            == []
        )
        assert other.get(f"{OTHERS}/sessions").json() == {"sessions": [], "next": None}
        assert len({problem(other.get(f"{OTHERS}/sessions/{ssnid}"), 404) for ssnid in (started["ssnid"], "1000.9.9")}) == 1
        for wrong in ({"before": "x"}, {"since": "yesterday"}, {"since": "2001-01-01T00:00:00"}, {"limit": 0}):
            problem(partner.get(f"{GROUP}/sessions", params=wrong), 422)


def test_the_audit_log_page_by_page_and_as_a_table(partner: Agent, other: Agent) -> None:
    for number in range(3):
        partner.post(f"{GROUP}/roles", json=[{"name": f"=audited {number}"}])
    query: dict[str, Any] = {"action": "role", "actor": "api key", "limit": 2}
    subjects: list[str] = []
    while True:
        page = partner.get(f"{GROUP}/audit", params=query).json()
        subjects += [entry["subject"] for entry in page["entries"]]
        if page["next"] is None:
            break
        query["after"] = page["next"]
    assert [f"=audited {number}" for number in range(3)] == [subject for subject in subjects if subject.startswith("=audited")]
    answer = partner.get(f"{GROUP}/audit.csv", params={"action": "role.add"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8" and "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [row["subject"] for row in rows if "audited" in row["subject"]] == [f"'=audited {number}" for number in range(3)]
    last = partner.get(f"{GROUP}/audit", params={"action": Deed.EXPORT.value}).json()["entries"][-1]
    assert (last["subject"], last["actor"], last["address"]) == ("audit", "api key", "127.0.0.1")
    assert all(entry["group"] == 5400 for entry in other.get(f"{OTHERS}/audit").json()["entries"])


@pytest.mark.parametrize("path", ["roles", "users", "delete-users", "sites/staging/settings/publish"])
def test_deep_and_strange_json_is_refused_and_nothing_fails(partner: Agent, path: str) -> None:
    deep = 50_000
    for body in (
        "[" * deep,
        '{"a":' * deep,
        '[{"settings":' * deep,
        '{"set":{"x":' + "[" * deep,
        "\udcff".encode("utf-8", "surrogateescape"),
        "",
        "1e999",
    ):
        problem(partner.post(f"{GROUP}/{path}", content=body), 422)
    problem(partner.patch(SETTINGS_PATH, content='{"set":{"x":' + "[" * deep), 422)
    problem(partner.post(f"{GROUP}/{path}", content=b" " * (1024 * 1024 + 1)), 413)


def test_what_is_not_there_is_a_problem_and_says_what_may_be_done(partner: Agent) -> None:
    problem(partner.get("/api/v0/elsewhere"), 404)
    answer = partner.delete(USERS)
    assert problem(answer, 405) and answer.headers["allow"] == "GET, HEAD, POST, PUT"
    assert json.loads(partner.get("/api/v0/openapi.json").text)["openapi"] == "3.1.0"
