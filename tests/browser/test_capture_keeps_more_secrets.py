"""Ways by which what is masked could leave the visitor's browser all the same: choices, slots, moments between two flushes, names."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from relay.protocol.names import Mask
from tests.browser.test_capture_keeps_secrets import assert_kept, canary, rule
from tests.browser.visitor_page import html, visiting

pytestmark = pytest.mark.browser

RULES = [rule(".s")]
CHOICES = {
    "masked option": f'<option>plain<option class=s value="{canary(1)}" selected>{canary(2)}',
    "masked group": f'<option>plain<optgroup class=s><option value="{canary(1)}" selected>{canary(2)}</optgroup>',
    "chosen later": f'<option selected>plain<option class=s value="{canary(1)}">{canary(2)}',
}


@pytest.mark.parametrize("options", CHOICES.values(), ids=CHOICES)
def test_the_choice_of_a_masked_option(browser: Browser, options: str) -> None:
    with visiting(browser, {"/": html(f"<select id=choice>{options}</select>")}, RULES) as visitor:
        visitor.start()
        visitor.change("() => { choice.selectedIndex = 1; choice.dispatchEvent(new Event('change', { bubbles: true })); }")
        assert_kept(visitor, value=canary(1), text=canary(2))
        assert not visitor.relay.find("choice").value
        assert [node.state for node in visitor.relay.model.nodes.values() if node.tag == "option"] == [0, 0]


def test_an_option_masked_after_its_choice(browser: Browser) -> None:
    with visiting(browser, {"/": html("<select id=choice><option>a<option id=b selected>b</select>")}, RULES) as visitor:
        visitor.start()
        assert visitor.relay.find("choice").value == "b"
        visitor.change("() => { b.className = 's'; }")
        assert visitor.relay.find("choice").value == ""
        assert visitor.relay.find("b").state == 0


SLOTS = {
    "host, root and child at once": f"""
      card.attachShadow({{ mode: 'open' }}).innerHTML = '<p class=s><slot></slot></p>';
      card.append('{canary(1)}');""",
    "a slot in a slot": f"""
      card.attachShadow({{ mode: 'open' }}).innerHTML = '<x-inner><slot></slot></x-inner>';
      card.shadowRoot.firstChild.attachShadow({{ mode: 'open' }}).innerHTML = '<p class=s><slot></slot></p>';
      await GLANCE.Cobrowse.Visitor.synced();
      card.append('{canary(1)}');""",
    "a slot below what is in a slot": f"""
      card.attachShadow({{ mode: 'open' }}).innerHTML = '<x-inner><div><slot></slot></div></x-inner>';
      card.append('{canary(1)}');
      card.shadowRoot.firstChild.attachShadow({{ mode: 'open' }}).innerHTML = '<p class=s><slot></slot></p>';""",
    "a slot below what is in a slot, filled later": f"""
      card.attachShadow({{ mode: 'open' }}).innerHTML = '<x-inner><div><slot></slot></div></x-inner>';
      card.shadowRoot.firstChild.attachShadow({{ mode: 'open' }}).innerHTML = '<p class=s><slot></slot></p>';
      await GLANCE.Cobrowse.Visitor.synced();
      card.append('{canary(1)}');""",
}


@pytest.mark.parametrize("script", SLOTS.values(), ids=SLOTS)
def test_what_stands_in_a_masked_slot(browser: Browser, script: str) -> None:
    with visiting(browser, {"/": html("<x-card id=card><i>light</i></x-card>")}, RULES) as visitor:
        visitor.start()
        visitor.change(f"async () => {{ {script} }}")
        assert visitor.relay.find("card").children[-1].text
        assert_kept(visitor, child=canary(1))


@pytest.mark.parametrize("action", ["text", "hide", "block"])
@pytest.mark.parametrize("way", ["masked.innerHTML = ''", "outer.remove()", "outer.innerHTML = ''"])
def test_a_part_of_what_was_removed_comes_back_later(browser: Browser, action: str, way: str) -> None:
    body = f"<div id=outer><div id=masked class=s><div><b id=part>{canary(1)}</b></div></div></div>"
    with visiting(browser, {"/": html(body)}, [rule(".s", action)]) as visitor:
        visitor.start()
        visitor.change(f"() => {{ window.kept = part; {way}; }}")
        visitor.change(f"() => {{ document.body.append(kept); kept.append('{canary(2)}'); }}")
        assert action == "text" or visitor.relay.find("part").mask
        assert_kept(visitor, before=canary(1), after=canary(2))


@pytest.mark.parametrize("action", ["text", "hide"])
def test_a_masked_frame_says_nothing_of_its_document(browser: Browser, action: str) -> None:
    pages = {
        "/": html(f"<iframe class=s src=/{canary(1)}></iframe>"),
        f"/{canary(1)}": f"<base href=/{canary(2)}/><title>{canary(3)}</title><p>x",
    }
    with visiting(browser, pages, [rule(".s", action)]) as visitor:
        visitor.start()
        assert_kept(visitor, address=canary(1), base=canary(2), title=canary(3))


MOMENTS = {
    "class": f"p.className = 's'; p.append('{canary(1)}'); p.className = '';",
    "class, and out": f"p.className = 's'; p.append('{canary(1)}'); p.className = ''; out.append(p.lastChild);",
    "class below an ancestor": f"p.className = 't'; p.append('{canary(1)}'); p.className = '';",
    "new element": f"const made = document.createElement('div'); made.className = 's'; p.append(made); made.append('{canary(1)}'); out.append(made.firstChild);",
    "new element, and gone": f"const made = document.createElement('div'); made.className = 's'; p.append(made); made.append('{canary(1)}'); out.append(made.firstChild); made.remove();",
    "new element, bared": f"const made = document.createElement('div'); made.className = 's'; p.append(made); made.append('{canary(1)}'); made.className = '';",
}


@pytest.mark.parametrize("script", MOMENTS.values(), ids=MOMENTS)
def test_a_mask_of_one_moment(browser: Browser, script: str) -> None:
    with visiting(browser, {"/": html("<main><p id=p>x</p></main><p id=out>y</p>")}, [*RULES, rule("main > .t")]) as visitor:
        visitor.start()
        visitor.change(f"() => {{ {script} }}")
        assert_kept(visitor, moment=canary(1))
        visitor.change("() => { p.remove(); out.before(Object.assign(document.createElement('p'), { textContent: 'shown' })); }")
        assert visitor.relay.contains("shown")


def test_nobody_learns_the_page_from_a_referrer(browser: Browser) -> None:
    head = '<meta name=referrer content="unsafe-url">'
    pages = {"/": html("<p>x</p>", head=head), "/logo.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>"}
    with visiting(browser, pages) as visitor:
        visitor.open(f"/?token={canary(1)}")
        visitor.start()
        visitor.relay.tell({"type": "want", "assets": [{"id": "a1", "url": f"{visitor.relay.origin}/logo.svg"}]})
        visitor.until(lambda: "/assets/a1" in visitor.relay.uploads)
        script = next(path for path in visitor.relay.referrers if "CobrowseVisitor" in path)
        assert [visitor.relay.referrers[path] for path in (script, "/assets/a1", "/logo.svg")] == [None] * 3


def test_the_focus_and_the_button_inside_a_masked_element(browser: Browser) -> None:
    body = "<div id=box class=s style='position:absolute;left:100px;top:100px;width:200px;height:100px'><button id=a>a</button></div>"
    with visiting(browser, {"/": html(body)}, RULES) as visitor:
        visitor.start()
        visitor.page.mouse.move(110, 110)
        visitor.page.mouse.down()
        visitor.synced()
        assert visitor.page.evaluate("document.activeElement.id") == "a"
        assert visitor.relay.model.focus == visitor.relay.find("box").id
        assert visitor.relay.model.pointer == (200, 150, 0)


def test_the_title_is_the_documents_own(browser: Browser) -> None:
    page = html(f"<svg><title class=s>{canary(1)}</title></svg>").replace("<title>Page</title>", "")
    with visiting(browser, {"/": page}, RULES) as visitor:
        visitor.start()
        root = visitor.relay.model.root
        assert root and root.document and root.document["title"] == ""
        visitor.change("() => { document.head.append(Object.assign(document.createElement('title'), { textContent: 'Own' })); }")
        assert root.document["title"] == "Own"
        assert_kept(visitor, picture=canary(1))


def test_the_style_of_a_masked_element(browser: Browser) -> None:
    body = f"""<form id=f class=s style="width: 12.5%; margin: 1px auto; height: calc(100px - 2em); --x: {canary(1)}; color: rgb(1 2 3);
      font-family: {canary(2)}; animation-name: {canary(3)}; left: var(--{canary(4)}); background: url(/{canary(5)}); grid-area: {canary(6)}">
      <input name=style value=1></form>"""
    with visiting(browser, {"/": html(body)}, RULES) as visitor:
        visitor.start()
        assert_kept(visitor, **{f"canary {number}": canary(number) for number in range(1, 7)})
        style = visitor.relay.find("f").attributes["style"]
        for part in ("width: 12.5%", "margin-left: auto", "height: calc(", "color: rgb(1, 2, 3)"):
            assert part in style


def test_a_link_to_a_script_is_a_link_to_nowhere(browser: Browser) -> None:
    body = "<a id=a href='javascript:go()'>x</a><a id=b href=/page>y</a><form id=f action='javascript:go()'></form>"
    with visiting(browser, {"/": html(body)}) as visitor:
        visitor.start()
        visitor.change("() => { b.href = 'javascript:go()'; }")
        assert [visitor.relay.find(name).attributes for name in "abf"] == [
            {"id": "a", "href": ""},
            {"id": "b", "href": ""},
            {"id": "f"},
        ]
        visitor.assert_followed()


def test_masked_levels_of_hidden_choices(browser: Browser) -> None:
    body = f'<select id=choice multiple><option selected>a<option class=s value="{canary(1)}" selected>b</select>'
    with visiting(browser, {"/": html(body)}, [rule(".s", "hide")]) as visitor:
        visitor.start()
        options = [node for node in visitor.relay.model.nodes.values() if node.tag == "option"]
        assert [node.state for node in options] == [0, 0]
        assert options[1].mask and options[1].mask[0] == Mask.HIDE
        assert_kept(visitor, value=canary(1))
