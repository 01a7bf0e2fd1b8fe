"""One session: the replica of the visitor's page, both sides of it, and the order of work. The only writer of all of these.

It awaits nothing and asks no clock; sockets bring events and drain outboxes. What has to be written down leaves by `on_change`.
"""

import logging
from collections.abc import Callable
from typing import Any

from masking.policy import Policy
from masking.rule import Profile
from masking.statement import Ledger, rules_of
from relay._core import CoreError, FrameRefused, Replica
from relay.live.alarms import Alarms
from relay.live.bounds import Bounds
from relay.live.counts import Counts
from relay.live.lifecycle import REASONS, Happening, State, after
from relay.live.outbox import Outbox
from relay.live.participant import Movement, Person
from relay.live.record import SessionRecord
from relay.live.roll import Roll
from relay.live.source_doubts import SourceDoubts
from relay.live.view import View
from relay.live.viewers import Viewers
from relay.live.visitor_seat import VisitorSeat
from relay.live.wanted import Wanted
from relay.protocol.names import (
    AckToVisitor,
    AgentRecord,
    AgentsToVisitor,
    AssetRecord,
    Close,
    EndedToViewer,
    EndedToVisitor,
    JoinedToViewer,
    MaskRecord,
    MasksToVisitor,
    ResumedToVisitor,
    ResyncToVisitor,
    SpotRecord,
    StartedToVisitor,
    WantToVisitor,
    WatchedToVisitor,
)

log = logging.getLogger(__name__)

REFUSALS = 3
REFUSAL_SECONDS = 60.0
"""So many refused frames in so many seconds end the session (requirements 5.6)."""

DOUBT_SECONDS = 30.0
"""How often viewers are asked whether they show what the replica says."""

PAGE_SECONDS = 2.0
"""How long viewers keep the last page while the next one is still coming; then they are shown what there is of it."""

ACK_SECONDS = 0.05
"""The visitor hears at most once in this time what has been applied; the first frame after a pause is acknowledged at once."""


class Session:
    """`on_change(session, happening)` is called at each transition, after the state is the new one. At the last one it sees to it that
    `farewell` is called when the end is on disk: nobody is told of an end that a kill could undo.
    """

    __slots__ = (
        "_acknowledged_at",
        "_assets",
        "_began",
        "_counts",
        "_doubt_at",
        "_ledger",
        "_looking",
        "_on_change",
        "_pending_since",
        "_refusals",
        "_source_doubts",
        "_ticked",
        "_ticked",
        "_unacknowledged",
        "_viewers",
        "_visitor",
        "_visitor_gone",
        "alarms",
        "bounds",
        "cards",
        "reason",
        "record",
        "replica",
        "roll",
        "state",
        "wanted",
    )

    def __init__(
        self,
        record: SessionRecord,
        *,
        replica: Replica,
        policy: Policy,
        wanted: Wanted,
        incarnation: str,
        assets: str,
        bounds: Bounds,
        now: float,
        on_change: Callable[["Session", Happening], None],
        counts: Counts,
        roll: Roll,
        state: State = State.SETUP,
        taken_up_after: float | None = None,
    ) -> None:
        """`taken_up_after`: an earlier process had the session, which began so many seconds ago."""
        self.record = record
        self.replica = replica
        self.roll = roll
        self.wanted = wanted
        self.state = state
        self.reason = ""
        self.alarms = Alarms()
        self.cards = Alarms()
        # What the earlier process had masked is known to nobody.
        self._ledger = Ledger(complete=taken_up_after is None)
        self._watch_rules(policy)
        self._assets = assets
        self.bounds = bounds
        self._on_change = on_change
        self._visitor = VisitorSeat()
        self._counts = counts
        self._source_doubts = SourceDoubts(self._visitor, counts)
        self._viewers = Viewers(replica, policy, incarnation, counts)
        self._refusals: list[float] = []
        self._pending_since: float | None = None
        self._looking = 0
        self._unacknowledged = False
        self._acknowledged_at = -ACK_SECONDS
        self._began = now - (taken_up_after or 0.0)
        self._ticked = now
        self._visitor_gone = now
        self._doubt_at = now + DOUBT_SECONDS

    # --- the visitor's side ---

    @property
    def visitor_connected(self) -> bool:
        return self._visitor.connected

    @property
    def _waits_until(self) -> float:
        return self._began + self.bounds.waiting

    def started(self, outbox: Outbox, secret: str) -> None:
        """The new session is on disk: tell the visitor, who alone gets the secret."""
        self._visitor.take(outbox)
        self._visitor.tell(
            StartedToVisitor(
                ssnid=self.record.ssnid,
                key=self.record.key,
                secret=secret,
                masks=self._masks(),
                assets=self._assets,
                grace=round(self.bounds.grace),
                waiting=round(self.bounds.waiting),
            )
        )
        if self.state.final:
            self.farewell()
        self.roll.visitor.move(Movement.SHOWN)
        self._happen(Happening.READY)

    def resumed(self, outbox: Outbox, epoch: int) -> None:
        """The visitor is back, on a new connection or a new page; a connection that it still had is over.

        `epoch` is the last that its page knows to be applied. A page that knows of none is another one.
        """
        if epoch == 0:
            self.replica.next_view()
        self._visitor.take(outbox)
        self._visitor.tell(
            ResumedToVisitor(
                ssnid=self.record.ssnid,
                key=self.record.key,
                epoch=self.replica.epoch,
                sequence=self.replica.sequence,
                masks=self._masks(),
                assets=self._assets,
                grace=round(self.bounds.grace),
                agents=self._viewers.agents if self.bounds.names_agents else [],
                waiting=round(self._waits_until - self._ticked) if self.state is State.WAITING else 0,
            )
        )
        self._visitor.tell(WatchedToVisitor(looking=self._looking))
        self.roll.visitor.move(Movement.RETURNED)
        self.roll.visitor.move(Movement.SHOWN)
        self.wanted.renew()
        self._want(self.wanted.missing())
        self._viewers.tell_state(self._visible_state())

    def visitor_left(self, outbox: Outbox, now: float) -> None:
        """The visitor's connection is gone; it has the grace to come back. Nothing happens if a newer one took over."""
        if self._visitor.leave(outbox) and not self.state.final:
            self._visitor_gone = now
            self.roll.visitor.move(Movement.DROPPED, now)
            self._viewers.tell_state(self._visible_state())

    def apply(self, frame: bytes, now: float) -> str:
        """Bring the replica forward; why that was refused, empty when it was not.

        Viewers hear of it, and the visitor of the acknowledgement, at the next `flush`.
        """
        if self.state.final:
            return ""
        self.roll.visitor.bytes += len(frame)
        first = self.replica.version == 0
        try:
            applied = self.replica.apply(frame)
        except FrameRefused as refusal:
            return self._refuse(refusal.kind, now)
        except CoreError as fault:
            self._break(fault)
            return ""
        self._unacknowledged = True
        if not applied.pending:
            self._pending_since = None
        elif self._pending_since is None:
            self._pending_since = now
        if first:
            self._viewers.tell_state(self._visible_state())
        self.alarms.add(applied.alarms)
        self._counts.alarms += applied.alarms
        self.cards.add(applied.cards)
        if drifted := applied.drifted:
            self._source_doubts.drifted(drifted)
        return ""

    def _refuse(self, kind: str, now: float) -> str:
        self._counts.refused[kind] += 1
        self._refusals.append(now)
        self._refusals = [at for at in self._refusals if at > now - REFUSAL_SECONDS]
        self._visitor.tell(ResyncToVisitor(reason=kind))
        if len(self._refusals) >= REFUSALS:
            self.end(Happening.FAILED)
        return kind

    def want(self, asset: str) -> None:
        """Ask the visitor's browser for the bytes of an asset of its page, once."""
        if self.wanted.ask(asset):
            self._want([asset])

    def _want(self, assets: list[str]) -> None:
        records = [AssetRecord(id=asset, url=url) for asset in assets if (url := self.replica.asset(asset))]
        if records:
            self._visitor.tell(WantToVisitor(assets=records))

    # --- the viewers' side ---

    def has_seat(self, incarnation: str | None) -> bool:
        """Whether another viewer may come. One that was here before, as the incarnation shows that it has, may come back."""
        return len(self._viewers) < self.bounds.viewers or self._viewers.knows(incarnation)

    def join(self, agent: AgentRecord, person: Person, outbox: Outbox, incarnation: str | None, version: int | None) -> View:
        """A viewer takes its seat; one that was here before goes on from the version it has. The page follows at the next `flush`."""
        view = self._viewers.seat(agent, self.roll.seat(person), outbox, incarnation, version)
        self._happen(Happening.JOINED)
        view.tell(
            JoinedToViewer(
                key=self.record.key,
                ssnid=self.record.ssnid,
                incarnation=self._viewers.incarnation(view),
                state=self._visible_state(),
                visitor=self.record.visitor,
                agents=self._viewers.agents,
            )
        )
        self._tell_agents(but=view)
        self._tell_looking()
        return view

    def leave(self, view: View, now: float) -> None:
        """The viewer's connection is gone."""
        if self._viewers.leave(view, now):
            self.roll.drop(view.participant, now)
            self._tell_agents()
            self._tell_looking()

    def look(self, view: View, visible: bool) -> None:
        """The viewer's page is on a screen, or not: what only eyes are for, the visitor's browser leaves out while nobody looks."""
        view.looking = visible
        self._tell_looking()

    def _tell_looking(self) -> None:
        looking = self._viewers.looking
        if looking != self._looking:
            self._looking = looking
            self._visitor.tell(WatchedToVisitor(looking=looking))

    def acknowledge(self, view: View, version: int, now: float) -> None:
        """The viewer shows `version`: what lies before the oldest version that any viewer has may be forgotten."""
        view.acknowledge(version, now)
        if not self.state.final:
            self._release(now)

    def drifted(self, view: View, version: int, spots: list[SpotRecord], now: float) -> None:
        """The viewer has something else at these nodes than the replica says: that alone is sent again."""
        try:
            if not self.state.final:
                self._viewers.mend(view, version, spots, now)
        except CoreError as fault:
            self._break(fault)

    def _release(self, now: float) -> None:
        try:
            self._viewers.release(now)
        except CoreError as fault:
            self._break(fault)

    def flush(self, now: float) -> bool:
        """One delta for each viewer, and one acknowledgement for all that was applied. Whether that is owed still, because the last one is
        less than `ACK_SECONDS` ago.
        """
        try:
            if not self.state.final:
                self._viewers.flush(now)
                return self._owes_acknowledgement(now)
        except CoreError as fault:
            self._break(fault)
        return False

    def _owes_acknowledgement(self, now: float) -> bool:
        if not self._unacknowledged:
            return False
        if now - self._acknowledged_at < ACK_SECONDS:
            return True
        self._unacknowledged = False
        self._acknowledged_at = now
        replica = self.replica
        self._visitor.tell(AckToVisitor(epoch=replica.epoch, sequence=replica.sequence, version=replica.version))
        return False

    @property
    def watched(self) -> int:
        """How many viewers there are."""
        return len(self._viewers)

    # --- the session itself ---

    def held(self) -> dict[str, int]:
        """What the page takes: numbers by name, as the replica counts them."""
        return {} if self.state.final else self.replica.stats()

    @property
    def policy(self) -> Policy:
        return self._viewers.audiences.policy

    def set_policy(self, policy: Policy) -> None:
        """Other masking rules: at the source, and for every audience from the next `flush` on."""
        self._settle_masks()
        self._watch_rules(policy)
        self._viewers.audiences.set_policy(policy)
        self._visitor.tell(MasksToVisitor(masks=self._masks()))

    def statement(self, **facts: Any) -> str:
        """What was masked by which rules on which pages, in numbers; `facts` are the caller's."""
        try:
            self._settle_masks()
        except CoreError:
            self._ledger.complete = False
        return self._ledger.statement(session=self.record.short, alarms=self.alarms.total, cards=self.cards.total, **facts)

    def _watch_rules(self, policy: Policy) -> None:
        self.replica.watch(rules_of(policy))

    def _settle_masks(self) -> None:
        self._ledger.add(self.policy, self.replica.tally())

    def tick(self, now: float) -> None:
        """Look at the time: nobody came, the visitor did not come back, a viewer does not keep up."""
        self._ticked = now
        if not self._visitor.connected and now >= self._visitor_gone + self.bounds.grace:
            self.end(Happening.VISITOR_LOST)
        elif self.state is State.WAITING and now >= self._waits_until:
            self.end(Happening.WAITED)
        elif not self.state.final:
            self._show(now)
            self._release(now)
            self.roll.tick(now)
            if self._viewers:
                self._viewers.look(self._visible_state(), now)
            self._doubt(now)

    def _show(self, now: float) -> None:
        if self._pending_since is None or now < self._pending_since + PAGE_SECONDS:
            return
        self._pending_since = None
        try:
            self.replica.show()
            self._viewers.flush(now)
        except CoreError as fault:
            self._break(fault)

    def _doubt(self, now: float) -> None:
        if now < self._doubt_at or self.state.final:
            return
        self._doubt_at = now + DOUBT_SECONDS
        try:
            self._viewers.doubt(now)
            if self._viewers and self.replica.version:
                self._source_doubts.ask()
        except CoreError as fault:
            self._break(fault)

    def end(self, happening: Happening) -> None:
        """The session is over, if `happening` can end it in its state: from now on nothing is taken from anybody, and nothing shown."""
        if self._happen(happening) and self.state.final:
            self.wanted.clear()

    def farewell(self) -> None:
        """Tell everybody who is still there of the end. It may be called again."""
        self._visitor.tell(EndedToVisitor(reason=self.reason))
        self._visitor.close(Close.ENDED)
        self._viewers.tell(EndedToViewer(reason=self.reason))
        self._viewers.close(Close.ENDED)

    def _break(self, fault: CoreError) -> None:
        """The core panicked over this session's page: nothing can be asked of its replica any more (requirements 5.8)."""
        log.error("session %s: %s", self.record.short, fault)
        self.end(Happening.FAILED)

    def _happen(self, happening: Happening) -> bool:
        state = after(self.state, happening)
        if state is None:
            return False
        changed, self.state = state is not self.state, state
        if changed and state.final:
            self.reason = REASONS[happening]
            self.roll.close(happening)
            self._counts.ended[state.value] += 1
        if changed:
            self._on_change(self, happening)
        return True

    def _visible_state(self) -> str:
        if not self._visitor.connected:
            return "reconnecting"
        return "live" if self.replica.version else "waiting"

    def _tell_agents(self, but: View | None = None) -> None:
        agents = self._viewers.agents
        self._visitor.tell(AgentsToVisitor(count=len(agents), agentlist=agents if self.bounds.names_agents else []))
        self._viewers.tell_agents(but)

    def _masks(self) -> list[MaskRecord]:
        policy = self.policy
        records = [MaskRecord(selector=rule.selector, action=rule.action.value, label=rule.label) for rule in policy.at_source()]
        if policy.profile is Profile.PRIVATE:
            records.insert(0, MaskRecord(selector="", action=Profile.PRIVATE.value, label=""))
        return records
