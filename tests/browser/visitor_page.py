"""A visitor's page under test, with the capture relay behind it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.capture_relay import DUMP, CaptureRelay

MUTATIONS = (Path(__file__).parent / "mutations.js").read_text(encoding="utf-8")
WAIT_MS = 20_000
MAX_TURNS = 500
SYNCED = """(limit) => Promise.race([
  GLANCE.Cobrowse.Visitor.synced(),
  new Promise((_, fail) => setTimeout(() => fail(new Error('the relay does not get in step')), limit)),
])"""
# Not by `wait_for_function`, which a strict content security policy forbids.
IN_SESSION = """(limit) => new Promise((done, fail) => {
  const end = performance.now() + limit;
  const look = () => {
    const { loaded, inSession } = GLANCE.Cobrowse.Visitor;
    if (loaded && inSession()) done();
    else if (performance.now() > end) fail(new Error('no session'));
    else setTimeout(look, 10);
  };
  look();
})"""
HTML = "<!doctype html><html lang=en><head><title>{title}</title><!--tag-->{head}</head><body>{body}</body></html>"


def html(body: str, *, head: str = "", title: str = "Page") -> str:
    """A page with the tag in its head."""
    return HTML.format(body=body, head=head, title=title)


class VisitorPage:
    """Playwright's page and what a visitor's page of ours can do beside it."""

    def __init__(self, page: Page, relay: CaptureRelay) -> None:
        self.page, self.relay = page, relay
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.set_default_timeout(WAIT_MS)

    def open(self, path: str = "/") -> None:
        self.page.goto(self.relay.origin + path)

    def start(self, options: Any = None) -> None:
        """Starts a session and waits until the whole page is at the relay."""
        self.page.evaluate("(options) => { GLANCE.Cobrowse.Visitor.startSession(options ?? undefined); }", options)
        self.in_session()

    def in_session(self) -> None:
        self.page.evaluate(IN_SESSION, WAIT_MS)
        self.synced()

    def synced(self) -> int:
        version: int = self.page.evaluate(SYNCED, WAIT_MS)
        return version

    def change(self, script: str, argument: Any = None) -> None:
        """Changes the page and waits until the relay has it."""
        self.page.evaluate(script, argument)
        self.synced()

    def until(self, condition: Callable[[], bool]) -> None:
        """Gets in step with the relay until something holds there."""
        for _ in range(MAX_TURNS):
            self.synced()
            if condition():
                return
        raise AssertionError("it never came to hold")

    def record_events(self) -> None:
        """Keeps the session's events for `events`, also those to come on this page."""
        names = [
            "sessionstarting",
            "sessionstart",
            "sessioncontinue",
            "statereceived",
            "sessionend",
            "connection",
            "agents",
            "error",
            "blur",
        ]
        self.page.evaluate(
            """(names) => { window.heard = [];
                 for (const name of names) GLANCE.Cobrowse.Visitor.addEventListener(name, (event) => heard.push([name, event])); }""",
            names,
        )

    def events(self) -> list[tuple[str, Any]]:
        return [(name, event) for name, event in self.page.evaluate("heard")]

    def wait_for_event(self, name: str) -> None:
        self.page.wait_for_function("(name) => heard.some(([heardName]) => heardName === name)", arg=name)

    def assert_followed(self, where: str = "") -> None:
        """The relay's model is the page as it is."""
        difference = first_difference(self.relay.tree(), self.page.evaluate(DUMP))
        assert difference is None, f"{where}: {difference}"
        assert not self.errors, self.errors


@contextmanager
def visiting(browser: Browser, pages: dict[str, str], masks: list[dict[str, str]] | None = None) -> Iterator[VisitorPage]:
    """The page `/`, opened in a browser of its own; no session yet."""
    with CaptureRelay(pages, masks) as relay:
        context = browser.new_context(viewport={"width": 1000, "height": 700})
        try:
            visitor = VisitorPage(context.new_page(), relay)
            visitor.open()
            yield visitor
        finally:
            context.close()


def first_difference(model: Any, page: Any, path: str = "page") -> str | None:
    """The first place where two dumps are not the same, as a sentence."""
    if type(model) is not type(page):
        return f"{path}: relay has {_short(model)}, page has {_short(page)}"
    if isinstance(model, dict):
        for name in sorted(model.keys() | page.keys()):
            if found := first_difference(model.get(name), page.get(name), f"{path}.{name}"):
                return found
        return None
    if isinstance(model, list):
        for index, (ours, theirs) in enumerate(zip(model, page, strict=False)):
            if found := first_difference(ours, theirs, f"{path}[{index}]"):
                return found
        return (
            None if len(model) == len(page) else f"{path}: relay has {len(model)} ({_short(model)}), page has {len(page)} ({_short(page)})"
        )
    return None if model == page else f"{path}: relay has {_short(model)}, page has {_short(page)}"


def _short(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:300]
