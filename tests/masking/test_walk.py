"""A walk of the audit whose eyes fail ends as failed: what it could not read must not be reported as masked."""

from __future__ import annotations

from typing import Any, cast

import pytest

from masking.audit.journey import Step
from masking.audit.walk import Site, Walk, WalkFailed
from masking.policy import Policy
from tests import codec
from tests.outline import ops

PAGE = ops([["html", {}, ["body", {}, ["p", {}, "hello"]]]], "https://shop.example/")


class FakePage:
    """A page without fields, which sends `frames` while it is looked at."""

    url = "https://shop.example/"

    def __init__(self, walk: Walk, frames: list[bytes]) -> None:
        self._walk, self._frames = walk, frames

    def wait_for_timeout(self, _ms: float) -> None:
        while self._frames:
            self._walk._sent(self._frames.pop(0))

    def evaluate(self, _script: str, _argument: Any = None) -> list[Any]:
        return []


def take(*frames: bytes) -> None:
    walk = Walk(Site("http://127.0.0.1:1", 1000, "production", Policy.of([], 1), ["agent"]))
    page = FakePage(walk, list(frames))
    walk.take(cast("Any", page), 3, Step("wait", "", "0"))


def test_frames_that_are_read() -> None:
    take(codec.encode(PAGE, epoch=1, sequence=1), codec.encode([("set_text", 5, "again")], epoch=1, sequence=2))


def test_a_frame_that_is_refused() -> None:
    late = [("set_text", 999, "of no node")]
    with pytest.raises(WalkFailed, match=r"step 3 \(wait\): a frame of the page could not be read: .*unknown_node"):
        take(codec.encode(PAGE, epoch=1, sequence=1), codec.encode(late, epoch=1, sequence=2))


def test_a_frame_that_is_cut() -> None:
    with pytest.raises(WalkFailed, match="could not be read"):
        take(codec.encode(PAGE, epoch=1, sequence=1)[:-1])
