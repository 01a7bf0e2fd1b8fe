"""`python -m bench [SUITE …]`: runs the suites, prints a table, writes bench/results/latest.json."""

from __future__ import annotations

import importlib
import json
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from bench.row import Row

SUITES = ("throughput", "sockets", "slow", "sessions", "capture", "join", "masking", "codec", "diff", "css", "accounts", "records")
ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench/results/latest.json"
PACKAGES = (
    "starlette",
    "uvicorn",
    "websockets",
    "playwright",
    "turbohtml",
    "selectolax",
    "lxml",
    "cssselect",
    "beautifulsoup4",
    "msgpack",
    "orjson",
    "xmldiff",
)


def machine() -> dict[str, object]:
    cpu = next(
        (line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), ""
    )
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    return {
        "cpu": cpu,
        "cores": len([line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("processor")]),
        "python": platform.python_version(),
        "system": platform.platform(),
        "commit": commit,
        "packages": {name: version(name) for name in PACKAGES},
    }


def table(rows: list[Row]) -> str:
    head = ("suite", "figure", "unit", "ours", "peer", "peer's", "ratio", "aim", "")
    lines = [
        (
            r.suite,
            r.name,
            r.unit,
            f"{r.ours:,.4g}",
            r.peer,
            f"{r.peer_value:,.4g}",
            f"{r.ratio:.2f}x",
            f"{r.aim:g}x",
            "met" if r.met else "NOT MET",
        )
        for r in rows
    ]
    widths = [max(len(line[column]) for line in [head, *lines]) for column in range(len(head))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in [head, *lines])


def main() -> None:
    chosen = sys.argv[1:] or list(SUITES)
    unknown = [name for name in chosen if name not in SUITES]
    if unknown:
        raise SystemExit(f"no such suite: {', '.join(unknown)}; there are {', '.join(SUITES)}")
    rows: list[Row] = []
    for name in chosen:
        print(f"· {name}", file=sys.stderr, flush=True)
        rows += importlib.import_module(f"bench.{name}").run()
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps({"machine": machine(), "rows": [r.as_json() for r in rows]}, indent=1), encoding="utf-8")
    print(table(rows))


if __name__ == "__main__":
    main()
