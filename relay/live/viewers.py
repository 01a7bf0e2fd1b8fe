"""Everyone who watches one session: seats, audiences, and bringing each to the version there is."""

from masking.policy import Policy
from relay._core import Replica
from relay.live.audiences import Audiences
from relay.live.control import encode
from relay.live.counts import Counts
from relay.live.history import History
from relay.live.outbox import Outbox
from relay.live.participant import Participant
from relay.live.view import COMPARISONS, View
from relay.protocol.names import AgentRecord, AgentsToViewer, Close, SpotRecord, StateToViewer, ToViewer


class Viewers:
    """`incarnation` names this life of the replica: versions that a viewer had of an earlier life count for nothing."""

    __slots__ = ("_history", "_incarnation", "_released", "_replica", "_views", "audiences", "counts")

    def __init__(self, replica: Replica, policy: Policy, incarnation: str, counts: Counts) -> None:
        self._replica = replica
        self._incarnation = incarnation
        self._history = History()
        self._views: list[View] = []
        self._released = 0
        self.audiences = Audiences(replica, policy)
        self.counts = counts

    def __len__(self) -> int:
        return len(self._views)

    @property
    def agents(self) -> list[AgentRecord]:
        return [view.agent for view in self._views]

    @property
    def looking(self) -> int:
        """How many have the page before their eyes."""
        return sum(view.looking for view in self._views)

    def incarnation(self, view: View) -> str:
        """What the viewer has to name when it comes back. Other rights are another incarnation: it must start over."""
        return f"{self._incarnation}.{view.audience}"

    def knows(self, incarnation: str | None) -> bool:
        """Whether somebody with this incarnation has been here."""
        return incarnation is not None and incarnation.rpartition(".")[0] == self._incarnation

    def seat(self, agent: AgentRecord, participant: Participant, outbox: Outbox, incarnation: str | None, version: int | None) -> View:
        """A seat at the version that the viewer says it has, if it was here before; at nothing otherwise."""
        view = View(agent, self.audiences.of(agent.agentrole), outbox, participant)
        if version is not None and incarnation == self.incarnation(view) and 0 < version <= self._replica.version:
            view.version = view.acknowledged = version
        self._views.append(view)
        return view

    def leave(self, view: View, now: float) -> bool:
        """Whether the viewer was still there."""
        if view not in self._views:
            return False
        self._views.remove(view)
        self._history.left(view.acknowledged, now)
        return True

    def release(self, now: float) -> None:
        """Let the replica forget what no viewer will ask for."""
        latest = self._replica.version
        if self._released == latest:
            return
        present = [view.acknowledged for view in self._views]
        oldest = self._history.oldest(present, latest, now)
        if oldest != self._released:
            self._released = oldest
            self._replica.release(oldest)

    def flush(self, now: float) -> None:
        """One delta to each viewer that is behind and has room.

        Viewers with the same rights and the same version get the same bytes. A viewer without room stays behind: the next delta,
        whenever it comes, brings it to what there is then.
        """
        latest = self._replica.version
        built: dict[tuple[int, int], bytes] = {}
        for view in self._views:
            if view.version >= latest:
                continue
            if not view.has_room(now):
                self.counts.owed += 1
                continue
            since = (view.audience, view.version)
            if since not in built:
                built[since] = self._replica.delta(*since)
            self.counts.sent += 1
            view.send(built[since], latest, now)

    def look(self, state: str, now: float) -> None:
        """Tell viewers whether they keep up; close those that show nothing any more. `state` is the visitor's."""
        for view in self._views:
            self.counts.behind += view.tell_pace(state, now)
            if not view.outbox.closed and view.is_silent(now):
                self.counts.silent += 1
                view.outbox.close(Close.TOO_SLOW, "no acknowledgement")

    def tell_state(self, state: str) -> None:
        for view in self._views:
            view.behind = False
        self.tell(StateToViewer(state=state))

    def doubt(self, now: float) -> None:
        """Let every viewer that is up to date compare what it shows with the replica; what is wrong it reports."""
        built: dict[int, bytes] = {}
        for view in self._views:
            if self._is_current(view, now):
                if view.audience not in built:
                    built[view.audience] = self._replica.doubt(view.audience)
                view.comparisons = COMPARISONS
                self.counts.doubts += 1
                view.repair(built[view.audience])

    def mend(self, view: View, version: int, spots: list[SpotRecord], now: float) -> None:
        """Send again what a viewer has wrong. One that has been sent more since will be asked again."""
        if version != self._replica.version or not self._is_current(view, now) or not view.comparisons:
            return
        view.comparisons -= 1
        self.counts.drifts += len(spots)
        wanted = [(spot.node, spot.scope) for spot in spots if spot.node not in view.mended]
        repair = self._replica.mend(view.audience, wanted)
        if repair is not None:
            frame, nodes = repair
            view.mended.update(nodes)
            self.counts.repairs += len(nodes)
            view.repair(frame)

    def _is_current(self, view: View, now: float) -> bool:
        return 0 < view.version == self._replica.version and view.has_room(now)

    def tell(self, message: ToViewer, but: View | None = None) -> None:
        text = encode(message)
        for view in self._views:
            if view is not but:
                view.outbox.put(text)

    def tell_agents(self, but: View | None = None) -> None:
        agents = self.agents
        self.tell(AgentsToViewer(count=len(agents), agentlist=agents), but)

    def close(self, code: Close) -> None:
        for view in self._views:
            view.outbox.close(code)
        self._views.clear()
