"""One figure of a benchmark, beside its peer's."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """`ratio` says how many times better ours is than the peer, whichever direction the unit has; `aim` is the least ratio wanted."""

    suite: str
    name: str
    unit: str
    ours: float
    peer: str
    peer_value: float
    ratio: float
    aim: float
    runs: int

    @property
    def met(self) -> bool:
        return self.ratio >= self.aim

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "met": self.met}


def row(
    suite: str,
    name: str,
    unit: str,
    ours: Sequence[float],
    peer: str,
    peer_values: Sequence[float],
    *,
    aim: float,
    more_is_better: bool = False,
) -> Row:
    """Medians of both and the median of the ratios pair by pair: run k of ours stood beside run k of the peer."""
    pairs = [(b / a if not more_is_better else a / b) for a, b in zip(ours, peer_values, strict=True)]
    return Row(suite, name, unit, statistics.median(ours), peer, statistics.median(peer_values), statistics.median(pairs), aim, len(ours))
