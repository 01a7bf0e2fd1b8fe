"""What the harness needs to know of a cobrowse implementation. `none` and `self` need no product at all."""

from __future__ import annotations

import time

from playwright.sync_api import Browser, Frame, Locator, Page

from tests.fidelity.compare import DomOptions


class Adapter:
    name = "none"
    compares = False  # False: journeys run, nothing is compared
    masks = False  # True: it was given site.MASK, so canaries must not leak

    def start(self, site) -> None: ...  # relay, file server, session
    def stop(self) -> None: ...
    def snippet(self, site) -> str:
        return ""  # what the customer pastes

    def origins(self) -> list[str]:
        return []  # where the script, relay and viewer live

    def init_script(self, site) -> str | None:
        return None  # instead of the snippet: page.add_init_script

    def open_agent(self, browser: Browser, size: dict) -> None: ...
    def settle(self, visitor: Page) -> None: ...  # wait until the agent has caught up
    def frame(self) -> Frame | Page:
        raise NotImplementedError  # the rebuilt document

    def view(self) -> Locator | Page:
        raise NotImplementedError  # the element to photograph

    def dom_options(self) -> DomOptions:
        return DomOptions()

    def wire_text(self, payload: str | bytes) -> str | bytes:
        return payload  # undo the product's own encoding before looking for canaries

    def server_texts(self) -> list[str | bytes]:
        return []  # replica dumps, recordings, logs: also searched for canaries


class NoneAdapter(Adapter):
    """Only checks that the journey itself works on the untouched site."""


class SelfAdapter(Adapter):
    """The visitor's page is its own agent: the noise floor of the comparison (clocks, animations, late loads)."""

    name, compares = "self", True

    def __init__(self):
        self.page: Page | None = None

    def settle(self, visitor: Page) -> None:
        self.page = visitor
        time.sleep(0.3)

    def frame(self):
        return self.page

    def view(self):
        return self.page
