"""What the visitor's browser keeps back as a whole: pages by their address or by their script, everything that nothing shows."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from relay.protocol.names import BULLETS, Mask
from tests.browser.test_capture_keeps_secrets import assert_kept, canary, rule
from tests.browser.visitor_page import VisitorPage, html, visiting

pytestmark = pytest.mark.browser

PRIVATE = [rule("", "private"), rule(".open", "show"), rule(".secret", "text")]


def page_mask(pattern: str) -> dict[str, str]:
    return {"selector": pattern, "action": "page", "label": "Account"}


def root_mask(visitor: VisitorPage) -> tuple[int, str] | None:
    root = visitor.relay.model.root
    return root.mask[:2] if root and root.mask else None


def test_a_page_by_its_address(browser: Browser) -> None:
    pages = {"/account/me": html(f"<p>{canary(1)}</p>", title=canary(2)), "/": html("<p>home</p>")}
    with visiting(browser, pages, [page_mask("*://*/account/*")]) as visitor:
        visitor.start()
        assert visitor.relay.contains("home") and root_mask(visitor) is None
        visitor.open(f"/account/me?x={canary(3)}")
        visitor.in_session()
        assert root_mask(visitor) == (Mask.HIDE, "Account")
        visitor.change(f"() => document.body.append('{canary(4)}')")
        assert_kept(visitor, text=canary(1), title=canary(2), query=canary(3), later=canary(4))
        visitor.open("/")
        visitor.in_session()
        assert root_mask(visitor) is None


def test_a_page_that_takes_on_another_address(browser: Browser) -> None:
    with visiting(browser, {"/": html("<p id=p>home</p>")}, [page_mask("*://*/account/*")]) as visitor:
        visitor.start()
        visitor.change(f"() => {{ history.pushState(null, '', '/account/me'); p.textContent = '{canary(1)}'; }}")
        assert root_mask(visitor) == (Mask.HIDE, "Account")
        visitor.change(f"() => {{ history.pushState(null, '', '/'); p.textContent = '{canary(2)}'; }}")
        assert_kept(visitor, there=canary(1), afterwards=canary(2))


def test_a_frame_by_its_address(browser: Browser) -> None:
    pages = {"/": html("<p>shown</p><iframe src=/account/me></iframe>"), "/account/me": f"<title>{canary(1)}</title><p>{canary(2)}"}
    with visiting(browser, pages, [page_mask("*://*/account/*")]) as visitor:
        visitor.start()
        visitor.change("() => document.body.append('more')")
        assert visitor.relay.contains("shown")
        assert_kept(visitor, title=canary(1), text=canary(2))


def test_private_shows_what_it_is_told_to(browser: Browser) -> None:
    body = f"""<p id=p title="{canary(1)}">{canary(2)}</p><input id=field value="{canary(3)}"><textarea>{canary(4)}</textarea>
      <main class=open id=main title=said><h1>shown</h1><b class=secret>{canary(5)}</b><input id=plain value=typed></main>
      <select><option>{canary(6)}</select><x-card class=open id=card>slotted</x-card>"""
    with visiting(browser, {"/": html(body, title=canary(7), head="<style>p { color: red }</style>")}, PRIVATE) as visitor:
        visitor.page.evaluate("() => { card.attachShadow({ mode: 'open' }).innerHTML = '<i>in shadow</i><slot></slot>'; }")
        visitor.start()
        for text in ("shown", "typed", "said", "in shadow", "slotted", "color: red"):
            assert visitor.relay.contains(text), text
        assert visitor.relay.find("p").children[0].text == BULLETS
        assert visitor.relay.find("field").value == BULLETS
        visitor.change(f"() => {{ p.append('{canary(8)}'); field.value = '{canary(9)}'; main.append('added'); }}")
        assert visitor.relay.contains("added")
        assert_kept(visitor, **{f"canary {number}": canary(number) for number in range(1, 10)})
        assert visitor.relay.alarms == 0


def test_private_what_leaves_or_comes_into_a_shown_place(browser: Browser) -> None:
    body = f"<main class=open id=main><b id=b>shown</b></main><div id=out><i id=i>{canary(1)}</i></div>"
    with visiting(browser, {"/": html(body)}, PRIVATE) as visitor:
        visitor.start()
        visitor.change("() => { out.append(b); main.append(i); }")
        assert visitor.relay.find("b").children[0].text == BULLETS
        visitor.change(f"() => {{ b.append('{canary(2)}'); i.append('{canary(3)}'); out.className = 'open'; out.append('{canary(4)}'); }}")
        assert_kept(visitor, **{f"canary {number}": canary(number) for number in range(1, 5)})


def test_a_site_that_becomes_private_during_a_session(browser: Browser) -> None:
    with visiting(browser, {"/": html("<p id=p>shown</p><main class=open>kept</main>")}) as visitor:
        visitor.start()
        assert visitor.relay.find("p").children[0].text == "shown"
        visitor.relay.tell({"type": "masks", "masks": PRIVATE})
        visitor.until(lambda: visitor.relay.find("p").children[0].text == BULLETS)
        assert visitor.relay.contains("kept")
        visitor.change(f"() => p.append('{canary(1)}')")
        assert_kept(visitor, later=canary(1))


HOOK = "window.GLANCE_COBROWSE = { getMaskingDescriptor: %s };"


def hooked(script: str, body: str) -> dict[str, str]:
    return {"/": html(body, head=f"<script>{HOOK % script}</script>")}


def test_the_pages_own_script_masks_elements(browser: Browser) -> None:
    script = "(params) => { window.asked = params; return Promise.resolve({ maskedelements: ['.mine'] }); }"
    with visiting(browser, hooked(script, f"<p class=mine>{canary(1)}</p><p>shown</p>")) as visitor:
        visitor.start()
        assert visitor.page.evaluate("asked.agents.count") == 0
        assert visitor.relay.contains("shown")
        visitor.relay.tell({"type": "agents", "count": 1, "agentlist": [{"username": "a", "agentrole": "trainee"}]})
        visitor.page.wait_for_function("asked.agents.count === 1 && asked.agents.agentlist[0].agentrole === 'trainee'")
        assert_kept(visitor, text=canary(1))


def test_the_page_is_masked_when_its_own_script_cannot_be_asked(browser: Browser) -> None:
    with visiting(browser, hooked("async () => ({})", f"<p class=mine>{canary(1)}</p>")) as visitor:
        visitor.page.route("**/*M-descriptor-*", lambda route: route.abort())
        visitor.start()
        mask = root_mask(visitor)
        assert mask and mask[0] == Mask.HIDE
        assert_kept(visitor, text=canary(1))


ADA = {"username": "ada.example", "agentrole": "agent"}
LONGEST_MS = 5000


def watched_by(visitor: VisitorPage, count: int) -> None:
    visitor.relay.tell({"type": "agents", "count": count, "agentlist": [ADA] * count})


def test_the_page_is_masked_when_what_asks_its_own_script_does_not_come(browser: Browser) -> None:
    with visiting(browser, {"/": html(f"<p id=p>{canary(1)}</p>")}) as visitor:
        visitor.page.clock.install()
        visitor.page.route("**/*M-descriptor-*", lambda route: None)
        visitor.start()
        assert root_mask(visitor) is None
        visitor.record_events()
        visitor.page.evaluate(HOOK % "async () => ({ maskedelements: ['#p'] })")
        with visitor.page.expect_request("**/*M-descriptor-*"):
            watched_by(visitor, 1)
        visitor.page.clock.run_for(LONGEST_MS)
        visitor.wait_for_event("error")
        visitor.until(lambda: root_mask(visitor) == (Mask.HIDE, "masked"))
        visitor.change(f"() => document.body.append('{canary(2)}')")
        assert_kept(visitor, later=canary(2))
        assert [event["code"] for name, event in visitor.events() if name == "error"] == ["maskingerror"]


def test_the_last_answer_of_the_pages_own_script_holds(browser: Browser) -> None:
    script = """(window.answers = [], () => answers.push(null) === 1 ? Promise.resolve({})
      : new Promise((answer) => { answers[answers.length - 1] = (...maskedelements) => answer({ maskedelements }); }))"""
    add = (
        "(said) => { const made = document.createElement('p'); made.className = 'private'; made.append(said); document.body.append(made); }"
    )
    with visiting(browser, hooked(script, "<p>shown</p>")) as visitor:
        visitor.start()
        for count in (1, 2):
            watched_by(visitor, count)
        visitor.page.wait_for_function("answers.length === 3 && !!answers[2]")
        visitor.page.evaluate("answers[2]('.private')")
        visitor.change(add, canary(1))
        # The older question is answered last.
        visitor.page.evaluate("answers[1]()")
        visitor.change(add, canary(2))
        assert_kept(visitor, newer=canary(1), older=canary(2))
        for count in (1, 2):
            watched_by(visitor, count)
        visitor.page.wait_for_function("answers.length === 5 && !!answers[4]")
        # The latest has not been answered yet.
        visitor.page.evaluate("answers[3]('.other')")
        visitor.change(add, canary(3))
        assert_kept(visitor, open=canary(3))
        visitor.page.evaluate("answers[4]()")
        visitor.change(add, "shown again")
        assert visitor.relay.contains("shown again")


BROKEN = {
    "masks the page": "async () => ({ maskpage: true })",
    "fails": "async () => { throw new Error('no'); }",
    "throws": "() => { throw new Error('no'); }",
    "names what is no selector": "async () => ({ maskedelements: ['p['] })",
    "answers with nothing": "async () => undefined",
}


@pytest.mark.parametrize("script", BROKEN.values(), ids=BROKEN)
def test_the_pages_own_script_masks_the_page_or_fails(browser: Browser, script: str) -> None:
    with visiting(browser, hooked(script, f"<p>{canary(1)}</p>")) as visitor:
        visitor.record_events()
        visitor.start()
        mask = root_mask(visitor)
        assert mask and mask[0] == Mask.HIDE
        errors = [event["code"] for name, event in visitor.events() if name == "error"]
        assert errors == ([] if "maskpage" in script else ["maskingerror"])
        assert_kept(visitor, text=canary(1))


OUT_OF_HIDING = {
    "shadow root": "box.attachShadow({ mode: 'open' }).append(made);",
    "shadow root, later": "await GLANCE.Cobrowse.Visitor.synced(); box.attachShadow({ mode: 'open' }).append(made); await GLANCE.Cobrowse.Visitor.synced();",
    "frame": "const frame = document.createElement('iframe'); box.append(frame); frame.contentDocument.body.append(made);",
    "frame in a shadow root": """const frame = document.createElement('iframe'); box.attachShadow({ mode: 'open' }).append(frame);
        frame.contentDocument.body.append(made);""",
    "frame that goes first": """const frame = document.createElement('iframe'); box.append(frame); frame.contentDocument.body.append(made);
        await GLANCE.Cobrowse.Visitor.synced(); frame.remove();""",
    "added when it is known": """const inner = box.attachShadow({ mode: 'open' }); inner.append('x'); await GLANCE.Cobrowse.Visitor.synced();
        inner.append(made); await GLANCE.Cobrowse.Visitor.synced();""",
}


@pytest.mark.parametrize("action", ["hide", "block"])
@pytest.mark.parametrize("script", OUT_OF_HIDING.values(), ids=OUT_OF_HIDING)
def test_what_leaves_a_hidden_shadow_root_or_frame(browser: Browser, script: str, action: str) -> None:
    with visiting(
        browser, {"/": html("<div id=hidden class=s><div id=box></div></div><div id=out></div>")}, [rule(".s", action)]
    ) as visitor:
        visitor.start()
        visitor.change(f"async () => {{ window.made = document.createElement('p'); made.append('{canary(1)}'); {script} }}")
        visitor.change("() => { out.append(made); }")
        visitor.change(f"() => {{ made.append('{canary(2)}'); }}")
        assert_kept(visitor, before=canary(1), after=canary(2))
