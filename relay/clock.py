"""The two clocks, in one object that tests can replace."""

import time
from collections.abc import Callable
from dataclasses import dataclass


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` in seconds never jumps and means nothing elsewhere; `wall` is milliseconds since 1970, for records."""

    now: Callable[[], float] = time.monotonic
    wall: Callable[[], int] = _milliseconds
