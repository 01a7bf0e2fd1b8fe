"""The order of the top layer as an agent has it who comes when everything is open, and one who comes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser import pixels
from tests.browser.call import Call, until
from tests.browser.corpus import SIZE
from tests.pages_site import pages_site
from tests.relay_process import GROUP, RelayProcess
from tests.site_server import SiteServer

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang=en><head><title>Top layer</title><style>
dialog, [popover] { width: 260px; height: 160px; margin: 0; border: 6px solid; opacity: 1; overflow: hidden } dialog::backdrop { background: rgb(0 0 0 / .1) }
#a { left: 60px; top: 60px; background: #fdd } #b { left: 140px; top: 100px; background: #dff } #c { left: 220px; top: 140px; background: #ddf }
:focus { outline: none } </style></head>
<body><dialog id=a>first</dialog><div popover=manual id=b>popover</div><dialog id=c>last</dialog></body></html>"""
ORDERS = [
    ("opened in turned order", "c.showModal(); b.showPopover(); a.showModal();"),
    ("the lowest to the top", "c.close(); c.showModal();"),
    ("the popover to the top", "b.hidePopover(); b.showPopover();"),
]
# Where the page has nothing of ours in front.
PART = (50, 50, 500, 320)


@pytest.fixture
def call(relay: RelayProcess, make_call: Callable[..., Call]) -> Call:
    return make_call(relay)


def test_order_for_who_joins_late(call: Call, relay: RelayProcess) -> None:
    with SiteServer(pages_site(relay.url, GROUP, {"layer": PAGE})) as site:
        call.visitor.set_viewport_size(SIZE)
        call.open(f"{site.url}/layer")
        key = call.start()
        agent = None
        for name, script in ORDERS:
            call.visitor.evaluate(f"() => {{ {script} }}")
            if agent is None:
                agent = call.join(key)
                agent.evaluate("() => { pointer.style.visibility = 'hidden'; }")
            call.check(f"top layer {name}")
            assert _differing(call) <= 0.001, name
        # With nothing kept, all is told anew.
        agent.reload()
        until(agent, "document.documentElement.dataset.state === 'live'")
        agent.evaluate("() => { pointer.style.visibility = 'hidden'; }")
        call.check("top layer after a reload")
        assert _differing(call) <= 0.001
        assert call.errors == []


def _differing(call: Call) -> float:
    frame = call.agent.wait_for_selector("iframe[data-stage]")
    box = frame and frame.bounding_box()
    assert box
    clip: Any = box
    ours = pixels.picture(call.visitor.screenshot(caret="initial")).crop(PART)
    theirs = pixels.picture(call.agent.screenshot(caret="initial", clip=clip)).crop(PART)
    return pixels.differing(ours, theirs)[0]
