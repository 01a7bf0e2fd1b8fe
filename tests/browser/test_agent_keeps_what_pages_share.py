"""A visitor goes from page to page of one site: what the pages share stays at the agent as it is, and only what differs is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from relay._core import inspect_frame
from relay.demo import MASKS, create_app
from relay.protocol.names import Message
from tests.browser.call import Call
from tests.relay_process import GROUP, RelayProcess
from tests.site_server import SiteServer

pytestmark = pytest.mark.browser

WATCH = """() => {
    const parts = ['header.header'].map((place) => document.querySelector(place));
    const kept = window.kept = { parts, added: 0, removed: 0 };
    kept.observer = new MutationObserver((records) => {
        for (const record of records) {
            if (!kept.parts.some((part) => part.contains(record.target))) continue;
            kept.added += record.addedNodes.length;
            kept.removed += record.removedNodes.length;
        }
    });
    kept.observer.observe(document, { subtree: true, childList: true });
}"""
KEPT = """() => ({
    connected: window.kept.parts.map((part) => part.isConnected),
    changes: window.kept.added + window.kept.removed,
})"""


@pytest.fixture
def shop_relay(tmp_path: Path) -> Iterator[RelayProcess]:
    process = RelayProcess(tmp_path)
    process.seed()
    for selector, action, label in MASKS:
        process.mask(selector, action, label)
    process.start()
    yield process
    process.stop()


@pytest.fixture
def shop(shop_relay: RelayProcess) -> Iterator[str]:
    with SiteServer(create_app(shop_relay.url, GROUP, "production")) as server:
        yield server.url


def test_what_pages_share_is_not_built_again(shop: str, shop_relay: RelayProcess, make_call: Callable[..., Call]) -> None:
    call = make_call(shop_relay, [(selector, action) for selector, action, _ in MASKS])
    visitor = call.visitor
    call.open(f"{shop}/products/harbour-rain-jacket?still=1")
    call.join(call.start())
    visitor.evaluate("() => scrollTo(0, 400)")
    call.check("navigation-before")
    sent = len(call.agent_wire.received)
    stage = call.stage()
    stage.evaluate(WATCH)

    visitor.goto(f"{shop}/products/stoneware-bowls?still=1")
    call.check("navigation-after")
    kept = stage.evaluate(KEPT)
    assert all(kept["connected"]) and kept["changes"] == 0, kept

    visitor.reload()
    call.check("navigation-reload")
    kept = stage.evaluate(KEPT)
    assert all(kept["connected"]) and kept["changes"] == 0, kept

    frames = [frame for frame in call.agent_wire.received[sent:] if frame[:1] == bytes([Message.VIEWER_FRAME])]
    assert frames and all(json.loads(inspect_frame(frame))["base"] > 0 for frame in frames)
    assert not call.errors
