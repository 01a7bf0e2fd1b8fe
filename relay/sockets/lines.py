"""All lines of the process: what they share, and the look at each of them now and then that finds peers that are gone.

One timer for all: a timer for each would cost a kilobyte and several microseconds a line.
"""

import asyncio
from itertools import cycle
from typing import TYPE_CHECKING, Final

from relay.sockets.frames import Framer

if TYPE_CHECKING:
    from relay.sockets.line import Line

LOOK_SECONDS: Final = 2.0
"""Each line is looked at once in this time."""

SLOTS: Final = 8
"""Lines are looked at in so many parts, so that many lines never make one long turn."""

PING_LOOKS: Final = 10
"""A line on which nothing came for so many looks is pinged: 20 s."""

OWED_LOOKS: Final = 2
"""The same for a line whose peer was sent something since it was last heard: 4 s."""

GONE_LOOKS: Final = 3
"""A peer that was pinged, and in so many looks said nothing and took nothing, is gone: 6 s. It is gone 13 s after its last sign of life at
the latest (relay notes: 15 s)."""


class Lines:
    """`write_deadline`: seconds that a peer with much unsent may take nothing; `limit`: bytes of a message before a line allows more."""

    def __init__(self, write_deadline: float, limit: int) -> None:
        self.write_deadline = write_deadline
        self.limit = limit
        self.framer = Framer()
        self.opened = 0
        self.cut = 0
        self.bytes_in = 0
        self.bytes_out = 0
        self._slots: list[set[Line]] = [set() for _ in range(SLOTS)]
        self._next = cycle(self._slots)
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return sum(map(len, self._slots))

    def add(self, line: "Line") -> None:
        self.opened += 1
        min(self._slots, key=len).add(line)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LOOK_SECONDS / SLOTS, self._look)

    def discard(self, line: "Line") -> None:
        for slot in self._slots:
            slot.discard(line)

    def _look(self) -> None:
        self._timer = None
        for line in list(next(self._next)):
            line.look()
        if len(self):
            self._timer = asyncio.get_running_loop().call_later(LOOK_SECONDS / SLOTS, self._look)
