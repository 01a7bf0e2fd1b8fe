"""The smallest call: one page, one agent, and what changes in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.call import Call
from tests.pages_site import pages_site
from tests.relay_process import GROUP, RelayProcess
from tests.site_server import SiteServer

pytestmark = pytest.mark.browser


def test_one_page(relay: RelayProcess, make_call: Callable[..., Call]) -> None:
    relay.mask("#personal", "block", "Account")
    with SiteServer(pages_site(relay.url, GROUP)) as site:
        call = make_call(relay, [("#personal", "block")])
        call.open(f"{site.url}/plain")
        call.join(call.start())
        call.check("plain")
        call.visitor.fill("input[name=name]", "Grace")
        call.visitor.select_option("select", "one")
        call.visitor.uncheck("input[type=checkbox]")
        call.visitor.fill("textarea", "more text")
        call.visitor.evaluate("() => { const p = document.createElement('p'); p.textContent = 'late'; document.body.prepend(p); }")
        call.check("plain-changed")
        stage = call.stage()
        assert stage.evaluate("() => getComputedStyle(document.querySelector('.from-sheet')).color") == "rgb(1, 2, 3)"
        assert stage.evaluate("() => getComputedStyle(document.querySelector('.from-import')).color") == "rgb(4, 5, 6)"
        assert stage.evaluate("() => document.querySelector('img').naturalWidth") == 1
        assert call.errors == []
