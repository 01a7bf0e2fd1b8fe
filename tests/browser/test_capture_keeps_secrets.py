"""What is masked never leaves the visitor's browser: in no byte of any frame, in no form, at no time."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from relay.protocol.names import BULLETS, Mask
from tests.browser.secrets import Secrets
from tests.browser.visitor_page import MUTATIONS, VisitorPage, html, visiting

pytestmark = pytest.mark.browser

SECRET_CHANGES = (Path(__file__).parent / "secret_changes.js").read_text(encoding="utf-8")
SEEDS = (7, 1971)
STEPS = 120


def rule(selector: str, action: str = "text", label: str = "") -> dict[str, str]:
    return {"selector": selector, "action": action, "label": label}


def assert_kept(visitor: VisitorPage, **secrets: str) -> None:
    """None of these values is in a byte that the relay got, and the relay had nothing to mask itself."""
    controls = [str(control).encode() for control in visitor.relay.controls]
    assert Secrets(**secrets).found_in("frames", [*visitor.relay.frames, *controls]) == []
    assert not visitor.relay.faults
    assert visitor.relay.alarms == 0


def canary(number: int) -> str:
    return f"Qx{number:04}ZkWv{number * 7919 % 10007:05}"


FIELDS = f"""
  <input type=password value="{canary(1)}"><input autocomplete="shipping cc-number" value="{canary(2)}">
  <input type=hidden name=csrf value="{canary(3)}">
  <div class=account title="{canary(4)}" data-x="{canary(5)}" aria-label="{canary(6)}" onclick="say('{canary(7)}')">{canary(8)}
    <a href="/x/{canary(9)}">{canary(10)}</a><img alt="{canary(11)}" src="data:image/png;base64,{canary(12)}">
    <select id=choice><option value="{canary(13)}">{canary(14)}<option selected>{canary(15)}</select><textarea>{canary(16)}</textarea>
    <input placeholder="{canary(17)}" min="{canary(18)}"><input id=tick type=checkbox checked value="{canary(19)}"><svg><text>{canary(20)}</text></svg>
    <i style="color: red; --token: {canary(21)}; background: url(/{canary(22)}.png)">{canary(23)}</i>
    <style>.x::after {{ content: "{canary(24)}" }}</style><x-card id=card>{canary(25)}</x-card><iframe srcdoc="<title>{canary(26)}</title><p>{canary(27)}"></iframe>
  </div>
  <p id=later>{canary(28)}</p><p id=escaped.name>{canary(29)}</p><span glance_masked=true>{canary(30)}</span><b class=glance_masked>{canary(31)}</b>
  <div class=box style="width: 120px; height: 40px">{canary(32)}<b>{canary(33)}</b></div><div class=blocked>{canary(34)}</div>
"""
NEVER = f"""<!-- {canary(35)} --><script>window.token = '{canary(36)}'</script><noscript>{canary(37)}</noscript><template>{canary(38)}</template>
  <meta name=token content="{canary(39)}"><a href="/page?token={canary(40)}#{canary(41)}">link</a><form action="/buy?{canary(42)}"></form>
  <a href="javascript:go('{canary(43)}')">go</a><b onclick="go('{canary(44)}')">b</b><iframe src="/inner?{canary(45)}"></iframe>
  <link rel=stylesheet href="/main.css?{canary(46)}"><div glance_cobrowse_suppress=1>{canary(47)}</div>"""
RULES = [
    rule(".account"),
    rule(r"#escaped\.name"),
    rule(".secret"),
    rule(".box", "hide"),
    rule(".blocked", "block", "Your balance"),
    rule("h1 + .beside"),
    rule("li:has(.mark)"),
    rule(".flag + .flagged"),
    rule("input:checked ~ output"),
    rule("td:empty + td"),
]


def test_planted_secrets(browser: Browser) -> None:
    pages = {"/": html(FIELDS + NEVER), "/inner": "<p>inner</p>", "/main.css": "p { margin: 0 }"}
    with visiting(browser, pages, RULES) as visitor:
        visitor.page.evaluate(
            f"() => {{ card.attachShadow({{ mode: 'open' }}).append('{canary(50)}', document.createElement('slot')); later.className = 'secret'; }}"
        )
        visitor.page.evaluate(f"() => {{ history.replaceState(null, '', '/?q={canary(51)}#{canary(52)}'); }}")
        visitor.start()
        visitor.page.fill("input[type=password]", canary(53))
        visitor.page.evaluate(
            f"() => {{ document.querySelector('[type=password]').type = 'text'; document.querySelector('textarea').value = '{canary(54)}'; }}"
        )
        visitor.synced()
        visitor.page.locator("input[placeholder]").press_sequentially(canary(55))
        visitor.change(
            f"""() => {{ const account = document.querySelector('.account');
              account.firstChild.data = '{canary(56)}'; account.title = '{canary(57)}'; account.append('{canary(58)}');
              document.querySelector('.box').append('{canary(59)}'); document.querySelector('.blocked').firstChild.data = '{canary(60)}';
              card.shadowRoot.firstChild.data = '{canary(61)}'; choice.selectedIndex = 0; tick.checked = false;
              const out = account.querySelector('i'); document.body.append(out); out.textContent = '{canary(62)}'; }}"""
        )
        visitor.change(f"() => {{ later.className = ''; later.textContent = '{canary(63)}'; }}")
        assert_kept(visitor, **{f"canary {number}": canary(number) for number in range(1, 64)})
        assert visitor.relay.find("later").mask == (Mask.TEXT, "", 0, 0)
        assert visitor.relay.find("choice").value is None
        assert visitor.relay.find("tick").state == 0
        masks = [node.mask for node in visitor.relay.model.nodes.values() if node.mask and node.mask[0] >= Mask.HIDE]
        assert masks == [(Mask.HIDE, "", 120, 40), (Mask.BLOCK, "Your balance", 984, masks[1][3])]


def test_masked_later(browser: Browser) -> None:
    """What was shown is taken back: by a class, by an ancestor, by a sibling, by a child, by a state, by the rules."""
    body = """<div id=up><p id=p>shown</p></div><h1>x</h1><p id=beside>shown</p><ul><li id=li>shown<i id=i></i></li></ul>
      <input id=check type=checkbox><output id=out>shown</output><table><tr><td id=td>x</td><td id=next>shown</td></tr></table><em id=em>shown</em><s id=flag></s><s id=flagged class=flagged>shown</s>"""
    with visiting(browser, {"/": html(body)}, RULES) as visitor:
        visitor.start()

        def text(name: str) -> str:
            return visitor.relay.find(name).children[0].text or ""

        assert {text(name) for name in ("p", "beside", "li", "out", "next", "flagged", "em")} == {"shown"}
        visitor.change(
            "() => { up.className = 'secret'; beside.className = 'beside'; i.className = 'mark'; flag.className = 'flag'; check.checked = true; td.firstChild.data = ''; }"
        )
        assert {text(name) for name in ("p", "beside", "li", "out", "next", "flagged")} == {BULLETS}
        assert text("em") == "shown"
        visitor.relay.tell({"type": "masks", "masks": [*RULES, rule("em", "hide")]})
        visitor.until(lambda: visitor.relay.find("em").mask is not None)
        visitor.change("() => { em.append('unseen'); up.append('hidden'); }")
        assert visitor.relay.find("em").children == []
        assert not visitor.relay.contains("unseen") and not visitor.relay.contains("hidden")
        assert visitor.relay.alarms == 0


LEAVING = {
    "moved": "out.append(child)",
    "moved with what it is in": "out.append(inner)",
    "unwrapped": "top.replaceWith(...top.childNodes)",
    "unwrapped twice": "inner.replaceWith(...inner.childNodes); top.replaceWith(...top.childNodes)",
    "from inside out": "out.append(inner); out.append(child)",
    "from outside in": "top.remove(); out.append(child)",
    "what it was in has gone before": "inner.remove(); top.remove(); out.append(child)",
    "taken out of what is taken out later": "out.append(child); out.append(inner); out.append(top.firstChild)",
    "mask taken off afterwards": "out.append(child); top.className = ''",
    "text alone": "out.append(child.firstChild)",
}


@pytest.mark.parametrize("action", ["text", "hide"])
def test_what_leaves_a_masked_place_stays_masked(browser: Browser, action: str) -> None:
    for way, script in LEAVING.items():
        body = f"<div id=top class=private><div id=inner><p id=child>{canary(1)}</p></div>{canary(2)}</div><div id=out></div>"
        with visiting(browser, {"/": html(body)}, [rule(".private", action)]) as visitor:
            visitor.start()
            visitor.change(
                f"() => {{ const at = (name) => document.getElementById(name); const [top, inner, child, out] = ['top', 'inner', 'child', 'out'].map(at); window.child0 = child; {script}; }}"
            )
            visitor.change(
                f"() => {{ child0.append('{canary(3)}'); child0.remove(); document.body.append(child0); child0.append('{canary(4)}'); }}"
            )
            assert not [number for number in range(1, 5) if visitor.relay.contains(canary(number))], f"{way}, {action}"
            assert_kept(visitor, one=canary(1), two=canary(2), three=canary(3), four=canary(4))


def test_a_rule_that_the_browser_cannot_read_masks_the_page(browser: Browser) -> None:
    for selector in ("p:no-such-thing", "p::before", "p["):
        with visiting(browser, {"/": html(f"<p>{canary(1)}</p>", title=canary(2))}, [rule("b"), rule(selector)]) as visitor:
            visitor.record_events()
            visitor.start()
            root = visitor.relay.model.root
            assert root and root.mask and root.mask[0] == Mask.HIDE
            assert root.children == []
            visitor.change(f"() => document.body.append('{canary(3)}')")
            assert [event["code"] for name, event in visitor.events() if name == "error"] == ["maskingerror"]
            assert_kept(visitor, text=canary(1), title=canary(2), later=canary(3))


def test_slotted_content_of_a_masked_slot(browser: Browser) -> None:
    body = f"<x-card id=card><b id=b>{canary(1)}</b>{canary(2)}</x-card>"
    with visiting(browser, {"/": html(body)}, [rule(".private")]) as visitor:
        visitor.page.evaluate("() => { card.attachShadow({ mode: 'open' }).innerHTML = '<div class=private><slot></slot></div>'; }")
        visitor.start()
        visitor.change(f"() => {{ card.append('{canary(3)}'); b.textContent = '{canary(4)}'; }}")
        assert_kept(visitor, **{f"canary {number}": canary(number) for number in range(1, 5)})


def test_a_masked_title(browser: Browser) -> None:
    with visiting(browser, {"/": html("<p>x</p>", title=canary(1))}, [rule("title")]) as visitor:
        visitor.start()
        root = visitor.relay.model.root
        assert root and root.document
        assert root.document["title"] == BULLETS
        visitor.change(f"() => {{ document.title = '{canary(2)}'; }}")
        assert_kept(visitor, first=canary(1), second=canary(2))


def test_the_pointer_says_nothing_inside_a_mask(browser: Browser) -> None:
    body = "<div class=account style='position:absolute;left:100px;top:100px;width:200px;height:100px'><input></div>"
    with visiting(browser, {"/": html(body)}, RULES) as visitor:
        visitor.start()
        for x in (110, 150, 290):
            visitor.page.mouse.move(x, 120)
            visitor.synced()
            assert visitor.relay.model.pointer == (200, 150, 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_secrets_stay_secret_through_random_changes(browser: Browser, seed: int) -> None:
    rules = [
        rule(".private"),
        rule(".vault", "hide"),
        rule("section.sealed, .sealed"),
        rule(".c4 ~ .c3:nth-child(odd)"),
        rule("div:has(> textarea)"),
    ]
    with visiting(browser, {"/": html("<div id=world><p>w</p></div>")}, rules) as visitor:
        visitor.start()
        visitor.page.evaluate(MUTATIONS)
        visitor.page.evaluate(SECRET_CHANGES)
        for step in range(STEPS):
            if step % 4 == 0:
                visitor.change("([seed, secret]) => plant(seed, secret)", [seed * 1000 + step, canary(step)])
            visitor.change("([seed, secret]) => disturb(seed, secret)", [seed * 1000 + step, "ZkWv"])
            assert not visitor.relay.contains("ZkWv"), f"seed {seed}, step {step}"
            assert not visitor.relay.faults, f"seed {seed}, step {step}: {visitor.relay.faults}"
            assert visitor.relay.alarms == 0, f"seed {seed}, step {step}"


def test_the_search_finds_what_is_not_masked(browser: Browser) -> None:
    """The control: the same pages without their rules are found out."""
    with visiting(browser, {"/": html(f"<div class=account>{canary(1)}</div><div id=world></div>")}) as visitor:
        visitor.start()
        assert Secrets(one=canary(1)).found_in("frames", visitor.relay.frames) == ["frames: one"]
        visitor.page.evaluate(MUTATIONS)
        visitor.page.evaluate(SECRET_CHANGES)
        for seed in range(12):
            visitor.change("([seed, secret]) => plant(seed, secret)", [seed, f"Planted{seed}"])
        found = [seed for seed in range(12) if visitor.relay.contains(f"Planted{seed}")]
        assert len(found) > 6
