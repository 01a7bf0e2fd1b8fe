"""kill -9 of the relay in a session, at the level of the protocol: nobody has to do anything for it to go on."""

from __future__ import annotations

import asyncio
from typing import Any

from relay.live.lifecycle import State
from relay.protocol.names import Close
from relay.store.database import Database
from relay.store.sessions import Sessions, StoredSession
from tests.relay.conftest import Launch
from tests.relay.peers import Agent, Visitor, document
from tests.relay_process import RelayProcess


def stored(relay: RelayProcess, ssnid: str) -> StoredSession:
    async def read() -> StoredSession | None:
        database = Database.open(relay.data, relay.database)
        try:
            return await Sessions(database).get(ssnid)
        finally:
            await database.close()

    session = asyncio.run(read())
    assert session is not None
    return session


def test_visitor_and_agent_come_back_to_the_same_session(launch: Launch) -> None:
    relay = launch()
    with Agent(relay) as agent:
        agent.log_in()
        with Visitor(relay) as visitor:
            started = visitor.start()
            visitor.send(document("before"))
            with agent.join(started["key"]) as viewer:
                incarnation = viewer.hear("joined")["incarnation"]
                viewer.reach(1)
                relay.kill()
                assert visitor.closed() == viewer.closed() == 1006
                seen = viewer.version
        relay.start()
        with agent.join(started["key"], incarnation=incarnation, version=seen) as viewer:
            joined = viewer.hear("joined")
            assert joined["state"] == "reconnecting"
            assert joined["ssnid"] == started["ssnid"]
            assert joined["incarnation"] != incarnation
            with Visitor(relay) as visitor:
                resumed = visitor.resume(started)
                assert (resumed["epoch"], resumed["sequence"]) == (0, 0)
                assert resumed["key"] == started["key"] and resumed["assets"] == started["assets"]
                assert [one["username"] for one in resumed["agents"]] == ["ada.example"]
                viewer.version = 0
                viewer.reach(visitor.send(document("after"))["version"])
                assert viewer.texts() == ["after"]
                assert [one["state"] for one in viewer.heard if one["type"] == "state"] == ["waiting", "live"]
                visitor.say(type="stop", reason="visitor")
                assert viewer.hear("ended")["reason"] == "visitor"
    relay.stop()
    record = stored(relay, started["ssnid"])
    assert (record.state, record.reason) == (State.COMPLETED, "visitor")
    assert record.active is not None and record.ended is not None


def test_a_session_whose_visitor_does_not_come_back_is_closed_as_lost(launch: Launch) -> None:
    relay = launch(grace=3)
    with Visitor(relay) as visitor:
        started = visitor.start()
        relay.kill()
    before = stored(relay, started["ssnid"])
    assert before.ended is None
    relay.start()
    with Agent(relay) as agent:
        agent.log_in()
        with agent.join(started["key"]) as viewer:
            assert viewer.hear("ended")["reason"] == "error"
    relay.stop()
    record = stored(relay, started["ssnid"])
    assert (record.state, record.reason) == (State.LOST, "error")
    # Nothing was heard of the visitor after that.
    assert (record.ended, record.address) == (before.seen, "127.0.0.1")


def test_a_started_session_is_on_disk(launch: Launch) -> None:
    relay = launch()
    with Visitor(relay) as visitor:
        started = visitor.start(name="Vera", email="vera@shop.example")
        relay.kill()
    record = stored(relay, started["ssnid"])
    assert record.state in (State.SETUP, State.WAITING)
    assert record.record.visitor.name == "Vera"
    assert started["secret"].encode() not in relay.stored_bytes()


def test_a_stop_of_the_relay_asks_peers_to_come_back(launch: Launch) -> None:
    relay = launch()
    with Visitor(relay) as visitor:
        started = visitor.start()
        relay.stop()
        assert visitor.closed() == 4001
    relay.start()
    with Visitor(relay) as visitor:
        assert visitor.resume(started)["key"] == started["key"]


def test_a_visitor_that_comes_back_too_late_hears_why(launch: Launch) -> None:
    relay = launch(waiting=1)
    ended: dict[str, dict[str, Any]] = {}
    with Agent(relay) as agent:
        agent.log_in()
        for reason in ("agent", "visitor", "timeout"):
            with Visitor(relay) as visitor:
                ended[reason] = visitor.start()
                if reason == "agent":
                    with agent.join(ended[reason]["key"]) as viewer:
                        viewer.hear("joined")
                        viewer.say(type="end")
                        viewer.closed()
                elif reason == "visitor":
                    visitor.say(type="stop", reason="visitor")
                assert visitor.closed() == Close.ENDED
    # What was noted is on disk when the relay has stopped.
    relay.stop()
    relay.start()
    for reason, started in ended.items():
        for secret, heard in ((started["secret"], [{"type": "ended", "reason": reason}]), ("wrong", [])):
            with Visitor(relay) as late:
                late.say(type="resume", protocol=1, ssnid=started["ssnid"], secret=secret, epoch=0, sequence=0)
                assert late.closed() == Close.ENDED
                assert late.heard == heard
