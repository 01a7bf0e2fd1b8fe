"""Corners of a session: pages in frames, what is kept for the next page, refusals, assets after a break, calls without effect."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Route

from tests.browser.test_visitor_session import starts
from tests.browser.visitor_page import html, visiting

pytestmark = pytest.mark.browser

OPENED = "<script>const own = Element.prototype.attachShadow; Element.prototype.attachShadow = function (init) { return (window.bar = own.call(this, init)); };</script>"
ADA = {"username": "ada.example", "partnerid": 1, "partneruserid": "", "name": "Ada", "title": "", "agentrole": ""}


def test_a_tag_in_a_frame_leaves_the_session_to_the_page_around_it(browser: Browser) -> None:
    inner = html("<p id=inside>inner</p><button id=begin data-glancebutton=startSession>begin</button>")
    with visiting(browser, {"/": html("<iframe id=frame src=/inner></iframe>"), "/inner": inner}) as visitor:
        frame = visitor.page.frames[1]
        assert frame.evaluate("GLANCE === top.GLANCE")
        frame.click("#begin")
        visitor.in_session()
        assert frame.evaluate("GLANCE.Cobrowse.Visitor.inSession()")
        visitor.page.reload()
        visitor.in_session()
        visitor.page.frames[1].wait_for_selector("#inside")
        visitor.synced()
        assert visitor.relay.find("inside").children[0].text == "inner"
        assert visitor.relay.connections == 2, "one for each of the two pages"
        assert [control["type"] for control in visitor.relay.controls] == ["start", "resume"]


def test_an_identified_visitor_stays_so_on_the_next_page(browser: Browser) -> None:
    settings = "<script>window.GLANCE_COBROWSE = {visitorid: 'v-1'};</script>"
    page = html("<p>x</p>").replace("<!--tag-->", OPENED + settings + "<!--tag-->")
    with visiting(browser, {"/": page}) as visitor:
        visitor.start()
        offered = "getComputedStyle(bar.querySelector('#glance_show_btn')).display !== 'none'"
        assert not visitor.page.evaluate(offered)
        visitor.page.reload()
        visitor.in_session()
        assert not visitor.page.evaluate(offered)
        visitor.page.evaluate("() => GLANCE.Cobrowse.Visitor.stopSession()")
        visitor.page.evaluate("() => { GLANCE_COBROWSE.visitorid = ''; }")
        visitor.start()
        assert visitor.page.evaluate(offered), "the control"


def test_a_refused_start_is_one_error(browser: Browser) -> None:
    said: list[tuple[str, str]] = []
    with visiting(browser, {"/": html("<p>x</p>")}) as visitor:
        visitor.page.on("console", lambda message: said.append((message.type, message.text)))
        visitor.record_events()
        visitor.relay.turns_away = True
        with visitor.page.expect_console_message(lambda message: message.type == "warning"):
            visitor.page.evaluate("() => { GLANCE.Cobrowse.Visitor.startSession('k'); }")
        visitor.wait_for_event("sessionend")
        assert [one for one in said if one[0] == "warning"] == [("warning", visitor.events()[1][1]["msg"])]
        assert [(name, event.get("code", event.get("reason"))) for name, event in visitor.events()] == [
            ("sessionstarting", None), ("error", "invalidgroup"), ("sessionend", "error"),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "said", "link", "words"),
    [
        (
            "",
            {"termsUrl": "https://site.example/terms", "termsText": "May we <b>look</b>?"},
            "https://site.example/terms",
            "May we <b>look</b>?",
        ),
        ("terms", {"termsUrl": "https://site.example/terms", "termsText": ""}, "https://tag.example/terms", "The agent will see"),
        ("", {"termsUrl": "javascript:go()", "termsText": ""}, None, "The agent will see"),
        ("", {}, None, "The agent will see"),
    ],
)
def test_the_terms_are_the_sites_own(browser: Browser, form: str, said: dict[str, str], link: str | None, words: str) -> None:
    with visiting(browser, {"/": html("<p>x</p>").replace("<!--tag-->", OPENED + f"<!--tag:{form}-->")}) as visitor:
        asked: list[str] = []

        def answer(route: Route) -> None:
            asked.append(route.request.url)
            route.fulfill(json=said, headers={"Access-Control-Allow-Origin": "*"}) if said else route.fulfill(status=404)

        visitor.page.route("**/cobrowse/visitor.json?*", answer)
        visitor.page.evaluate("() => { GLANCE.Cobrowse.Visitor.showTerms(); }")
        visitor.page.wait_for_function("() => window.bar?.querySelector('dialog[open]')")
        assert visitor.page.evaluate("bar.querySelector('dialog a')?.href ?? null") == link
        assert visitor.page.evaluate("bar.querySelector('dialog p').textContent").startswith(words)
        assert [url.partition("?")[2] for url in asked] == ["group=1234&site=staging"]


NOTICE = "bar.querySelector('#glance_notice [role=status]')?.textContent"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("agent", "Sharing has ended."),
        ("timeout", "Nobody joined in time. Sharing has ended."),
        ("error", "The connection was lost. Sharing has ended."),
    ],
)
def test_who_did_not_end_it_is_told_for_a_while(browser: Browser, reason: str, words: str) -> None:
    with visiting(browser, {"/": html("<p>x</p>").replace("<!--tag-->", OPENED + "<!--tag-->")}) as visitor:
        visitor.page.clock.install()
        visitor.start()
        visitor.record_events()
        visitor.relay.tell({"type": "ended", "reason": reason})
        visitor.wait_for_event("sessionend")
        visitor.page.clock.run_for(100)
        assert visitor.page.evaluate(NOTICE) == words
        assert not visitor.page.evaluate("!!bar.querySelector('#glance_border')")
        visitor.page.clock.run_for(20_000)
        assert visitor.page.evaluate("bar.childElementCount") == 0


def test_the_notice_is_put_away_and_never_comes_for_the_visitors_own_end(browser: Browser) -> None:
    with visiting(browser, {"/": html("<p>x</p>").replace("<!--tag-->", OPENED + "<!--tag-->")}) as visitor:
        visitor.start()
        visitor.record_events()
        visitor.relay.tell({"type": "ended", "reason": "agent"})
        visitor.wait_for_event("sessionend")
        box = visitor.page.evaluate("bar.querySelector('#glance_notice_btn').getBoundingClientRect().toJSON()")
        visitor.page.mouse.click(box["x"] + 5, box["y"] + 5)
        assert visitor.page.evaluate("bar.childElementCount") == 0
        visitor.start()
        visitor.page.evaluate("() => GLANCE.Cobrowse.Visitor.stopSession()")
        assert visitor.page.evaluate("bar.childElementCount") == 0


def test_the_last_minute_of_the_code_is_counted(browser: Browser) -> None:
    with visiting(browser, {"/": html("<p>x</p>").replace("<!--tag-->", OPENED + "<!--tag-->")}) as visitor:
        visitor.relay.waiting = 62
        visitor.page.clock.install()
        visitor.start()
        left = "(({ hidden, textContent }) => hidden ? null : textContent)(bar.querySelector('[role=timer]'))"
        assert visitor.page.evaluate(left) is None
        visitor.page.clock.run_for(12_000)
        assert visitor.page.evaluate(left) == "0:50"
        visitor.relay.tell({"type": "agents", "count": 2, "agentlist": [ADA, ADA]})
        visitor.page.wait_for_function("bar.querySelector('.text').textContent === 'Ada can see this page'")
        assert visitor.page.evaluate(left) is None


def test_on_a_phone_everything_in_the_bar_can_be_read(browser: Browser) -> None:
    named = {**ADA, "name": "Bartholomew Featherstonehaugh the Elder"}
    cut = """() => [...bar.querySelectorAll('.text, .code, .timer, button')].filter((part) => part.getClientRects().length)
      .filter((part) => part.scrollWidth > part.offsetWidth || part.getBoundingClientRect().right > innerWidth).map((part) => part.textContent)"""
    with visiting(browser, {"/": html("<p>x</p>").replace("<!--tag-->", OPENED + "<!--tag-->")}) as visitor:
        visitor.page.set_viewport_size({"width": 375, "height": 600})
        visitor.relay.waiting = 50
        visitor.start({"sessionKey": "00059"})
        assert visitor.page.evaluate(cut) == []
        box = visitor.page.evaluate("bar.querySelector('#glance_show_btn').getBoundingClientRect().toJSON()")
        visitor.page.mouse.click(box["x"] + 5, box["y"] + 5)
        groups = "[...bar.querySelectorAll('#glance_ssn_key .group')].map((group) => group.textContent)"
        assert visitor.page.evaluate(groups) == ["00", "059"]
        assert visitor.page.evaluate(cut) == []
        visitor.relay.tell({"type": "agents", "count": 1, "agentlist": [named]})
        visitor.page.wait_for_function("bar.querySelector('.text').textContent.includes('Elder')")
        assert visitor.page.evaluate(cut) == []


@pytest.mark.parametrize(("said", "reason"), [("agent", "agent"), ("timeout", "timeout"), (None, "error")])
def test_the_reason_of_the_end(browser: Browser, said: str | None, reason: str) -> None:
    with visiting(browser, {"/": html("<p>x</p>")}) as visitor:
        visitor.start()
        visitor.record_events()
        if said:
            visitor.relay.tell({"type": "ended", "reason": said})
        visitor.relay.cut(4404)
        visitor.wait_for_event("sessionend")
        assert visitor.events() == [("sessionend", {"reason": reason})]


def test_assets_are_brought_again_after_a_break_and_refused_when_they_cannot_be_had(browser: Browser) -> None:
    pages = {"/": html("<p>x</p>"), "/logo.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>"}
    with visiting(browser, pages) as visitor:
        visitor.start()
        wanted = [{"id": "a1", "url": f"{visitor.relay.origin}/logo.svg"}, {"id": "a2", "url": f"{visitor.relay.origin}/gone.png"}]
        visitor.relay.tell({"type": "want", "assets": wanted})
        visitor.until(lambda: len(visitor.relay.uploads) == len(visitor.relay.refusals) == 1)
        assert visitor.relay.refusals == {"/assets/a2": "Bearer 1234.5678.1.hush"}
        visitor.relay.uploads.clear()
        visitor.record_events()
        visitor.relay.cut()
        visitor.page.wait_for_function("heard.some(([name, { status }]) => name === 'connection' && status === 'ok')")
        visitor.relay.tell({"type": "want", "assets": wanted[:1]})
        visitor.until(lambda: "/assets/a1" in visitor.relay.uploads)


def test_the_focus_of_before_the_start_is_shown(browser: Browser) -> None:
    body = "<p>many</p>" * 30_000 + "<input id=field>"
    with visiting(browser, {"/": html(body)}) as visitor:
        visitor.page.focus("#field")
        visitor.start()
        assert visitor.relay.model.focus == visitor.relay.find("field").id


def test_button_calls_are_answered_and_change_nothing(browser: Browser) -> None:
    with visiting(browser, {"/": html("<p>x</p>")}) as visitor:
        ask = """() => Promise.all(['showButton', 'toggleButton'].map(async (name) => (await GLANCE.Cobrowse.VisitorUI[name]()) ?? null))"""
        assert visitor.page.evaluate(ask) == [None, None]
        visitor.start()
        assert visitor.page.evaluate(ask) == [None, None]
        assert len(starts(visitor)) == 1
