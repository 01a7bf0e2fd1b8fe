"""kill -9 of the relay in a session: after its restart both sides are back on the same session and page, and nobody has clicked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.call import Call, until
from tests.pages_site import pages_site
from tests.relay_process import GROUP, RelayProcess
from tests.site_server import SiteServer

pytestmark = pytest.mark.browser

PAGE = """<!DOCTYPE html><html><head><title>Counter</title></head><body><h1>Before</h1><input id="field" value="kept"><ul id="list"></ul></body></html>"""


def test_both_sides_come_back(relay: RelayProcess, make_call: Callable[..., Call]) -> None:
    with SiteServer(pages_site(relay.url, GROUP, {"counter": PAGE})) as site:
        call = make_call(relay)
        call.open(f"{site.url}/counter")
        key = call.start()
        agent = call.join(key)
        call.visitor.fill("#field", "typed before")
        call.check("killed-before")

        relay.kill()
        until(agent, "document.documentElement.dataset.state === 'reconnecting'")
        call.visitor.evaluate("() => { document.querySelector('h1').textContent = 'While it was away'; }")
        relay.start()
        until(agent, "document.documentElement.dataset.state === 'live'", 60_000)
        call.visitor.evaluate("() => { document.querySelector('#list').append(document.createElement('li')); }")
        call.check("killed-after")
        assert call.visitor.evaluate("() => GLANCE.Cobrowse.Visitor.getKey()") == key
        assert call.stage().evaluate("() => document.querySelector('h1').textContent") == "While it was away"
        assert call.errors == []
