"""A scripted visitor. Every call is one user action: it is counted, timed and its failure recorded.

Actions go through real input events (mouse moves, key presses), because a cobrowse visitor script sees
those, not JavaScript calls. `checkpoint()` is where the harness compares the visitor's page with the agent's.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import FrameLocator, Locator, Page


class Journey:
    def __init__(self, page: Page, base: str, *, on_checkpoint: Callable[[str], None] | None = None, slow_ms: int = 0):
        self.page, self.base, self.slow_ms = page, base.rstrip("/"), slow_ms
        self.on_checkpoint = on_checkpoint
        self.actions: list[dict] = []
        self.checkpoints: list[str] = []
        self.secrets: list[tuple[str, str]] = []  # (selector that a customer would mask, canary typed into it)
        self.scope: Page | FrameLocator = page  # where selectors are looked up
        self.timeout = 90_000  # generous: the machine may be shared

    # -- bookkeeping
    def _do(self, kind: str, what: str, fn: Callable[[], object]):
        t = time.perf_counter()
        rec = {"n": len(self.actions) + 1, "kind": kind, "what": what}
        try:
            out = fn()
        except Exception as e:
            rec.update(ok=False, error=str(e).splitlines()[0][:300], ms=round((time.perf_counter() - t) * 1e3))
            self.actions.append(rec)
            raise
        if self.slow_ms:
            self.page.wait_for_timeout(self.slow_ms)
        rec.update(ok=True, ms=round((time.perf_counter() - t) * 1e3))
        self.actions.append(rec)
        return out

    def loc(self, sel: str | Locator, nth: int | None = None) -> Locator:
        found = self.scope.locator(sel) if isinstance(sel, str) else sel
        return found.nth(nth) if nth is not None else found.first

    def frame(self, *selectors: str) -> Journey:
        """A view of this journey whose selectors are looked up inside (nested) iframes."""
        j = object.__new__(Journey)
        j.__dict__ = dict(self.__dict__)  # shares the action and checkpoint lists
        sc = self.scope
        for s in selectors:
            sc = sc.frame_locator(s).first
        j.scope = sc
        return j

    # -- actions
    def goto(self, path: str, wait: str = "load"):
        url = path if path.startswith("http") else self.base + path
        return self._do("goto", path, lambda: self.page.goto(url, wait_until=wait, timeout=60_000))

    def click(self, sel, nth=None, **kw):
        return self._do("click", str(sel)[:120], lambda: self.loc(sel, nth).click(timeout=kw.pop("timeout", self.timeout), **kw))

    def dblclick(self, sel, nth=None, **kw):
        return self._do("dblclick", str(sel)[:120], lambda: self.loc(sel, nth).dblclick(timeout=self.timeout, **kw))

    def hover(self, sel, nth=None, **kw):
        return self._do("hover", str(sel)[:120], lambda: self.loc(sel, nth).hover(timeout=self.timeout, **kw))

    def type(self, sel, text: str, nth=None, *, clear=True, secret=False, mask: str | None = None, delay=5):
        """Focus the field by clicking it, then press keys one by one."""
        if secret:
            self.secrets.append((mask or str(sel), text))

        def go():
            found = self.loc(sel, nth)
            found.click(timeout=self.timeout)
            if clear:
                self.page.keyboard.press("Control+A")
                self.page.keyboard.press("Delete")
            self.page.keyboard.type(text, delay=delay)

        return self._do("type", f"{str(sel)[:80]} <- {len(text)} chars", go)

    def fill(self, sel, text: str, nth=None, *, secret=False, mask: str | None = None):
        """Set a value at once (date pickers, autofill-like input)."""
        if secret:
            self.secrets.append((mask or str(sel), text))
        return self._do("fill", str(sel)[:120], lambda: self.loc(sel, nth).fill(text, timeout=self.timeout))

    def keys(self, text: str, delay=5):
        return self._do("keys", f"{len(text)} chars", lambda: self.page.keyboard.type(text, delay=delay))

    def press(self, *keys: str):
        for k in keys:
            self._do("press", k, lambda k=k: self.page.keyboard.press(k))

    def select(self, sel, value: str, nth=None):
        def go():
            found = self.loc(sel, nth)
            try:
                found.select_option(label=value, timeout=3000)
            except Exception:
                found.select_option(value=value, timeout=self.timeout)

        return self._do("select", f"{str(sel)[:80]}={value}", go)

    def check(self, sel, on=True, nth=None, **kw):
        return self._do("check", str(sel)[:120], lambda: self.loc(sel, nth).set_checked(on, timeout=self.timeout, **kw))

    def upload(self, sel, name: str, body: bytes, mime="text/plain"):
        return self._do(
            "upload", name, lambda: self.loc(sel).set_input_files([{"name": name, "mimeType": mime, "buffer": body}], timeout=self.timeout)
        )

    def wheel(self, dy: int, dx: int = 0, at: tuple[int, int] | None = None):
        def go():
            if at:
                self.page.mouse.move(*at)
            self.page.mouse.wheel(dx, dy)
            self.page.wait_for_timeout(120)

        return self._do("wheel", f"{dx},{dy}", go)

    def scroll_into(self, sel, nth=None):
        return self._do("scroll_into", str(sel)[:120], lambda: self.loc(sel, nth).scroll_into_view_if_needed(timeout=self.timeout))

    def drag(self, x1, y1, x2, y2, steps=12):
        def go():
            m = self.page.mouse
            m.move(x1, y1)
            m.down()
            m.move(x2, y2, steps=steps)
            m.up()

        return self._do("drag", f"{x1},{y1}->{x2},{y2}", go)

    def click_at(self, x, y, **kw):
        return self._do("click_at", f"{x},{y}", lambda: self.page.mouse.click(x, y, **kw))

    def resize(self, w, h):
        return self._do("resize", f"{w}x{h}", lambda: self.page.set_viewport_size({"width": w, "height": h}))

    def back(self):
        return self._do("back", "", lambda: self.page.go_back(wait_until="load", timeout=60_000))

    # -- waits are not actions
    def see(self, sel, nth=None, state="visible", timeout: int | None = None) -> Locator:
        found = self.loc(sel, nth)
        try:
            found.wait_for(state=state, timeout=timeout or self.timeout)
        except Exception as e:
            self.actions.append(
                {"n": len(self.actions) + 1, "kind": "see", "what": str(sel)[:120], "ok": False, "error": str(e).splitlines()[0][:200]}
            )
            raise
        return found

    def has(self, sel) -> bool:
        return self.scope.locator(sel).count() > 0

    def pause(self, ms: int):
        self.page.wait_for_timeout(ms)

    def checkpoint(self, name: str):
        """A moment at which the agent's view must equal the visitor's page."""
        self.checkpoints.append(name)
        if self.on_checkpoint:
            self.on_checkpoint(name)

    @property
    def count(self) -> int:
        return sum(1 for a in self.actions if a["ok"])
