"""A call as the two people have it: the visitor's page and the agent's viewer, in two browser contexts of one browser.

Keeps every byte that the two sides put on the wire, so that a test can look for a secret in them.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Frame, Page, WebSocket

from tests.relay_process import AGENT, PASSWORD, RelayProcess

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ARTIFACTS = ROOT / "tests/artifacts"
SPEC = tomllib.loads((ROOT / "relay/protocol/spec.toml").read_text(encoding="utf-8"))
ROWS = (HERE / "rows.js").read_text(encoding="utf-8")
SIZE = {"width": 1280, "height": 800}
WAIT_MS = 20_000
MOVING_READINGS = 30

Masks = list[tuple[str, str]]
BUILTIN: Masks = [(selector, "text") for selector in SPEC["builtin"]["selectors"]]


UNTIL = """([expression, ms]) => new Promise((resolve, reject) => {
    const holds = { %s };
    const started = performance.now();
    const look = () => {
        let met = false;
        try { met = holds[expression](); } catch { /* the page is not that far */ }
        if (met) resolve();
        else if (performance.now() - started > ms) reject(new Error('not in time: ' + expression));
        else setTimeout(look, 15);
    };
    look();
})"""


def until(page: Page | Frame, expression: str, ms: int = WAIT_MS) -> None:
    """Waits until a JavaScript expression holds in the page. Unlike Playwright's own wait it also works under a policy without eval."""
    holds = f"{json.dumps(expression)}: () => ({expression})"
    page.evaluate(UNTIL % holds, [expression, ms])


class Wire:
    """What a page sent and received by WebSocket and what it sent by HTTP."""

    def __init__(self, page: Page) -> None:
        self.sent: list[bytes] = []
        self.received: list[bytes] = []
        self.requests: list[tuple[str, str, bytes]] = []
        page.on("websocket", self._watch)
        page.on("request", lambda request: self.requests.append((request.method, request.url, request.post_data_buffer or b"")))

    def _watch(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda payload: self.sent.append(_bytes(payload)))
        socket.on("framereceived", lambda payload: self.received.append(_bytes(payload)))


def _bytes(payload: str | bytes) -> bytes:
    return payload.encode() if isinstance(payload, str) else payload


class Call:
    """`visitor` and `agent` are Playwright pages; `join` brings the agent into the visitor's session."""

    def __init__(self, browser: Browser, relay: RelayProcess, masks: Masks | None = None) -> None:
        self.browser, self.relay = browser, relay
        self.masks: Masks = [*BUILTIN, *(masks or [])]
        self.contexts: list[BrowserContext] = []
        self.visitor = self.new_page(SIZE)
        self.visitor_wire = Wire(self.visitor)
        self.errors: list[str] = []
        self.visitor.on("pageerror", lambda error: self.errors.append(f"visitor: {error}"))

    def new_page(self, size: dict[str, int]) -> Page:
        context = self.browser.new_context(viewport={"width": size["width"], "height": size["height"]}, color_scheme="light")
        context.set_default_timeout(WAIT_MS)
        self.contexts.append(context)
        return context.new_page()

    def close(self) -> None:
        for context in self.contexts:
            context.close()

    # --- the visitor ---

    def open(self, url: str) -> None:
        self.visitor.goto(url, wait_until="load")

    def start(self, key: str | None = None) -> str:
        """Starts a session from the page's API; returns its key."""
        return str(
            self.visitor.evaluate(
                """([key, ms]) => new Promise((resolve, reject) => {
                    setTimeout(() => reject(new Error('no session in time')), ms);
                    const visitor = GLANCE.Cobrowse.Visitor;
                    visitor.addEventListener('sessionstart', () => resolve(visitor.getKey()));
                    visitor.addEventListener('error', (error) => reject(new Error(error.code + ': ' + error.msg)));
                    visitor.startSession(key ?? undefined);
                })""",
                [key, WAIT_MS],
            )
        )

    def synced(self) -> int:
        """The version that the relay has acknowledged for everything the visitor's page has shown up to now."""
        until(self.visitor, "window.GLANCE?.Cobrowse?.Visitor?.inSession?.()")
        return int(self.visitor.evaluate("() => GLANCE.Cobrowse.Visitor.synced()"))

    # --- the agent ---

    def sign_in(self, page: Page, username: str = AGENT) -> None:
        page.goto(f"{self.relay.url}/login")
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_url("**/agentjoin/**")

    def join(self, key: str, username: str = AGENT) -> Page:
        """Signs an agent in, types the code on the join page, waits for the first picture."""
        page = self.new_page(SIZE)
        page.on("pageerror", lambda error: self.errors.append(f"agent: {error}"))
        self.agent_wire = Wire(page)
        self.sign_in(page, username)
        page.goto(f"{self.relay.url}/agentjoin/AgentJoin.aspx")
        page.fill("input[name=code]", key)
        page.click("form:has(input[name=code]) button[type=submit]")
        self.agent = page
        self.settle(page)
        return page

    def settle(self, agent: Page | None = None) -> int:
        """Waits until the agent sees what the visitor has now."""
        page = agent or self.agent
        version = self.synced()
        until(page, f"Number(document.documentElement.dataset.version) >= {version} && document.documentElement.dataset.state === 'live'")
        return version

    def stage(self, agent: Page | None = None) -> Frame:
        frame = (agent or self.agent).wait_for_selector("iframe[data-stage]", state="attached").content_frame()
        assert frame is not None
        return frame

    # --- comparing ---

    def rows(self, frame: Frame, side: str) -> list[Any]:
        options = {
            "side": side,
            "allow": SPEC["allow"],
            "masks": self.masks,
            "bullets": SPEC["builtin"]["bullets"],
        }
        return list(frame.evaluate(ROWS, options))

    def differences(self, agent: Page | None = None) -> list[str]:
        """Where the stage is not what it should be; empty when the agent sees exactly the visitor's page under the masks."""
        return self._compare(self.visitor.main_frame, self.stage(agent), "page")

    def _compare(self, visitor: Frame, stage: Frame, place: str) -> list[str]:
        have, seen = self.rows(visitor, "visitor"), self.rows(stage, "stage")
        out = [
            f"{place} row {at}: visitor {_short(a)} · agent {_short(b)}"
            for at, (a, b) in enumerate(zip(have, seen, strict=False))
            if a != b
        ]
        if len(have) != len(seen):
            out.append(f"{place}: {len(have)} rows at the visitor, {len(seen)} at the agent")
        for number, (mine, theirs) in enumerate(self._frames(visitor, stage)):
            out += self._compare(mine, theirs, f"{place}/frame {number}")
        return out

    def _frames(self, visitor: Frame, stage: Frame) -> list[tuple[Frame, Frame]]:
        """The frames whose document can be shared, each beside the stage nested at the same place."""
        shared = visitor.evaluate_handle("() => [...document.querySelectorAll('iframe')].filter((frame) => frame.contentDocument)")
        mine = [handle.as_element().content_frame() for handle in shared.get_properties().values()]  # type: ignore[union-attr]
        theirs = [handle.content_frame() for handle in stage.query_selector_all("iframe[data-stage]")]
        assert len(mine) == len(theirs), f"{len(mine)} frames to share, {len(theirs)} nested stages"
        return [(a, b) for a, b in zip(mine, theirs, strict=True) if a and b]

    def check(self, step: str, agent: Page | None = None) -> None:
        """Settles, keeps a picture of both sides, and asserts that they agree."""
        self.settle(agent)
        self.picture(step, agent)
        differing = self.differences(agent)
        assert not differing, f"{step}: {len(differing)} differences\n" + "\n".join(differing[:20])

    def check_moving(self, step: str) -> None:
        """As `check`, for a page that goes on changing: both sides are read until one reading falls between two changes."""
        differing: list[str] = []
        for _ in range(MOVING_READINGS):
            self.settle()
            differing = self.differences()
            if not differing:
                break
        self.picture(step)
        assert not differing, f"{step}: never equal in {MOVING_READINGS} readings\n" + "\n".join(differing[:20])

    def picture(self, step: str, agent: Page | None = None) -> None:
        ARTIFACTS.mkdir(parents=True, exist_ok=True)
        # Without `caret` Playwright would change the page that is compared.
        self.visitor.screenshot(path=ARTIFACTS / f"{step}.visitor.png", caret="initial")
        (agent or self.agent).screenshot(path=ARTIFACTS / f"{step}.agent.png", caret="initial")


def _short(row: Any) -> str:
    return json.dumps(row, ensure_ascii=False)[:240]
