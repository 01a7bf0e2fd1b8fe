"""A second agent joins a page of 50,000 nodes: the visitor's script does no work for it, and the second stage is equal."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.call import Call, until
from tests.pages_site import pages_site
from tests.relay_process import GROUP, RelayProcess
from tests.site_server import SiteServer

pytestmark = pytest.mark.browser

ROWS = 8_300  # six nodes each: row, three cells, two texts
PAGE = (
    "<!DOCTYPE html><html><head><title>Large</title></head><body><table>"
    + "".join(f'<tr class="r{row % 7}"><td>{row}</td><td>Item {row}</td><td></td></tr>' for row in range(ROWS))
    + "</table></body></html>"
)
# Counts what capture cannot do its work without: reading attributes, walking children, running observers' callbacks, encoding text.
COUNT = """() => {
    const counts = { reads: 0 };
    for (const [owner, name] of [[Node.prototype, 'firstChild'], [Node.prototype, 'nextSibling'], [CharacterData.prototype, 'data']]) {
        const original = Object.getOwnPropertyDescriptor(owner, name);
        Object.defineProperty(owner, name, { ...original, get() { counts.reads++; return original.get.call(this); } });
    }
    for (const [owner, name] of [[Element.prototype, 'getAttribute'], [Element.prototype, 'matches'], [Document.prototype, 'querySelectorAll'], [TextEncoder.prototype, 'encode'], [TextEncoder.prototype, 'encodeInto']]) {
        const original = owner[name];
        owner[name] = function (...args) { counts.reads++; return original.apply(this, args); };
    }
    globalThis.__counts = counts;
}"""


def test_second_agent(relay: RelayProcess, make_call: Callable[..., Call]) -> None:
    relay.add_agent("grace.example")
    with SiteServer(pages_site(relay.url, GROUP, {"large": PAGE})) as site:
        call = make_call(relay)
        call.visitor.add_init_script(f"({COUNT})()")
        call.open(f"{site.url}/large")
        assert (
            call.visitor.evaluate("() => document.querySelectorAll('*').length + document.querySelectorAll('td:not(:empty)').length")
            > 49_000
        )
        key = call.start()
        first = call.join(key)
        call.settle()
        assert call.visitor.evaluate("() => __counts.reads") > 50_000, "the counters do not see the capture, the test proves nothing"
        binary_before = sum(1 for message in call.visitor_wire.sent if message[:1] != b"{")
        call.visitor.evaluate("() => { __counts.reads = 0; }")

        second = call.join(key, "grace.example")
        version = int(first.evaluate("() => document.documentElement.dataset.version"))
        until(second, f"Number(document.documentElement.dataset.version) >= {version}")
        assert sum(1 for message in call.visitor_wire.sent if message[:1] != b"{") == binary_before, (
            "the visitor sent frames because an agent joined"
        )
        assert call.visitor.evaluate("() => __counts.reads") < 100, "the visitor's script walked the page because an agent joined"
        assert call.differences(second) == []
        assert call.differences(first) == []
