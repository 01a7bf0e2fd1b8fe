"""What all tests share: one browser, one PostgreSQL, and the two engines.

Playwright's synchronous face can be entered once a process, so nobody else starts one.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import launch
from tests.engines import ENGINES, SQLITE, Engine
from tests.postgres import Postgres
from tests.relay_process import RelayProcess


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.remove()


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Tests that ask for it run on both databases."""
    return Engine() if request.param == SQLITE else Engine(request.getfixturevalue("postgres"))


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> RelayProcess:
    """A group with one agent, never started: the origin of relays, which commands would take a second to make anew."""
    relay = RelayProcess(tmp_path_factory.mktemp("seeded"), engine=engine)
    relay.seed()
    return relay


@pytest.fixture(scope="session")
def seeded_file(tmp_path_factory: pytest.TempPathFactory) -> RelayProcess:
    """The same on SQLite alone."""
    relay = RelayProcess(tmp_path_factory.mktemp("seeded"))
    relay.seed()
    return relay
