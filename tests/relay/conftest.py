"""A relay in a process of its own, with a group and an agent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.relay.peers import Agent
from tests.relay_process import RelayProcess

Launch = Callable[..., RelayProcess]


@pytest.fixture
def launch(tmp_path: Path, seeded: RelayProcess) -> Iterator[Launch]:
    """Starts a relay whose settings are given as in `settings.py`."""
    running: list[RelayProcess] = []

    def start(**settings: object) -> RelayProcess:
        relay = RelayProcess(tmp_path, origin=seeded)
        relay.environment |= {f"COBROWSE_{name.upper()}": str(value) for name, value in settings.items()}
        running.append(relay)
        relay.start()
        return relay

    yield start
    for relay in running:
        relay.stop()


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory, seeded: RelayProcess) -> Iterator[RelayProcess]:
    """One relay for the tests of a file."""
    process = RelayProcess(tmp_path_factory.mktemp("relay"), origin=seeded)
    process.start()
    yield process
    process.stop()


@pytest.fixture(scope="module")
def file_relay(tmp_path_factory: pytest.TempPathFactory, seeded_file: RelayProcess) -> Iterator[RelayProcess]:
    """The same on SQLite alone, for what no database decides."""
    process = RelayProcess(tmp_path_factory.mktemp("relay"), origin=seeded_file)
    process.start()
    yield process
    process.stop()


@pytest.fixture
def agent(relay: RelayProcess) -> Iterator[Agent]:
    """An agent who is logged in."""
    with Agent(relay) as browser:
        assert browser.log_in().status_code == 303
        yield browser
