"""What moves: an agent sees animations where the visitor has them, also one who joins late; nothing starts again by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.browser.call import Call
from tests.browser.secrets import Secrets
from tests.browser.test_stage_builds_the_page import element, page_of, viewing
from tests.browser.viewer_page import ViewerServer, serving
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


FRAMES = "@keyframes k0 { 0% { opacity: 0 } 100% { opacity: 1 } }"
RULE = """{ animation-name: k0; animation-duration: 1000ms; animation-delay: 0ms; animation-iteration-count: 1; animation-direction: normal;
  animation-fill-mode: none; animation-timing-function: linear; animation-composition: replace; animation-play-state: paused;
  --time: 10; --rate: 1; }"""
ODD = {
    "list of easings": f"{FRAMES} i {RULE.replace('timing-function: linear', 'timing-function: ease, linear')}",
    "list of a frame's easings": f"{FRAMES.replace('0 }', '0; animation-timing-function: ease, linear }')} i {RULE}",
    "list of directions": f"{FRAMES} i {RULE.replace('direction: normal', 'direction: normal, reverse')}",
    "no finite time": f"{FRAMES} i {RULE.replace('--time: 10', '--time: 1e999')}",
    "no finite rate": f"{FRAMES} i {RULE.replace('--rate: 1', '--rate: 1e999')}",
    "no finite time that runs": f"{FRAMES} i {RULE.replace('paused', 'running').replace('--time: 10', '--time: -1e999')}",
    "frames out of order": f"@keyframes k0 {{ 100% {{ opacity: 0 }} 0% {{ opacity: 1 }} }} i {RULE}",
    "slotted": f"{FRAMES} i::slotted(b) {RULE}",
}
GOOD = (
    f"@keyframes good {{ 0% {{ width: 0px }} 100% {{ width: 9px }} }} i {RULE.replace('k0', 'good').replace('--time: 10', '--time: 250')}"
)
GOOD_AT = """() => document.getAnimations()
  .filter((run) => run.effect.getKeyframes().some((frame) => 'width' in frame)).map((run) => run.currentTime)"""


def test_an_odd_animation_costs_itself_alone(browser: Browser) -> None:
    with serving(ViewerServer()) as server, viewing(browser, server) as viewer:
        viewer.open()
        viewer.show([*page_of(element(5, 0, "p"), element(6, 0, "p")), ("set_clock", 1000)], from_nothing=True)
        for name, odd in ODD.items():
            # Beside another of its element, before that of another element, and in a later frame once more.
            assert viewer.shows([("set_animation", 5, f"{odd} {GOOD}"), ("set_animation", 6, GOOD)]), name
            assert viewer.stage.evaluate(GOOD_AT) == [250, 250], name
            assert viewer.shows([("set_attribute", 6, "title", name)]), name
            assert viewer.shows([("set_animation", 5, ""), ("set_animation", 6, "")]), name
            assert viewer.stage.evaluate(GOOD_AT) == [], name
