"""Style sheets on their way to an agent: every address rewritten, against lightningcss, which parses and prints the whole sheet.

Ours is what a viewer frame with the sheet costs, less what it costs without: tree and encoding included, no deflate. The figure counts only when all addresses
are replaced and the rest of the sheet is byte for byte the same.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from pathlib import Path

from bench.codec import fresh, seconds
from bench.masking import plan
from bench.row import Row, row
from relay._core import Replica, inspect_frame
from tests.codec import encode

ROUNDS = 7
SIZES = {"100 kB": 100_000, "1.2 MB": 1_200_000}
AIM = 60
ROOT = Path(__file__).parents[1]
ADDRESS = re.compile(r"url\([^)]*\)")

# Best of a few runs after warming up: as good as the engine gets.
LIGHTNING = """
const { transform } = require('lightningcss');
const code = require('node:fs').readFileSync(process.argv[1]);
const times = [];
for (let run = 0; run < 5; run += 1) {
    const started = process.hrtime.bigint();
    transform({ filename: 'a.css', code, minify: false, analyzeDependencies: true, errorRecovery: true });
    times.push(Number(process.hrtime.bigint() - started) / 1e6);
}
console.log(JSON.stringify(times.slice(1)));
"""


def sheet(size: int) -> str:
    """Rules as frameworks write them, an address in every hundredth."""
    rules: list[str] = []
    length = number = 0
    while length < size:
        picture = f"background-image: url(../img/icon-{number}.svg); " if number % 100 == 0 else ""
        rule = (
            f".card-{number} > .title, .nav-{number % 97} .item:nth-child({1 + number % 7}) {{\n  {picture}display: flex;\n  margin: 0 {number % 32}px 1.5rem auto;\n"
            f"  color: #{number * 7919 % 0xFFFFFF:06x};\n  transition: opacity .{1 + number % 9}s ease-in-out, transform .2s;\n"
            f"  box-shadow: 0 1px 3px rgba(0, 0, 0, .{10 + number % 80}), inset 0 0 0 1px var(--line);\n}}\n"
        )
        rules.append(rule)
        length += len(rule)
        number += 1
    return "".join(rules)


def page_with(text: str) -> tuple[Replica, int]:
    page = fresh()
    nodes = [
        {"id": 2, "depth": 0, "ns": "html", "tag": "html", "attributes": []},
        {"id": 3, "depth": 1, "ns": "html", "tag": "link", "attributes": [["rel", "stylesheet"]]},
    ]
    address = "https://shop.example/css/a.css"
    ops = [("document", 1, 0, address, "", "", "html", 0), ("insert", 1, 0, nodes), ("set_sheet", 3, address, text)]
    page.apply(encode(ops, epoch=1, sequence=1))
    return page, page.add_audience(plan([]))


def demand_equality(text: str, frame: bytes) -> int:
    ops = json.loads(inspect_frame(frame))["ops"]
    shown = next(op[-1] for op in ops if op[0] == "set_sheet")
    addresses = ADDRESS.findall(shown)
    if ADDRESS.sub("url()", shown) != ADDRESS.sub("url()", text):
        raise AssertionError("more than the addresses of the sheet is another")
    if not all(address.startswith("url(/a/") for address in addresses):
        raise AssertionError("an address of the sheet is not the relay's")
    return len(addresses)


def run() -> list[Row]:
    rows = []
    for label, size in SIZES.items():
        text = sheet(size)
        page, audience = page_with(text)
        empty, nobody = page_with("")
        found = demand_equality(text, page.delta(audience, 0))
        mine = []
        for _ in range(ROUNDS):
            bare = seconds(lambda empty=empty, nobody=nobody: empty.delta(nobody, 0))  # type: ignore[misc]
            mine.append(1000 * (seconds(lambda page=page, audience=audience: page.delta(audience, 0)) - bare))  # type: ignore[misc]
        with tempfile.NamedTemporaryFile("w", suffix=".css") as file:
            file.write(text)
            file.flush()
            done = subprocess.run(["node", "-e", LIGHTNING, file.name], cwd=ROOT, capture_output=True, text=True, check=True)
        theirs = sorted(json.loads(done.stdout))
        rows.append(row("css", f"{found} addresses in {label}", "ms", sorted(mine)[: len(theirs)], "lightningcss", theirs, aim=AIM))
    return rows
