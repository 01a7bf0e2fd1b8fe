"""What stands in the audit log of what was refused, ended and taken out; each with who, from where, in which group, and no secret."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from relay.identity.auth_tokens import AuthTokens, Claims
from relay.identity.permissions import EVERYTHING
from relay.identity.signing_keys import SigningKeys
from relay.protocol.names import Close
from tests.relay.peers import Agent, Viewer, Visitor
from tests.relay_process import RelayProcess

ADDRESS = "127.0.0.1"


class Log:
    """The log of group 1000, from now on."""

    def __init__(self, relay: RelayProcess, group: int = 1000) -> None:
        self.relay = relay
        self.group = str(group)
        self.last = max((entry["number"] for entry in self._read("--limit", "1000")), default=0)

    def _read(self, *more: str) -> list[dict[str, Any]]:
        return list(self.relay.json("audit", "list", "--group", self.group, *more))

    def news(self, action: str, *more: str, count: int = 1) -> list[dict[str, Any]]:
        """The new entries of an action, as soon as there are so many."""
        until = time.monotonic() + 30
        while len(found := self._read("--action", action, "--after", str(self.last), *more)) < count:
            assert time.monotonic() < until, found
        return found


@pytest.fixture
def log(relay: RelayProcess) -> Log:
    return Log(relay)


@pytest.fixture
def own(relay: RelayProcess) -> Iterator[Agent]:
    """An agent from an address of its own, for wrong codes count."""
    with Agent(relay, "127.0.41.1") as agent:
        assert agent.log_in().status_code == 303
        yield agent


def test_a_join_that_is_refused(relay: RelayProcess, own: Agent, log: Log) -> None:
    assert own.ticket("no such code").status_code == 404
    relay.cli("setting", "set", "--group", "1000", "--site", "production", "viewerLimit=1")
    with Visitor(relay) as visitor:
        key = visitor.start()["key"]
        tickets = [own.ticket(key).json()["ticket"] for _ in range(2)]
        with Viewer(relay, tickets[0]) as first:
            first.hear("joined")
            with Viewer(relay, tickets[1]) as second:
                assert second.closed() == Close.DENIED
    relay.cli("setting", "unset", "--group", "1000", "--site", "production", "viewerLimit")
    failed = log.news("session.join", "--result", "failed", count=2)
    assert [(entry["actor"], entry["detail"]["why"]) for entry in failed] == [("ada.example", "code"), ("ada.example", "full")]
    assert failed[0]["address"] == "127.0.41.1" and failed[1]["subject"].startswith("1000.")
    joined = log.news("session.join", "--result", "ok")
    assert len(joined) == 1 and joined[0]["result"] == "ok"
    shown = json.dumps(failed)
    assert "no such code" not in shown and key not in shown


def test_what_an_operator_ends_and_takes_out(relay: RelayProcess, own: Agent, log: Log, tmp_path: Path) -> None:
    relay.cli("user", "logout", "--username", "ada.example")
    (ended,) = log.news("logout")
    assert ended["actor"].startswith("operator:") and ended["subject"] == "ada.example" and ended["detail"]["logins"] >= 1
    relay.cli("user", "export", "--group", "1000")
    relay.cli("mask", "statement", "--group", "1000")
    exports = log.news("export", count=2)
    assert [entry["subject"] for entry in exports] == ["users", "statements"] and exports[0]["detail"] == {"users": 1}


def test_copies_of_the_database_stand_in_the_chain_of_no_group(tmp_path: Path, seeded_file: RelayProcess) -> None:
    relay = RelayProcess(tmp_path / "data", origin=seeded_file)
    log = Log(relay, 0)
    relay.cli("backup", "--to", str(tmp_path / "copy"))
    relay.cli("restore", "--from", str(tmp_path / "copy"))
    assert log.news("export")[0]["subject"] == log.news("restore")[0]["subject"] == "database"
    assert all(one["fault"] is None for one in relay.json("audit", "verify"))


def test_what_a_known_user_was_refused(relay: RelayProcess, log: Log) -> None:
    """An agent who is no owner, and an owner who asks for another group; in the log of their own group, and not without end."""
    relay.cli("group", "add", "--id", "6600", "--name", "Another")
    foreign, tokens = Log(relay, 6600), AuthTokens(SigningKeys(relay.data))
    now = time.time_ns() // 1_000_000
    for username, group, role in (("plain.example", 1000, "agent"), ("stranger.example", 6600, "admin")):
        relay.add_agent(username, role=role, group=group)
        user = relay.json("user", "show", "--username", username)["id"]
        claims = Claims(user, username, group, "production", "webservices", EVERYTHING, role == "admin", now // 1000 + 3600)
        with Agent(relay, "127.0.41.3", bearer=tokens.issue(claims, now)) as known:
            for _ in range(25):
                assert known.get("/api/v0/groups/1000/roles/7").status_code == (403 if group == 1000 else 404)
    mine, theirs = log.news("access", count=20), foreign.news("access", count=20)
    for entries, actor, why in ((mine, "plain.example", "forbidden"), (theirs, "stranger.example", "hidden")):
        assert len(entries) == 20 and {entry["actor"] for entry in entries} == {actor}
        assert entries[0]["detail"] == {"method": "GET", "why": why} and entries[0]["address"] == "127.0.41.3"
        assert entries[0]["subject"] == "/api/v0/groups/{groupId}/roles/{roleId}" and entries[0]["result"] == "failed"


def test_failures_over_rest(relay: RelayProcess, log: Log) -> None:
    key = relay.json("key", "show", "--group", "1000")["key"]
    with Agent(relay, "127.0.41.2", bearer="x" * 32) as stranger:
        assert stranger.get("/api/v0/groups/1000/audit").status_code == 401
    with Agent(relay, bearer=key) as partner:
        entries = partner.get("/api/v0/groups/1000/audit", params={"result": "failed", "after": log.last, "action": "login"}).json()[
            "entries"
        ]
        assert [(entry["address"], entry["detail"]["method"]) for entry in entries] == [("127.0.41.2", "apikey")]
        assert partner.get("/api/v0/groups/1000/audit", params={"result": "perhaps"}).status_code == 422
        assert "failed" in partner.get("/api/v0/groups/1000/audit.csv", params={"result": "failed"}).text
