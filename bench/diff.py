"""The next document matched into the last, against the diffs that browsers' libraries make, in one run.

Ours is what a navigation costs beyond building the page: the time to apply the second page where the first one is, less the time to apply
it where none is, and the delta. The peers, in Chromium, find the differences and make them in a DOM that is not laid out. The tree
after it has to be the second page: the peers' by `isEqualNode`, ours by a viewer that applies the frame; a peer that ends with another says so in its name.

Those of Python have a process each and are stopped after `CAP` seconds; the row then says `>`. `lxml.html.diff`
marks what differs and has no tree to compare.
"""

from __future__ import annotations

import multiprocessing
import random
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route, sync_playwright

from bench.masking import CAP, LIMITS, Nodes, plan, timed
from bench.pages import shop_page
from bench.row import Row, row
from relay._core import Replica
from tests.browser.chromium import launch
from tests.codec import decode, encode
from tests.relay import model

ROUNDS = 7
SIZE = 1_200_000
ROWS = 10_000
EDITS = 19
MODULES = Path(__file__).parents[1] / "node_modules"
SCRIPTS = ("morphdom/dist/morphdom-umd.min.js", "idiomorph/dist/idiomorph.min.js")
# A page has one body, so that is what the peers are given. Each run gets trees of its own, parsed before the clock starts.
RUN = """async ([name, before, after]) => {
    const body = (html) => new DOMParser().parseFromString(html, 'text/html').body;
    const from = body(before), to = body(after), wanted = to.cloneNode(true);
    const udomdiff = name === 'udomdiff' ? (await import('/udomdiff.js')).default : null;
    const rows = (tree) => [...tree.querySelector('tbody').children];
    const started = performance.now();
    if (name === 'morphdom') morphdom(from, to);
    else if (name === 'idiomorph') Idiomorph.morph(from, to);
    else {
        const held = new Map(rows(from).map((row) => [row.id, row]));
        const next = rows(to).map((row) => held.get(row.id) ?? row);
        udomdiff(from.querySelector('tbody'), rows(from), next, (node) => node);
    }
    const seconds = (performance.now() - started) / 1000;
    return { seconds, equal: from.isEqualNode(wanted) };
}"""


def edited(page: str, edits: int = EDITS) -> str:
    """The page with edits far apart: texts, classes, a part put in, a part taken out."""
    parts = page.split('<div class="card product"')
    step = len(parts) // (edits + 1)
    for edit in range(edits):
        at = step * (edit + 1)
        part = parts[at]
        match edit % 4:
            case 0:
                parts[at] = part.replace("per piece", f"per piece, {edit} left")
            case 1:
                parts[at] = part.replace('class="title"', f'class="title new-{edit}"', 1)
            case 2:
                parts[at] = part.replace("</h3>", f"</h3><p>Only today: {edit}.</p>", 1)
            case _:
                parts[at] = part.replace("<small>per piece</small>", "", 1)
    return '<div class="card product"'.join(parts)


def table(rows: Sequence[int], keyed: bool) -> str:
    def start(n: int) -> str:
        return f'<tr id="row-{n}">' if keyed else "<tr>"

    body = "".join(f"{start(n)}<td>Row {n}</td><td>{n % 97}.{n % 100:02}</td></tr>" for n in rows)
    return f"<!DOCTYPE html><html><head><title>List</title></head><body><table><tbody>{body}</tbody></table></body></html>"


def lists() -> dict[str, list[int]]:
    draw = random.Random(7)
    all_rows = list(range(ROWS))
    moved = list(all_rows)
    for at in draw.sample(range(ROWS), ROWS // 100):
        moved.remove(at)
        moved.insert(draw.randrange(ROWS - 1), at)
    return {
        "1 % moved": moved,
        "reversed": all_rows[::-1],
        "shuffled": draw.sample(all_rows, ROWS),
        "row put first": [ROWS, *all_rows],
    }


def frame(page: str, epoch: int) -> bytes:
    document = ("document", 1, 0, "https://shop.example/", "", "Page", "html", 0)
    return encode([document, ("insert", 1, 0, Nodes(page).nodes)], epoch=epoch, sequence=1)


def ours(before: str, after: str, most_ops: int, most_bytes: int) -> list[float]:
    """Seconds of its runs; the ops and bytes are what the aims allow."""
    first, second = frame(before, 1), frame(after, 2)
    times = []
    for _ in range(ROUNDS):
        built, held = _replica(), _replica()
        alone = timed(lambda built=built: built.apply(second))  # type: ignore[misc]
        audience = held.add_audience(plan([]))
        held.apply(first)
        whole = held.delta(audience, 0)
        held.next_view()
        together = timed(lambda held=held: held.apply(second))  # type: ignore[misc]
        sent: list[bytes] = []
        delta = timed(lambda held=held, audience=audience, sent=sent: sent.append(held.delta(audience, 1)))  # type: ignore[misc]
        times.append(max(together - alone, 0) + delta)
    ops = decode(sent[0])["ops"]
    size, moves = len(sent[0]), sum(len(run[1]) for op in ops if op[0] == "arrange" for run in op[2])
    print(f"  {len(ops)} ops, {moves} nodes arranged, {size} B")
    assert len(ops) <= most_ops and size <= most_bytes, (len(ops), size)
    viewer, other = model.Page(), model.Page()
    for ops_sent in (decode(whole)["ops"], ops):
        viewer.apply(ops_sent)
    other.apply(decode(held.delta(audience, 0))["ops"])
    assert viewer.shown() == other.shown()
    return times


def _replica() -> Replica:
    return Replica(asset_key=b"bench", asset_prefix="/a", limits=LIMITS)


OTHER = ", which ends with another tree"


def peers(page: Page, name: str, before: str, after: str, rounds: int) -> tuple[list[float], str]:
    """Seconds of its runs, and what to call it."""
    runs: list[dict[str, Any]] = [page.evaluate(RUN, [name, before, after]) for _ in range(rounds)]
    is_equal = all(run["equal"] for run in runs)
    return [run["seconds"] for run in runs], name if is_equal else name + OTHER


def xmldiff(before: str, after: str) -> bool:
    import lxml.html
    from lxml import etree
    from xmldiff import main

    trees: list[Any] = [lxml.html.document_fromstring(html) for html in (before, after)]
    patched = main.patch_tree(main.diff_trees(*trees), trees[0])
    return etree.tostring(patched, method="c14n") == etree.tostring(trees[1], method="c14n")


def marked(before: str, after: str) -> bool:
    from lxml.html.diff import htmldiff

    htmldiff(before, after)
    return True


IN_PYTHON: dict[str, Callable[[str, str], bool]] = {"xmldiff": xmldiff, "lxml.html.diff": marked}


def run_there(there: Connection, name: str, before: str, after: str) -> None:
    equal: list[bool] = []
    seconds = timed(lambda: equal.append(IN_PYTHON[name](before, after)))
    there.send((seconds, name if equal[0] else name + OTHER))


def capped(name: str, before: str, after: str) -> tuple[float, str]:
    """Seconds of one run, or the cap, and what to call the peer."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    worker = context.Process(target=run_there, args=(there, name, before, after))
    worker.start()
    there.close()
    seconds, label = here.recv() if here.poll(CAP) else (CAP, f"> {name}")
    worker.kill()
    worker.join()
    return seconds, label


def in_python(name: str, pages: tuple[str, str], mine: list[float]) -> list[Row]:
    runs = [capped(peer, *pages) for peer in IN_PYTHON]
    return [row("diff", name, "s", mine[:1], label, [seconds], aim=1.0) for seconds, label in runs]


def figures(page: Page, name: str, pages: tuple[str, str], mine: list[float], aims: dict[str, float]) -> list[Row]:
    rows = []
    for peer, aim in aims.items():
        rounds = ROUNDS if peer in ("morphdom", "udomdiff") else 3
        times, label = peers(page, peer, *pages, rounds)
        rows.append(row("diff", name, "s", mine[:rounds], label, times, aim=aim))
    return rows


def run() -> list[Row]:
    rows: list[Row] = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page()
        source = (MODULES / "udomdiff/esm/index.js").read_text(encoding="utf-8")

        def serve(route: Route) -> None:
            is_module = route.request.url.endswith(".js")
            route.fulfill(content_type="text/javascript" if is_module else "text/html", body=source if is_module else "")

        page.route("**/*", serve)
        page.goto("http://bench.example/")
        for script in SCRIPTS:
            page.add_script_tag(path=MODULES / script)
        whole = shop_page(SIZE)
        pages = (whole, edited(whole))
        mine = ours(*pages, EDITS, 400)
        name = f"{EDITS} edits, 1.2 MB"
        rows += figures(page, name, pages, mine, {"morphdom": 40, "idiomorph": 500})
        rows += in_python(name, pages, mine)
        for name, order in lists().items():
            for keyed in (True, False):
                pages = (table(range(ROWS), keyed), table(order, keyed))
                mine = ours(*pages, 1, 700 if name == "1 % moved" else 21_000)
                kind = f"{ROWS:,} rows {name}, {'keys' if keyed else 'no keys'}"
                aims = {"morphdom": 90.0, "idiomorph": 200.0} | ({"udomdiff": 1.0} if keyed else {})
                rows += figures(page, kind, pages, mine, aims)
        browser.close()
    return rows
