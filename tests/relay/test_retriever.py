"""The records retriever as a customer's archive uses it: a token, then what ended in a time, page by page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx2 as httpx
import pytest

from tests.relay.peers import Agent, Viewer, Visitor, document
from tests.relay_process import AGENT, PASSWORD, RelayProcess

OWNER, FOREIGN = "owner.example", "owner.elsewhere"
ALL = {"startDate": "2020-01-01", "endDate": "2100-01-01T00:00:00Z", "pageId": 0, "channelBatchSize": 1000}
COMPLETED, ENDED = "completed", "ended"


class Archive(httpx.Client):
    """A program of the customer's; `token` is what it has been given."""

    def __init__(self, relay: RelayProcess) -> None:
        super().__init__(base_url=relay.url)
        self.key = relay.json("key", "show", "--group", "1000")["key"]
        self.token = "none"

    def log_in(self, username: str = OWNER, password: str = PASSWORD) -> httpx.Response:
        answer = self.post("/api/auth/service", json={"username": username, "password": password})
        self.token = answer.json().get("access_token", "none")
        return answer

    def get_sessions(self, kind: str, **changes: Any) -> httpx.Response:
        body = {"partnerId": 1000, "apiKey": self.key, **ALL, **changes}
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.post(
            f"/api/crr/sessions/{kind}", json={name: value for name, value in body.items() if value is not None}, headers=headers
        )

    def all(self, kind: str, size: int = 1000) -> list[dict[str, Any]]:
        found, page = [], 0
        while page is not None:
            answer = self.get_sessions(kind, pageId=page, channelBatchSize=size)
            assert answer.status_code == 200, answer.text
            found += answer.json()["sessions"]
            page = answer.json()["nextPageId"]
        return found


@pytest.fixture(scope="module")
def past(relay: RelayProcess) -> list[str]:
    """Keys of sessions that are over: two that were ended, and one that its visitor left before anybody came."""
    relay.add_agent(OWNER, role="admin")
    relay.cli("group", "add", "--id", "2000", "--name", "Elsewhere")
    relay.add_agent(FOREIGN, role="admin", group=2000)
    relay.cli("user", "change", "--username", AGENT, "--puid", "a-7")
    keys = []
    with Agent(relay) as agent:
        agent.log_in()
        for number, joins in enumerate((True, True, False)):
            with Visitor(relay) as visitor:
                key = visitor.start(name=f"V{number}", email="v@shop.example", phone="1")["key"]
                keys.append(key)
                visitor.send(document("one"))
                if joins:
                    with Viewer(relay, agent.ticket(key, xid=f"case {number}").json()["ticket"]) as viewer:
                        viewer.hear("joined")
                        viewer.say(type="end")
                        viewer.closed()
                else:
                    visitor.say(type="stop", reason="visitor")
                    visitor.closed()
    # Of another group, and one that runs.
    with Visitor(relay) as other:
        other.start(groupid=2000)
        other.say(type="stop", reason="visitor")
        other.closed()
    return keys


@pytest.fixture
def archive(relay: RelayProcess, past: list[str]) -> Iterator[Archive]:
    with Archive(relay) as client:
        assert client.log_in().status_code == 200
        yield client


def test_sessions_are_retrieved_as_documented(archive: Archive, past: list[str], relay: RelayProcess) -> None:
    with Visitor(relay) as running:
        running.start()
        completed = archive.all(COMPLETED)
        ended = archive.all(ENDED)
    assert [one["key"] for one in completed] == past[:2] and [one["key"] for one in ended] == past
    assert [one["status"] for one in ended] == ["completed", "completed", "ended"]
    assert completed == ended[:2]
    first, last = completed[0], ended[2]
    assert first["extra"] == {"xid": "case 0"} and last["extra"] == {"xid": None}
    (channel,) = first["channels"]
    assert (channel["type"], channel["id"], channel["key"], channel["remote_assist_accepted"]) == ("cobrowse", first["id"], past[0], False)
    visitor, agent = channel["legs"]
    assert (visitor["type"], visitor["participant_type"]) == ("host", "visitor")
    assert visitor["extra"] == {"name": "V0", "email": "v@shop.example", "phone": "1", "username": None, "partneruserid": None}
    assert (agent["type"], agent["participant_type"]) == ("guest", "agent")
    assert (agent["extra"]["username"], agent["extra"]["partneruserid"], agent["extra"]["name"]) == (AGENT, "a-7", None)
    assert visitor["started_at"] <= first["started_at"] == agent["started_at"] <= agent["ended_at"] == first["ended_at"]
    assert len(last["channels"][0]["legs"]) == 1
    today = time.strftime("%Y-%m-%dT", time.gmtime())
    assert first["started_at"][:8] == today[:8] and first["started_at"].endswith("Z")


@pytest.mark.parametrize("size", [1, 2, 3])
def test_pages_are_followed_to_the_end(archive: Archive, past: list[str], size: int) -> None:
    assert [one["key"] for one in archive.all(ENDED, size)] == past


def test_numbers_may_be_texts_and_pages_have_a_usual_size(archive: Archive, past: list[str]) -> None:
    answer = archive.get_sessions(ENDED, partnerId="1000", pageId=None, channelBatchSize=None)
    assert [one["key"] for one in answer.json()["sessions"]] == past
    assert archive.get_sessions(ENDED, startDate="2099-01-01").json() == {"nextPageId": None, "sessions": []}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"partnerId": None}, "partnerId has to be given"),
        ({"partnerId": "x"}, "partnerId 'x' has to be a whole number"),
        ({"startDate": "yesterday"}, "startDate 'yesterday'"),
        ({"endDate": "2026-02-30"}, "endDate '2026-02-30'"),
        ({"endDate": "2019-01-01"}, "endDate is before startDate"),
        ({"pageId": -1}, "pageId '-1'"),
        ({"pageId": 999_999}, "pageId 999999 is not one"),
        ({"channelBatchSize": 1001}, "channelBatchSize '1001' has to be a whole number from 1 to 1000"),
        ({"channelBatchSize": [1]}, "a JSON object of texts and numbers"),
    ],
)
def test_what_cannot_be_is_refused_by_name_and_rule(archive: Archive, changes: dict[str, Any], words: str) -> None:
    answer = archive.get_sessions(ENDED, **changes)
    assert answer.status_code == 400 and answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]


def test_only_owners_of_the_group_with_its_key_may(archive: Archive, relay: RelayProcess) -> None:
    assert archive.get_sessions(ENDED, apiKey="wrong").status_code == 401
    assert archive.key not in archive.get_sessions(ENDED, apiKey=archive.key + "x").text
    foreign_key = relay.json("key", "show", "--group", "2000")["key"]
    assert archive.get_sessions(ENDED, partnerId=2000, apiKey=foreign_key).status_code == 403
    with Archive(relay) as other:
        assert other.get_sessions(ENDED).status_code == 401
        other.token = "x" * 200
        assert other.get_sessions(ENDED).status_code == 401
        assert other.log_in(AGENT).status_code == 200
        refused = other.get_sessions(ENDED)
        assert refused.status_code == 403 and "owner" in refused.json()["detail"]
        assert other.log_in(FOREIGN).status_code == 200
        assert other.get_sessions(ENDED).status_code == 403
        wrong = other.log_in(OWNER, "wrong")
        assert wrong.status_code == 401 and wrong.json()["title"] == "Unauthorized" and "access_token" not in wrong.json()
        assert other.log_in("", "").status_code == 400
        assert other.post("/api/auth/service", content=b"[[").status_code == 400
        assert other.post("/api/auth/service", content=b" " * 20_000).status_code == 413
