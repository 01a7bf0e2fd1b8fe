"""From which version on the replica has to remember: the oldest that a viewer may still ask a delta from."""

from collections.abc import Iterable

RETURN_SECONDS = 60.0
"""How long the version of a viewer that left is kept in mind; one that comes back later gets a snapshot."""


class History:
    """The versions of viewers that left a short while ago."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left: list[tuple[float, int]] = []

    def left(self, version: int, now: float) -> None:
        """A viewer that has `version` is gone and may come back."""
        self._left.append((now + RETURN_SECONDS, version))

    def oldest(self, present: Iterable[int], latest: int, now: float) -> int:
        """The oldest version that counts, `latest` when none does. `present` are the versions of the viewers there are."""
        if not self._left:
            return min(present, default=latest)
        self._left = [(until, version) for until, version in self._left if until > now]
        return min([*present, *(version for _, version in self._left), latest])
