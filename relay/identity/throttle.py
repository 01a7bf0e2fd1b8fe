"""Counting attempts in a sliding window. Bounded in memory, whoever tries."""

from collections import OrderedDict, deque

KEYS = 10_000
"""Callers that are remembered; those that have been silent longest are forgotten first."""


class Throttle:
    """At most `limit` attempts by one key in `seconds`."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self._attempts: OrderedDict[object, deque[float]] = OrderedDict()

    def allows(self, key: object, now: float) -> bool:
        """Whether another attempt may be made; it is not counted by this."""
        attempts = self._attempts.get(key)
        if attempts is None:
            return True
        while attempts and attempts[0] <= now - self._seconds:
            attempts.popleft()
        return len(attempts) < self._limit

    def count(self, key: object, now: float) -> None:
        attempts = self._attempts.setdefault(key, deque(maxlen=self._limit))
        attempts.append(now)
        self._attempts.move_to_end(key)
        if len(self._attempts) > KEYS:
            self._attempts.popitem(last=False)
