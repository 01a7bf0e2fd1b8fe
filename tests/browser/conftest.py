"""What browser tests share: a relay with an agent, and calls that are closed after the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.call import Call, Masks
from tests.relay_process import RelayProcess


@pytest.fixture
def relay(tmp_path: Path, seeded_file: RelayProcess) -> Iterator[RelayProcess]:
    """A relay with a group and an agent; started, without mask rules."""
    process = RelayProcess(tmp_path, origin=seeded_file)
    process.start()
    yield process
    process.stop()


@pytest.fixture
def make_call(browser: Browser) -> Iterator[Callable[..., Call]]:
    calls: list[Call] = []

    def make(relay: RelayProcess, masks: Masks | None = None) -> Call:
        calls.append(Call(browser, relay, masks))
        return calls[-1]

    yield make
    for call in calls:
        call.close()
