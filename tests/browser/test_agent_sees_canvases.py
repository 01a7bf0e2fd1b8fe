"""Canvases that keep no picture, and who looks: what cannot be had is said, what nobody has before their eyes is not read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.call import Call, until
from tests.pages_site import pages_site
from tests.relay_process import GROUP, RelayProcess
from tests.site_server import SiteServer

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html><head><title>WebGL</title></head><body><canvas id=a width=60 height=40></canvas><script>
const paint = (green) => { const gl = a.getContext('webgl'); gl.clearColor(0, green, 0, 1); gl.clear(gl.COLOR_BUFFER_BIT); };
paint(1);
</script></body></html>"""
SEEN = "() => document.querySelector('canvas').getAttribute('data-cobrowse-placeholder')"
# In tenths of full green: pictures may be off by one of 255.
GREEN = "() => Math.round(document.querySelector('canvas').getContext('2d').getImageData(30, 20, 1, 1).data[1] / 25.5)"
HIDE = "() => { Object.defineProperty(document, 'hidden', { configurable: true, value: true }); %s }"
SHOW = "() => { delete document.hidden; %s }"
TURNED = "document.dispatchEvent(new Event('visibilitychange'));"
PATIENCE = 100
PAUSE_MS = 50


def wait_for(call: Call, script: str, wanted: object) -> None:
    for _ in range(PATIENCE):
        if (found := call.stage().evaluate(script)) == wanted:
            return
        call.agent.wait_for_timeout(PAUSE_MS)
    raise AssertionError(f"{found!r} instead of {wanted!r}")


def test_a_canvas_that_keeps_no_picture_says_so_until_it_is_drawn_again(relay: RelayProcess, make_call: Callable[..., Call]) -> None:
    with SiteServer(pages_site(relay.url, GROUP, {"gl": PAGE})) as site:
        call = make_call(relay)
        call.open(f"{site.url}/gl")
        call.join(call.start())
        wait_for(call, SEEN, "undrawn")
        call.visitor.evaluate("() => paint(0.2)")
        wait_for(call, SEEN, None)
        wait_for(call, GREEN, 2)
        # Drawn while nobody has the page before their eyes: seen by the agent who comes back to it.
        call.agent.evaluate(HIDE % TURNED)
        call.visitor.evaluate("() => paint(0.4)")
        call.agent.evaluate(SHOW % TURNED)
        wait_for(call, GREEN, 4)
        until(call.agent, "document.documentElement.dataset.state === 'live'")
        assert call.errors == []
