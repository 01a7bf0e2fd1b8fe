"""A session as the visitor's site sees it: the tag in all its forms, the documented calls and events, going on over pages."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.visitor_page import VisitorPage, html, visiting

pytestmark = pytest.mark.browser

BY_SCRIPT = """() => new Promise((done) => {
  const script = document.createElement('script');
  for (const [name, value] of Object.entries({ id: 'glance-cobrowse', 'data-groupid': '1234', 'data-site': 'staging' })) script.setAttribute(name, value);
  script.onload = () => done([typeof GLANCE.VERSION, typeof GLANCE.PATCH, ...['startSession', 'addEventListener', 'showTerms', 'inSession']
    .map((name) => typeof GLANCE.Cobrowse.Visitor[name]), GLANCE.Cobrowse.Visitor.loaded]);
  document.head.append(script);
  script.src = '/loader.js';
})"""


def starts(visitor: VisitorPage) -> list[dict[str, Any]]:
    return [control for control in visitor.relay.controls if control["type"] == "start"]


def test_the_api_is_there_at_the_loaders_load_event_and_nothing_more_is_loaded(browser: Browser) -> None:
    requested: list[str] = []
    with visiting(browser, {"/": "<!doctype html><title>x</title>"}) as visitor:
        visitor.page.on("request", lambda request: requested.append(request.url))
        assert visitor.page.evaluate(BY_SCRIPT) == ["string", "string", "function", "function", "function", "function", False]
        visitor.page.reload()
        assert not any("CobrowseVisitor" in url for url in requested)


def test_a_call_made_at_once_is_kept_until_the_script_is_there(browser: Browser) -> None:
    script = """<script>window.heard = [];
      GLANCE.Cobrowse.Visitor.addEventListener('sessionstart', (event) => heard.push('sessionstart'));
      GLANCE.Cobrowse.Visitor.startSession({sessionKey: 'order-7', name: 'Ann', groupid: '77'});</script>"""
    with visiting(browser, {"/": html("<p>x</p>").replace("<!--tag-->", "<!--tag-->" + script)}) as visitor:
        visitor.in_session()
        assert visitor.page.evaluate("heard") == ["sessionstart"]
        assert starts(visitor)[0] | {"address": ""} == {
            "type": "start", "protocol": 1, "groupid": 77, "site": "staging", "key": "order-7", "name": "Ann", "address": "",
        }  # fmt: skip


@pytest.mark.parametrize(
    ("call", "key"),
    [
        ("startSession()", None),
        ("startSession('abc~.-_9')", "abc~.-_9"),
        ("startSession('GLANCE_KEYTYPE_RANDOM')", "GLANCE_KEYTYPE_RANDOM"),
        ("startSession({sessionKey: 4400})", "4400"),
        ("startSession({sessionKey: 'GLANCE_KEYTYPE_RANDOM'})", "GLANCE_KEYTYPE_RANDOM"),
    ],
)
def test_session_keys(browser: Browser, call: str, key: str | None) -> None:
    with visiting(browser, {"/": html("<p>x</p>")}) as visitor:
        visitor.page.evaluate(f"() => {{ GLANCE.Cobrowse.Visitor.{call}; }}")
        visitor.in_session()
        assert starts(visitor)[0].get("key") == key
        assert visitor.page.evaluate("GLANCE.Cobrowse.Visitor.getKey()") == {None: "5678", "GLANCE_KEYTYPE_RANDOM": "5678"}.get(key, key)


def test_visitor_data_of_page_and_tag(browser: Browser) -> None:
    settings = "<script>window.GLANCE_COBROWSE = {visitorid: 'v-1', name: 'x'.repeat(80), email: 'a@b.c'};</script>"
    with visiting(browser, {"/": html("<p>x</p>").replace("<!--tag-->", settings + "<!--tag-->")}) as visitor:
        visitor.start()
        start = starts(visitor)[0]
        assert (start["key"], start["visitorid"], start["name"], start["email"]) == ("v-1", "v-1", "x" * 63, "a@b.c")


@pytest.mark.parametrize(
    ("options", "code"),
    [("'a b'", "invalidkey"), ("'x'.repeat(64)", "invalidkey"), ("{groupid: 9}", "invalidgroup"), ("{sessionKey: 'é'}", "invalidkey")],
)
def test_what_cannot_start(browser: Browser, options: str, code: str) -> None:
    with visiting(browser, {"/": html("<p>x</p>")}) as visitor:
        visitor.record_events()
        visitor.page.evaluate(f"() => {{ GLANCE.Cobrowse.Visitor.startSession({options}); }}")
        visitor.wait_for_event("error")
        assert [event["code"] for _, event in visitor.events()] == [code]
        assert visitor.relay.connections == 0


def test_events_of_a_session_and_its_end(browser: Browser) -> None:
    with visiting(browser, {"/": html("<p>x</p>")}) as visitor:
        visitor.record_events()
        visitor.start("k1")
        agent = {"username": "ann", "partnerid": 1, "partneruserid": "", "name": "Ann", "title": "", "agentrole": "agent"}
        visitor.relay.tell({"type": "agents", "count": 1, "agentlist": [agent]})
        visitor.wait_for_event("agents")
        assert visitor.page.evaluate("GLANCE.Cobrowse.Visitor.getSessionState()") == {
            "inSession": True, "key": "k1", "paused": False, "agents": {"count": 1, "agentlist": [agent]},
        }  # fmt: skip
        visitor.relay.tell({"type": "ended", "reason": "agent"})
        visitor.wait_for_event("sessionend")
        names = [name for name, _ in visitor.events()]
        assert names == ["sessionstarting", "sessionstart", "sessioncontinue", "agents", "sessionend"]
        assert visitor.events()[-1][1] == {"reason": "agent"}
        assert visitor.page.evaluate("[GLANCE.Cobrowse.Visitor.inSession(), GLANCE.Cobrowse.Visitor.getKey(), document.cookie]") == [
            False,
            "",
            "",
        ]
        visitor.start("k2")
        visitor.page.evaluate("() => GLANCE.Cobrowse.Visitor.stopSession()")
        assert visitor.events()[-1] == ("sessionend", {"reason": "visitor"})
        assert starts(visitor)[1]["key"] == "k2"


def test_a_listener_that_throws_harms_nobody_else(browser: Browser) -> None:
    with visiting(browser, {"/": html("<p>x</p>")}) as visitor:
        visitor.page.evaluate("() => { GLANCE.Cobrowse.Visitor.addEventListener('sessionstart', () => { throw new Error('theirs'); }); }")
        visitor.start()
        visitor.relay.tree()
        assert visitor.errors == ["theirs"]


@pytest.mark.parametrize("cookie_type", ["normal", "ls", "dual"])
def test_a_session_goes_on_over_pages_and_reloads(browser: Browser, cookie_type: str) -> None:
    page = lambda text: html(f"<p id=p>{text}</p>").replace("<!--tag-->", f"<!--tag:{cookie_type}-->")  # noqa: E731
    with visiting(browser, {"/": page("one"), "/two": page("two")}) as visitor:
        visitor.start("k1")
        visitor.open("/two")
        visitor.page.evaluate("""() => { window.heard = []; for (const name of ['sessionstart', 'sessioncontinue', 'statereceived'])
          GLANCE.Cobrowse.Visitor.addEventListener(name, () => heard.push([name, {}])); }""")
        assert visitor.page.evaluate("GLANCE.Cobrowse.Visitor.inSession()")
        visitor.in_session()
        assert visitor.relay.epoch == 2
        assert visitor.relay.find("p").children[0].text == "two"
        visitor.page.reload()
        visitor.in_session()
        assert visitor.relay.epoch == 3
        resumes = [control for control in visitor.relay.controls if control["type"] == "resume"]
        assert [(control["ssnid"], control["secret"], control["epoch"], control["sequence"]) for control in resumes] == [
            ("1234.5678.1", "hush", 0, 0)
        ] * 2
        assert visitor.page.evaluate("GLANCE.Cobrowse.Visitor.getKey()") == "k1"
        assert visitor.page.evaluate("() => [document.cookie.includes('cobrowse'), localStorage.length]") == [
            cookie_type != "ls",
            cookie_type != "normal",
        ]


def test_another_tab_takes_the_session_over_and_gives_it_back(browser: Browser) -> None:
    with visiting(browser, {"/": html("<p id=p>x</p>")}) as visitor:
        visitor.start()
        visitor.record_events()
        visitor.relay.cut(4400)
        visitor.wait_for_event("blur")
        assert not visitor.page.evaluate("GLANCE.Cobrowse.Visitor.inSession()")
        assert "cobrowse_relay" in visitor.page.evaluate("document.cookie")
        visitor.page.evaluate("() => window.dispatchEvent(new Event('focus'))")
        visitor.in_session()
        visitor.assert_followed()


def test_a_session_that_is_over_is_forgotten(browser: Browser) -> None:
    with visiting(browser, {"/": html("<p>x</p>")}) as visitor:
        visitor.start()
        visitor.record_events()
        visitor.relay.cut(4404)
        visitor.wait_for_event("sessionend")
        assert visitor.page.evaluate("document.cookie") == ""


def test_buttons_links_and_hot_keys(browser: Browser) -> None:
    body = """<div style="height:2000px"></div><a id=link href="#" data-glancebutton="startSession"><b id=inner>help</b></a>
      <button id=old glance_button="stopSession">stop</button><button id=odd data-glancebutton="constructor">odd</button>"""
    page = html(body).replace("<!--tag-->", "<!--tag:keys-->")
    with visiting(browser, {"/": page}) as visitor:
        visitor.record_events()
        visitor.page.click("#odd")
        visitor.page.click("#inner")
        visitor.in_session()
        assert visitor.page.evaluate("scrollY") > 0, "a link at the bottom does not take the visitor to the top"
        visitor.page.click("#old")
        visitor.wait_for_event("sessionend")
        visitor.page.keyboard.press("Control+Enter")
        visitor.in_session()
        assert len(starts(visitor)) == 2


def test_tags_in_two_parts_and_without_a_group(browser: Browser) -> None:
    pages = {
        "/": "<p>",
        "/parts": html("<p>x</p>").replace("<!--tag-->", "<!--tag:parts-->"),
        "/none": "<script id=cobrowsescript src=/loader.js></script>",
    }
    with visiting(browser, pages) as visitor:
        visitor.open("/parts")
        visitor.start("k1")
        assert starts(visitor)[0]["groupid"] == 1234
        errors: list[str] = []
        visitor.page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        visitor.page.context.clear_cookies()
        visitor.open("/none")
        assert "data-groupid missing" in errors
        assert not visitor.errors


def test_the_surface_is_ours_alone(browser: Browser) -> None:
    head = "<style>div, div * { display: none !important; pointer-events: none !important; transform: scale(9) !important }</style>"
    with visiting(browser, {"/": html("<p>x</p>", head=head)}) as visitor:
        visitor.start("4711")
        host = "document.querySelector('[glance_cobrowse_suppress]')"
        assert visitor.page.evaluate(f"[{host}.shadowRoot, {host}.parentNode === document.documentElement]") == [None, True]
        assert not visitor.relay.contains("End session")
        visitor.record_events()
        for key in ("Tab", "Tab", "Enter"):
            visitor.page.keyboard.press(key)
        visitor.wait_for_event("sessionend")
        assert visitor.page.evaluate(f"{host}") is None


def test_terms_are_asked_and_answered(browser: Browser) -> None:
    with visiting(browser, {"/": html("<p>x</p>")}) as visitor:
        visitor.page.evaluate("""() => { window.terms = []; GLANCE.Cobrowse.Visitor.addEventListener('terms', ({ status }) => terms.push(status));
          GLANCE.Cobrowse.VisitorUI.showTerms({ sessionKey: 'k9' }); }""")
        visitor.page.wait_for_function("terms.includes('displayed')")
        visitor.page.keyboard.press("Escape")
        visitor.page.wait_for_function("terms.includes('declined')")
        assert visitor.relay.connections == 0
        visitor.page.evaluate("() => { terms.length = 0; GLANCE.Cobrowse.Visitor.showTerms({ sessionKey: 'k9' }); }")
        visitor.page.wait_for_function("terms.includes('displayed')")
        visitor.page.keyboard.press("Tab")
        visitor.page.keyboard.press("Enter")
        visitor.in_session()
        assert starts(visitor)[0]["key"] == "k9"


def test_the_strictest_content_security_policy(browser: Browser) -> None:
    with visiting(browser, {"/": html("<p id=p style='color: red'>x</p>", head="<!--csp-->")}) as visitor:
        visitor.page.evaluate(
            "() => { window.violations = []; document.addEventListener('securitypolicyviolation', (e) => violations.push(e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sourceFile)); }"
        )
        visitor.start()
        visitor.change("() => { p.textContent = 'y'; }")
        visitor.assert_followed()
        assert visitor.page.evaluate("violations") == []
        assert visitor.page.evaluate("() => getComputedStyle(p).color") != "rgb(255, 0, 0)", "the policy is in force"


def test_no_session_without_the_surface_that_shows_it(browser: Browser) -> None:
    with visiting(browser, {"/": html("<p>x</p>")}) as visitor:
        visitor.record_events()
        visitor.relay.withheld = {"-ui-"}
        visitor.page.evaluate("() => { GLANCE.Cobrowse.Visitor.startSession(); }")
        visitor.wait_for_event("sessionend")
        assert [(name, event.get("code", event.get("reason"))) for name, event in visitor.events()] == [
            ("sessionstarting", None), ("error", "SCRIPT_NOT_LOADED"), ("sessionend", "error"),
        ]  # fmt: skip
        assert visitor.relay.connections == 0
        visitor.relay.withheld = set()
        visitor.start()
        assert visitor.relay.connections == 1


def test_a_page_of_its_own_surface_loads_none(browser: Browser) -> None:
    requested: list[str] = []
    page = html("<p>x</p>").replace("<!--tag-->", "<!--tag:custom-->")
    with visiting(browser, {"/": page}) as visitor:
        visitor.page.on("request", lambda request: requested.append(request.url))
        visitor.start()
        assert any("CobrowseVisitor" in url for url in requested)
        assert not any("-ui-" in url for url in requested)


def test_patched_built_ins(browser: Browser) -> None:
    patches = """<script>
      Array.prototype.toJSON = Object.prototype.toJSON = String.prototype.toJSON = () => 'spoilt';
      window.woken = 0;
      for (const name of ['setTimeout', 'requestAnimationFrame']) {
        const original = window[`__zone_symbol__${name}`] = window[name];
        window[name] = (...args) => { if (new Error().stack.includes('CobrowseVisitor')) woken++; return original(...args); };
      }
      window.__zone_symbol__MutationObserver = window.MutationObserver;
      window.MutationObserver = class { observe() {} takeRecords() { return []; } disconnect() {} };
      </script>"""
    late = """() => { for (const name of ['firstChild', 'nextSibling', 'parentNode', 'nodeType', 'textContent'])
      Object.defineProperty(Node.prototype, name, { get() { return null; } });
      Element.prototype.getAttribute = Element.prototype.matches = Element.prototype.hasAttribute = () => { throw new Error('patched'); }; }"""
    with visiting(browser, {"/": html("<p id=p>x<i>y</i></p>").replace("<!--tag-->", patches + "<!--tag-->")}) as visitor:
        visitor.page.evaluate("() => { GLANCE.Cobrowse.Visitor.startSession('abc'); }")
        visitor.in_session()
        visitor.page.evaluate(late)
        visitor.change("() => { const p = document.getElementById('p'); p.append('z'); p.title = 'changed'; }")
        p = visitor.relay.find("p")
        assert p.attributes["title"] == "changed"
        assert [child.text for child in p.children] == ["x", None, "z"]
        assert starts(visitor)[0]["key"] == "abc"
        assert visitor.page.evaluate("woken") == 0


def test_assets_that_the_relay_wants(browser: Browser) -> None:
    pages = {"/": html("<p>x</p>"), "/logo.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>"}
    with visiting(browser, pages) as visitor:
        visitor.start()
        blob = visitor.page.evaluate("() => URL.createObjectURL(new Blob(['bytes'], { type: 'image/png' }))")
        wanted = [
            {"id": "a1", "url": f"{visitor.relay.origin}/logo.svg"},
            {"id": "a2", "url": blob},
            {"id": "a3", "url": f"{visitor.relay.origin}/gone.png"},
        ]
        visitor.relay.tell({"type": "want", "assets": wanted})
        visitor.until(lambda: len(visitor.relay.uploads) == 2)
        assert visitor.relay.uploads == {
            "/assets/a1": ("image/svg+xml Bearer 1234.5678.1.hush", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            "/assets/a2": ("image/png Bearer 1234.5678.1.hush", b"bytes"),
        }


def test_no_relay_no_session(browser: Browser) -> None:
    page = html("<p>x</p>").replace("<!--tag-->", "<!--tag:nowhere-->")
    with visiting(browser, {"/": page}) as visitor:
        visitor.record_events()
        visitor.page.clock.install()
        visitor.page.evaluate("() => { GLANCE.Cobrowse.Visitor.startSession('abc'); }")
        visitor.page.wait_for_function("GLANCE.Cobrowse.Visitor.loaded")
        for _ in range(60):
            visitor.page.clock.run_for(1000)
            if any(name == "sessionend" for name, _ in visitor.events()):
                break
        assert [(name, event.get("code", event.get("reason"))) for name, event in visitor.events()] == [
            ("sessionstarting", None), ("error", "service"), ("sessionend", "error"),
        ]  # fmt: skip
