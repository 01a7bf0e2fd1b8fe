"""The page corpus, played: after each step the agent's stage has the visitor's tree, looks and pixels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page

from tests.browser import corpus, pixels
from tests.browser.call import ARTIFACTS, Call, Masks
from tests.relay_process import GROUP, RelayProcess
from tests.site_server import SiteServer

pytestmark = pytest.mark.browser

LOOKS = (Path(__file__).parent / "looks.js").read_text(encoding="utf-8")
MASKS: Masks = [(".masked-text", "text"), (".masked-hide", "hide"), (".masked-block", "block")]
MASKED = ", ".join(selector for selector, _ in MASKS)
BOXES = """(selector) => [...document.querySelectorAll(selector)].map((e) => e.getBoundingClientRect()).map((b) => [b.left, b.top, b.right, b.bottom].map(Math.round))"""
READY = """() => document.fonts.status === 'loaded' && [...document.images].every((image) => image.complete)"""
# Pictures and fonts come to the stage later than the frame that names them.
LOOKS_AT_MOST = 40
LOOK_EVERY_MS = 75
MOST_DIFFERING = 0.001


class Corpus:
    """One session that goes from page to page; a new one after a page that has failed."""

    def __init__(self, browser: Browser, relay: RelayProcess, site: str) -> None:
        self.browser, self.relay, self.site = browser, relay, site
        self.call: Call | None = None

    def visit(self, page: corpus.CorpusPage) -> Call:
        url = f"{self.site}/{page.name}.html"
        if self.call is None:
            self.call = Call(self.browser, self.relay, MASKS)
            self.call.visitor.set_viewport_size(corpus.SIZE)
            self.call.open(url)
            agent = self.call.join(self.call.start())
            agent.evaluate("() => { pointer.style.visibility = 'hidden'; }")
        else:
            self._reset(self.call.visitor)
            self.call.open(url)
            self.call.settle()
        return self.call

    def _reset(self, visitor: Page) -> None:
        visitor.mouse.up()
        visitor.mouse.move(*corpus.NOWHERE)
        visitor.set_viewport_size(corpus.SIZE)
        visitor.emulate_media(color_scheme="light", reduced_motion="no-preference", forced_colors="none", media="screen")

    def give_up(self) -> None:
        if self.call:
            self.call.close()
        self.call = None


@pytest.fixture(scope="module")
def played(browser: Browser, tmp_path_factory: pytest.TempPathFactory, seeded_file: RelayProcess) -> Iterator[Corpus]:
    relay = RelayProcess(tmp_path_factory.mktemp("corpus"), origin=seeded_file)
    for selector, action in MASKS:
        relay.mask(selector, action)
    relay.start()
    with SiteServer(corpus.corpus_site(relay.url, GROUP)) as site:
        corpus_of_calls = Corpus(browser, relay, site.url)
        yield corpus_of_calls
        corpus_of_calls.give_up()
    relay.stop()


@pytest.mark.parametrize("path", corpus.pages(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_page(played: Corpus, path: Path) -> None:
    page = corpus.read(path)
    try:
        call = played.visit(page)
        check(call, page, "opened")
        for step in page.steps:
            corpus.play(call.visitor, step)
            check(call, page, step.name)
        assert call.errors == []
    except BaseException:
        played.give_up()
        raise


def check(call: Call, page: corpus.CorpusPage, step: str) -> None:
    """Reads both sides until they agree, or have had the time to."""
    found: list[str] = []
    for _ in range(LOOKS_AT_MOST):
        call.settle()
        found = _differences(call, page, step)
        if not found:
            return
        call.agent.wait_for_timeout(LOOK_EVERY_MS)
    call.picture(_file(page, step))
    raise AssertionError(f"{step}: {len(found)} differences\n" + "\n".join(found[:12]))


def _differences(call: Call, page: corpus.CorpusPage, step: str) -> list[str]:
    stage = call.stage()
    try:
        if not (stage.evaluate(READY) and call.visitor.evaluate(READY)):
            return ["pictures or fonts are missing"]
        return call.differences() or _looks(call) or ([] if page.apart else _pixels(call, page, step))
    except Error as error:
        # A stage of another mode takes this one's place.
        return [str(error)]


def _looks(call: Call) -> list[str]:
    ours, theirs = call.visitor.evaluate(LOOKS), call.stage().evaluate(LOOKS)
    found = [f"{len(ours)} elements at the visitor, {len(theirs)} at the agent"] if len(ours) != len(theirs) else []
    for mine, seen in zip(ours, theirs, strict=False):
        if different := [f"{a} · agent {b}" for a, b in zip(mine, seen, strict=True) if a != b]:
            found.append(f"{mine[0]}: {'; '.join(different)}")
    return found


def _pixels(call: Call, page: corpus.CorpusPage, step: str) -> list[str]:
    frame = call.agent.wait_for_selector("iframe[data-stage]")
    box = frame and frame.bounding_box()
    assert box
    clip: Any = box
    ours = pixels.picture(call.visitor.screenshot(caret="initial"))
    theirs = pixels.picture(call.agent.screenshot(caret="initial", clip=clip))
    part, mask = pixels.differing(ours, theirs, [tuple(box) for box in call.visitor.evaluate(BOXES, MASKED)])
    if part <= MOST_DIFFERING:
        return []
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    mask.save(ARTIFACTS / f"{_file(page, step)}.difference.png")
    return [f"{part:.2%} of the pixels differ"]


def _file(page: corpus.CorpusPage, step: str) -> str:
    return re.sub(r"\W+", "-", f"{page.name} {step}")
