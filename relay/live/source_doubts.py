"""Whether the replica is what the visitor's page is: asked of the visitor's browser, which answers with hashes of pieces of its page.

What is otherwise there the browser sends again alone. It is asked only while somebody watches.
"""

from relay.live.counts import Counts
from relay.live.visitor_seat import VisitorSeat
from relay.protocol.names import DriftToVisitor, SpotRecord, VerifyToVisitor

SPOTS = 256
"""Nodes that a visitor is told of after one asking: more wrong than this are left for the next."""


class SourceDoubts:
    """`drifted` takes what a frame's `verify` ops found otherwise: (the visitor's number, scope)."""

    __slots__ = ("_counts", "_left", "_visitor")

    def __init__(self, visitor: VisitorSeat, counts: Counts) -> None:
        self._visitor = visitor
        self._counts = counts
        self._left = 0

    def ask(self) -> None:
        if self._visitor.connected:
            self._left = SPOTS
            self._counts.source_doubts += 1
            self._visitor.tell(VerifyToVisitor())

    def drifted(self, found: list[tuple[int, int]]) -> None:
        """Ask for these again. A browser that was not asked to look is not answered."""
        wanted = found[: self._left]
        self._left -= len(wanted)
        self._counts.source_drifts += len(found)
        self._counts.source_repairs += len(wanted)
        if wanted:
            self._visitor.tell(DriftToVisitor(spots=[SpotRecord(node=node, scope=scope) for node, scope in wanted]))
