"""The report of a run: for each site and checkpoint both sides of every system that ran, as one page (index.html) from the JSON beside it.

`python -m tests.fidelity.report DIR` writes it again.
"""

from __future__ import annotations

import html
import json
import sys
from pathlib import Path

PEER, OURS = "rrweb", "ours"
FIGURES = (
    ("dom_score", "DOM", True),
    ("css", "CSS", True),
    ("scroll_bad", "scroll off", False),
    ("canvas_bad", "canvas off", False),
    ("images_bad", "images missing", False),
    ("px_bad", "pixels off", False),
    ("px_blocks", "blocks off", False),
)
"""Field of a checkpoint, its heading, and whether more is better."""

STYLE = """body{font:14px system-ui,sans-serif;margin:24px}table{border-collapse:collapse;margin:0 0 24px}td,th{border:1px solid #ccc;padding:4px 8px;
text-align:right;vertical-align:top}td:first-child,th:first-child,td.left{text-align:left}img{width:300px;border:1px solid #999}.behind{background:#fdd}
.ahead{background:#dfd}pre{white-space:pre-wrap;overflow-wrap:anywhere;max-width:900px;margin:4px 0}"""


def write_report(out: Path) -> Path:
    """`out` holds `SITE.SYSTEM.json` of each run and its pictures. Returns the page that was written."""
    results = [json.loads(path.read_text()) for path in sorted(out.glob("*.*.json"))]
    sites: dict[str, dict[str, dict]] = {}
    for result in results:
        sites.setdefault(result["site"], {})[result["adapter"]] = result
    body = "".join(_site(out, name, systems) for name, systems in sites.items())
    page = out / "index.html"
    page.write_text(
        f"<!doctype html><meta charset=utf-8><title>Fidelity</title><style>{STYLE}</style><h1>Fidelity</h1>{_summary(sites)}{body}"
    )
    return page


def mean(result: dict, field: str) -> float | None:
    """Over the checkpoints that could be compared; a checkpoint that could not counts as nothing right."""
    points = [point for point in result["checkpoints"] if field in point or "error" in point]
    better = next(more for name, _, more in FIGURES if name == field)
    return sum(point.get(field, 0.0 if better else 1.0) for point in points) / len(points) if points else None


def _summary(sites: dict[str, dict[str, dict]]) -> str:
    heads = "".join(f"<th>{heading}" for _, heading, _ in FIGURES)
    rows = ""
    for name, systems in sites.items():
        for system, result in systems.items():
            cells = "".join(_cell(systems, system, field, more) for field, _, more in FIGURES)
            leaks = sum(len(found) for found in result.get("leaked", {}).values())
            compared = sum("dom_score" in point for point in result["checkpoints"])
            rows += (
                f"<tr><td><a href='#{name}'>{name}</a><td class=left>{system}<td>{compared}/{len(result['checkpoints'])}{cells}"
                f"<td>{leaks}/{result.get('secrets', 0)}<td>{result.get('sent_bytes', 0):,}<td class=left>{_said(result.get('error', ''))}"
            )
    return f"<table><tr><th>site<th>system<th>compared{heads}<th>secrets leaked<th>bytes sent<th>journey{rows}</table>"


def _cell(systems: dict[str, dict], system: str, field: str, more: bool) -> str:
    value = mean(systems[system], field)
    other = mean(systems[PEER], field) if system == OURS and PEER in systems else None
    if value is None:
        return "<td>"
    verdict = "" if other is None or other == value else " class=ahead" if (value > other) == more else " class=behind"
    return f"<td{verdict}>{value:.4f}"


def _site(out: Path, name: str, systems: dict[str, dict]) -> str:
    text = f"<h2 id={name}>{name}</h2>"
    for system, result in systems.items():
        text += f"<h3>{system}</h3><table><tr><th>checkpoint{''.join(f'<th>{heading}' for _, heading, _ in FIGURES)}<th>visitor<th>viewer<th>difference"
        for number, point in enumerate(result["checkpoints"], 1):
            cells = "".join(f"<td>{point.get(field, '')}" for field, _, _ in FIGURES)
            pictures = "".join(_picture(out, f"{name}.{system}-{number:02d}-{side}.png") for side in ("visitor", "agent", "diff"))
            text += f"<tr><td>{_said(point['name'])}{_differences(point)}{cells}{pictures}"
        text += "</table>"
    return text


def _differences(point: dict) -> str:
    rows = [point["error"]] if "error" in point else point.get("diffs", [])
    return f"<details><summary>{len(rows)} rows</summary><pre>{_said(chr(10).join(rows))}</pre></details>" if rows else ""


def _picture(out: Path, file: str) -> str:
    return f"<td><a href='{file}'><img loading=lazy src='{file}'></a>" if (out / file).exists() else "<td>"


def _said(text: str) -> str:
    return html.escape(text)


if __name__ == "__main__":
    print(write_report(Path(sys.argv[1])))
