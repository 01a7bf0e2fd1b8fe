"""One viewer's seat: who sits there, what they may see, the version they have, and how fast they take what they get. It builds nothing."""

from collections import deque
from dataclasses import dataclass, field

from relay.live.control import encode
from relay.live.outbox import ROOM_BYTES, Outbox
from relay.live.participant import Movement, Participant, Presence
from relay.protocol.names import AgentRecord, StateToViewer, ToViewer

UNACKNOWLEDGED_FRAMES = 64
"""Frames that a viewer may have and not have rendered. A browser that cannot keep up is a slow line: it waits, and gets one delta."""

FIRST_WINDOW_BYTES = 16 * 1024
"""Bytes that a viewer may have and not have rendered, until it is known how fast it takes them. One frame may be larger than any window."""

LEAST_WINDOW_BYTES = 8 * 1024

TIMELY_SECONDS = 0.5
"""A frame that is acknowledged later than this halves the window, one in time doubles it. While an older one is on its way nothing is sent:
what a slow viewer sees is never older than the one delta that it is getting."""

BEHIND_SECONDS = 1.0
"""A viewer that has not rendered what it was sent so long ago is told that it is catching up."""

CAUGHT_UP_BYTES = 32 * 1024
"""It has caught up when its window is this large again: two frames in time and more, not a lucky one."""

COMPARISONS = 64
"""How often a viewer is told more closely what to compare, each time it was asked whether it has anything wrong: deeper than pages
are, and an end to what a viewer can make the relay look for."""

SILENT_SECONDS = 60.0
"""A viewer that was sent everything, and acknowledges nothing for so long, is closed and may come back."""


@dataclass(slots=True)
class _Flight:
    version: int
    size: int
    sent: float


@dataclass(eq=False, slots=True)
class View:
    """`version` is the last version sent, `acknowledged` the last one rendered; 0 is nothing. Times are seconds.

    `looking`: what it shows is on somebody's screen, as far as it says. `mended` are nodes that were
    sent again: one that differs all the same differs by what this viewer's browser makes of it.
    """

    agent: AgentRecord
    audience: int
    outbox: Outbox
    participant: Participant
    version: int = 0
    acknowledged: int = 0
    mended: set[int] = field(default_factory=set)
    comparisons: int = 0
    window: int = FIRST_WINDOW_BYTES
    behind: bool = False
    looking: bool = True
    _in_flight: deque[_Flight] = field(default_factory=deque)
    _bytes: int = 0
    _heard: float = 0.0

    def has_room(self, now: float) -> bool:
        """Whether it may be sent another frame; there is always room for one when nothing is on its way."""
        if not self._in_flight:
            return self.outbox.has_room
        return (
            self._bytes < self.window
            and len(self._in_flight) < UNACKNOWLEDGED_FRAMES
            and now - self._in_flight[0].sent < TIMELY_SECONDS
            and self.outbox.has_room
        )

    def tell(self, message: ToViewer) -> None:
        self.outbox.put(encode(message))

    def send(self, frame: bytes, version: int, now: float) -> None:
        """The viewer is at `version` once it has this frame."""
        self.outbox.put(frame)
        self.participant.bytes += len(frame)
        self.version = version
        self._in_flight.append(_Flight(version, len(frame), now))
        self._bytes += len(frame)

    def repair(self, frame: bytes) -> None:
        """A frame that leads from the version that the viewer has to the same."""
        self.outbox.put(frame)
        self.participant.bytes += len(frame)

    def acknowledge(self, version: int, now: float) -> None:
        """The viewer shows `version`. A number that was never sent changes nothing."""
        if version > self.version:
            return
        self.acknowledged = max(self.acknowledged, version)
        if self.participant.presence is Presence.WAITING:
            self.participant.move(Movement.SHOWN)
        self._heard = now
        last: _Flight | None = None
        while self._in_flight and self._in_flight[0].version <= version:
            last = self._in_flight.popleft()
            self._bytes -= last.size
        if last is not None:
            timely = now - last.sent <= TIMELY_SECONDS
            self.window = min(self.window * 2, ROOM_BYTES) if timely else max(self.window // 2, LEAST_WINDOW_BYTES)

    def lag(self, now: float) -> float:
        """How old the oldest frame is that the viewer has not rendered; 0 when there is none."""
        return now - self._in_flight[0].sent if self._in_flight else 0.0

    def tell_pace(self, state: str, now: float) -> bool:
        """Tell the viewer when it falls behind, and `state` when it no longer does. Whether it has fallen behind just now."""
        lag = self.lag(now)
        if lag > BEHIND_SECONDS and not self.behind:
            self.behind = True
            self.tell(StateToViewer(state="behind"))
            return True
        if self.behind and lag <= TIMELY_SECONDS and self.window >= CAUGHT_UP_BYTES:
            self.behind = False
            self.tell(StateToViewer(state=state))
        return False

    def is_silent(self, now: float) -> bool:
        """Whether it has everything, and has shown nothing of it for a long time."""
        if self.outbox.unsent or not self._in_flight:
            self._heard = now
        return now - max(self._heard, self._in_flight[0].sent if self._in_flight else now) > SILENT_SECONDS
