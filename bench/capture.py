"""Snapshot capture in the browser against the rrweb recorder on the same pages, in one run: main-thread time and bytes.

Ours is the capture of visitor_js without a socket; its time is that of all its slices together, and the longest of them is shown
too, because that is what a visitor can feel. The peer is `rrweb.record` up to its full snapshot, with `JSON.stringify` of it, which is what has to be sent.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from bench.pages import table_page
from bench.row import Row, row
from relay.demo import create_app
from tests.browser.chromium import launch
from tests.pages_site import pages_site
from tests.site_server import SiteServer

ROUNDS = 7
SIZES = (10_000, 50_000, 100_000)
ROOT = Path(__file__).parents[1]
RRWEB = ROOT / "node_modules/rrweb/dist/rrweb.umd.min.cjs"
PEER = """() => {
    const started = performance.now();
    let text = '';
    const stop = rrweb.record({ emit: (event) => { if (event.type === 2) text = JSON.stringify(event); } });
    const ms = performance.now() - started;
    stop();
    return { ms, bytes: new TextEncoder().encode(text).byteLength, text };
}"""
DEFLATED = """async (text) => {
    const packed = new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw')));
    return (await packed.arrayBuffer()).byteLength;
}"""


def bundle(folder: str) -> Path:
    made = Path(folder) / "capture.js"
    command = [
        "npx",
        "esbuild",
        "bench/capture_entry.ts",
        "--bundle",
        "--minify",
        "--format=iife",
        "--target=es2021",
        f"--outfile={made}",
        "--log-level=error",
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    return made


def one(browser: Browser, url: str, script: Path, expression: str) -> dict[str, Any]:
    """A fresh page for each measurement: neither recorder finds the other's traces, or warm caches of its own."""
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    page.route("**/cobrowse/**", lambda route: route.abort())
    page.goto(url, wait_until="load")
    page.add_script_tag(path=script)
    result = dict(page.evaluate(expression))
    if "text" in result:
        result["deflated"] = page.evaluate(DEFLATED, result.pop("text"))
    context.close()
    return result


def figures(name: str, ours: list[dict[str, Any]], peer: list[dict[str, Any]]) -> list[Row]:
    def each(runs: list[dict[str, Any]], key: str) -> list[float]:
        return [run[key] for run in runs]

    return [
        row("capture", f"snapshot, {name}", "ms", each(ours, "ms"), "rrweb", each(peer, "ms"), aim=1.0),
        row("capture", f"longest task, {name}", "ms", each(ours, "longest"), "rrweb", each(peer, "ms"), aim=1.0),
        row("capture", f"bytes, {name}", "B", each(ours, "bytes"), "rrweb", each(peer, "bytes"), aim=2.0),
        row("capture", f"bytes deflated, {name}", "B", each(ours, "deflated"), "rrweb", each(peer, "deflated"), aim=1.0),
    ]


def run() -> list[Row]:
    rows: list[Row] = []
    tables = {f"table-{size}": table_page(size) for size in SIZES}
    nowhere = "http://127.0.0.1:9"
    with (
        tempfile.TemporaryDirectory() as folder,
        SiteServer(create_app(nowhere, 1, "production")) as shop,
        SiteServer(pages_site(nowhere, 1, tables)) as site,
        sync_playwright() as playwright,
    ):
        script = bundle(folder)
        browser = launch(playwright)
        pages = {"shop home": f"{shop.url}/?still=1", "product page": f"{shop.url}/products/harbour-rain-jacket?still=1"}
        pages |= {f"{size:,} nodes": f"{site.url}/table-{size}" for size in SIZES}
        for name, url in pages.items():
            ours, peer = [], []
            for _ in range(ROUNDS):
                ours.append(one(browser, url, script, "() => benchCapture()"))
                peer.append(one(browser, url, RRWEB, PEER))
            rows += figures(name, ours, peer)
        browser.close()
    return rows
