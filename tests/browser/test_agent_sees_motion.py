"""What moves: an agent sees animations where the visitor has them, also one who joins late; nothing starts again by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.call import Call
from tests.browser.secrets import Secrets
from tests.pages_site import pages_site
from tests.relay_process import GROUP, RelayProcess
from tests.site_server import SiteServer

pytestmark = pytest.mark.browser

# So slow that what a loaded machine is late by is nothing.
PAGE = """<!doctype html><html lang=en><head><title>Motion</title><style>@keyframes go { to { transform: translateX(200px) } }
div { width: 60px; height: 40px } #sheet { animation: go 1000s linear }</style></head>
<body><div id=sheet>a</div><div id=script>b</div><div id=private class=private>c</div><script>
const run = (element, frames) => element.animate(frames, { duration: 1000000, iterations: Infinity });
run(script, { opacity: [0, 1] }).currentTime = 600000;
sheet.getAnimations()[0].currentTime = 300000;
run(document.getElementById('private'), { '--word': ['SECRETQ7', 'SECRETQ8'] });
</script></body></html>"""
PROGRESS = "(id) => document.getElementById(id).getAnimations().map((run) => run.effect.getComputedTiming().progress)"
TAGGED = "() => { window.kept = document.getAnimations(); }"
KEPT = "() => window.kept.length === 2 && document.getAnimations().every((run, index) => run === window.kept[index])"
NEAR = 0.05
PATIENCE = 120
PAUSE_MS = 50


def wait_near(call: Call, name: str, wanted: float) -> None:
    for _ in range(PATIENCE):
        found = call.stage().evaluate(PROGRESS, name)
        if len(found) == 1 and abs(found[0] - wanted) < NEAR:
            return
        call.agent.wait_for_timeout(PAUSE_MS)
    raise AssertionError(f"{name}: {found} instead of {wanted}")


def test_animations_are_where_the_visitor_has_them(relay: RelayProcess, make_call: Callable[..., Call]) -> None:
    relay.mask(".private", "text")
    with SiteServer(pages_site(relay.url, GROUP, {"motion": PAGE})) as site:
        call = make_call(relay)
        call.open(f"{site.url}/motion")
        call.join(call.start())
        wait_near(call, "sheet", 0.3)
        wait_near(call, "script", 0.6)
        # Nothing begins again when something else changes.
        call.stage().evaluate(TAGGED)
        call.visitor.evaluate(
            "() => { sheet.title = 'x'; script.className = 'y'; document.body.append('more'); document.body.prepend(sheet); }"
        )
        call.settle()
        assert call.stage().evaluate(KEPT)
        call.visitor.evaluate("() => { script.getAnimations()[0].currentTime = 100000; }")
        wait_near(call, "script", 0.1)
        call.visitor.evaluate("() => { script.getAnimations()[0].cancel(); }")
        for _ in range(PATIENCE):
            if call.stage().evaluate(PROGRESS, "script") == []:
                break
            call.agent.wait_for_timeout(PAUSE_MS)
        assert call.stage().evaluate(PROGRESS, "script") == []
        assert call.stage().evaluate(PROGRESS, "private") == []
        secrets = Secrets(word="SECRETQ7", other="SECRETQ8")
        assert secrets.found_in("frames", call.visitor_wire.sent) == []
        assert call.errors == []
