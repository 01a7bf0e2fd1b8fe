"""A stage finds out what it shows otherwise than the relay says, and that alone is sent again."""

from __future__ import annotations

import hashlib
import random

import pytest

from relay.protocol.names import State
from tests.browser.page_model import Model
from tests.browser.relayed import Relayed
from tests.browser.test_stage_builds_the_page import SEED, assert_equal, element, page_of, server, text, viewer
from tests.browser.viewer_page import Viewer
from tests.codec import encode

__all__ = ["server", "viewer"]

pytestmark = pytest.mark.browser

MASKED = [(".masked", 1, ""), (".hidden", 2, ""), (".blocked", 3, "Account")]


@pytest.fixture
def relayed(viewer: Viewer) -> Relayed:
    return Relayed(viewer, MASKED)


def words(*of: int) -> str:
    """Words that do not deflate."""
    return hashlib.sha256(repr(of).encode()).hexdigest()


def shop() -> list[tuple[object, ...]]:
    """Forty sections of eight paragraphs."""
    nodes = []
    for at in range(40):
        first = 100 + 30 * at
        nodes.append(element(first, 0, "section", {"id": f"s{at}"}))
        for row in range(8):
            nodes += [element(first + 2 * row + 1, 1, "p", {"class": "row"}), text(first + 2 * row + 2, 2, words(at, row))]
    return page_of(*nodes)


def test_random_pages_are_found_right(relayed: Relayed) -> None:
    seed = SEED
    print(f"SEED={seed}")
    model, chance = Model(seed), random.Random(seed)
    relayed.page(model.start())
    for step in range(30):
        relayed.change([op for _ in range(chance.randrange(1, 5)) for op in model.change()])
        if step % 5 == 0:
            relayed.heal()
    assert_equal(relayed.viewer.stage, model.root, f"seed {seed}")
    assert relayed.replica.stats()["repairs"] == 0


def test_things_of_the_stages_own_are_no_drift(relayed: Relayed) -> None:
    relayed.page(
        [
            *page_of(
                element(10, 0, "link", {"rel": "stylesheet", "href": "/a.css"}),
                element(11, 0, "style"),
                text(12, 1, "p { color: red }"),
                element(13, 0, "input", {"type": "password", "value": "x"}),
                element(14, 0, "div", {"class": "hidden", "style": "color: red"}),
                element(15, 1, "b"),
                element(16, 0, "div", {"class": "blocked"}),
                element(17, 0, "p", {"class": "masked", "title": "x"}),
                text(18, 1, "secret"),
                element(19, 0, "script", {"src": "/x.js"}),
                element(20, 0, "object", {"data": "/x.swf", "width": "20"}),
                element(21, 0, "x-card"),
                {"id": 22, "depth": 1, "shadow": "closed"},
                element(23, 2, "slot"),
                element(24, 0, "dialog", {"open": ""}),
                element(25, 0, "a", {"href": "/next", "onclick": "x()"}),
                element(26, 0, "svg", {"viewBox": "0 0 9 9", "onload": "x()"}, "svg"),
                element(27, 1, "use", {"xlink:href": "#i"}, "svg"),
                element(28, 0, "img", {"src": "/a.png", "alt": "A"}),
                element(29, 0, "iframe", {"src": "/f"}),
                element(30, 0, "unknown"),
                element(31, 0, "p", {"_ngcontent-x": "", "contenteditable": "true", "tabindex": "0", "target": "_top", "onclick": "x()"}),
                element(32, 0, "input", {"type": "submit"}),
                element(33, 0, "input", {"type": "date", "required": ""}),
                element(34, 0, "select", {"tabulator-layout": "fit"}),
                element(35, 1, "option", {"selected": ""}),
                element(36, 0, "style", {"media": "(prefers-color-scheme: dark)"}),
                element(37, 0, "x-undefined", {"is": "x"}),
            ),
            ("set_sheet", 10, "", "b { color: blue }"),
            ("set_mask", 14, 2, "", 120, 40),
            ("set_state", 24, 8),
            ("set_state", 31, State.FOCUS_VISIBLE),
            ("set_state", 33, State.USER_INVALID),
            ("set_hover", 31, 31),
            ("set_focus", 31),
            ("set_media", 3),
            ("set_constructed", 1, "", ":host { color: red }"),
            ("set_adopted", 22, "1"),
            ("set_adopted", 1, "1"),
            ("document", 40, 29, "https://shop.example/f", "", "", "html", 0),
            ("insert", 40, 0, [element(41, 0, "html"), element(42, 1, "body"), text(43, 2, "inside")]),
        ]
    )
    relayed.heal()
    assert relayed.replica.stats()["repairs"] == 0


SPOILS = {
    "a text": "() => { document.querySelector('#s7 p').firstChild.data = 'spoilt'; }",
    "an attribute": "() => { document.querySelector('#s7 p').setAttribute('class', 'spoilt'); }",
    "an attribute more": "() => { document.querySelector('#s7').setAttribute('hidden', ''); }",
    "a node taken away": "() => { document.querySelector('#s7 p').remove(); }",
    "a node put in": "() => { document.querySelector('#s7').append(document.createElement('b')); }",
    "another order": "() => { const s = document.querySelector('#s7'); s.append(s.firstChild); }",
}


@pytest.mark.parametrize("name", SPOILS)
def test_what_is_spoilt_is_mended_alone(relayed: Relayed, name: str) -> None:
    relayed.page(shop())
    rows = "() => [...document.querySelectorAll('*')].map((e) => `${e.localName} ${e.id} ${e.className} ${e.hidden} ${e.textContent}`)"
    stage = relayed.viewer.stage
    before, whole = stage.evaluate(rows), relayed.sizes[0]
    stage.evaluate("() => { globalThis.kept = document.querySelector('#s8'); }")
    stage.evaluate(SPOILS[name])
    assert stage.evaluate(rows) != before
    sent = len(relayed.sizes)
    relayed.heal()
    assert relayed.viewer.stage.evaluate(rows) == before
    assert stage.evaluate("() => globalThis.kept === document.querySelector('#s8')"), "the rest stays as it is"
    assert sum(relayed.sizes[sent:]) < whole / 3
    assert relayed.replica.stats()["repairs"] == 1
    assert relayed.viewer.page.locator("html").get_attribute("data-drifts") is not None


def test_frames_are_mended_too(relayed: Relayed) -> None:
    inside = [element(31, 0, "html"), element(32, 1, "body"), element(33, 2, "p"), text(34, 3, "inside")]
    relayed.page([*page_of(element(29, 0, "iframe")), ("document", 30, 29, "about:srcdoc", "", "", "html", 0), ("insert", 30, 0, inside)])
    nested = relayed.viewer.stage.child_frames[0]
    nested.evaluate("() => { document.querySelector('p').firstChild.data = 'spoilt'; }")
    relayed.heal()
    assert nested.evaluate("() => document.querySelector('p').textContent") == "inside"


def test_a_stage_that_cannot_be_mended_starts_over(relayed: Relayed) -> None:
    """A node stands where no op can find it: the console asks for everything."""
    relayed.page(shop())
    viewer = relayed.viewer
    viewer.stage.evaluate("() => { document.querySelector('#s7').remove(); }")
    relayed.replica.apply(encode([("remove", 100 + 30 * 7, 1)], epoch=1, sequence=2))
    viewer.send(relayed.replica.delta(relayed.audience, 1))
    viewer.page.locator('html[data-version="0"]').wait_for(state="attached")
    while [control["type"] for control in viewer.controls].count("join") < 2:
        viewer.page.evaluate("0")
    viewer.send(relayed.replica.delta(relayed.audience, 0))
    viewer.expect_version(2)
    assert viewer.stage.evaluate("() => document.querySelectorAll('section').length") == 39
