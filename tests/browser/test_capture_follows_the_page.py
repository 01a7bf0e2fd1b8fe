"""What the relay is told of a page is the page: after random changes, for form fields, styles, frames, and over broken connections."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from relay.protocol.names import Limit, Placeholder, State
from tests.browser.visitor_page import MUTATIONS, VisitorPage, html, visiting

pytestmark = pytest.mark.browser

SEEDS = (20_541, 4_400, 84_693)
STEPS = 180
WORLD = html("<p id=a>Hi <b>there</b><!-- not sent --></p><form><input name=firstChild value=1></form><div id=world><p>w</p></div>")


@pytest.mark.parametrize("seed", SEEDS)
def test_random_changes(browser: Browser, seed: int) -> None:
    with visiting(browser, {"/": WORLD}) as visitor:
        visitor.start()
        visitor.assert_followed("first snapshot")
        visitor.page.evaluate(MUTATIONS)
        for step in range(STEPS):
            visitor.change("([seed, count]) => mutate(seed, count)", [seed * 1000 + step, 1 + step % 9])
            visitor.assert_followed(f"seed {seed}, step {step}")


def test_changes_while_a_large_page_is_still_being_sent(browser: Browser) -> None:
    body = "<div id=world>" + "".join(f"<p class=c{i % 5}>row {i} <b>x</b></p>" for i in range(6000)) + "</div>"
    with visiting(browser, {"/": html(body)}) as visitor:
        visitor.page.evaluate(MUTATIONS)
        visitor.page.evaluate("GLANCE.Cobrowse.Visitor.startSession('abc')")
        visitor.page.wait_for_function("GLANCE.Cobrowse.Visitor.inSession()")
        for step in range(12):
            visitor.page.evaluate("([seed, count]) => mutate(seed, count)", [step, 6])
        visitor.synced()
        visitor.assert_followed("after the snapshot")
        assert sum(op[0] == "document" and op[2] == 0 for op in visitor.relay.ops) == 1


def test_a_moved_node_is_moved(browser: Browser) -> None:
    with visiting(browser, {"/": html("<ul id=list>" + "<li>x</li>" * 50 + "</ul><div id=other></div>")}) as visitor:
        visitor.start()
        before = len(visitor.relay.ops)
        visitor.change("() => { const list = document.getElementById('list'); list.append(...[...list.children].slice(0, 20)); }")
        visitor.change("() => document.getElementById('other').append(document.getElementById('list'))")
        assert [op[0] for op in visitor.relay.ops[before:]] == ["move", "move"]
        assert visitor.relay.ops[before][2] == 20
        visitor.assert_followed()


def test_what_comes_and_goes_within_a_batch_costs_nothing(browser: Browser) -> None:
    with visiting(browser, {"/": html("<div id=box></div>")}) as visitor:
        visitor.start()
        before = len(visitor.relay.frames)
        visitor.change(
            """() => { const box = document.getElementById('box');
                 for (let i = 0; i < 50; i++) { const p = document.createElement('p'); box.append(p); p.title = 'x'; p.remove(); } }"""
        )
        assert len(visitor.relay.frames) == before


def value(visitor: VisitorPage, name: str) -> Any:
    node = visitor.relay.find(name)
    return node.value if node.value is not None else node.attributes.get("value")


def test_form_fields(browser: Browser) -> None:
    body = """<form id=form><input id=text value=old><textarea id=area>old</textarea><input id=box type=checkbox checked>
      <input id=r1 type=radio name=r checked><input id=r2 type=radio name=r>
      <select id=one><option id=o1>1<option id=o2 selected>2</select><select id=many multiple><option id=m1>1<option id=m2>2</select>
      <input id=file type=file></form>"""
    with visiting(browser, {"/": html(body)}) as visitor:
        # Kept before the hooks are there, as frameworks do.
        visitor.page.evaluate("() => { window.setValue = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set; }")
        visitor.page.fill("#text", "typed before")
        visitor.start()
        chosen = State.CHECKED | State.INDETERMINATE | State.SELECTED
        state = lambda name: visitor.relay.find(name).state & chosen  # noqa: E731
        assert value(visitor, "text") == "typed before"
        assert (state("box"), state("r1"), state("r2")) == (State.CHECKED, State.CHECKED, 0)
        assert (state("o1"), state("o2"), state("m1")) == (0, State.SELECTED, 0)
        visitor.page.type("#area", "er")
        visitor.page.uncheck("#box")
        visitor.page.check("#r2")
        visitor.page.select_option("#many", ["1", "2"])
        visitor.page.select_option("#one", "1")
        visitor.synced()
        visitor.assert_followed("typed and chosen")
        assert (state("box"), state("r1"), state("r2"), state("o1"), state("m2")) == (0, 0, State.CHECKED, State.SELECTED, State.SELECTED)
        visitor.change("() => { text.value = 'by script'; box.indeterminate = true; one.selectedIndex = 1; area.value = 'by script'; }")
        visitor.assert_followed("set by script")
        assert state("box") == State.INDETERMINATE
        visitor.change("() => setValue.call(text, 'past all hooks')")
        assert value(visitor, "text") == "past all hooks"
        visitor.change("() => form.reset()")
        visitor.assert_followed("reset")
        visitor.page.set_input_files("#file", {"name": "tax-return.pdf", "mimeType": "application/pdf", "buffer": b"x"})
        visitor.synced()
        assert not visitor.relay.contains("tax-return")


def test_a_value_set_by_script_needs_no_other_change_to_be_noticed(browser: Browser) -> None:
    with visiting(browser, {"/": html("<input id=text>")}) as visitor:
        visitor.start()
        version = visitor.relay.version
        visitor.page.evaluate("() => { text.value = 'alone'; }")
        visitor.page.wait_for_function("() => true")
        visitor.page.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))"
        )
        visitor.synced()
        assert visitor.relay.version > version
        assert value(visitor, "text") == "alone"


def test_dialogs_scroll_focus_pointer_viewport_title_and_address(browser: Browser) -> None:
    body = """<dialog id=dialog>x</dialog><div id=scroller style="height:50px;overflow:auto"><div style="height:900px"></div></div>
      <input id=field><div style="height:3000px"></div>"""
    with visiting(browser, {"/": html(body)}) as visitor:
        visitor.page.evaluate("() => { scroller.scrollTop = 33; scrollTo(0, 120); }")
        visitor.start()
        model = visitor.relay.model
        assert model.root
        assert visitor.relay.find("scroller").scroll == (0, 33)
        assert model.root.scroll == (0, 120)
        assert model.viewport == (1000, 700, 1000)
        visitor.change("() => { scroller.scrollTop = 500; document.title = 'Other'; history.pushState(null, '', '/deep/page?token=1#x'); }")
        # Browsers tell of a scroll with their next frame.
        visitor.until(lambda: visitor.relay.find("scroller").scroll == (0, 500))
        assert model.root.document
        assert model.root.document["title"] == "Other"
        assert model.root.document["address"] == f"{visitor.relay.origin}/deep/page"
        visitor.page.focus("#field")
        visitor.page.mouse.move(40, 60)
        visitor.page.mouse.down()
        visitor.synced()
        assert model.focus == visitor.relay.find("field").id
        assert model.pointer == (40, 60, 1)
        visitor.page.mouse.up()
        visitor.page.set_viewport_size({"width": 800, "height": 500})
        visitor.change("() => dialog.showModal()")
        assert model.viewport == (800, 500, 1000)
        assert visitor.relay.find("dialog").state & State.MODAL
        visitor.change("() => dialog.close()")
        assert visitor.relay.find("dialog").state == 0
        assert not visitor.relay.contains("token=1")


def test_frames(browser: Browser) -> None:
    pages = {
        "/": html('<iframe id=one src="/inner?secret=1"></iframe><iframe id=other src="data:text/html,hidden"></iframe>'),
        "/inner": "<!doctype html><title>Inner</title><p id=p>inside</p>",
        "/next": "<title>Next</title><p>next <b>one</b></p>",
    }
    with visiting(browser, pages) as visitor:
        visitor.start()
        one = visitor.relay.find("one")
        assert one.inner and one.inner.document
        assert one.inner.document["title"] == "Inner"
        assert visitor.relay.find("other").placeholder == Placeholder.CROSS_ORIGIN_FRAME
        visitor.change("() => { one.contentDocument.getElementById('p').append(' more'); }")
        visitor.assert_followed("changed inside")
        visitor.page.evaluate("() => new Promise((done) => { one.onload = done; one.src = '/next'; })")
        visitor.synced()
        visitor.assert_followed("navigated")
        one = visitor.relay.find("one")
        assert one.inner and one.inner.document
        assert (one.inner.document["title"], one.inner.document["quirks"]) == ("Next", 1)
        visitor.change(
            """() => { const frame = document.createElement('iframe'); document.body.append(frame);
                 frame.contentDocument.open(); frame.contentDocument.write('<p>written</p>'); frame.contentDocument.close();
                 window.written = frame; }"""
        )
        visitor.assert_followed("written")
        visitor.change("() => { const p = written.contentDocument.querySelector('p'); document.body.prepend(p); p.append('!'); }")
        visitor.assert_followed("adopted")
        visitor.page.evaluate("() => new Promise((done) => { one.onload = done; one.src = 'data:text/html,gone'; })")
        visitor.synced()
        assert visitor.relay.find("one").placeholder == Placeholder.CROSS_ORIGIN_FRAME
        visitor.change("() => document.querySelectorAll('iframe').forEach((frame) => frame.remove())")
        visitor.assert_followed("removed")


def test_style_sheets(browser: Browser) -> None:
    pages = {
        "/": html(
            "<p>x</p>",
            head='<link id=link rel=stylesheet href="/css/main.css?v=1"><style id=plain>p { color: var(--c) }</style><style id=inserted></style>'
            "<style id=importing>@import '/css/sub/part.css' print; p { margin: 0 }</style>",
        ),
        "/css/main.css": '/* @import "no.css"; */ @import url(sub/part.css) screen; a { background: url(a.png) }',
        "/css/sub/part.css": "@charset 'utf-8'; b { background: url('b.png?x') } i { background: url(data:image/png;base64,AA==) }",
    }
    with visiting(browser, pages) as visitor:
        visitor.page.evaluate("() => { inserted.sheet.insertRule('u { color: red }'); }")
        visitor.start()
        base, text = visitor.relay.find("link").sheet or ("", "")
        assert base == f"{visitor.relay.origin}/css/main.css"
        assert "@media screen {" in text
        assert f'url("{visitor.relay.origin}/css/sub/b.png?x")' in text
        assert "url(a.png)" in text and "/* @import" in text and "charset" not in text
        assert visitor.relay.find("plain").sheet is None
        assert visitor.relay.find("inserted").sheet == (f"{visitor.relay.origin}/", "u { color: red; }\n")
        assert "@media print {" in (visitor.relay.find("importing").sheet or ("", ""))[1]
        visitor.change("() => { inserted.sheet.insertRule('s { color: blue }', 1); plain.sheet.deleteRule(0); }")
        assert "s { color: blue; }" in (visitor.relay.find("inserted").sheet or ("", ""))[1]
        assert visitor.relay.find("plain").sheet == (f"{visitor.relay.origin}/", "")
        visitor.change("() => { plain.textContent = 'p { color: green }'; link.sheet.disabled = true; }")
        assert visitor.relay.find("plain").sheet == (f"{visitor.relay.origin}/", "p { color: green }")
        assert visitor.relay.find("link").state == State.SHEET_DISABLED
        visitor.change(
            "() => { const late = document.createElement('link'); late.id = 'late'; late.rel = 'stylesheet'; late.href = '/css/sub/part.css'; document.head.append(late); }"
        )
        assert "b.png?x" in (visitor.relay.find("late").sheet or ("", ""))[1]
        visitor.assert_followed()


def test_shadow_roots_that_come_later(browser: Browser) -> None:
    with visiting(browser, {"/": html("<x-late id=late>slotted</x-late>")}) as visitor:
        visitor.start()
        visitor.change("() => { late.attachShadow({ mode: 'open' }).append('in the shadow', document.createElement('slot')); }")
        visitor.assert_followed("attached")
        visitor.change("() => { late.shadowRoot.firstChild.data = 'changed'; }")
        visitor.assert_followed("changed")


def test_frames_lost_on_the_way_are_sent_again_without_a_snapshot(browser: Browser) -> None:
    with visiting(browser, {"/": html("<p id=p>0</p>")}) as visitor:
        visitor.start()
        visitor.record_events()
        for step in range(3):
            visitor.page.evaluate("(step) => { p.textContent = `before ${step}`; }", step)
            visitor.relay.cut()
            visitor.change("(step) => { p.append(` after ${step}`); }", step)
            visitor.assert_followed(f"cut {step}")
        assert visitor.relay.connections == 4
        assert visitor.relay.epoch == 1
        statuses = [event["status"] for name, event in visitor.events() if name == "connection"]
        assert statuses == ["reconnecting", "ok"] * 3


def test_a_refused_frame_is_healed_by_a_snapshot(browser: Browser) -> None:
    with visiting(browser, {"/": html("<p id=p>0</p><iframe id=frame></iframe>")}) as visitor:
        visitor.start()
        visitor.relay.refuse = True
        visitor.change("() => { p.textContent = 'refused'; }")
        assert visitor.relay.epoch == 2
        visitor.assert_followed()
        visitor.change("() => { p.textContent = 'and on'; frame.contentDocument.body.append('inside'); }")
        visitor.assert_followed()


def test_a_frame_larger_than_a_message_goes_in_pieces(browser: Browser) -> None:
    with visiting(browser, {"/": html("<p id=p></p>")}) as visitor:
        visitor.start()
        visitor.change(
            "() => { let n = 1; p.textContent = Array.from({ length: 60000 }, () => (n = (Math.imul(n, 1664525) + 1013904223) >>> 0).toString(36)).join(' '); }"
        )
        assert max(map(len, visitor.relay.frames)) > Limit.PART
        visitor.assert_followed()


def test_limits_are_kept_at_the_source(browser: Browser) -> None:
    with visiting(browser, {"/": html("<p id=p></p><div id=deep></div>")}) as visitor:
        visitor.start()
        visitor.page.evaluate(
            """() => {
              p.setAttribute('title', 'é'.repeat(70000)); p.setAttribute('x'.repeat(65), '1');
              p.append('é'.repeat(700000));
              for (let i = 0; i < 300; i++) p.setAttribute(`a${i}`, '');
              for (let i = 0, at = deep; i < 1200; i++) { const next = document.createElement('div'); at.append(next); at = next; }
            }"""
        )
        visitor.synced()
        assert not visitor.relay.faults
        assert len(visitor.relay.find("p").attributes) <= Limit.ATTRIBUTES
        visitor.change("() => { deep.remove(); p.remove(); }")
        visitor.assert_followed()


def test_the_page_itself_is_left_as_it_is(browser: Browser) -> None:
    body = "<p id=p class=x>text</p><input id=i value=1><form><input name=attributes></form>"
    # Before the loader, which notes closed roots.
    page = html(body).replace("<!--tag-->", "<script>window.attachShadow = Element.prototype.attachShadow;</script><!--tag-->")
    with visiting(browser, {"/": page}) as visitor:
        look = """() => { const setter = (type, name) => Object.getOwnPropertyDescriptor(type.prototype, name).set;
          return [document.body.outerHTML, Object.keys(window.p).length, Object.getOwnPropertySymbols(p).length]; }"""
        originals = """() => { const of = (type, name) => { const d = Object.getOwnPropertyDescriptor(type.prototype, name); return d.set ?? d.value; };
          const now = [of(HTMLInputElement, 'value'), of(Element, 'attachShadow'), of(CSSStyleSheet, 'insertRule'), of(History, 'pushState')];
          window.kept ??= now.with(1, attachShadow); return now.every((fn, i) => fn === kept[i]); }"""
        before = visitor.page.evaluate(look)
        visitor.page.evaluate(originals)
        visitor.start()
        assert visitor.page.evaluate(look) == before
        assert not visitor.page.evaluate(originals), "the hooks are in"
        visitor.page.evaluate("() => GLANCE.Cobrowse.Visitor.stopSession()")
        assert visitor.page.evaluate(originals), "the originals are back"
        assert visitor.page.evaluate("() => document.querySelectorAll('[glance_cobrowse_suppress]').length") == 0
