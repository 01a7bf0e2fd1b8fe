"""Lines and clocks for tests without sockets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cam_proxy.common import CommonBounds, CommonCache
from cam_proxy.store import AssetStore
from masking.policy import Policy
from masking.rule import Site
from relay._core import Replica
from relay.live.bounds import Bounds
from relay.live.counts import Counts
from relay.live.lifecycle import Happening, State
from relay.live.outbox import Message
from relay.live.participant import Kind, Participant, Person, Presence
from relay.live.record import SessionRecord
from relay.live.roll import Roll
from relay.live.session import Session
from relay.live.wanted import Wanted
from relay.protocol.names import AgentRecord, Close, VisitorRecord

NOWHERE = Path("/nonexistent")
ASSETS = "https://relay.example/cobrowse/assets/scope"
RECORD = SessionRecord(
    ssnid="1000.48213.77",
    group=1000,
    key="48213",
    site=Site.PRODUCTION,
    secret_hash=bytes(32),
    scope="scope",
    asset_key=bytes(range(32)),
    visitor=VisitorRecord(visitorid="", name="Vera", email="", phone=""),
)
ADA = Person(user=1, username="ada", full_name="Ada")
AGENT = AgentRecord(username="ada", partnerid=1000, partneruserid="1", name="Ada", title="", agentrole="agent")


class FakeLine:
    """Takes everything; says that `pending` bytes have not left."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.pending = 0
        self.code: Close | None = None

    def write(self, message: Message) -> None:
        assert self.code is None
        self.messages.append(message)

    def unsent(self) -> int:
        return self.pending

    def close(self, code: Close, reason: str) -> None:
        self.code = code

    def controls(self, kind: str | None = None) -> list[dict[str, Any]]:
        found = [json.loads(message) for message in self.messages if isinstance(message, str)]
        return [control for control in found if kind is None or control["type"] == kind]

    def frames(self) -> list[bytes]:
        return [message for message in self.messages if isinstance(message, bytes)]


def at_once(session: Session, _happening: Happening) -> None:
    """An end is on disk as soon as it happens."""
    if session.state.final:
        session.farewell()


def make_session(
    *,
    policy: Policy | None = None,
    incarnation: str = "life",
    on_change: Callable[[Session, Happening], None] | None = None,
    state: State = State.SETUP,
    counts: Counts | None = None,
    roll: Roll | None = None,
    now: float = 0.0,
) -> Session:
    return Session(
        RECORD,
        replica=Replica(asset_key=RECORD.asset_key, asset_prefix=ASSETS),
        policy=policy or Policy(),
        wanted=Wanted(AssetStore(NOWHERE, CommonCache(NOWHERE, CommonBounds()))),
        incarnation=incarnation,
        assets=ASSETS,
        bounds=Bounds(waiting=120, grace=60),
        now=now,
        on_change=on_change or at_once,
        counts=counts or Counts(),
        roll=roll or Roll(Participant(0, Kind.VISITOR, Person(), Presence.JOINING)),
        state=state,
    )
