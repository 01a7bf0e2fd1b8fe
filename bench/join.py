"""Join time against page size: from the viewer's `join` on its socket to the page laid out in its stage, in a real browser.

The bare limit beside it is the same browser building the same tree in an empty page by DOM calls from memory, without network, decoding,
masking or a sandbox: nobody can join faster than that.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bench.pages import table_page
from bench.row import Row, row
from tests.browser.call import Call, until
from tests.browser.chromium import launch
from tests.pages_site import pages_site
from tests.relay_process import GROUP, RelayProcess
from tests.site_server import SiteServer

ROUNDS = 5
SIZES = (1_000, 10_000, 50_000)
AIM = 0.25
"""Of the bare limit: decoding, the sandbox, slices of 8 ms and layout between them take their share."""

# Runs before the console's scripts: notes when the join leaves. The end is read in the stage, a round trip of the driver later.
WATCH = """() => {
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
        if (typeof data === 'string' && data.includes('"join"')) globalThis.__joined = performance.now();
        return send.call(this, data);
    };
    globalThis.__shown = () => Number(document.documentElement?.dataset.version) > 0;
}"""
BARE = """() => {
    const plan = [];
    const walk = (node, parent) => {
        const own = plan.push({ parent, tag: node.localName, attributes: node.attributes ? [...node.attributes].map((a) => [a.name, a.value]) : null, text: node.data }) - 1;
        for (let child = node.firstChild; child; child = child.nextSibling) walk(child, own);
    };
    walk(document.body.firstElementChild, -1);
    document.body.firstElementChild.remove();
    const started = performance.now();
    const made = [];
    for (const { parent, tag, attributes, text } of plan) {
        const node = tag ? document.createElementNS('http://www.w3.org/1999/xhtml', tag) : document.createTextNode(text);
        if (attributes) for (const [name, value] of attributes) node.setAttribute(name, value);
        made.push(node);
        (parent < 0 ? document.body : made[parent]).appendChild(node);
    }
    document.body.getBoundingClientRect();
    return performance.now() - started;
}"""


def joined(call: Call, key: str) -> float:
    """Milliseconds of one more agent's join."""
    page: Page = call.new_page({"width": 1280, "height": 800})
    call.sign_in(page)
    page.add_init_script(f"({WATCH})()")
    page.goto(f"{call.relay.url}/agentjoin/AgentView.aspx?SessionKey={key}")
    until(page, "globalThis.__shown()")
    laid_out = call.stage(page).evaluate(
        "() => { document.body.getBoundingClientRect(); return performance.timeOrigin + performance.now(); }"
    )
    ms = float(laid_out - page.evaluate("() => performance.timeOrigin + __joined"))
    page.context.close()
    call.contexts.remove(page.context)
    return ms


def bare(browser: Browser, url: str) -> float:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(url)
    ms = float(page.evaluate(BARE))
    context.close()
    return ms


def run() -> list[Row]:
    rows: list[Row] = []
    tables = {f"table-{size}": table_page(size) for size in SIZES}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        relay = RelayProcess(Path(folder))
        relay.seed()
        relay.start()
        browser = launch(playwright)
        try:
            with SiteServer(pages_site(relay.url, GROUP, tables)) as site:
                for size in SIZES:
                    call = Call(browser, relay)
                    call.open(f"{site.url}/table-{size}")
                    key = call.start()
                    call.synced()
                    joins = [joined(call, key) for _ in range(ROUNDS)]
                    limits = [bare(browser, f"{site.url}/table-{size}") for _ in range(ROUNDS)]
                    rows.append(row("join", f"second agent, {size:,} nodes", "ms", joins, "bare DOM calls", limits, aim=AIM))
                    call.close()
        finally:
            relay.stop()
            browser.close()
    return rows
