"""A stage fed by a real replica: what a visitor would send goes in as ops, what a viewer would get comes out at the real viewer page."""

from __future__ import annotations

from collections.abc import Sequence

from relay._core import Plan, Replica
from tests.browser.viewer_page import Viewer
from tests.codec import OpTuple, encode

Spot = tuple[int, int]


class Relayed:
    """One visitor's page at one viewer. `sizes` are the bytes of the frames that the viewer was sent.

    `focusable` is an element that the page has, by the visitor's number.
    """

    def __init__(self, viewer: Viewer, rules: Sequence[tuple[str, int, str]] = ()) -> None:
        self.viewer = viewer
        self.replica = Replica(asset_key=b"key", asset_prefix=f"{viewer.server.origin}/cobrowse/assets/s-1")
        self.audience = self.replica.add_audience(Plan(rules))
        self.sizes: list[int] = []
        self.epoch = self.sequence = self.focusable = 0
        self.focused = False

    def page(self, ops: Sequence[OpTuple]) -> None:
        """The visitor's browser starts a page."""
        self.epoch, self.sequence, self.focused = self.epoch + 1, 0, False
        self.focusable = ops[1][3][0]["id"]
        self.change(ops)

    def change(self, ops: Sequence[OpTuple]) -> None:
        self.sequence += 1
        before = self.replica.version
        self.replica.apply(encode(ops, epoch=self.epoch, sequence=self.sequence))
        self._send(self.replica.delta(self.audience, before))
        self.viewer.expect_version(self.replica.version)

    def _send(self, frame: bytes) -> None:
        self.sizes.append(len(frame))
        self.viewer.send(frame)

    def heal(self, rounds: int = 40) -> None:
        """Lets the viewer compare and be mended until it has nothing more to say."""
        self._send(self.replica.doubt(self.audience))
        for _ in range(rounds):
            spots = self._reported()
            if not spots:
                return
            repair = self.replica.mend(self.audience, spots)
            assert repair is not None, spots
            self._send(repair[0])
        raise AssertionError(f"not mended: {spots}")

    def _reported(self) -> list[Spot]:
        """What the viewer has found wrong in all that was sent to it. Every stage is given something to do after that, and does it later."""
        before = len(self.viewer.controls)
        self.focused = not self.focused
        self.change([("set_focus", self.focusable if self.focused else 0)])
        latest = {"type": "ack", "version": self.replica.version}
        while latest not in self.viewer.controls:
            self.viewer.page.evaluate("0")
        drifts = [control for control in self.viewer.controls[before:] if control["type"] == "drift"]
        return [(spot["node"], spot["scope"]) for control in drifts for spot in control["spots"]]
