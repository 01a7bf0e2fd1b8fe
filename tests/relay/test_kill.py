"""kill -9 of the relay at random points: what a peer heard is on disk and stays as it was, and nothing is open for ever.

`KILL_SEED` and `KILL_ROUNDS` set another story; the seed of a failure is in its message.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from masking.statement import is_signed
from relay.identity.statement_key import statement_key
from relay.live.lifecycle import FINAL, State
from relay.live.participant import Kind
from relay.store.activity_search import ActivityRecord, ActivitySearch, When
from relay.store.database import Database
from relay.store.session_search import SessionSearch
from relay.store.sessions import Sessions, StoredSession
from relay.store.statements import Statements
from tests.relay.conftest import Launch
from tests.relay.peers import Agent, Viewer, Visitor, document
from tests.relay_process import GROUP, RelayProcess

SEED = int(os.environ.get("KILL_SEED", "11"))
ROUNDS = int(os.environ.get("KILL_ROUNDS", "3"))
SESSIONS = 8
GRACE = 2
LATEST_KILL = 0.04
"""Seconds after the ends were asked for: a commit takes some of these."""

ENDS = {"visitor": State.COMPLETED, "agent": State.COMPLETED, "quit": State.QUIT}


@dataclass
class Story:
    """One session: how it is to end, and what its peers heard of that."""

    visitor: Visitor
    started: dict[str, Any]
    end: str
    viewer: Viewer | None = None
    killed: int = 0
    """Milliseconds, by the wall clock; the relay died before."""
    heard: list[str] = field(default_factory=list)

    def ask(self) -> None:
        if self.end == "agent" and self.viewer:
            self.viewer.say(type="end")
        else:
            self.visitor.say(type="stop", reason="visitor")

    def listen(self) -> None:
        """Until the line is cut or closed."""
        for peer in (self.visitor, self.viewer):
            if peer is not None:
                peer.closed()
                self.heard += [control["reason"] for control in peer.heard if control["type"] == "ended"]


def reported(relay: RelayProcess) -> dict[str, ActivityRecord]:
    async def read() -> dict[str, ActivityRecord]:
        database = Database.open(relay.data, relay.database)
        try:
            page = await ActivitySearch(database).page(GROUP, When.ENDED, 0, 2**60, states=FINAL)
            return {one.ssnid: one for one in page.sessions}
        finally:
            await database.close()

    return asyncio.run(read())


def on_disk(relay: RelayProcess) -> tuple[dict[str, StoredSession], list[dict[str, Any]], int]:
    """All sessions by their number, what was signed of them, and how many are open."""

    async def read() -> tuple[dict[str, StoredSession], list[dict[str, Any]], int]:
        database = Database.open(relay.data, relay.database)
        try:
            signed = await Statements(database).latest(GROUP, 1000)
            assert all(is_signed(statement_key(relay.data), one.statement, one.signature) for one in signed)
            found = {stored.record.ssnid: stored for stored in await SessionSearch(database).find(GROUP)}
            return found, [json.loads(one.statement) for one in signed], len(await Sessions(database).unfinished())
        finally:
            await database.close()

    return asyncio.run(read())


def test_no_end_that_a_peer_heard_is_lost_or_changed(launch: Launch) -> None:
    draw = random.Random(SEED)
    relay = launch(grace=GRACE)
    ended: dict[str, StoredSession] = {}
    begun: dict[str, Story] = {}
    with Agent(relay) as agent, ThreadPoolExecutor(SESSIONS) as pool:
        agent.log_in()
        for number in range(ROUNDS):
            stories = []
            for _ in range(SESSIONS):
                visitor = Visitor(relay)
                story = Story(visitor, visitor.start(), draw.choice(list(ENDS)))
                visitor.send(document("one"))
                if story.end != "quit":
                    story.viewer = agent.join(story.started["key"])
                    story.viewer.hear("joined")
                stories.append(story)
            begun |= {story.started["ssnid"]: story for story in stories}
            listening = [pool.submit(story.listen) for story in stories]
            for story in draw.sample(stories, draw.randrange(1, SESSIONS + 1)):
                story.ask()
            time.sleep(draw.uniform(0, LATEST_KILL))
            relay.kill()
            killed = time.time_ns() // 1_000_000
            for one in listening:
                one.result()
            after_kill, _, _ = on_disk(relay)
            why = f"seed {SEED}, round {number}"
            for story in stories:
                story.killed = killed
                ssnid, stored = story.started["ssnid"], after_kill[story.started["ssnid"]]
                if story.heard:
                    assert stored.state is ENDS[story.end] and stored.reason in story.heard, why
                if stored.state.final:
                    ended[ssnid] = stored
                for peer in (story.visitor, story.viewer):
                    if peer:
                        peer.leave()
            relay.start()
    deadline = time.monotonic() + 60
    while on_disk(relay)[2] and time.monotonic() < deadline:
        time.sleep(0.5)
    relay.stop()
    at_last, signed, left_open = on_disk(relay)
    assert (left_open, set(at_last)) == (0, set(begun)), f"seed {SEED}"
    assert len(signed) == len(begun)
    for ssnid, stored in at_last.items():
        assert stored.state.final and stored.ended is not None and stored.created <= stored.ended
        if ssnid in ended:
            assert stored == ended[ssnid], f"seed {SEED}"
        else:
            # Whoever it was, did not come back: it ended when the visitor was last seen, not when nobody waited any more.
            assert stored.state in (State.LOST, State.QUIT) and stored.reason == "error"
            assert stored.ended <= begun[ssnid].killed and stored.ended == stored.seen
    # Shortened as they are there, two sessions may look the same.
    whole = [statement["complete"] for statement in signed]
    assert sorted(whole) == sorted(ssnid in ended for ssnid in begun), f"seed {SEED}"
    for ssnid, record in reported(relay).items():
        why = f"seed {SEED}, {record}"
        assert record.address == record.participants[0].address == "127.0.0.1" and record.ended is not None, why
        kinds = [Kind.VISITOR] if record.state is State.QUIT else [Kind.VISITOR, Kind.AGENT]
        assert [one.kind for one in record.participants] == kinds, why
        for one in record.participants:
            assert one.state.final and one.left is not None and one.joined <= one.left, why
            # Of what was open when the relay died nothing goes on after that.
            assert ssnid in ended or one.left <= begun[ssnid].killed, why
    assert len(reported(relay)) == len(begun)
