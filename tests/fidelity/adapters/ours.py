"""Our relay, as its operator runs it; the visitor has the tag, the agent signs in and joins with the code."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Error

from tests.fidelity.adapters.base import Adapter
from tests.fidelity.compare import DomOptions
from tests.fidelity.places import LOGS, wait_http

ROOT = Path(__file__).resolve().parents[3]
PY = ROOT / ".venv/bin/python"
PORT = int(os.environ.get("RELAY_PORT", "8401"))
GROUP, AGENT, PASSWORD = 1000, "ada.example", "correct horse 7 battery"
WITHOUT_OWN_LOOKS = """() => {
  pointer.style.visibility = 'hidden';
  for (let e = document.querySelector('iframe[data-stage]'); e; e = e.parentElement) e.style.borderRadius = 0;
}"""
"""The console draws the visitor's pointer above the page and cuts its corners round."""
READINGS = 3
LOOK_MS = 20_000


class Composite:
    """The stage and the stages nested in it, read as one document."""

    def __init__(self, frame):
        self.frame = frame

    def evaluate(self, script, options):
        for _ in range(READINGS - 1):
            # A nested stage may be taken away while it is read.
            with contextlib.suppress(Error):
                return self._rows(self.frame, script, options, 0)
        return self._rows(self.frame, script, options, 0)

    def _rows(self, frame, script, options, depth):
        nested = [handle.content_frame() for handle in frame.query_selector_all("iframe[data-stage]")]
        out = []
        for row in frame.evaluate(script, options):
            row["d"] += depth
            if row["t"] == "#document-unreachable" and nested and out[-1].get("a", {}).pop("data-stage", None) is not None:
                out[-1]["a"].pop("src", None)
                out.append({"t": "#document", "d": row["d"]})
                out += self._rows(nested.pop(0), script, options, row["d"] + 1)
                out.append({"t": "#/document", "d": row["d"]})
            else:
                out.append(row)
        return out


STATES = "hover|active|focus|focus-visible|focus-within|target|autofill|fullscreen|user-valid|user-invalid"
REWRITTEN = [
    (re.compile(r":is\((\[[^\[\]]*\]), \[data-(?:page-|href|cobrowse-type)[^\[\]]*\]\)"), r"\1"),
    (re.compile(rf"\[data-cobrowse-({STATES})\]"), r":\1"),
    (re.compile(r":not\(\[data-cobrowse-undefined\]\)"), ":defined"),
    (re.compile(r":is\(\[data-cobrowse-indeterminate\], :where\(progress\):not\(\[value\]\)\)"), ":indeterminate"),
    (re.compile(r"\((?:prefers-[a-z-]+|forced-colors|(?:any-)?(?:hover|pointer)|min-width: (?:0px|1e\+06px))[^()]*\)"), "(answered)"),
    (re.compile(r":where\(:not\(\[data-cobrowse-type\]\)\)"), ""),
]
"""How the core rewrites selectors, as CSSOM writes them out, and what the page had; media features that it answers."""


def as_in_page(rule: str) -> str:
    for pattern, plain in REWRITTEN:
        rule = pattern.sub(plain, rule)
    return rule


def attribute_in_page(name: str) -> str:
    return re.sub("^data-(page-|(?=href$))", "", name)


class OursAdapter(Adapter):
    name, compares, masks = "ours", True, True

    def cli(self, *arguments, stdin=""):
        done = subprocess.run(
            [str(PY), "-m", "relay", *arguments, "--data", str(self.data)], input=stdin, text=True, capture_output=True, cwd=ROOT
        )
        if done.returncode:
            raise RuntimeError(f"{arguments}: {done.stderr}")

    def start(self, site):
        self.data = Path(tempfile.mkdtemp(prefix="ours-"))
        self.url = f"http://127.0.0.1:{PORT}"
        self.cli("group", "add", "--id", str(GROUP), "--name", "Corpora")
        self.cli("user", "add", "--group", str(GROUP), "--username", AGENT, "--password-stdin", "--role", "agent", stdin=PASSWORD + "\n")
        for action, selectors in (("text", site.MASK), ("hide", getattr(site, "HIDE", []))):
            for selector in selectors:
                self.cli("mask", "add", "--group", str(GROUP), "--site", "production", "--selector", selector, "--action", action)
        self.log = open(self.data / "relay.log", "ab")  # noqa: SIM115 (as long as the child)
        self.process = subprocess.Popen(
            [str(PY), "-m", "relay", "serve", "--data", str(self.data), "--host", "127.0.0.1", "--port", str(PORT)],
            stdout=self.log,
            stderr=self.log,
            cwd=ROOT,
        )
        wait_http(f"{self.url}/healthz")
        self.joined = False

    def stop(self):
        self.process.terminate()
        self.process.wait(15)
        shutil.copy(self.data / "relay.log", LOGS / "relay.log")
        shutil.rmtree(self.data, ignore_errors=True)

    def origins(self):
        return [self.url]

    def snippet(self, site):
        return (
            f'<script id="glance-cobrowse" type="text/javascript" charset="UTF-8" src="{self.url}/cobrowse/CobrowseJS.ashx?group={GROUP}&amp;site=production" '
            f'data-groupid="{GROUP}" data-site="production" data-ws="127.0.0.1:{PORT}" data-ui="custom"></script>'
        )

    def open_agent(self, browser, size):
        self.ctx = browser.new_context(
            viewport={"width": size["width"] + 320, "height": size["height"] + 260}, color_scheme="light", reduced_motion="reduce"
        )
        self.page = self.ctx.new_page()
        self.errors = []
        self.page.on("console", lambda m: self.errors.append(m.text[:300]) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda e: self.errors.append("PAGEERROR " + str(e)[:300]))
        self.page.goto(f"{self.url}/login")
        self.page.fill("input[name=username]", AGENT)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("button[type=submit]")
        self.page.wait_for_url("**/agentjoin/**")

    def _start(self, visitor):
        key = visitor.evaluate(
            """(ms) => new Promise((resolve, reject) => {
            setTimeout(() => reject(new Error('no session in time')), ms);
            const visitor = GLANCE.Cobrowse.Visitor;
            if (visitor.inSession()) return resolve(visitor.getKey());
            visitor.addEventListener('sessionstart', () => resolve(visitor.getKey()));
            visitor.addEventListener('error', (error) => reject(new Error(error.code + ': ' + error.msg)));
            visitor.startSession();
        })""",
            LOOK_MS,
        )
        self.page.goto(f"{self.url}/agentjoin/AgentJoin.aspx")
        self.page.fill("input[name=code]", key)
        self.page.click("form:has(input[name=code]) button[type=submit]")
        self.joined = True

    def settle(self, visitor):
        end = time.time() + 15
        while time.time() < end:
            try:
                if not self.joined:
                    self._start(visitor)
                visitor.wait_for_function("window.GLANCE?.Cobrowse?.Visitor?.inSession?.()", timeout=10_000)
                version = visitor.evaluate("() => GLANCE.Cobrowse.Visitor.synced()")
                self.page.wait_for_function(
                    "(v) => Number(document.documentElement.dataset.version) >= v && document.documentElement.dataset.state === 'live'",
                    arg=version,
                    timeout=10_000,
                )
                break
            except Exception as e:
                print(
                    "   settle:",
                    str(e).splitlines()[0][:200],
                    "| agent:",
                    self.page.evaluate("[document.documentElement.dataset.state, document.documentElement.dataset.version].join()"),
                    self.errors[-3:],
                    flush=True,
                )
                time.sleep(0.3)
        time.sleep(0.4)

    def _handle(self):
        return self.page.wait_for_selector("iframe[data-stage]", state="attached")

    def frame(self):
        return Composite(self._handle().content_frame())

    def view(self):
        self.page.evaluate(WITHOUT_OWN_LOOKS)
        return self.page.locator("iframe[data-stage]").first

    def dom_options(self):
        return DomOptions(
            drop_selectors=["cobrowse-void"],
            drop_attrs=r"^(data-cobrowse.*|(data-page-)?autocomplete|xmlns(:.*)?)$",
            attribute=attribute_in_page,
            rule=as_in_page,
        )

    def server_texts(self):
        return [p.read_bytes() for p in self.data.rglob("*") if p.is_file()]
