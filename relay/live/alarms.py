"""Alarms of one session: how often the visitor showed what is masked, or a card number that no rule masks.

A broken page does so with every frame; the log hears of it seldom, and never of what was shown.
"""

LINE_SECONDS = 10.0
"""At most one line in the log for so many seconds."""


class Alarms:
    """`total` counts all of them; `due` says how many are to be told now."""

    __slots__ = ("_quiet_until", "_told", "total")

    def __init__(self) -> None:
        self.total = 0
        self._told = 0
        self._quiet_until = 0.0

    def add(self, count: int) -> None:
        self.total += count

    def due(self, now: float) -> int:
        """How many there were since the last ones told, 0 while it is too early to tell; these count as told."""
        count = self.total - self._told
        if not count or now < self._quiet_until:
            return 0
        self._told = self.total
        self._quiet_until = now + LINE_SECONDS
        return count
