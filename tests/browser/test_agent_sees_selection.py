"""What the visitor has selected is selected at the agent; of masked places neither the text nor its length is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests import codec
from tests.browser.call import Call
from tests.pages_site import pages_site
from tests.relay_process import GROUP, RelayProcess
from tests.site_server import SiteServer

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang=en><head><title>Selection</title></head><body><p id=a>Plain words to select</p>
<p id=b class=private>Hidden words</p><p id=c class=agents>Words not for agents</p><p id=d>after</p>
<input id=field value="in a field"><input id=secret class=private value="hidden in a field"><input id=pass type=password value=hidden>
<x-card id=card></x-card><iframe id=frame srcdoc="<p>inside a frame</p>"></iframe>
<script>card.attachShadow({ mode: 'open' }).innerHTML = '<p>in a shadow tree</p>';
const select = (...ends) => getSelection().setBaseAndExtent(...ends);</script></body></html>"""
SELECTED = "() => getSelection().toString()"
DRAWN = "() => document.querySelector('cobrowse-caret') !== null"
SECRET = {
    "inside": "() => select(b.firstChild, 2, b.firstChild, 9)",
    "into": "() => select(a.firstChild, 2, b.firstChild, 9)",
    "out of": "() => select(b.firstChild, 2, d.firstChild, 3)",
    "masked field": "() => { secret.focus(); secret.setSelectionRange(3, 7); }",
    "password": "() => { pass.focus(); pass.setSelectionRange(2, 2); }",
}
PATIENCE = 120
PAUSE_MS = 50


def selections(call: Call) -> list[codec.OpTuple]:
    frames = [codec.decode(frame) for frame in call.visitor_wire.sent if frame[:1] == b"\x01"]
    return [op for frame in frames for op in frame["ops"] if op[0] == "set_selection"]


def wait_for(call: Call, script: str, wanted: object) -> None:
    for _ in range(PATIENCE):
        if (found := call.stage().evaluate(script)) == wanted:
            return
        call.agent.wait_for_timeout(PAUSE_MS)
    raise AssertionError(f"{found!r} instead of {wanted!r}")


def test_the_agent_sees_what_is_selected_but_in_masked_places(relay: RelayProcess, make_call: Callable[..., Call]) -> None:
    relay.mask(".private", "text")
    relay.mask(".agents", "text", role="agent")
    with SiteServer(pages_site(relay.url, GROUP, {"page": PAGE})) as site:
        call = make_call(relay)
        call.open(f"{site.url}/page")
        call.join(call.start())
        call.visitor.evaluate("() => select(a.firstChild, 6, a.firstChild, 11)")
        wait_for(call, SELECTED, "words")
        call.visitor.evaluate("() => { field.focus(); field.setSelectionRange(3, 3); }")
        wait_for(call, DRAWN, True)
        wait_for(call, SELECTED, "")
        for name, script in SECRET.items():
            call.visitor.evaluate("() => { document.activeElement.blur(); select(a.firstChild, 0, a.firstChild, 5); }")
            wait_for(call, SELECTED, "Plain")
            before = len(selections(call))
            call.visitor.evaluate(script)
            wait_for(call, SELECTED, "")
            assert {op[1:] for op in selections(call)[before:]} == {(0, 0, 0, 0)}, name
            assert not call.stage().evaluate(DRAWN), name
        # A rule for some roles only is the relay's to keep.
        call.visitor.evaluate("() => { document.activeElement.blur(); select(d.firstChild, 0, d.firstChild, 5); }")
        wait_for(call, SELECTED, "after")
        call.visitor.evaluate("() => select(c.firstChild, 0, c.firstChild, 5)")
        wait_for(call, SELECTED, "")
        assert selections(call)[-1][4] == 5
        assert call.errors == []
