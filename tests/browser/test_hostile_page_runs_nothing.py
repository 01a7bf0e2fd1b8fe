"""A hostile page runs nothing at the agent: no script in any frame, no request to a foreign host, no navigation, window or download."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.browser.call import Call
from tests.pages_site import pages_site
from tests.relay_process import GROUP, RelayProcess
from tests.site_server import SiteServer

pytestmark = pytest.mark.browser

RAN = "() => globalThis.__ran ?? []"
CLICKS = ("#js-link", "#js-tab", "#data-link", "#blank", "#plain", "#submit", "#js-submit", "#handlers", "summary")
AT_LEAST_AT_THE_VISITOR = {
    "X01 inline",
    "X03",
    "X04 module",
    "X06 svg script",
    "X08 mixed case",
    "X09 body onload",
    "X10 img",
    "X14",
    "X14 onload",
    "late script",
    "late img",
}


def test_hostile_page(relay: RelayProcess, make_call: Callable[..., Call]) -> None:
    with SiteServer(pages_site(relay.url, GROUP)) as site:
        call = make_call(relay)
        call.visitor.route("**/*", lambda route: route.abort() if "foreign.invalid" in route.request.url else route.continue_())
        call.open(f"{site.url}/hostile")
        agent = call.join(call.start())
        agent.on("dialog", lambda dialog: pytest.fail(f"a dialog at the agent: {dialog.type}"))
        agent.on("download", lambda download: pytest.fail("a download at the agent"))
        call.settle()
        call.picture("hostile")
        ran = set(call.visitor.evaluate(RAN))
        assert ran >= AT_LEAST_AT_THE_VISITOR, f"the payloads do not work, the test proves nothing: {AT_LEAST_AT_THE_VISITOR - ran}"

        stage = call.stage()
        address = stage.url
        assert "handlers" in stage.evaluate("() => document.documentElement.textContent"), "the page is not there"
        for selector in CLICKS:
            for element in stage.query_selector_all(selector):
                element.dispatch_event("pointerdown")
                element.evaluate("(e) => { e.click?.(); e.focus?.(); }")
        agent.mouse.move(600, 500)
        agent.mouse.click(600, 500)
        agent.keyboard.press("Tab")
        agent.keyboard.press("Enter")
        call.settle()

        for frame in agent.frames:
            assert frame.evaluate(RAN) == [], f"ran at the agent in {frame.url}"
            handlers = frame.evaluate(
                "() => [...document.querySelectorAll('*')].flatMap((e) => e.getAttributeNames()).filter((name) => /^on/i.test(name))"
            )
            assert handlers == []
            assert frame.evaluate("() => document.querySelectorAll('object, embed, applet, base, meta[http-equiv]').length") == 0
        assert stage.url == address and call.stage().url == address
        assert len(agent.context.pages) == 1
        relay_host = urlsplit(relay.url).netloc
        foreign = [url for _, url, _ in call.agent_wire.requests if urlsplit(url).netloc not in (relay_host, "")]
        assert foreign == []
        assert agent.evaluate("() => document.documentElement.dataset.state") == "live"


def test_stage_is_alone(relay: RelayProcess, make_call: Callable[..., Call]) -> None:
    """X46, X47: the stage's origin is opaque, without cookies, storage or a way to its parent; opened directly just as well."""
    with SiteServer(pages_site(relay.url, GROUP)) as site:
        call = make_call(relay)
        call.open(f"{site.url}/hostile")
        agent = call.join(call.start())
        stage = call.stage()
        assert stage.evaluate("() => self.origin") == "null"
        for what in ("document.cookie", "localStorage", "sessionStorage", "parent.document", "indexedDB.open('x')"):
            result = stage.evaluate(f"() => {{ try {{ {what}; return 'reached'; }} catch (error) {{ return error.name; }} }}")
            assert result == "SecurityError", f"{what}: {result}"
        direct = agent.context.new_page()
        direct.goto(stage.url)
        assert direct.evaluate("() => self.origin") == "null"
        assert direct.evaluate("() => { try { return document.cookie; } catch (error) { return error.name; } }") == "SecurityError"
