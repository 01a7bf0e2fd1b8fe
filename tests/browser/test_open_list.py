"""The list of an open select, drawn on the stage from the options that the agent may see."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.call import Call
from tests.browser.corpus import SIZE
from tests.pages_site import pages_site
from tests.relay_process import GROUP, RelayProcess
from tests.site_server import SiteServer

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang=en><head><title>List</title><style>select { margin: 60px 40px 0; width: 160px; font: 16px serif; color: navy }
* { letter-spacing: normal } cobrowse-list, div { color: red }</style></head>
<body><select id=plain><option>first<option selected>second<optgroup label=Group><option>third<option disabled>fourth</optgroup></select>
<select id=secret class=secret><option>canary<option selected>canary two</select>
<select id=partly><option class=secret>canary<option selected>shown</select></body></html>"""
# Its rows are in a closed tree.
LIST = "document.querySelector('cobrowse-list')"


def test_list_is_drawn(relay: RelayProcess, make_call: Callable[..., Call]) -> None:
    relay.mask(".secret", "text")
    call = make_call(relay, [(".secret", "text")])
    with SiteServer(pages_site(relay.url, GROUP, {"list": PAGE})) as site:
        call.visitor.set_viewport_size(SIZE)
        call.open(f"{site.url}/list")
        agent = call.join(call.start())
        stage = call.stage()
        for name, rows in (("plain", 5), ("partly", 2)):
            call.visitor.click(f"#{name}")
            stage.wait_for_function(f"() => {LIST}?.matches(':popover-open')")
            call.check(f"open list {name}")
            box = stage.evaluate(
                f"() => {{ const a = {LIST}.getBoundingClientRect(), b = {name}.getBoundingClientRect(); return [a.left - b.left, a.top - b.bottom, a.width - b.width, Math.round(a.height / 25.4)]; }}"
            )
            assert box == [0, 0, 0, rows]
            assert "canary" not in agent.content() + stage.content()
            call.visitor.keyboard.press("Escape")
            stage.wait_for_function(f"() => !{LIST}")
        call.visitor.click("#secret")
        call.settle()
        call.check("open list secret")
        assert not stage.evaluate(f"() => !!{LIST}")
        assert call.errors == []
