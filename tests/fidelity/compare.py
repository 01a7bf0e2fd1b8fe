"""Compare what the visitor has with what the agent sees: DOM rows, pixels, leaked secrets."""

from __future__ import annotations

import difflib
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter
from playwright.sync_api import Page

SERIALISE = (Path(__file__).parent / "serialise.js").read_text()
BOXES = """(selectors) => {
  const boxes = [];
  const look = (root, x, y) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.matches(selectors.join(','))) {
        const box = element.getBoundingClientRect();
        boxes.push([Math.floor(x + box.left) - 1, Math.floor(y + box.top) - 1, Math.ceil(x + box.right) + 1, Math.ceil(y + box.bottom) + 1]);
      }
      if (element.shadowRoot) look(element.shadowRoot, x, y);
      let inner = null;
      try { inner = element.contentDocument; } catch {}
      const box = inner && element.getBoundingClientRect();
      if (box) look(inner, x + box.left + element.clientLeft, y + box.top + element.clientTop);
    }
  };
  look(document, 0, 0);
  return boxes;
}"""
URL_ATTRS = {
    "src",
    "href",
    "srcset",
    "poster",
    "data",
    "action",
    "formaction",
    "xlink:href",
    "background",
    "imagesrcset",
    "cite",
    "longdesc",
}


@dataclass
class DomOptions:
    drop_attrs: str = ""  # regex of attribute names an implementation may add or drop on purpose
    drop_classes: str = ""  # regex of class tokens an implementation may add on purpose
    drop_selectors: list[str] = field(default_factory=list)  # e.g. the product's own overlay
    ignore_urls: bool = True  # URL attributes only have to be present, not equal (asset proxies)
    masked: list[str] = field(default_factory=list)  # what a customer masks: such rows of the visitor only have to be there
    attribute: Callable[[str], str] = str  # an attribute's name at the agent -> at the visitor
    rule: Callable[[str], str] = str  # a rule as the product rewrites it -> as the page has it; of both sides
    canvas: bool = True
    styles: bool = True
    scroll: bool = True
    scroll_slack: int = 2


def rows_of(frame_or_page, o: DomOptions) -> list[dict]:
    return frame_or_page.evaluate(
        SERIALISE,
        {"dropAttrs": o.drop_attrs, "dropSelectors": o.drop_selectors, "masked": o.masked, "canvas": o.canvas, "styles": o.styles},
    )


def masked_boxes(page: Page, selectors: list[str]) -> list[tuple[int, int, int, int]]:
    """Where the visitor's picture shows what is masked, in pixels, frames included: left, top, right, bottom."""
    return [tuple(box) for box in page.evaluate(BOXES, selectors)] if selectors else []


def _norm_attrs(a: dict, o: DomOptions) -> tuple:
    out = []
    for k, v in a.items():
        kl = o.attribute(k.lower())
        if o.ignore_urls and kl in URL_ATTRS:
            v = "*"
        elif kl == "style":
            v = ";".join(sorted(p.strip() for p in re.sub(r"url\(.*?\)", "url()", v).split(";") if p.strip()))
        elif kl == "class":
            v = " ".join(c for c in v.split() if not (o.drop_classes and re.search(o.drop_classes, c)))
            if not v:
                continue
        out.append((kl, v))
    return tuple(sorted(out))


def key(r: dict, o: DomOptions) -> tuple:
    """What must be equal about a row. Scroll, canvas pixels and styles are judged apart, with tolerance."""
    t = r["t"]
    if t == "#styles":
        return ("#styles",)
    if t == "#viewport":
        return ("#viewport",)
    s = {k: v for k, v in (r.get("s") or {}).items() if k not in ("scroll", "px", "loaded", "nw", "nh", "paused")}
    return (
        t,
        r["d"],
        " ".join(str(r.get("v", "")).split()),
        _norm_attrs(r.get("a", {}), o),
        tuple(sorted((k, str(x)) for k, x in s.items())),
    )


@dataclass
class DomResult:
    visitor_rows: int
    agent_rows: int
    matched: int
    equal: bool
    score: float  # 2*matched / (visitor+agent)
    structure: float  # the same, tags and depths only
    style_rules: float  # share of the visitor's CSS rules present in the agent, over all roots
    scroll_bad: int  # matched rows whose scroll position differs
    canvas_bad: int  # matched canvases whose thumbnail differs
    images_bad: int  # images loaded at the visitor and not at the agent
    missing: Counter
    extra: Counter
    first_diffs: list[str]

    def line(self) -> str:
        return (
            f"dom {'EQUAL' if self.equal else 'differs'} score {self.score:.4f} structure {self.structure:.4f} rows {self.visitor_rows}/{self.agent_rows} "
            f"css {self.style_rules:.3f} scroll_bad {self.scroll_bad} canvas_bad {self.canvas_bad} img_bad {self.images_bad}"
        )


def _thumb_far(a: str, b: str) -> bool:
    if a == b:
        return False
    if "tainted" in (a, b) or len(a) != len(b):
        return True
    far = sum(abs(x - y) > 10 for x, y in zip(bytes.fromhex(a), bytes.fromhex(b), strict=True))
    return far > len(a) // 2 * 0.004  # 5 of 1,024 cells: a line of small text is enough


def show(r: dict) -> str:
    return json.dumps(
        {k: ({x: y for x, y in v.items() if x != "px"} if k == "s" else v) for k, v in r.items() if k != "rules"}, ensure_ascii=False
    )[:400]


def _align(ka: list, kb: list) -> list[tuple[int, int, int]]:
    # cheap when nearly equal: strip the common head and tail, then let difflib work on the middle
    n, m = len(ka), len(kb)
    h = 0
    while h < n and h < m and ka[h] == kb[h]:
        h += 1
    t = 0
    while t < n - h and t < m - h and ka[n - 1 - t] == kb[m - 1 - t]:
        t += 1
    mid = difflib.SequenceMatcher(None, ka[h : n - t], kb[h : m - t], autojunk=max(n, m) - h - t > 20000).get_matching_blocks()
    return [(0, 0, h)] + [(a + h, b + h, run) for a, b, run in mid if run] + [(n - t, m - t, t)]


def _masked_blocks(va: list[dict], ag: list[dict], blocks: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Masked rows of the visitor that stand between matched ones, with the agent's rows of the same tag and depth there."""
    found = []
    ends = [*sorted(blocks), (len(va), len(ag), 0)]
    a = b = 0
    for next_a, next_b, run in ends:
        gap_a, gap_b = va[a:next_a], ag[b:next_b]
        if any(row.get("m") for row in gap_a):
            for i, k, many in _align([(r["t"], r["d"]) for r in gap_a], [(r["t"], r["d"]) for r in gap_b]):
                found += [(a + i + n, b + k + n, 1) for n in range(many) if gap_a[i + n].get("m")]
        a, b = next_a + run, next_b + run
    return found


def compare_rows(va: list[dict], ag: list[dict], o: DomOptions) -> DomResult:
    ka, kb = [key(r, o) for r in va], [key(r, o) for r in ag]
    blocks = _align(ka, kb)
    blocks += _masked_blocks(va, ag, blocks)
    matched = sum(run for *_, run in blocks)
    seen_a, seen_b = set(), set()
    scroll_bad = canvas_bad = images_bad = 0
    for a, b, run in blocks:
        for i in range(run):
            seen_a.add(a + i)
            seen_b.add(b + i)
            sa, sb = va[a + i].get("s") or {}, ag[b + i].get("s") or {}
            if o.scroll:
                pa, pb = (sa.get("scroll") or "0,0").split(","), (sb.get("scroll") or "0,0").split(",")
                if any(abs(int(x) - int(y)) > o.scroll_slack for x, y in zip(pa, pb, strict=False)):
                    scroll_bad += 1
            if "px" in sa and "px" in sb and _thumb_far(sa["px"], sb["px"]):
                canvas_bad += 1
            if sa.get("loaded") and not sb.get("loaded"):
                images_bad += 1
    ra = Counter(o.rule(x) for r in va if r["t"] == "#styles" for x in r.get("rules", []))
    rb = Counter(o.rule(x) for r in ag if r["t"] == "#styles" for x in r.get("rules", []))
    style = sum((ra & rb).values()) / sum(ra.values()) if ra else 1.0
    sa, sb = [(r["t"], r["d"]) for r in va], [(r["t"], r["d"]) for r in ag]
    structure = 2 * sum(run for *_, run in _align(sa, sb)) / max(1, len(sa) + len(sb))
    miss = [r for i, r in enumerate(va) if i not in seen_a]
    extra = [r for i, r in enumerate(ag) if i not in seen_b]
    diffs = ["- " + show(r) for r in miss[:12]] + ["+ " + show(r) for r in extra[:12]]
    diffs += [f"{sign} rule {rule[:200]}" for sign, rules in (("-", ra - rb), ("+", rb - ra)) for rule in list(rules)[:12]]
    return DomResult(
        len(va),
        len(ag),
        matched,
        matched == len(va) == len(ag),
        2 * matched / max(1, len(va) + len(ag)),
        structure,
        style,
        scroll_bad,
        canvas_bad,
        images_bad,
        Counter(r["t"] for r in miss),
        Counter(r["t"] for r in extra),
        diffs,
    )


# -- pixels ---------------------------------------------------------------------------------------


@dataclass
class PixelResult:
    size: tuple[int, int]
    bad: float  # share of pixels that differ beyond the tolerance after a 1 px blur
    bad_blocks: float  # share of 16x16 blocks with more than 10 % bad pixels: "places a person would see"
    mean_delta: float

    def line(self) -> str:
        return f"pixels bad {self.bad * 100:.3f}% blocks {self.bad_blocks * 100:.2f}% mean {self.mean_delta:.2f} at {self.size[0]}x{self.size[1]}"


def compare_png(
    a: bytes, b: bytes, *, tolerance: int = 32, ignore: list[tuple[int, int, int, int]] = (), diff_to: Path | None = None
) -> PixelResult:
    ia, ib = (Image.open(io.BytesIO(x)).convert("RGB") for x in (a, b))
    w, h = max(ia.width, ib.width), max(ia.height, ib.height)
    canv = []
    for im, bg in ((ia, (255, 0, 255)), (ib, (0, 255, 0))):  # a size mismatch shows as different backgrounds
        c = Image.new("RGB", (w, h), bg)
        c.paste(im, (0, 0))
        for box in ignore:
            c.paste((128, 128, 128), tuple(box))
        canv.append(c)
    na, nb = (np.asarray(c.filter(ImageFilter.BoxBlur(1)), dtype=np.int16) for c in canv)
    d = np.abs(na - nb).max(axis=2)
    bad = d > tolerance
    hh, ww = (h // 16) * 16, (w // 16) * 16
    blocks = bad[:hh, :ww].reshape(hh // 16, 16, ww // 16, 16).mean(axis=(1, 3)) if hh and ww else np.zeros((1, 1))
    if diff_to:
        out = np.asarray(canv[0].convert("L").convert("RGB")).copy()
        out[bad] = (255, 0, 0)
        Image.fromarray(out.astype(np.uint8)).save(diff_to)
    return PixelResult((w, h), float(bad.mean()), float((blocks > 0.10).mean()), float(d.mean()))


# -- secrets --------------------------------------------------------------------------------------


def find_secrets(haystack: str | bytes, secrets: list[str]) -> list[str]:
    """Canaries that occur in plain, reversed-escape, percent, base64 or UTF-16 form."""
    import base64
    import urllib.parse

    blob = haystack if isinstance(haystack, bytes) else haystack.encode("utf-8", "surrogatepass")
    found = []
    for s in secrets:
        forms = {
            s.encode(),
            urllib.parse.quote(s, safe="").encode(),
            json.dumps(s)[1:-1].encode(),
            s.encode("utf-16-le"),
            s.encode("utf-16-be"),
            "".join(f"&#{ord(c)};" for c in s).encode(),
        }
        for pad in range(3):  # the three base64 alignments, edges cut off
            e = base64.b64encode(b"\0" * pad + s.encode())
            forms.add(e[(0, 4, 4)[pad] : len(e) // 4 * 4 - 4])
        if any(len(f) >= 6 and f in blob for f in forms):
            found.append(s)
    return found
