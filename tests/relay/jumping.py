"""The command line of a relay whose wall clock is off by as many milliseconds as a file says: `python -m tests.relay.jumping …`."""

from __future__ import annotations

import dataclasses
import os
import time
from pathlib import Path

from relay import clock
from relay.cli import main

OFFSET = "COBROWSE_TEST_OFFSET"


def wall() -> int:
    return time.time_ns() // 1_000_000 + int(Path(os.environ[OFFSET]).read_text() or 0)


class JumpingClock(clock.Clock):
    """The default clock with another wall."""

    def __init__(self) -> None:
        super().__init__(wall=wall)


if __name__ == "__main__":
    assert dataclasses.is_dataclass(clock.Clock)
    from relay import app

    app.Clock = JumpingClock  # type: ignore[misc,assignment]
    main()
