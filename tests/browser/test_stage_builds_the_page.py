"""The stage shows exactly the tree that the ops say, and nothing of a page runs in it.

Frames come from the reference codec and reach the stage through the real console, its socket and the port between the two.
"""

from __future__ import annotations

import os
import random
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Frame, Page

from relay.protocol.names import Mask, Message, Placeholder, State
from tests.browser.page_model import ROWS, Model, Node
from tests.browser.viewer_page import JOINED, SESSION_KEY, ForeignServer, Viewer, ViewerServer, serving
from tests.codec import OpTuple, encode

pytestmark = pytest.mark.browser

SIZE = {"width": 1280, "height": 800}
WAIT_MS = 20_000
SEED = int(os.environ.get("SEED", secrets.randbelow(2**31)))
PAGES = 8
FRAMES_PER_PAGE = 24


@pytest.fixture(scope="module")
def server() -> Iterator[ViewerServer]:
    with serving(ViewerServer()) as server:
        yield server


@pytest.fixture
def foreign() -> Iterator[ForeignServer]:
    with serving(ForeignServer()) as foreign:
        yield foreign


@contextmanager
def viewing(browser: Browser, server: ViewerServer, joined: dict[str, Any] = JOINED) -> Iterator[Viewer]:
    context = browser.new_context(viewport={"width": SIZE["width"], "height": SIZE["height"]})
    context.set_default_timeout(WAIT_MS)
    yield Viewer(context, server, joined)
    context.close()


@pytest.fixture
def viewer(browser: Browser, server: ViewerServer) -> Iterator[Viewer]:
    with viewing(browser, server) as viewer:
        yield viewer.open()


def element(id: int, depth: int, tag: str, attributes: dict[str, str] | None = None, ns: str = "html") -> dict[str, Any]:
    return {"id": id, "depth": depth, "ns": ns, "tag": tag, "attributes": [[name, value] for name, value in (attributes or {}).items()]}


def text(id: int, depth: int, data: str) -> dict[str, Any]:
    return {"id": id, "depth": depth, "text": data}


def page_of(*nodes: dict[str, Any], quirks: int = 0) -> list[OpTuple]:
    """A page whose body (4) holds `nodes`, their depth counted from the body's children on."""
    skeleton = [element(2, 0, "html"), element(3, 1, "head"), element(4, 1, "body")]
    inner = [{**node, "depth": node["depth"] + 2} for node in nodes]
    return [
        ("document", 1, 0, "https://shop.example/", "https://shop.example/", "", "html", quirks),
        ("insert", 1, 0, [*skeleton, *inner]),
        ("set_viewport", 900, 600, 1000),
    ]


# --- the tree ---


def rows_of(stage: Frame) -> Any:
    """What stands in a stage, without what a relay gives an element for style sheets alone."""
    return without_asides(stage.evaluate(ROWS))


def without_asides(row: Any) -> Any:
    if isinstance(row, list):
        return [without_asides(each) for each in row]
    if isinstance(row, dict):
        return {name: without_asides(value) for name, value in row.items() if not name.startswith("data-page-")}
    return row


def assert_equal(stage: Frame, document: Node, place: str) -> None:
    assert rows_of(stage) == document.children[0].row(), place
    frames = [node for node in document.children[0].walk() if node.document]
    handles = [handle for handle in stage.query_selector_all("iframe[data-stage]")]
    assert len(handles) == len(frames), place
    for handle in handles:
        nested = handle.content_frame()
        assert nested is not None
        # Which of the frames it is, the rows of its own document say.
        assert any(rows_of(nested) == node.document.children[0].row() for node in frames if node.document), place


@pytest.mark.parametrize("number", range(PAGES))
def test_random_pages(viewer: Viewer, number: int) -> None:
    seed = SEED + number
    print(f"SEED={seed}")
    model = Model(seed)
    chance = random.Random(seed)
    viewer.show(model.start(), from_nothing=True)
    starts = 1
    for step in range(FRAMES_PER_PAGE):
        ops = [op for _ in range(chance.randrange(1, 6)) for op in model.change()]
        if not viewer.shows(ops, deflate=chance.random() < 0.3):
            # A frame that was out of sight in a sealed place came back: only then, and the page is told anew.
            assert any(op[0] == "move" for op in ops), f"seed {seed}, step {step}: starts over at {ops}"
            starts += 1
            viewer.show(model.start(), from_nothing=True)
        assert_equal(viewer.stage, model.root, f"seed {seed}, step {step}: {ops}")
    viewer.show(model.start(), from_nothing=True, epoch=2)
    assert_equal(viewer.stage, model.root, f"seed {seed}, next page")
    acknowledged = viewer.acknowledged()
    assert acknowledged == sorted(set(acknowledged))
    assert [control["type"] for control in viewer.controls].count("join") == starts


def test_page_of_many_nodes_is_built_in_slices(viewer: Viewer) -> None:
    rows = [
        node for at in range(20_000) for node in (element(10 + 3 * at, 0, "p"), element(11 + 3 * at, 1, "b"), text(12 + 3 * at, 2, str(at)))
    ]
    viewer.show(page_of(*rows), from_nothing=True, deflate=True)
    assert viewer.stage.evaluate("() => document.querySelectorAll('p > b').length") == 20_000


def test_deep_page(viewer: Viewer) -> None:
    viewer.show(page_of(*(element(10 + depth, depth, "div") for depth in range(990))), from_nothing=True)
    viewer.show([("move", 11, 1, 4, 10), ("remove", 11, 1)])
    assert viewer.stage.evaluate("() => document.querySelectorAll('div').length") == 1


def test_fields_and_states(viewer: Viewer) -> None:
    viewer.show(
        [
            *page_of(
                element(10, 0, "input", {"type": "checkbox", "checked": "", "name": "n"}),
                element(11, 0, "input", {"type": "PassWord"}),
                element(12, 0, "textarea"),
                text(13, 1, "default"),
                element(14, 0, "select"),
                *(element(20 + at, 1, "option", {"value": str(at)}) for at in range(3)),
                element(30, 0, "select", {"multiple": ""}),
                *(element(31 + at, 1, "option", {"value": str(at)}) for at in range(3)),
                element(40, 0, "input", {"type": "file"}),
                element(41, 0, "input", {"type": "submit", "value": "Pay"}),
            ),
            ("set_state", 10, State.INDETERMINATE),
            ("set_value", 11, "••••••"),
            ("set_value", 12, "typed"),
            ("set_value", 14, "2"),
            ("set_state", 31, State.SELECTED),
            ("set_state", 33, State.SELECTED),
            ("set_value", 40, "C:/x"),
        ],
        from_nothing=True,
    )
    fields = "() => [...document.querySelectorAll('input, textarea, select')]"
    seen = viewer.stage.evaluate(
        f"""() => ({fields})().map((e) => [e.type, e.value, e.checked ?? null, e.indeterminate ?? null, e.autocomplete, e.name])"""
    )
    assert seen == [
        ["checkbox", "on", False, True, "off", ""],
        ["text", "••••••", False, False, "off", ""],
        ["textarea", "typed", None, None, "off", ""],
        ["select-one", "2", None, None, "off", ""],
        ["select-multiple", "0", None, None, "off", ""],
        ["file", "", False, False, "off", ""],
        ["button", "Pay", False, False, "off", ""],
    ]
    assert viewer.stage.evaluate("() => [...document.querySelectorAll('select')[1].selectedOptions].map((o) => o.value)") == ["0", "2"]


def test_sheets(viewer: Viewer) -> None:
    viewer.show(
        [
            *page_of(
                element(10, 0, "style"),
                text(11, 1, "p { color: rgb(9, 9, 9) }"),
                element(12, 0, "link", {"rel": "stylesheet", "media": "all"}),
                element(13, 0, "p"),
            ),
            ("set_sheet", 12, "https://shop.example/a.css", "p { color: rgb(1, 2, 3) }"),
        ],
        from_nothing=True,
    )
    colour = "() => getComputedStyle(document.querySelector('p')).color"
    assert viewer.stage.evaluate(colour) == "rgb(1, 2, 3)"
    assert viewer.stage.evaluate("() => [...document.querySelectorAll('style')].map((s) => s.hasAttribute('data-cobrowse-link'))") == [
        False,
        True,
    ]
    viewer.show([("set_state", 12, State.SHEET_DISABLED)])
    assert viewer.stage.evaluate(colour) == "rgb(0, 0, 0)"
    viewer.show([("set_state", 12, 0), ("set_sheet", 10, "", "p { color: rgb(4, 5, 6) !important }")])
    assert viewer.stage.evaluate(colour) == "rgb(4, 5, 6)"


def test_scroll_positions(viewer: Viewer) -> None:
    tall = {"style": "height: 3000px"}
    viewer.show(
        [
            *page_of(
                element(10, 0, "style"),
                element(11, 0, "div", {"style": "height: 100px; overflow: auto"}),
                element(12, 1, "div", tall),
                element(13, 0, "div", tall),
            ),
            ("set_sheet", 10, "", "* { scroll-behavior: smooth }"),
            ("set_scroll", 11, 0, 250),
            ("set_scroll", 1, 0, 700),
        ],
        from_nothing=True,
    )
    positions = "() => [scrollY, document.querySelector('div').scrollTop]"
    assert viewer.stage.evaluate(positions) == [700, 250]
    viewer.show([("set_scroll", 1, 0, 0), ("set_scroll", 11, 0, 10)])
    assert viewer.stage.evaluate(positions) == [0, 10]


NAVIGATIONS = 8


def test_next_page_starts_at_its_top(viewer: Viewer) -> None:
    def tall_page(*rest: OpTuple) -> list[OpTuple]:
        tall = [element(10 + at, 0, "div", {"style": "height: 300px"}) for at in range(10)]
        return [*page_of(*tall), *rest]

    offset = "() => [Math.round(scrollX), Math.round(scrollY)]"
    for at in range(NAVIGATIONS):
        viewer.show(tall_page(), from_nothing=at % 2 == 0, epoch=2 * at + 1)
        assert viewer.stage.evaluate(offset) == [0, 0], f"navigation {at}"
        viewer.show([("set_scroll", 1, 0, 700 + at)], epoch=2 * at + 1)
        assert viewer.stage.evaluate(offset) == [0, 700 + at]
    viewer.show(tall_page(("set_scroll", 1, 0, 400)), from_nothing=True, epoch=100)
    assert viewer.stage.evaluate(offset) == [0, 400]


def test_next_document_of_a_frame_starts_at_its_top(viewer: Viewer) -> None:
    def document(first: int) -> list[OpTuple]:
        nodes = [element(first + 1, 0, "html"), element(first + 2, 1, "body"), element(first + 3, 2, "div", {"style": "height: 3000px"})]
        return [("document", first, 10, "https://shop.example/f", "", "", "html", 0), ("insert", first, 0, nodes)]

    viewer.show([*page_of(element(10, 0, "iframe")), *document(100)], from_nothing=True)
    offset = "() => Math.round(scrollY)"
    for at in range(NAVIGATIONS):
        first = 100 * (at + 1)
        viewer.show([("set_scroll", first, 0, 500)])
        assert viewer.stage.child_frames[0].evaluate(offset) == 500
        viewer.show([("remove", first, 1), *document(first + 100)])
        assert viewer.stage.child_frames[0].evaluate(offset) == 0, f"navigation {at}"


def test_size_is_asked_for_before_the_page_is_built(viewer: Viewer) -> None:
    """Or a page is laid out twice. What comes between never fits, so that only the asking can have come before it."""
    ops: list[OpTuple] = [*page_of()[:-1], ("set_text", 99, ""), ("set_viewport", 777, 600, 1000)]
    viewer.send(encode(ops, epoch=1, sequence=1, message=Message.VIEWER_FRAME))
    expect_joins(viewer, 2)
    assert viewer.page.evaluate("() => document.querySelector('#surface').style.width") == "777px"


def test_top_layer_without_focus(viewer: Viewer) -> None:
    viewer.page.locator("#end").focus()
    viewer.show(
        [
            *page_of(
                element(10, 0, "dialog", {"open": ""}),
                element(11, 1, "input"),
                element(12, 0, "div", {"popover": ""}),
                element(13, 1, "button"),
            ),
            ("set_state", 10, State.MODAL),
            ("set_state", 12, State.POPOVER),
        ],
        from_nothing=True,
    )
    layer = "() => [document.querySelector('dialog').matches(':modal'), document.querySelector('[popover]').matches(':popover-open')]"
    assert viewer.stage.evaluate(layer) == [True, True]
    assert viewer.stage.evaluate("() => [document.querySelector('dialog').inert, document.activeElement.localName]") == [False, "body"]
    assert viewer.page.evaluate("() => document.activeElement.id") == "end"
    viewer.show([("set_state", 10, 0), ("set_state", 12, 0), ("remove_attribute", 10, "open")])
    assert viewer.stage.evaluate(layer) == [False, False]


def test_masked_places_are_recognisable(viewer: Viewer) -> None:
    viewer.show(
        [
            *page_of(
                element(10, 0, "p"),
                text(11, 1, "••••••"),
                element(12, 0, "span"),
                element(13, 1, "b"),
                text(14, 2, "secret"),
                element(15, 0, "div"),
                text(16, 1, "secret"),
                element(17, 0, "canvas"),
                element(18, 0, "div"),
                element(19, 1, "iframe"),
            ),
            ("document", 50, 19, "https://shop.example/f", "", "", "html", 0),
            ("insert", 50, 0, [element(51, 0, "html"), text(52, 1, "secret")]),
            ("set_mask", 10, Mask.TEXT, "", 0, 0),
            ("set_mask", 12, Mask.HIDE, "", 320, 48),
            ("set_mask", 15, Mask.BLOCK, "Account", 200, 60),
            ("set_mask", 19, Mask.HIDE, "", 0, 0),
            ("set_placeholder", 17, Placeholder.CANVAS),
        ],
        from_nothing=True,
    )
    stage = viewer.stage
    assert stage.evaluate("() => [...document.querySelectorAll('[data-cobrowse-mask]')].map((e) => e.dataset.cobrowseMask)") == [
        "text",
        "hide",
        "block",
        "hide",
    ]
    assert stage.evaluate("() => document.documentElement.textContent.includes('secret')") is False
    box = "(tag) => { const {width, height} = document.querySelector(tag).getBoundingClientRect(); return [width, height]; }"
    assert stage.evaluate(box, "span") == [320, 48]
    assert stage.evaluate(box, "div") == [200, 60]
    assert stage.evaluate("() => getComputedStyle(document.querySelector('div'), '::before').content") == '"Account"'
    nested = stage.child_frames[0]
    assert nested.evaluate("() => document.documentElement?.textContent ?? ''") == ""
    # Style set later does not take the box its size, and what comes below later does not show.
    viewer.show([("set_attribute", 12, "style", "width: 5px"), ("insert", 12, 0, [text(60, 0, "late secret")]), ("remove", 13, 1)])
    assert stage.evaluate(box, "span") == [320, 48]
    assert stage.evaluate("() => document.documentElement.textContent.includes('secret')") is False


def test_captions_begin_where_their_box_does(viewer: Viewer) -> None:
    centred = {"style": "display: flex; justify-content: center; padding: 30px; text-align: center"}
    viewer.show(
        [
            *page_of(element(10, 0, "div", centred), element(11, 0, "div"), element(12, 0, "p"), element(13, 0, "canvas")),
            ("set_mask", 10, Mask.BLOCK, "Number of the account", 90, 24),
            ("set_mask", 11, Mask.BLOCK, "Account", 30, 30),
            ("set_mask", 12, Mask.BLOCK, "Account", 300, 12),
            ("set_placeholder", 13, Placeholder.CANVAS),
        ],
        from_nothing=True,
    )
    look = (
        "(at) => { const e = document.querySelectorAll('[data-cobrowse-mask]')[at]; const b = getComputedStyle(e, '::before'); "
        "return [e.offsetWidth, e.offsetHeight, b.textAlign, b.textOverflow, b.overflowX, b.visibility, b.maxWidth] }"
    )
    assert viewer.stage.evaluate(look, 0) == [90, 24, "start", "ellipsis", "hidden", "visible", "100%"]
    for at in (1, 2):
        assert viewer.stage.evaluate(look, at)[5] == "hidden"
    picture = str(
        viewer.stage.evaluate("() => getComputedStyle(document.querySelector('canvas')).backgroundImage.match(/url\\(\"(.*?)\"\\)/)[1]")
    )
    alone = viewer.page.context.new_page()
    words = (
        "() => { const p = document.querySelector('p'); const s = getComputedStyle(p); "
        "return [p.textContent, s.display, p.getBoundingClientRect().left, p.scrollWidth > p.clientWidth, s.textOverflow] }"
    )
    for width, height, display, cut in (
        (300, 80, "block", False),
        (100, 30, "block", True),
        (40, 40, "none", False),
        (300, 12, "none", False),
    ):
        alone.set_viewport_size({"width": width, "height": height})
        alone.goto(picture)
        assert alone.evaluate(words) == ["Drawing, not shared", display, 0, cut, "ellipsis"], (width, height)


def test_whole_page_masked(viewer: Viewer) -> None:
    viewer.show([*page_of(element(10, 0, "p"), text(11, 1, "••••••")), ("set_mask", 1, Mask.TEXT, "", 0, 0)], from_nothing=True)
    assert viewer.stage.evaluate("() => document.documentElement.dataset.cobrowseMask") == "text"


# --- modes, frames that do not fit, connections ---


def test_quirks_mode_is_the_pages_own(viewer: Viewer) -> None:
    page = page_of(element(10, 0, "p"), quirks=1)
    viewer.version = 1
    viewer.send(encode(page, epoch=1, sequence=1, message=Message.VIEWER_FRAME))
    viewer.page.wait_for_function("() => document.querySelector('iframe[data-stage]').src.endsWith('?mode=quirks')")
    expect_joins(viewer, 2)
    assert viewer.controls[-1] == {"type": "join", "protocol": 1, "ticket": "t"}
    viewer.send(encode(page, epoch=1, sequence=1, message=Message.VIEWER_FRAME))
    viewer.expect_version(1)
    assert viewer.stage.evaluate("() => [document.compatMode, document.querySelectorAll('p').length]") == ["BackCompat", 1]


def expect_joins(viewer: Viewer, count: int) -> None:
    wait_until(viewer.page, lambda: sum(control["type"] == "join" for control in viewer.controls) >= count)


def wait_until(page: Page, holds: Callable[[], bool]) -> None:
    """Lets the browser work until `holds`; the page's default timeout ends it."""
    with page.expect_event("console", predicate=lambda _: holds()):
        page.evaluate("() => { const tick = setInterval(() => console.debug('tick'), 20); setTimeout(() => clearInterval(tick), 20000); }")


def bad_frames() -> dict[str, bytes]:
    sound = encode([("set_text", 11, "x")], epoch=1, sequence=2, base=1, message=Message.VIEWER_FRAME, deflate=True)
    viewer_frame = {"epoch": 1, "sequence": 2, "base": 1, "message": Message.VIEWER_FRAME}
    return {
        "cut short": sound[:-3],
        "a byte behind the deflated end": sound + b"\x00",
        "unknown node": encode([("remove", 99, 1)], **viewer_frame),
        "known node twice": encode([("insert", 4, 0, [text(11, 0, "")])], **viewer_frame),
        "into itself": encode([("move", 10, 1, 10, 0)], **viewer_frame),
        "into a text": encode([("insert", 11, 0, [text(70, 0, "")])], **viewer_frame),
        "after no sibling": encode([("insert", 4, 11, [text(70, 0, "")])], **viewer_frame),
        "run too long": encode([("remove", 10, 5)], **viewer_frame),
        "wrong base": encode([("set_text", 11, "x")], epoch=1, sequence=9, base=7, message=Message.VIEWER_FRAME),
        "nothing before": encode([("set_text", 11, "x")], epoch=1, sequence=2, base=0, message=Message.VIEWER_FRAME),
        "sheet of a paragraph": encode([("set_sheet", 10, "", "")], **viewer_frame),
        "unknown state": encode([("set_state", 10, 32768)], **viewer_frame),
        "unknown mask": encode([("set_mask", 10, 4, "", 0, 0)], **viewer_frame),
    }


@pytest.mark.parametrize("name", bad_frames())
def test_stage_starts_over_after_a_frame_that_does_not_fit(viewer: Viewer, name: str) -> None:
    page = page_of(element(10, 0, "p"), text(11, 1, "there"))
    viewer.show(page, from_nothing=True)
    viewer.send(bad_frames()[name])
    expect_joins(viewer, 2)
    assert viewer.controls[-1] == {"type": "join", "protocol": 1, "ticket": "t"}
    viewer.show(page, from_nothing=True)
    assert viewer.stage.evaluate("() => document.body.textContent") == "there"


def test_lost_connection_goes_on_where_it_was(viewer: Viewer) -> None:
    viewer.show(page_of(element(10, 0, "p"), text(11, 1, "one")), from_nothing=True)
    viewer.sockets[-1].close(code=4008, reason="slow")
    viewer.expect_state("reconnecting")
    expect_joins(viewer, 2)
    assert viewer.controls[-1] == {"type": "join", "protocol": 1, "ticket": "t", "incarnation": "i-1", "version": 1}
    viewer.expect_state("live")
    viewer.show([("set_text", 11, "two")])
    assert viewer.stage.evaluate("() => document.body.textContent") == "two"


@pytest.mark.parametrize(("code", "state"), [(4404, "ended"), (4403, "denied"), (4401, "denied"), (4426, "denied")])
def test_final_close_codes(viewer: Viewer, code: int, state: str) -> None:
    viewer.sockets[-1].close(code=code, reason="")
    viewer.expect_state(state)
    assert viewer.page.locator("#screen-join").is_visible()


def expect_sign_in(viewer: Viewer) -> None:
    viewer.expect_state("denied")
    assert viewer.page.locator("#screen-heading").inner_text() == "Please sign in again"
    assert "right to see it" not in viewer.page.locator("#screen").inner_text()
    assert viewer.page.locator("iframe").count() == 0
    link = viewer.page.locator("#screen-login")
    assert link.is_visible()
    address = urlsplit(link.get_attribute("href") or "")
    assert (address.path, parse_qs(address.query)) == ("/login", {"next": [f"/agentjoin/AgentView.aspx?SessionKey={SESSION_KEY}"]})


@pytest.fixture
def signed_out(server: ViewerServer) -> Iterator[Callable[[int], None]]:
    def sign_out(status: int) -> None:
        server.ticket = ({"error": "login"}, status)

    yield sign_out
    server.ticket = ({"ticket": "t", "expires": 30}, 200)


@pytest.mark.parametrize("status", [401, 403])
def test_login_has_ended_before_joining(browser: Browser, server: ViewerServer, signed_out: Callable[[int], None], status: int) -> None:
    signed_out(status)
    with viewing(browser, server) as viewer:
        viewer.page.goto(f"{server.origin}/view")
        expect_sign_in(viewer)


@pytest.mark.parametrize("code", [4403, 4008])
def test_login_ends_while_watching(viewer: Viewer, signed_out: Callable[[int], None], code: int) -> None:
    viewer.show(page_of(element(10, 0, "p")), from_nothing=True)
    signed_out(401)
    viewer.sockets[-1].close(code=code, reason="")
    expect_sign_in(viewer)


def test_end_asks_first(viewer: Viewer) -> None:
    viewer.page.click("#end")
    viewer.page.click("text=Keep watching")
    viewer.page.click("#end")
    viewer.page.click("#end-dialog >> text=End session")
    wait_until(viewer.page, lambda: {"type": "end"} in viewer.controls)
    assert sum(control["type"] == "end" for control in viewer.controls) == 1
    viewer.tell({"type": "ended", "reason": "agent"})
    viewer.expect_state("ended")
    assert viewer.page.locator("iframe").count() == 0


# --- hostile pages ---

HANDLERS = (
    "onclick",
    "onload",
    "onerror",
    "onfocus",
    "onmouseover",
    "onbegin",
    "onend",
    "onanimationstart",
    "ontoggle",
    "onpointerdown",
    "OnLoad",
)


def payload(host: str) -> str:
    return f"globalThis.__ran = 1; console.log('RAN'); fetch('{host}/ran')"


def hostile_nodes(host: str) -> Iterator[dict[str, Any]]:
    """What the relay would never let through, as if it had."""
    run, address = payload(host), f"{host}/x"
    rows: list[tuple[str, str, dict[str, str], str]] = [
        ("html", "script", {}, run),
        ("html", "script", {"src": address}, ""),
        ("html", "script", {"type": "module"}, run),
        ("html", "SCRIPT", {}, run),
        ("html", "svg:script", {}, run),
        ("svg", "script", {"href": address}, run),
        ("mathml", "script", {}, run),
        ("other", "script", {}, run),
        (
            "html",
            "iframe",
            {"srcdoc": f"<script>{run}</script>", "src": address, "sandbox": "allow-scripts allow-same-origin", "allow": "camera"},
            "",
        ),
        ("html", "iframe", {"src": f"javascript:{run}"}, ""),
        ("html", "object", {"data": address, "type": "text/html"}, ""),
        ("html", "embed", {"src": address}, ""),
        ("html", "frame", {"src": address}, ""),
        ("html", "meta", {"http-equiv": "refresh", "content": f"0;url={address}"}, ""),
        ("html", "base", {"href": address, "target": "_top"}, ""),
        ("html", "link", {"rel": "stylesheet", "href": address}, ""),
        ("html", "link", {"rel": "preload", "as": "script", "href": address}, ""),
        ("html", "template", {"shadowrootmode": "open"}, run),
        ("html", "noscript", {}, run),
        ("html", "a", {"href": f"javascript:{run}", "target": "_top", "ping": address, "download": "x"}, "link"),
        ("html", "a", {"href": f"\tjava\nscript:{run}"}, "link"),
        ("html", "form", {"action": address, "method": "post", "target": "_top"}, ""),
        ("html", "button", {"formaction": address, "type": "submit"}, "Send"),
        ("html", "input", {"type": "image", "src": address, "formaction": address}, ""),
        ("html", "img", {"src": address, "srcset": f"{address} 2x", "usemap": "#m"}, ""),
        ("html", "img", {"srcset": f"data:image/gif;base64,AA 1x, {address} 2x"}, ""),
        ("html", "video", {"src": address, "poster": address, "autoplay": ""}, ""),
        ("html", "audio", {"src": address, "autoplay": ""}, ""),
        ("html", "source", {"src": address, "srcset": address}, ""),
        ("html", "track", {"src": address}, ""),
        ("html", "body", {"background": address}, ""),
        ("html", "p", {"style": f"background: url({address}); cursor: url({address}), auto"}, "styled"),
        ("html", "div", {"id": "insertBefore", "autofocus": "", "tabindex": "0", "contenteditable": ""}, "clobber"),
        ("html", "div", {"id": "documentElement"}, ""),
        ("html", "x-evil", {"is": "x"}, ""),
        ("svg", "a", {"xlink:href": f"javascript:{run}"}, "link"),
        ("svg", "animate", {"attributeName": "href", "to": f"javascript:{run}", "onbegin": run}, ""),
        ("svg", "set", {"attributeName": "onclick", "to": run}, ""),
        ("svg", "use", {"href": f"data:image/svg+xml,<svg id='x'><script>{run}</script></svg>#x", "xlink:href": address}, ""),
        ("svg", "image", {"href": address, "xlink:href": address}, ""),
        ("svg", "feImage", {"href": address}, ""),
        ("svg", "handler", {"type": "text/javascript"}, run),
        ("svg", "style", {}, f"@import url({address})"),
        ("mathml", "maction", {"actiontype": "statusline", "href": f"javascript:{run}"}, "m"),
        ("mathml", "mi", {"href": f"javascript:{run}"}, "m"),
        ("html", "style", {}, f"@import url({address}); * {{ background: url({address}) }}"),
    ]
    number = 100
    for ns, tag, attributes, data in rows:
        yield element(number, 0, tag, {**attributes, **{name: run for name in HANDLERS}}, ns)
        yield text(number + 1, 1, data)
        number += 2


def hostile_page(host: str) -> list[OpTuple]:
    run, address = payload(host), f"{host}/x"
    sheet = (
        f"@import url({address}); @font-face {{ font-family: f; src: url({address}) }} * {{ font-family: f; list-style: url({address}) }}"
    )
    nodes = list(hostile_nodes(host))
    sheets = [node["id"] for node in nodes if node.get("tag") in ("style", "link")]
    return [
        *page_of(*nodes),
        *(("set_sheet", id, address, sheet) for id in sheets),
        ("document", 900, 116, "https://x/", "", "", "html", 0),
        (
            "insert",
            900,
            0,
            [
                element(901, 0, "html"),
                element(902, 1, "body"),
                *({**node, "id": node["id"] + 1000, "depth": node["depth"] + 2} for node in nodes),
            ],
        ),
        ("set_attribute", 4, "onload", run),
        ("set_attributes", 138, [["href", f"javascript:{run}"], ["onclick", run], ["target", "_top"]]),
        ("set_attribute", 116, "srcdoc", f"<script>{run}</script>"),
        ("set_attribute", 116, "src", address),
        ("remove_attribute", 116, "sandbox"),
    ]


def test_hostile_frames_run_nothing(viewer: Viewer, foreign: ForeignServer) -> None:
    said: list[str] = []
    page = viewer.page
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: said.append(f"dialog {dialog.message}"))
    page.on("download", lambda download: said.append(f"download {download.url}"))
    page.on("popup", lambda popup: said.append(f"popup {popup.url}"))
    viewer.show(hostile_page(foreign.origin), from_nothing=True)
    stage, address = viewer.stage, viewer.stage.url
    run = payload(foreign.origin)
    assert len(stage.child_frames) >= 1
    poke_everything(viewer)
    viewer.show([("set_text", 101, run), ("set_text", 1119, run)])
    for frame in page.frames:
        assert frame.evaluate("() => globalThis.__ran ?? 0") == 0, frame.url
        if frame is not page.main_frame:
            assert (
                frame.evaluate(
                    "() => [...document.querySelectorAll('*')].flatMap((e) => e.getAttributeNames()).filter((n) => /^on/i.test(n))"
                )
                == []
            )
            assert (
                frame.evaluate("() => document.querySelectorAll('script, object, embed, base, meta, form[action], [srcdoc]').length") == 0
            )
            assert frame.evaluate("() => origin") == "null"
    assert not [line for line in said if "RAN" in line or line.startswith(("dialog", "download", "popup"))], said
    assert foreign.asked == []
    origin = viewer.server.origin
    assert viewer.stage.url == address and page.url == f"{origin}/view" and len(page.context.pages) == 1
    assert {frame.get_attribute("sandbox") for frame in stage.query_selector_all("iframe")} == {"allow-scripts"}


def poke_everything(viewer: Viewer) -> None:
    """Clicks, keys and focus on all there is, as an agent and as a script inside the stage would."""
    for frame in [*viewer.stage.child_frames, viewer.stage]:
        frame.evaluate(
            """() => { for (const e of document.querySelectorAll('*')) {
                for (const type of ['click', 'auxclick', 'submit', 'dragstart', 'pointerdown', 'mouseover'])
                    e.dispatchEvent(new MouseEvent(type, {bubbles: true, cancelable: true, composed: true, view: window}));
                e.click?.(); e.focus?.(); e.requestSubmit?.();
            } }"""
        )
    viewer.page.mouse.click(600, 400)
    for key in ("Tab", "Enter", "Tab", "Space"):
        viewer.page.keyboard.press(key)


def test_hostile_vectors_do_run_elsewhere(browser: Browser, foreign: ForeignServer) -> None:
    """The control of the test above: in an unguarded page the same payload runs, and the foreign host hears of it."""
    context = browser.new_context()
    page = context.new_page()
    page.set_content(f"<img src='data:,' onerror=\"{payload(foreign.origin)}\"><img src='{foreign.origin}/x'>")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("() => globalThis.__ran") == 1
    assert sorted(foreign.asked) == ["/ran", "/x"]
    context.close()


def test_keyboard_never_reaches_the_stage(viewer: Viewer) -> None:
    viewer.show(
        page_of(*(element(10 + at, 0, "input") for at in range(5)), element(20, 0, "button"), element(21, 0, "select")), from_nothing=True
    )
    for _ in range(12):
        viewer.page.keyboard.press("Tab")
        viewer.page.keyboard.type("x")
        assert viewer.page.evaluate("() => document.activeElement.localName") != "iframe"
    viewer.stage.evaluate("() => document.querySelector('input').focus()")
    assert viewer.stage.evaluate("() => [...document.querySelectorAll('input')].map((e) => e.value).join('')") == ""
    assert viewer.stage.evaluate("() => document.activeElement.localName") == "body"


def test_messages_by_any_other_way_are_ignored(viewer: Viewer) -> None:
    """X49, X50: neither the stage's window nor another can speak for the port, or give a stage a second one."""
    viewer.show(page_of(element(10, 0, "p")), from_nothing=True)
    viewer.stage.evaluate("() => { parent.postMessage([2, 99], '*'); parent.postMessage({type: 'stage'}, '*'); }")
    viewer.stage.evaluate(
        "() => { const c = new MessageChannel(); window.postMessage({type: 'stage', asset: 'x'}, '*', [c.port2]); c.port1.postMessage(new ArrayBuffer(4)); }"
    )
    viewer.show([("set_attribute", 10, "class", "still")])
    assert viewer.stage.evaluate("() => document.querySelector('p').className") == "still"
    assert viewer.page.evaluate("() => document.documentElement.dataset.version") == "2"


def test_stage_that_hangs_leaves_the_console_alive(viewer: Viewer) -> None:
    viewer.show(page_of(element(10, 0, "p")), from_nothing=True)
    viewer.page.evaluate("() => { globalThis.ticks = 0; setInterval(() => { ticks += 1; }, 20); }")
    viewer.stage.evaluate("() => { setTimeout(() => { for (;;); }); }")
    viewer.page.locator("html[data-broken]").wait_for(state="attached")
    assert viewer.page.evaluate("() => ticks") > 100
    assert viewer.page.locator("#screen-heading").inner_text() == "This page cannot be shown"
    viewer.page.click("#retry")
    expect_joins(viewer, 2)
    viewer.show(page_of(element(10, 0, "p")), from_nothing=True)
    assert viewer.stage.evaluate("() => document.querySelectorAll('p').length") == 1


def test_first_state_is_the_relays(browser: Browser, server: ViewerServer) -> None:
    with viewing(browser, server, {**JOINED, "state": "waiting"}) as viewer:
        viewer.open()
        assert viewer.page.locator("#screen-heading").inner_text() == "Waiting for the visitor"
        viewer.tell({"type": "state", "state": "live"})
        viewer.expect_state("live")
        viewer.tell({"type": "state", "state": "reconnecting"})
        viewer.expect_state("reconnecting")
        assert viewer.page.locator("#banner").is_visible()


def test_no_session(browser: Browser, server: ViewerServer) -> None:
    server.ticket = ({"error": "nosession"}, 404)
    try:
        with viewing(browser, server) as viewer:
            viewer.page.goto(f"{server.origin}/view")
            viewer.expect_state("denied")
            assert viewer.page.locator("#screen-heading").inner_text() == "No session with this code"
    finally:
        server.ticket = ({"ticket": "t", "expires": 30}, 200)
