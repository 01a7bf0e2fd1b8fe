"""Baseline: rrweb from npm, recorded live and replayed live. Shows that the harness works and what to beat."""

from __future__ import annotations

import json
import re
import time
import urllib.request

from tests.fidelity.adapters.base import Adapter
from tests.fidelity.compare import DomOptions
from tests.fidelity.places import HERE, HOST, NPM, Proc, main_python, need, wait_http


def as_in_page(rule: str) -> str:
    """Without the selectors that the replayer adds for the visitor's hover."""
    return re.sub(r",\s*[^,{}]*\\:hover[^,{}]*?(?=\s*[,{])", "", rule)


class RrwebAdapter(Adapter):
    name, compares = "rrweb", True
    PORT = 8300

    def start(self, site):
        dist = need(NPM / "rrweb/dist/rrweb.umd.min.cjs", "npm i rrweb").parent
        self.proc = Proc("rrweb-hub", [main_python(), str(HERE / "adapters/rrweb_hub.py"), str(self.PORT), str(dist)])
        wait_http(f"http://{HOST}:{self.PORT}/count")

    def stop(self):
        self.proc.stop()

    def origins(self):
        return [f"http://{HOST}:{self.PORT}"]

    def snippet(self, site):
        return f'<script src="http://{HOST}:{self.PORT}/visitor.js"></script>'

    def open_agent(self, browser, size):
        self.ctx = browser.new_context(viewport=size)
        self.page = self.ctx.new_page()
        self.page.goto(f"http://{HOST}:{self.PORT}/agent")

    def settle(self, visitor):
        end, last, since = time.time() + 8, None, time.time()
        while time.time() < end:
            n = json.load(urllib.request.urlopen(f"http://{HOST}:{self.PORT}/count"))["events"]
            a = self.page.evaluate("window.applied")
            if n != last:
                last, since = n, time.time()
            if a >= n and time.time() - since > 0.6:
                break
            time.sleep(0.1)
        time.sleep(0.4)

    def _el(self):
        return self.page.locator("iframe").first

    def frame(self):
        return self._el().element_handle(timeout=10_000).content_frame()

    def view(self):
        return self._el()

    def dom_options(self):
        return DomOptions(drop_attrs=r"^(rr_.*|data-rr.*|autocomplete|_on.*)$", drop_classes=r"^(rrweb-paused|:hover)$", rule=as_in_page)
