"""A group that uses every service and leaves words and numbers of its own everywhere; all that it is answered is kept and searched."""

from __future__ import annotations

import random
import re
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

import httpx2 as httpx

from relay.identity.login_keys import sign
from tests.relay.peers import Agent, Viewer, Visitor, document, form_token
from tests.relay_process import PASSWORD, RelayProcess

ACTIVITY, SESSIONS = "/services/activityservice.asmx", "/services/sessionservice.asmx"
HOOK = "/sites/production/webhooks"
EVER = {"startDate": "2020-01-01", "endDate": "2100-01-01T00:00:00Z", "channelBatchSize": 100}
FIRST_NUMBERS = {"users": 710_000_000, "sessions": 720_000_000, "webhooks": 730_000_000, "webhook_deliveries": 740_000_000}
"""By table. Numbers of nine digits that begin with 7 are rows' numbers and nothing else."""

NUMBER = re.compile(r"(?<![\w.])7[1-9]\d{7}(?![\w.])")


def start_numbers(relay: RelayProcess) -> None:
    """Rows made from now on have numbers that are told from all others."""
    for table, first in FIRST_NUMBERS.items():
        if relay.database:
            statements = [f"ALTER SEQUENCE {table}_id_seq RESTART WITH {first}"]
        else:
            statements = [
                f"DELETE FROM sqlite_sequence WHERE name = '{table}'",
                f"INSERT INTO sqlite_sequence VALUES ('{table}', {first})",
            ]
        for statement in statements:
            relay.engine.execute(relay.data, relay.database, statement)


@dataclass
class Things:
    """What one group has, by which another could ask for it."""

    number: int
    puid: str
    visitors: list[str]
    keys: list[str] = field(default_factory=list)
    ssnids: list[str] = field(default_factory=list)
    rows: dict[str, list[int]] = field(default_factory=lambda: {name: [] for name in FIRST_NUMBERS})


class Side:
    """Its server, its owner's desk and browser, the browser of an agent who tries codes; sessions that are over, and some that wait."""

    def __init__(self, relay: RelayProcess, number: int, mark: str, address: str, open_: ExitStack) -> None:
        self.relay, self.mark, self._open = relay, mark, open_
        self._planted = 0
        self.words = {mark}
        self.numbers: set[int] = set()
        self.answers: list[httpx.Response] = []
        self.has = Things(number, self.plant(), [])
        self.waiting: list[tuple[Visitor, dict[str, Any]]] = []
        relay.cli("group", "add", "--id", str(number), "--name", mark)
        self.owner = self.plant()
        relay.add_agent(self.owner, role="admin", group=number)
        relay.cli("user", "change", "--username", self.owner, "--puid", self.has.puid)
        self.key = str(relay.json("key", "show", "--group", str(number))["key"])
        self.words.add(self.key)
        self.server, self.agent, self.guesser = self._client(address, self.key), self._client(address), self._client(address)
        assert self.agent.log_in(self.owner).status_code == 303
        guesser = self.plant()
        relay.add_agent(guesser, group=number)
        assert self.guesser.log_in(guesser).status_code == 303
        self.token = self.server.post("/api/auth/service", json={"username": self.owner, "password": PASSWORD}).json()["access_token"]
        self.words.add(self.token)
        for deed in (self.add_hook, self.begin, self.begin, self.finish, self.add_user, self.change_site):
            deed()
        self.read_numbers()

    def _client(self, address: str, bearer: str = "") -> Agent:
        client = self._open.enter_context(Agent(self.relay, address, bearer))

        def keep(answer: httpx.Response) -> None:
            answer.read()
            self.answers.append(answer)

        client.event_hooks = {"response": [keep]}
        return client

    def plant(self) -> str:
        """A word that nobody else has."""
        self._planted += 1
        word = f"{self.mark}-{self._planted:04}"
        self.words.add(word)
        return word

    # What a group does of its own.

    def begin(self) -> None:
        """A visitor waits."""
        visitor = self._open.enter_context(Visitor(self.relay, origin=f"https://{self.plant()}.example"))
        self.has.visitors.append(self.plant())
        contact = {"name": self.plant(), "email": f"{self.plant()}@x.example", "phone": self.plant()[:31]}
        started = visitor.start(groupid=self.has.number, visitorid=self.has.visitors[-1], **contact)
        visitor.send(document(self.plant()))
        self.waiting.append((visitor, started))
        self.has.keys.append(started["key"])
        self.has.ssnids.append(started["ssnid"])
        # The last part is of no use alone, and tells of a session whose key was asked with.
        self.words |= {started["key"], started["ssnid"], started["secret"], started["ssnid"].rpartition(".")[2]}

    def finish(self) -> None:
        """An agent helps the visitor who has waited longest."""
        if len(self.waiting) < 2:
            self.begin()
        visitor, started = self.waiting.pop(0)
        details = {"name": self.plant(), "email": f"{self.plant()}@x.example", "origin": self.plant(), "xid": self.plant()}
        with visitor, Viewer(self.relay, self.agent.ticket(started["key"], **details).json()["ticket"]) as viewer:
            viewer.hear("joined")
            viewer.say(type="end")
            viewer.closed()

    def add_user(self) -> None:
        fields = {"UserFirst": self.plant(), "UserLast": self.plant(), "UserEmail": f"{self.plant()}@x.example"}
        answer = self.provision("NewUser", PartnerUserID=self.plant(), UserAddress=f"{self.plant()}.example", **fields)
        assert answer.status_code == 200 and self.mark in answer.text, answer.text

    def add_hook(self) -> None:
        url = f"https://{self.plant()}.example/hook"
        answer = self.rest("POST", HOOK, {"url": url, "events": ["session.started", "session.ended"]})
        assert answer.status_code == 200, answer.text
        self.has.rows["webhooks"].append(answer.json()["webhook"]["webhookId"])
        self.words |= set(re.findall(r"whsec_[\w+/=]+", answer.text))

    def rotate(self) -> None:
        answer = self.rest("POST", f"{HOOK}/{self.has.rows['webhooks'][-1]}/rotate", {"overlapHours": 1})
        assert answer.status_code == 200, answer.text
        self.words |= set(re.findall(r"whsec_[\w+/=]+", answer.text))

    def change_site(self, rng: random.Random | None = None) -> None:
        """Something of masks and settings is changed; without a choice a rule is added and a setting set."""
        origins = {"set": {"agentOrigins": [f"https://{self.plant()}.example"]}}
        changes: list[tuple[str, Any]] = [
            ("/sites/staging/masks", [{"selector": f".{self.plant()}", "action": "hide"}]),
            ("/sites/staging/settings", origins),
            ("/sites/staging/masked-pages", [{"maskPage": f"https://{self.plant()}.example/*"}]),
            ("/sites/staging/masks/publish", {"to": "production"}),
            ("/sites/staging/settings/publish", {"to": "production"}),
            ("/sites/production/masks/back-out", {}),
            ("/sites/production/settings/back-out", {}),
        ]
        for path, body in [rng.choice(changes)] if rng else changes[:2]:
            answer = self.rest("PATCH" if path.endswith("settings") else "POST", path, body)
            # There may be nothing yet to go back to.
            assert answer.status_code == 200 or path.endswith("back-out"), (path, answer.status_code, answer.text)

    def read_numbers(self) -> None:
        """The group learns the numbers of what it has."""
        self.has.rows["users"] = [one["userId"] for one in self.rest("GET", "/users").json()["usersList"]]
        sessions = [one for user in self.activity("PartnerCompletedSessions").json()["d"]["users"] for one in user["sessions"]]
        self.has.rows["sessions"] = [one["id"] for one in sessions]
        first = self.has.rows["webhooks"][0]
        page = self.rest("GET", f"{HOOK}/{first}/deliveries").json()
        self.has.rows["webhook_deliveries"] = [one["deliveryId"] for one in page["deliveries"]]
        self.numbers |= {number for rows in self.has.rows.values() for number in rows}
        assert all(self.has.rows.values()), self.has.rows
        assert all(first <= number < first + 10**6 for name, first in FIRST_NUMBERS.items() for number in self.has.rows[name])

    # The services, each as this group's own programs use them.

    def rest(self, method: str, path: str, body: Any = None, group: int | None = None) -> httpx.Response:
        more = {} if body is None else {"json": body}
        return self.server.request(method, f"/api/v0/groups/{group or self.has.number}{path}", **more)

    def activity(self, operation: str, **changes: Any) -> httpx.Response:
        now = time.gmtime()
        span = {
            "startRange": time.strftime("%Y-%m-%dT00:00:00Z", now),
            "endRange": f"{now.tm_year}-{now.tm_mon:02}-{now.tm_mday:02}T23:59:59Z",
        }
        asked: dict[str, Any] = {"partnerId": self.has.number, "apiKey": self.key}
        more: dict[str, dict[str, Any]] = {
            "PartnerCompletedSessions": {**span, "sessionKey": "", "nResults": 100, "nextId": 0},
            "PartnerCompletedSessionsEnding": {**span, "sessionKey": "", "nResults": 100, "nextId": 0},
            "PartnerUserSessions": {"partnerUserId": self.has.puid, **span, "status": "C", "sessionKey": ""},
            "PartnerActiveSessions": {},
            "PartnerSessionCounts": {"type": "", "status": "C", **span},
        }
        return self.server.post(f"{ACTIVITY}/{operation}", json={**asked, **more[operation], **changes})

    def lookup(self, key: str, **changes: Any) -> httpx.Response:
        partner = {"partnerid": self.has.number, "partneruserid": self.has.puid, "loginkey": self.login_key()}
        return self.server.post(f"{SESSIONS}/LookupPartnerCobrowseSession", json={**partner, "ssnkey": key, **changes})

    def login_key(self) -> str:
        return sign(self.key, self.has.number, self.has.puid, int(time.time()) + 3600)

    def retrieve(self, kind: str, **changes: Any) -> httpx.Response:
        body = {"partnerId": self.has.number, "apiKey": self.key, **EVER, "pageId": 0, **changes}
        return self.server.post(f"/api/crr/sessions/{kind}", json=body, headers={"Authorization": f"Bearer {self.token}"})

    def provision(self, name: str, **fields: str) -> httpx.Response:
        return self.server.post(f"/PAPI/{name}.asp", data={"PartnerLogin": self.owner, "PartnerPW": PASSWORD, **fields})

    def type_code(self, key: str) -> httpx.Response:
        """The agent's form for the code."""
        csrf = form_token(self.guesser.get("/agentjoin/AgentJoin.aspx").text)
        return self.guesser.post("/agentjoin/AgentJoin.aspx", data={"code": key, "csrf": csrf})

    def found_in(self, answer: httpx.Response) -> list[str]:
        """What of this group's stands in the whole answer, without what the request has said: pages say that again."""
        request = answer.request
        asked = unquote_plus(f"{request.url} {request.content.decode()}")
        heads = "\n".join(f"{name}: {value}" for name, value in answer.headers.multi_items())
        text = f"{answer.status_code}\n{unquote_plus(heads)}\n{answer.text}"
        for word in sorted((word for word in self.words - {self.mark} if word in asked), key=len, reverse=True):
            text = text.replace(word, "")
        numbers = self.numbers - {int(number) for number in NUMBER.findall(asked)}
        shown = [number for number in NUMBER.findall(text) if int(number) in numbers]
        # Every word of the group that it has chosen itself has its mark in it.
        return [word for word in self.words if (word == self.mark or self.mark not in word) and word in text] + shown
