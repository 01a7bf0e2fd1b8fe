"""Two groups with sessions, users and webhooks of their own use every service with each other's ids: neither is shown anything of the other.

What is looked for are words that one group alone has written, and the numbers of its sessions; that each finds its own shows that the search works.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx2 as httpx
import pytest

from relay.identity.login_keys import sign
from tests.relay.peers import Agent, Viewer, Visitor, document
from tests.relay_process import PASSWORD, RelayProcess

MARKS = {5701: "garnetword", 5702: "indigoword"}
ACTIVITY, SESSIONS = "/services/activityservice.asmx", "/services/sessionservice.asmx"
EVER = {"startDate": "2020-01-01", "endDate": "2100-01-01T00:00:00Z", "channelBatchSize": 100}


class Side:
    """A group: its server, its owner's desk, its agent's browser; a session that is over, and one that waits."""

    def __init__(self, relay: RelayProcess, number: int, open_: ExitStack) -> None:
        self.number, self.mark = number, MARKS[number]
        relay.cli("group", "add", "--id", str(number), "--name", self.mark)
        self.owner, self.puid = f"{self.mark}.owner", f"{self.mark}-puid"
        relay.add_agent(self.owner, role="admin", group=number)
        relay.cli("user", "change", "--username", self.owner, "--puid", self.puid)
        self.key = str(relay.json("key", "show", "--group", str(number))["key"])
        self.server = open_.enter_context(Agent(relay, bearer=self.key))
        self.agent = open_.enter_context(Agent(relay))
        assert self.agent.log_in(self.owner).status_code == 303
        self.token = self.server.post("/api/auth/service", json={"username": self.owner, "password": PASSWORD}).json()["access_token"]
        hook = self.rest("POST", "/sites/production/webhooks", {"url": f"https://{self.mark}.example/hook", "events": ["session.started"]})
        assert hook.status_code == 200, hook.text
        self.hook = hook.json()["webhook"]["webhookId"]
        with Visitor(relay) as past:
            self.past = past.start(groupid=number, name=self.mark, email=f"{self.mark}@x.example", visitorid=f"{self.mark}-past")
            past.send(document(self.mark))
            with Viewer(relay, self.agent.ticket(self.past["key"], xid=self.mark).json()["ticket"]) as viewer:
                viewer.hear("joined")
                viewer.say(type="end")
                viewer.closed()
        self.waiting = open_.enter_context(Visitor(relay))
        self.now = self.waiting.start(groupid=number, name=self.mark, visitorid=f"{self.mark}-now")
        listed = self.activity("PartnerCompletedSessions")
        self.id = listed.json()["d"]["users"][0]["sessions"][0]["id"]

    @property
    def words(self) -> list[str]:
        """What nobody else may read. Some are in what the other has asked for; see `said`."""
        return [self.mark, self.past["ssnid"], self.now["ssnid"], self.key]

    def rest(self, method: str, path: str, body: Any = None, group: int | None = None) -> httpx.Response:
        more = {} if body is None else {"json": body}
        return self.server.request(method, f"/api/v0/groups/{group or self.number}{path}", **more)

    def activity(self, operation: str, **changes: Any) -> httpx.Response:
        now = time.gmtime()
        span = {
            "startRange": time.strftime("%Y-%m-%dT00:00:00Z", now),
            "endRange": f"{now.tm_year}-{now.tm_mon:02}-{now.tm_mday:02}T23:59:59Z",
        }
        asked: dict[str, Any] = {"partnerId": self.number, "apiKey": self.key}
        more: dict[str, dict[str, Any]] = {
            "PartnerCompletedSessions": {**span, "sessionKey": "", "nResults": 100, "nextId": 0},
            "PartnerCompletedSessionsEnding": {**span, "sessionKey": "", "nResults": 100, "nextId": 0},
            "PartnerUserSessions": {"partnerUserId": self.puid, **span, "status": "C", "sessionKey": ""},
            "PartnerActiveSessions": {},
            "PartnerSessionCounts": {"type": "", "status": "C", **span},
        }
        return self.server.post(f"{ACTIVITY}/{operation}", json={**asked, **more[operation], **changes})

    def lookup(self, key: str, **changes: Any) -> httpx.Response:
        partner = {"partnerid": self.number, "partneruserid": self.puid, "loginkey": self.login_key()}
        return self.server.post(f"{SESSIONS}/LookupPartnerCobrowseSession", json={**partner, "ssnkey": key, **changes})

    def login_key(self) -> str:
        return sign(self.key, self.number, self.puid, int(time.time()) + 3600)

    def retrieve(self, kind: str, **changes: Any) -> httpx.Response:
        body = {"partnerId": self.number, "apiKey": self.key, **EVER, "pageId": 0, **changes}
        return self.server.post(f"/api/crr/sessions/{kind}", json=body, headers={"Authorization": f"Bearer {self.token}"})

    def provision(self, name: str, **fields: str) -> httpx.Response:
        return self.server.post(f"/PAPI/{name}.asp", data={"PartnerLogin": self.owner, "PartnerPW": PASSWORD, **fields})


Call = Callable[[Side, Side], httpx.Response]
HOOK = "/sites/production/webhooks"

# Of the first, with what is the second's.
CALLS: dict[str, Call] = {
    **{
        f"{operation} by key": lambda me, you, operation=operation: me.activity(operation, sessionKey=you.past["key"])
        for operation in ("PartnerCompletedSessions", "PartnerCompletedSessionsEnding", "PartnerUserSessions")
    },
    "sessions from a foreign number on": lambda me, you: me.activity("PartnerCompletedSessions", nextId=you.id),
    "sessions of a foreign user": lambda me, you: me.activity("PartnerUserSessions", partnerUserId=you.puid),
    "what runs": lambda me, you: me.activity("PartnerActiveSessions"),
    "another group with one's own key": lambda me, you: me.activity("PartnerActiveSessions", partnerId=you.number),
    "a foreign session": lambda me, you: me.lookup(you.now["key"]),
    "a foreign session by its visitor": lambda me, you: me.lookup(f"{you.mark}-now"),
    "a foreign agent": lambda me, you: me.lookup(you.now["key"], partneruserid=you.puid),
    "records from a foreign number on": lambda me, you: me.retrieve("ended", pageId=you.id),
    "records of another group": lambda me, you: me.retrieve("completed", partnerId=you.number),
    "all records": lambda me, you: me.retrieve("ended"),
    "a foreign past session over REST": lambda me, you: me.rest("GET", f"/sessions/{you.past['ssnid']}"),
    "a foreign running session over REST": lambda me, you: me.rest("GET", f"/sessions/{you.now['ssnid']}"),
    "sessions with a foreign key": lambda me, you: me.rest("GET", f"/sessions?sessionKey={you.past['key']}"),
    "sessions of a foreign visitor": lambda me, you: me.rest("GET", f"/sessions?visitorId={you.mark}-past"),
    "sessions of another group": lambda me, you: me.rest("GET", "/sessions", group=you.number),
    "webhooks": lambda me, you: me.rest("GET", HOOK),
    "webhooks of another group": lambda me, you: me.rest("GET", HOOK, group=you.number),
    "deliveries of a foreign webhook": lambda me, you: me.rest("GET", f"{HOOK}/{you.hook}/deliveries"),
    "a foreign webhook's secret": lambda me, you: me.rest("POST", f"{HOOK}/{you.hook}/rotate", {"overlapHours": 1}),
    "replay of a foreign webhook": lambda me, you: me.rest("POST", f"{HOOK}/{you.hook}/replay", {"deliveries": [1]}),
    "a foreign webhook led here": lambda me, you: me.rest("PATCH", f"{HOOK}/{you.hook}", {"url": "https://x.example/"}),
    "deletion of a foreign webhook": lambda me, you: me.rest("POST", "/sites/production/delete-webhooks", [you.hook]),
    "the audit log": lambda me, you: me.rest("GET", "/audit?limit=1000"),
    "users of all": lambda me, you: me.provision("ShowUsers", PageCount="1000"),
    "a foreign user": lambda me, you: me.provision("ShowUsers", PageCount="10", PartnerUserID=you.puid),
    "users of another group": lambda me, you: me.provision("ShowUsers", PageCount="10", PartnerID=str(you.number)),
    "change of a foreign user": lambda me, you: me.provision("UpdateUser", PartnerUserID=you.puid, UserSuspended="1"),
    "deletion of a foreign user": lambda me, you: me.provision("DeleteUser", PartnerUserID=you.puid),
    "a foreign session's page": lambda me, you: me.agent.get(f"/agentjoin/AgentView.aspx?SessionKey={you.now['key']}"),
    "a foreign visitor's page": lambda me, you: me.agent.get(f"/agentjoin/AgentView.aspx?VisitorId={you.mark}-now"),
    "a ticket for a foreign session": lambda me, you: me.agent.ticket(you.now["key"]),
}

FINDS = (
    "PartnerCompletedSessions by key",
    "sessions of a foreign user",
    "what runs",
    "a foreign session",
    "all records",
    "a foreign past session over REST",
    "sessions with a foreign key",
    "webhooks",
    "deliveries of a foreign webhook",
    "the audit log",
    "a foreign user",
    "a foreign session's page",
)
"""What finds something when it is one's own."""


@pytest.fixture(scope="module")
def sides(relay: RelayProcess) -> Iterator[list[Side]]:
    with ExitStack() as open_:
        yield [Side(relay, number, open_) for number in MARKS]


def said(answer: httpx.Response) -> str:
    """The answer without what the request itself has said, as pages say it again."""
    request = answer.request
    text, sent = answer.text, request.content.decode() + str(request.url)
    for mark in MARKS.values():
        for part in (f"{mark}-puid", f"{mark}-now", f"{mark}-past"):
            text = text.replace(part, "") if part in sent else text
    return text


@pytest.mark.parametrize("seed", range(1))
def test_no_service_shows_a_group_anything_of_another(sides: list[Side], seed: int) -> None:
    before = {side.number: kept(side) for side in sides}
    calls = [(name, me, you) for name in CALLS for me, you in (sides, sides[::-1])]
    random.Random(seed).shuffle(calls)
    for name, me, you in calls:
        answer = CALLS[name](me, you)
        assert answer.status_code < 500, (name, answer.text)
        found = [word for word in you.words if word in said(answer)]
        assert not found, (seed, name, answer.status_code, found)
    assert {side.number: kept(side) for side in sides} == before


def kept(side: Side) -> list[Any]:
    """What the other could have changed."""
    return [side.rest("GET", path).json() for path in ("/users", HOOK, f"{HOOK}/{side.hook}")]


@pytest.mark.parametrize("name", FINDS)
def test_each_group_finds_its_own(sides: list[Side], name: str) -> None:
    for side in sides:
        answer = CALLS[name](side, side)
        text = answer.text
        assert answer.status_code == 200 and any(word in text for word in (*side.words, side.now["key"])), (name, answer.status_code, text)
