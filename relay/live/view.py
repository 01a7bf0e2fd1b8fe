"""One viewer's seat: who sits there, what they may see, and the version they have. It builds nothing."""

from collections import deque
from dataclasses import dataclass, field

from relay.live.control import encode
from relay.live.outbox import Outbox
from relay.protocol.names import AgentRecord, ToViewer

UNACKNOWLEDGED_FRAMES = 64
"""Frames that a viewer may have and not have rendered. A browser that cannot keep up is a slow line: it waits, and gets one delta."""


@dataclass(eq=False, slots=True)
class View:
    """`version` is the last version sent, `acknowledged` the last one rendered; 0 is nothing."""

    agent: AgentRecord
    audience: int
    outbox: Outbox
    version: int = 0
    acknowledged: int = 0
    _in_flight: deque[int] = field(default_factory=deque)

    @property
    def has_room(self) -> bool:
        return self.outbox.has_room and len(self._in_flight) < UNACKNOWLEDGED_FRAMES

    def tell(self, message: ToViewer) -> None:
        self.outbox.put(encode(message))

    def send(self, frame: bytes, version: int) -> None:
        """The viewer is at `version` once it has this frame."""
        self.outbox.put(frame)
        self.version = version
        self._in_flight.append(version)

    def acknowledge(self, version: int) -> None:
        """The viewer shows `version`. A number that was never sent changes nothing."""
        if version > self.version:
            return
        self.acknowledged = max(self.acknowledged, version)
        while self._in_flight and self._in_flight[0] <= version:
            self._in_flight.popleft()
