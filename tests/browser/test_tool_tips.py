"""The tip of what the visitor's pointer rests on is drawn at the agent, and no masked one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.call import Call
from tests.pages_site import pages_site
from tests.relay_process import GROUP, RelayProcess
from tests.site_server import SiteServer

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang=en><head><title>Tips</title><style>* { color: red } cobrowse-tip, div { opacity: .1 }</style></head>
<body><p title="What it is"><b id=a>words</b></p><p id=b class=private title="SECRETTIP">words</p><p id=c>plain</p><p title=outer><b id=d title="">none</b></p></body></html>"""
TIP = "() => document.querySelector('cobrowse-tip') !== null"
HOVERED = "(id) => document.getElementById(id).hasAttribute('data-cobrowse-hover')"
PATIENCE = 120
PAUSE_MS = 50
REST_MS = 1500


def rest_on(call: Call, name: str) -> None:
    call.visitor.hover(f"#{name}")
    for _ in range(PATIENCE):
        if call.stage().evaluate(HOVERED, name):
            return
        call.agent.wait_for_timeout(PAUSE_MS)
    raise AssertionError(f"{name} is not hovered")


def test_a_tip_is_drawn_for_what_the_pointer_rests_on(relay: RelayProcess, make_call: Callable[..., Call]) -> None:
    relay.mask(".private", "text")
    with SiteServer(pages_site(relay.url, GROUP, {"tips": PAGE})) as site:
        call = make_call(relay)
        call.open(f"{site.url}/tips")
        call.join(call.start())
        for name in ("a", "b", "a", "c", "a", "d"):
            rest_on(call, name)
            if name != "a":
                call.agent.wait_for_timeout(REST_MS)
                assert not call.stage().evaluate(TIP), name
                continue
            for _ in range(PATIENCE):
                if call.stage().evaluate(TIP):
                    break
                call.agent.wait_for_timeout(PAUSE_MS)
            assert call.stage().evaluate(TIP)
        assert call.errors == []
