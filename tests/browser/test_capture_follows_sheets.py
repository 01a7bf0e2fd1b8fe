"""Sheets that script makes and closed shadow roots: all of them are told, none of what is masked, and no trace stays in the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.test_capture_keeps_secrets import assert_kept, canary, rule
from tests.browser.visitor_page import VisitorPage, html, visiting

pytestmark = pytest.mark.browser

RULES = [rule(".s"), rule(".h", "hide")]
ADOPT = """(secret) => {{ const sheet = new CSSStyleSheet(); sheet.replaceSync(`p::after {{ content: '${{secret}}' }}`);
  const root = {host}.shadowRoot ?? {host}.attachShadow({{ mode: 'open' }}); root.innerHTML = '<p>x</p>'; root.adoptedStyleSheets = [sheet]; }}"""
CLOSED = """<script>window.roots = new WeakMap(); customElements.define('x-c', class extends HTMLElement {
  constructor() { super(); const root = this.attachShadow({ mode: 'closed' }); roots.set(this, root); root.innerHTML = this.dataset.inside ?? '<p>inside</p>'; this.removeAttribute('data-inside'); } });</script>"""


def texts(visitor: VisitorPage) -> list[str]:
    return [text for _, text in visitor.relay.model.constructed.values()]


def test_a_shared_sheet_travels_once_and_goes_with_its_last_adopter(browser: Browser) -> None:
    with visiting(browser, {"/": html("<div id=a></div><div id=b></div>")}) as visitor:
        visitor.start()
        visitor.change(
            "() => { window.sheet = new CSSStyleSheet(); sheet.replaceSync('p { color: red }');"
            " for (const host of [a, b]) host.attachShadow({ mode: 'open' }).adoptedStyleSheets = [sheet]; }"
        )
        assert texts(visitor) == ["p { color: red; }\n"]
        assert sorted(visitor.relay.model.adopted.values()) == [[1], [1]]
        visitor.change("() => { sheet.cssRules[0].style.color = 'blue'; }")
        assert texts(visitor) == ["p { color: blue; }\n"]
        visitor.change("() => { a.shadowRoot.adoptedStyleSheets = []; b.remove(); }")
        assert texts(visitor) == []
        assert [op[0] for op in visitor.relay.ops].count("set_constructed") == 3


@pytest.mark.parametrize("host", ["masked", "below", "hidden"])
def test_what_a_masked_root_adopts_is_not_told(browser: Browser, host: str) -> None:
    body = "<div id=masked class=s></div><div class=s><b><div id=below></div></b></div><div class=h><div id=hidden></div></div>"
    with visiting(browser, {"/": html(body)}, RULES) as visitor:
        visitor.page.evaluate(ADOPT.format(host=host), canary(1))
        visitor.start()
        visitor.page.evaluate(ADOPT.format(host=host), canary(2))
        visitor.synced()
        assert texts(visitor) == []
        assert_kept(visitor, before=canary(1), while_watched=canary(2))


def test_a_root_that_becomes_masked_takes_its_sheets_along(browser: Browser) -> None:
    with visiting(browser, {"/": html("<div id=a></div>")}, RULES) as visitor:
        visitor.start()
        visitor.page.evaluate(ADOPT.format(host="a"), "shown")
        visitor.synced()
        assert len(texts(visitor)) == 1
        visitor.change("() => { a.className = 's'; }")
        assert texts(visitor) == []


def test_closed_roots_are_seen_and_masked_like_others(browser: Browser) -> None:
    body = f"""<x-c id=first></x-c><x-c class=s data-inside='<p>{canary(1)}</p>'></x-c><x-c data-inside='<p class=s>{canary(2)}</p>'></x-c>
      <x-c data-inside='<div class=s><slot></slot></div>'><i>{canary(3)}</i></x-c><x-c data-inside='<div class=h><slot name=n></slot></div>'><i slot=n>{canary(4)}</i></x-c>"""
    with visiting(browser, {"/": html(body + CLOSED)}, RULES) as visitor:
        visitor.start()
        assert visitor.relay.contains("inside")
        visitor.change(f"() => {{ roots.get(first).append('more'); document.querySelector('i').append('{canary(5)}'); }}")
        assert visitor.relay.contains("more")
        assert_kept(visitor, host=canary(1), inside=canary(2), slotted=canary(3), named=canary(4), later=canary(5))


def test_the_page_does_not_get_at_closed_roots_and_finds_its_own_function_again(browser: Browser) -> None:
    before = "<script>window.own = Element.prototype.attachShadow;</script>"
    with visiting(browser, {"/": html("<x-c></x-c>" + CLOSED).replace("<!--tag-->", before + "<!--tag-->")}) as visitor:
        shared = "GLANCE.Cobrowse.Visitor[Symbol.for('cobrowse-relay')]"
        visitor.start()
        assert visitor.page.evaluate(f"() => {shared}.noted?.() ?? null") is None
        assert visitor.page.evaluate("() => [Element.prototype.attachShadow.name, String(Element.prototype.attachShadow)]") == [
            "attachShadow",
            "function () { [native code] }",
        ]
        visitor.page.evaluate("() => GLANCE.Cobrowse.Visitor.stopSession()")
        assert visitor.page.evaluate("Element.prototype.attachShadow === own")


def test_a_module_that_does_not_come_holds_back_only_what_it_is_for(browser: Browser) -> None:
    with visiting(browser, {"/": html("<p id=p>x</p>")}) as visitor:
        visitor.relay.withheld = {"-sheets-"}
        visitor.start()
        visitor.change(
            "() => { window.sheet = new CSSStyleSheet(); sheet.replaceSync('p { color: red }'); document.adoptedStyleSheets = [sheet]; p.append('y'); }"
        )
        visitor.assert_followed()
        assert texts(visitor) == []
        visitor.relay.withheld = set()
        visitor.until(lambda: texts(visitor) == ["p { color: red; }\n"])
