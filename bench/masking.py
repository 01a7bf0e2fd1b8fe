"""Masks: a whole page masked and written as HTML, against the HTML libraries of Python and the browser; and a page's masks kept up, change by change.

Every engine gets the same page, parsed beforehand, and the same list. A figure counts only with equality: the texts that the browser has masked, and all others,
are compared with ours for every page and list. Peers that take longer than `CAP` on a page are stopped; their figure is then the cap, and the row says `>`.

A change costs what applying its frame takes with an audience, less what it takes without one.
"""

from __future__ import annotations

import gc
import multiprocessing
import random
import re
import statistics
import time
from collections.abc import Callable, Sequence
from html import unescape
from html.parser import HTMLParser
from multiprocessing.connection import Connection
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench import mask_lists
from bench.pages import docs_page, shop_page, table_of_size
from bench.peers import PEERS
from bench.row import Row, row
from relay._core import Plan, Replica
from relay.protocol.names import BULLETS, Mask
from tests.browser.chromium import launch
from tests.codec import OpTuple, encode

ROUNDS = 5
CAP = 40.0
SIZES = {"10 kB": 10_000, "100 kB": 100_000, "1.2 MB": 1_200_000, "10 MB": 10_000_000}
PAGES: dict[str, Callable[[int], str]] = {"table": table_of_size, "docs": docs_page, "shop": shop_page}
AIMS = {
    (50, "turbohtml"): 12,
    (50, "selectolax"): 50,
    (50, "lxml + cssselect"): 1_000,
    (50, "BeautifulSoup"): 1_000,
    (50, "Chromium"): 18,
    (200, "turbohtml"): 14,
    (200, "selectolax"): 75,
}
VOID = {"input", "img", "br", "meta", "link", "hr"}
# Roomier than a session's: the largest page here has more nodes than a session may have.
LIMITS = {
    "nodes": 2_000_000,
    "snapshot_frame": 1 << 28,
    "inflated_frame": 1 << 28,
    "held_text": 1 << 29,
    "values": 4_000_000,
    "steps": 1 << 30,
    "attributes": 64,
}

# The browser's part: find, write, serialise, and say how long that took. Blank texts stay, as everywhere.
CHROMIUM = """([selectors, bullets]) => {
    const started = performance.now();
    for (const selector of selectors) {
        for (const element of document.querySelectorAll(selector)) {
            const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
            while (texts.nextNode()) {
                const text = texts.currentNode;
                if (text.data !== bullets && !/^\\s*$/.test(text.data)) text.data = bullets;
            }
        }
    }
    const html = document.documentElement.outerHTML;
    return { seconds: (performance.now() - started) / 1000, length: html.length };
}"""
TEXTS = """() => {
    const all = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) all.push(texts.currentNode.data);
    return all;
}"""


class Nodes(HTMLParser):
    """The nodes of a page without forgotten end tags, as a snapshot has them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.nodes: list[dict[str, Any]] = []
        self.depth = 0
        self.feed(page)
        self.close()

    def _add(self, node: dict[str, Any]) -> None:
        self.nodes.append({"id": len(self.nodes) + 2, "depth": self.depth, **node})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._add({"ns": "html", "tag": tag, "attributes": [[name, value or ""] for name, value in attrs]})
        self.depth += tag not in VOID

    def handle_endtag(self, tag: str) -> None:
        self.depth -= 1

    def handle_data(self, data: str) -> None:
        self._add({"text": data})


def snapshot(nodes: list[dict[str, Any]]) -> bytes:
    return encode([("document", 1, 0, "https://shop.example/", "", "Page", "html", 0), ("insert", 1, 0, nodes)], epoch=1, sequence=1)


def replica(frame: bytes) -> Replica:
    made = Replica(asset_key=b"bench", asset_prefix="/a", limits=LIMITS)
    made.apply(frame)
    return made


def plan(selectors: Sequence[str]) -> Plan:
    return Plan([(selector, int(Mask.TEXT), "") for selector in selectors])


def timed(run: Callable[[], object]) -> float:
    gc.collect()
    gc.disable()
    started = time.perf_counter()
    run()
    seconds = time.perf_counter() - started
    gc.enable()
    return seconds


def ours(page: Replica, rules: Plan, rounds: int = ROUNDS) -> list[float]:
    """Seconds for masking a page that is held, and writing it."""
    audiences: list[int] = []

    def mask() -> None:
        audiences.append(page.add_audience(rules))
        page.html(audiences[-1])

    times = []
    for _ in range(rounds + 1):
        times.append(timed(mask))
        page.drop_audience(audiences.pop())
    return times[1:]


def texts_of(html: str) -> list[str]:
    body = html[html.index("<body") :]
    return [unescape(text) for text in re.split(r"<[^>]*>", body) if text]


def capped(name: str, page: str, selectors: Sequence[str], rounds: int) -> tuple[list[float], bool]:
    """Seconds of a peer's runs in a process of its own, each on a page of its own; the cap instead of a run that took longer."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    worker = context.Process(target=peer_runs, args=(there, name, page, selectors, rounds))
    worker.start()
    times: list[float] = []
    is_over = False
    while len(times) < rounds and not is_over:
        is_over = not here.poll(CAP)
        if not is_over:
            times.append(here.recv())
    worker.kill()
    worker.join()
    return times or [CAP], is_over and not times


def peer_runs(there: Connection, name: str, page: str, selectors: Sequence[str], rounds: int) -> None:
    for _ in range(rounds):
        mask = PEERS[name](page)
        there.send(timed(lambda mask=mask: mask(selectors)))  # type: ignore[misc]


def chromium(page: Page, html: str, selectors: Sequence[str], rounds: int) -> tuple[list[float], list[str]]:
    """Seconds of its runs, and the texts of the page as it has masked them."""
    times: list[float] = []
    for _ in range(rounds):
        page.set_content(html)
        times.append(page.evaluate(CHROMIUM, [list(selectors), BULLETS])["seconds"])
    return times, page.evaluate(TEXTS)


def demand_equality(name: str, got: list[str], expected: list[str]) -> None:
    if got != expected:
        at = next(
            (index for index, pair in enumerate(zip(got, expected, strict=False)) if pair[0] != pair[1]), min(len(got), len(expected))
        )
        raise AssertionError(f"{name}: text {at} is masked by one engine alone ({len(got)} and {len(expected)} texts)")


def figure(name: str, mine: Sequence[float], peer: str, theirs: Sequence[float], *, aim: float, over: bool = False) -> Row:
    usual = statistics.median(mine)
    label = f"> {peer}" if over else peer
    return row("masking", name, "ms", [1000 * usual] * len(theirs), label, [1000 * t for t in theirs], aim=aim)


def peers_for(kind: str, length: int, count: int) -> Sequence[str]:
    """The slow ones are measured where they end in time."""
    if length > 2_000_000:
        return ("turbohtml",)
    fast = ("turbohtml", "selectolax")
    return tuple(PEERS) if count == 50 and (kind == "table" or length < 20_000) else fast


def whole_pages(browser: Page) -> list[Row]:
    """50 and 200 selectors on pages of all kinds and sizes."""
    rows = []
    for size, length in SIZES.items():
        for kind, make in PAGES.items():
            if length > 2_000_000 and kind != "table":
                continue
            html = make(length)
            page = replica(snapshot(Nodes(html).nodes))
            for count in (50, 200):
                selectors = mask_lists.plain(count)
                name = f"{count} selectors, {kind} {size}"
                mine = ours(page, plan(selectors))
                seconds, texts = chromium(browser, html, selectors, 3)
                demand_equality(name, texts_of(page.html(page.add_audience(plan(selectors)))), texts)
                gates = length == 1_200_000
                rows.append(figure(name, mine, "Chromium", seconds, aim=AIMS.get((count, "Chromium"), 1) if gates else 1))
                for peer in peers_for(kind, length, count):
                    rounds = 3 if peer in ("turbohtml", "selectolax") else 1
                    times, over = capped(peer, html, selectors, rounds)
                    rows.append(figure(name, mine, peer, times, aim=AIMS.get((count, peer), 1) if gates else 1, over=over))
    return rows


def level_4(browser: Page) -> list[Row]:
    """50 selectors with forms of Level 4. The peer in C is quadratic on wide parents: beyond the cap its figure is a lower bound."""
    rows = []
    selectors = mask_lists.level_4(50)
    for size in ("100 kB", "1.2 MB", "10 MB"):
        html = table_of_size(SIZES[size])
        page = replica(snapshot(Nodes(html).nodes))
        name = f"50 of Level 4, table {size}"
        mine = ours(page, plan(selectors))
        seconds, texts = chromium(browser, html, selectors, 3)
        demand_equality(name, texts_of(page.html(page.add_audience(plan(selectors)))), texts)
        gates = size == "10 MB"
        rows.append(figure(name, mine, "Chromium", seconds, aim=7 if gates else 1))
        for peer, aim in (("selectolax", 5_000), ("turbohtml", 1)):
            times, over = capped(peer, html, selectors, 1)
            rows.append(figure(name, mine, peer, times, aim=aim if gates else 1, over=over))
    return rows


def growth() -> list[Row]:
    """How much longer a page of 10 MB takes than one of 1.2 MB, for each kind of selector alone."""
    pages = [replica(snapshot(Nodes(table_of_size(SIZES[size])).nodes)) for size in ("1.2 MB", "10 MB")]
    rows = []
    for kind, selector in mask_lists.KINDS.items():
        small, large = (statistics.median(ours(page, plan([selector]))) for page in pages)
        rows.append(row("masking", f"growth 1.2 to 10 MB, {kind}", "x", [large / small], "9.5", [9.5], aim=1.0))
    return rows


class Changes:
    """Frames of one change each to random nodes of a page."""

    def __init__(self, nodes: list[dict[str, Any]], seed: int) -> None:
        self.random = random.Random(seed)
        self.elements = [node["id"] for node in nodes if "tag" in node and node["depth"] > 2]
        self.texts = [node["id"] for node in nodes if "text" in node]
        self.rows = [node["id"] for node in nodes if node.get("tag") == "tr"]
        self.table = next(node["id"] for node in nodes if node.get("tag") == "tbody")
        self.next_id = nodes[-1]["id"] + 1
        self.sequence = 1

    def frame(self, kind: str) -> bytes:
        self.sequence += 1
        return encode([self.op(kind)], epoch=1, sequence=self.sequence)

    def op(self, kind: str) -> OpTuple:
        chance = self.random
        match kind:
            case "class":
                words = chance.sample(["row", "odd", "even", "paid", "name", "email", "price", "id", "sale", "x"], 2)
                return ("set_attribute", chance.choice(self.elements), "class", " ".join(words))
            case "attribute":
                return ("set_attribute", chance.choice(self.elements), "data-id", str(chance.randrange(1000)))
            case "text":
                return ("set_text", chance.choice(self.texts), f"Text {self.sequence}")
            case "insert":
                first = self.next_id
                self.next_id += 5
                cell = {"ns": "html", "tag": "td", "attributes": [["class", "email"]]}
                new = [{"id": first, "depth": 0, "ns": "html", "tag": "tr", "attributes": [["class", "row odd"]]}]
                for at in (1, 3):
                    new += [{"id": first + at, "depth": 1, **cell}, {"id": first + at + 1, "depth": 2, "text": "new"}]
                return ("insert", self.table, chance.choice(self.rows), new)
            case "remove":
                return ("remove", self.rows.pop(chance.randrange(len(self.rows))), 1)
            case "move":
                moved, after = chance.sample(self.rows, 2)
                return ("move", moved, 1, self.table, after)
        raise ValueError(kind)


def change_cost(frame: bytes, nodes: list[dict[str, Any]], rules: Plan | None, kind: str, count: int) -> float:
    """Seconds that the frames of so many changes take to apply."""
    page = replica(frame)
    if rules is not None:
        page.add_audience(rules)
    changes = Changes(nodes, 7)
    frames = [changes.frame(kind) for _ in range(count)]

    def apply() -> None:
        for change in frames:
            page.apply(change)

    return timed(apply) / count


def single_changes() -> list[Row]:
    """What masks add to one change, flat in the page's size, against matching the page again."""
    lists = {
        "50": mask_lists.plain(50),
        "200": mask_lists.plain(200),
        "50 of Level 4": [selector for selector in mask_lists.level_4(50) if selector != mask_lists.STEPPED],
        # A class turns every second of the later siblings over: they all have to be looked at.
        "stepped of S": [mask_lists.STEPPED],
    }
    rows = []
    for nodes_wanted, length in ((7_500, 130_000), (75_000, 1_300_000), (600_000, 10_700_000)):
        nodes = Nodes(table_of_size(length)).nodes
        frame = snapshot(nodes)
        page = replica(frame)
        for label, selectors in lists.items():
            rules = plan(selectors)
            scratch = statistics.median(
                timed(lambda page=page, rules=rules: page.drop_audience(page.add_audience(rules))) for _ in range(3)
            )  # type: ignore[misc]
            for kind in ("class", "attribute", "text", "insert", "remove", "move"):
                count = 400
                runs = []
                for _ in range(3):
                    bare = change_cost(frame, nodes, None, kind, count)
                    runs.append(max(change_cost(frame, nodes, rules, kind, count) - bare, 1e-9))
                name = f"one {kind}, {label} selectors, {nodes_wanted:,} nodes"
                micros = [1e6 * seconds for seconds in runs]
                aim = 2.0 if kind == "class" and label in ("50", "200") else 5.0
                rows.append(row("masking", name, "us", micros, f"{aim:g} us", [aim] * len(micros), aim=1.0))
                rows.append(row("masking", name, "us", micros, "from scratch", [1e6 * scratch] * len(micros), aim=1.0))
    return rows


def run() -> list[Row]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(java_script_enabled=True)
        rows = whole_pages(page) + level_4(page)
        browser.close()
    return rows + growth() + single_changes()
