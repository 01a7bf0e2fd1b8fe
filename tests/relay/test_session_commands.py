"""Records of sessions on the command line: lists, counts and the export, of sessions that were really held."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.relay.peers import Agent, Visitor
from tests.relay_process import RelayProcess

GROUP = ("--group", "1000")


@pytest.fixture(scope="module")
def held(relay: RelayProcess) -> dict[str, dict[str, Any]]:
    """One that an agent joined, two that nobody did, one of another group; all over. And one that waits."""
    relay.cli("group", "add", "--id", "6500", "--name", "Other")
    found: dict[str, dict[str, Any]] = {}
    with Agent(relay) as agent:
        agent.log_in()
        for name, fields in (("helped", {"name": "=1+1", "visitorid": "v-1"}), ("quit", {}), ("late", {}), ("foreign", {"groupid": 6500})):
            with Visitor(relay) as visitor:
                found[name] = visitor.start(**fields)
                if name == "helped":
                    with agent.join(found[name]["key"]) as viewer:
                        viewer.hear("joined")
                        visitor.say(type="stop", reason="visitor")
                        viewer.closed()
                else:
                    visitor.say(type="stop", reason="visitor")
                visitor.closed()
    return found


def test_lists_page_by_page_and_by_user_and_key(relay: RelayProcess, held: dict[str, dict[str, Any]]) -> None:
    page = relay.json("session", "list", *GROUP)
    assert {one["session"] for one in page["sessions"]} == {held[name]["ssnid"] for name in ("helped", "quit", "late")}
    assert page["next"] is None
    first = relay.json("session", "list", *GROUP, "--limit", "2")
    rest = relay.json("session", "list", *GROUP, "--start", str(first["next"]))
    assert first["sessions"] + rest["sessions"] == page["sessions"]
    (helped,) = relay.json("session", "list", *GROUP, "--username", "ada.example")["sessions"]
    assert (helped["session"], helped["state"], helped["reason"]) == (held["helped"]["ssnid"], "C", "visitor")
    assert [(one["kind"], one["username"] or one["name"]) for one in helped["participants"]] == [
        ("visitor", "=1+1"),
        ("agent", "ada.example"),
    ]
    (by_key,) = relay.json("session", "list", *GROUP, "--by", "ended", "--key", held["quit"]["key"])["sessions"]
    assert (by_key["session"], by_key["state"]) == (held["quit"]["ssnid"], "Q")
    assert relay.json("session", "list", *GROUP, "--until", "2001-01-01")["sessions"] == []
    text = relay.cli("session", "list", *GROUP)
    assert "joined by ada.example" in text and "joined by nobody" in text and held["helped"]["key"] not in text


def test_what_runs_and_how_many_there_were(relay: RelayProcess, held: dict[str, dict[str, Any]]) -> None:
    assert relay.json("session", "running", *GROUP) == []
    with Visitor(relay) as visitor:
        started = visitor.start()
        (running,) = relay.json("session", "running", *GROUP)
        assert (running["session"], running["state"], running["ended"]) == (started["ssnid"], "W", None)
        report = relay.json("session", "report", *GROUP, "--by", "ended")
        assert {one["state"]: one["count"] for one in report["counts"]} == {"C": 1, "Q": 2} and report["total"] == 3
        assert relay.json("session", "report", "--group", "6500")["total"] == 1
        assert "3 sessions" in relay.cli("session", "report", *GROUP)
        visitor.say(type="stop", reason="visitor")
        visitor.closed()


def test_the_export_is_for_spreadsheets_and_written_down(relay: RelayProcess, held: dict[str, dict[str, Any]]) -> None:
    rows = list(csv.DictReader(io.StringIO(relay.cli("session", "export", *GROUP))))
    helped = next(row for row in rows if row["session"] == held["helped"]["ssnid"])
    assert (helped["visitor"], helped["agents"], helped["state"]) == ("'=1+1", "ada.example", "C")
    assert not any(row["session"] == held["foreign"]["ssnid"] for row in rows)
    entry = relay.json("audit", "list", *GROUP, "--action", "export")[-1]
    assert (entry["subject"], entry["detail"]) == ("sessions", {"sessions": len(rows)})


def test_what_cannot_be(relay: RelayProcess, held: dict[str, dict[str, Any]]) -> None:
    assert "no group 999" in relay.cli("session", "list", "--group", "999", expect=1)
    assert "no user" in relay.cli("session", "list", "--group", "6500", "--username", "ada.example", expect=1)
    assert "before --until" in relay.cli("session", "report", *GROUP, "--since", "2002-01-01", "--until", "2001-01-01", expect=2)
    assert "by their start" in relay.cli("session", "list", *GROUP, "--username", "ada.example", "--by", "ended", expect=2)
    assert relay.cli("session", "list", *GROUP, "--start", "999999", expect=1)
