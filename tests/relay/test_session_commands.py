"""`session list`, `report`, `export`, `purge`, over sessions that were had, and over many."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, select

from relay.live.lifecycle import FINAL, State
from relay.store import schema
from relay.store.activity_search import ActivitySearch, When
from relay.store.audit import AuditLog
from relay.store.database import Database
from relay.store.groups import Group, Groups
from relay.store.session_purge import BATCH, SessionPurge
from relay.store.sessions import Sessions, Transition
from tests.relay import records
from tests.relay.conftest import Launch
from tests.relay.lines import RECORD
from tests.relay.peers import Agent, Viewer, Visitor, document
from tests.relay.test_store import Store, store
from tests.relay_process import AGENT, RelayProcess

__all__ = ["store"]
GROUP = ("--group", "1000")


@pytest.fixture
def relay(launch: Launch) -> RelayProcess:
    """One session that an agent ended, one that its visitor quit, one that runs no more when the relay has stopped."""
    relay = launch()
    with Agent(relay) as agent:
        agent.log_in()
        with Visitor(relay) as visitor:
            key = visitor.start(name="=Vera", visitorid="v-1", key="first")["key"]
            visitor.send(document("one"))
            with Viewer(relay, agent.ticket(key, xid="case 7").json()["ticket"]) as viewer:
                viewer.hear("joined")
                viewer.say(type="end")
                viewer.closed()
        with Visitor(relay) as visitor:
            visitor.start(visitorid="v-2", key="second")
            visitor.say(type="stop", reason="visitor")
            visitor.closed()
        with Visitor(relay) as visitor:
            visitor.start(visitorid="v-1", key="third")
    relay.stop()
    return relay


def listed(relay: RelayProcess, *options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = relay.json("session", "list", *GROUP, *options)["sessions"]
    return found


def test_sessions_are_listed_counted_and_exported(relay: RelayProcess) -> None:
    first, second = listed(relay)
    assert [(one["key"], one["state"], one["reason"]) for one in (first, second)] == [("first", "C", "agent"), ("second", "Q", "visitor")]
    visitor, agent = first["participants"]
    assert (visitor["kind"], visitor["name"], visitor["address"], visitor["state"]) == ("visitor", "=Vera", "127.0.0.1", "C")
    assert (agent["kind"], agent["username"], agent["xid"]) == ("agent", AGENT, "case 7") and first["xid"] == "case 7"
    assert first["number"] + 1 == second["number"] and first["created"] <= first["started"] == agent["joined"] <= first["ended"]
    assert [one["key"] for one in listed(relay, "--running")] == ["third"]
    assert [one["key"] for one in listed(relay, "--state", "Q", "--by-end")] == ["second"]
    assert [one["key"] for one in listed(relay, "--key", "first")] == ["first"]
    assert [one["key"] for one in listed(relay, "--visitor-id", "v-1")] == ["first"]
    assert relay.cli("session", "export", *GROUP, "--visitor-id", "v-2").count("\n") == 2
    assert listed(relay, "--until", "2020-01-01", "--since", "2019-01-01") == []
    page = relay.json("session", "list", *GROUP, "--limit", "1")
    assert page["next"] == second["number"] and [one["key"] for one in listed(relay, "--from", str(page["next"]))] == ["second"]
    assert f"More from number {page['next']} on." in relay.cli("session", "list", *GROUP, "--limit", "1")
    assert relay.json("session", "report", *GROUP) == [
        {"type": "C", "state": "C", "sessions": 1, "averageSeconds": first["seconds"]},
        {"type": "C", "state": "Q", "sessions": 1, "averageSeconds": second["seconds"]},
    ]
    rows = list(csv.DictReader(io.StringIO(relay.cli("session", "export", *GROUP))))
    assert [(row["key"], row["agents"], row["name"], row["number"]) for row in rows] == [
        ("first", AGENT, "'=Vera", str(first["number"])),
        ("second", "", "", str(second["number"])),
    ]
    assert relay.json("session", "export", *GROUP) == listed(relay)
    for options in (("--state", "Z"), ("--state", "A"), ("--state", ""), ("--group", "77"), ("--from", "999")):
        assert relay.cli("session", "list", *GROUP, *options, expect=1).startswith("Error: ")
    entry = relay.json("audit", "list", *GROUP, "--action", "export")[-1]
    assert (entry["subject"], entry["detail"]) == ("sessions", {"sessions": 2})


def test_records_are_deleted_after_a_time_or_for_a_visitor(relay: RelayProcess) -> None:
    assert "say --yes" in relay.cli("session", "purge", *GROUP, "--visitor-id", "v-1", expect=1)
    relay.cli("session", "purge", *GROUP, "--yes", expect=2)
    relay.cli("session", "purge", *GROUP, "--older-than", "1", "--visitor-id", "v-1", "--yes", expect=2)
    assert relay.json("session", "purge", *GROUP, "--older-than", "1", "--yes") == {"group": 1000, "purged": 0}
    assert relay.json("session", "purge", *GROUP, "--visitor-id", "v-1", "--yes") == {"group": 1000, "purged": 1}
    # What runs stays, and is open to its visitor.
    assert [one["key"] for one in [*listed(relay), *listed(relay, "--running")]] == ["second", "third"]
    assert relay.cli("mask", "statement", *GROUP).count("\n") == 1
    assert relay.json("session", "purge", *GROUP, "--before", "2100-01-01", "--yes") == {"group": 1000, "purged": 1}
    assert listed(relay) == [] and len(listed(relay, "--running")) == 1
    purges = relay.json("audit", "list", *GROUP, "--action", "session.purge")
    assert [entry["detail"].get("sessions") for entry in purges] == [0, 1, 1] and "v-1" not in str(purges)


def test_many_are_deleted_in_parts_and_no_others(store: Store) -> None:
    rng, count = random.Random(5), 2 * BATCH + 3
    made = [records.session(rng, number, rng.choice((1000, 1000, 2000)), number, users=3, keys=3) for number in range(count)]
    made[7] = {**made[7], "group_id": 1000, "state": "A", "ended": None}
    middle = sorted(row["ended"] for row in made if row["ended"])[count - 100]

    async def use(database: Database) -> None:
        await Groups(database).add(Group(2000, "Other"), 0)
        await records.store(database, made, 1)
        going = sum(row["group_id"] == 1000 and (row["ended"] or middle) < middle for row in made)
        assert going > BATCH
        assert await SessionPurge(database).before(1000, middle, 9) == going
        assert await SessionPurge(database).before(1000, middle, 9) == 0
        left = {}
        for group in (1000, 2000):
            page = await ActivitySearch(database).page(group, When.STARTED, 0, 2**50, states=FINAL)
            left[group] = [one.id for one in page.sessions]
        kept = {number: row for number, row in enumerate(made, 1) if row["group_id"] == 2000 or (row["ended"] or middle) >= middle}
        assert sorted(left[1000] + left[2000]) == [number for number, row in kept.items() if row["ended"]]
        assert [one.id for one in await Sessions(database).unfinished()] == [8]
        entries = await AuditLog(database).find(1000, action="session.purge")
        assert len(entries) == 2

    store(use)


def test_what_webhooks_were_told_of_a_session_goes_with_it(store: Store) -> None:
    webhook = {"site": "production", "url": "https://desk.example/", "events": "", "on": True, "secret": "", "created": 1}
    delivery = {
        "message": "m",
        "sequence": 1,
        "event": "session.ended",
        "body": "{}",
        "progress": "waiting",
        "created": 1,
        "queued": 1,
        "due": 1,
        "attempts": 0,
        "failure": "",
    }

    async def use(database: Database) -> None:
        await Groups(database).add(Group(2000, "Other"), 0)
        sessions = [
            replace(RECORD, ssnid=f"1000.{number}.1", visitor=msgspec.structs.replace(RECORD.visitor, visitorid=f"v-{number}"))
            for number in (1, 2)
        ]
        for one in sessions:
            await Sessions(database).add(one, 1)
            await Sessions(database).write([Transition(one.ssnid, State.QUIT, "visitor", 2)])
        async with database.write() as connection:
            await connection.execute(
                insert(schema.webhooks), [{"id": number, "group_id": group, **webhook} for number, group in ((1, 1000), (2, 2000))]
            )
            told = [
                {"webhook_id": number, "ssnid": one.ssnid, **delivery, "message": f"{number}.{one.ssnid}"}
                for number in (1, 2)
                for one in sessions
            ]
            await connection.execute(insert(schema.webhook_deliveries), told)
        assert await SessionPurge(database).of_visitor(1000, "v-1", 9) == 1
        async with database.read() as connection:
            left = (await connection.execute(select(schema.webhook_deliveries.c.message))).scalars().all()
        assert sorted(left) == ["1.1000.2.1", "2.1000.1.1", "2.1000.2.1"]

    store(use)
