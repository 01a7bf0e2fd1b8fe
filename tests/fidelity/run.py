#!/usr/bin/env python3
"""Run visitor journeys, optionally with a cobrowse implementation, and compare both sides at each checkpoint.

  run.py NAME|all ... [--adapter none|self|rrweb|ours[,…]] [--out DIR] [--no-start] [--shots] [--slow MS] [--headed]
Sites that are not up are started and stopped again. With an adapter, pages are reached through the injecting proxy.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import time
import traceback
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.fidelity.adapters.base import NoneAdapter, SelfAdapter
from tests.fidelity.adapters.ours import OursAdapter
from tests.fidelity.adapters.rrweb import RrwebAdapter
from tests.fidelity.compare import compare_png, compare_rows, find_secrets, masked_boxes, rows_of, show
from tests.fidelity.journey import Journey
from tests.fidelity.places import CHROMIUM, CHROMIUM_ARGS, HERE, HOME, HOST, PROXY_OFFSET, Proc, main_python, port_open, wait_port
from tests.fidelity.registry import pick
from tests.fidelity.report import write_report
from tests.fidelity.serve import start_site

ADAPTERS = {"none": NoneAdapter, "self": SelfAdapter, "rrweb": RrwebAdapter, "ours": OursAdapter}
ALWAYS_MASKED = ["input[type=password]", "input[type=hidden]", "[autocomplete^=cc-]", "[autocomplete=one-time-code]"]
"""What is masked whatever the customer says: not compared, for no system."""
LEAKS_SHOWN = 6
"""Rows of a checkpoint with a secret in them."""
SIZE = {"width": 1280, "height": 800}


def run_site(m, a, browser, args, out: Path) -> dict:
    res: dict = {"site": m.NAME, "adapter": a.name, "checkpoints": [], "page_errors": [], "http_errors": []}
    procs, started = [], []
    t0 = time.time()
    ctx = None
    j = None
    try:
        if not port_open(m.PORT) and not args.no_start:
            started = start_site(m)
        a.start(m)
        port = m.PORT
        if args.proxy or a.name not in ("none", "self"):
            port = m.PORT + PROXY_OFFSET
            snip = out / f"{m.NAME}.snippet.html"
            snip.write_text(a.snippet(m))
            procs.append(
                Proc(
                    f"proxy-{m.NAME}",
                    [
                        main_python(),
                        str(HERE / "proxy.py"),
                        "--listen",
                        str(port),
                        "--upstream",
                        str(m.PORT),
                        "--snippet",
                        str(snip),
                        "--csp",
                        args.csp,
                        "--frames",
                        args.frames,
                    ]
                    + [x for o in a.origins() for x in ("--allow", o)],
                )
            )
            wait_port(port)
        ctx = browser.new_context(
            viewport=SIZE,
            locale="en-GB",
            timezone_id="UTC",
            reduced_motion="reduce",
            accept_downloads=False,
            permissions=["clipboard-read", "clipboard-write"],
        )
        ctx.set_default_timeout(120_000)
        page = ctx.new_page()
        page.on("dialog", lambda d: d.accept())
        page.on("pageerror", lambda e: res["page_errors"].append(str(e)[:200]))
        page.on("response", lambda r: res["http_errors"].append(f"{r.status} {r.url[:140]}") if r.status >= 400 else None)
        sent: list[str | bytes] = []
        org = tuple(a.origins()) + tuple(o.replace("http", "ws", 1) for o in a.origins())
        if org:
            page.on("websocket", lambda w: w.on("framesent", lambda p: sent.append(p)) if w.url.startswith(org) else None)
            page.on("request", lambda r: sent.append(r.post_data_buffer or b"") if r.url.startswith(org) else None)
        if s := a.init_script(m):
            ctx.add_init_script(s)
        a.open_agent(browser, SIZE)
        leaked: dict[str, set] = {"agent": set(), "wire": set(), "server": set()}

        def checkpoint(name: str) -> None:
            rec: dict = {"name": name, "action": len(j.actions)}
            res["checkpoints"].append(rec)
            if args.shots or a.compares:
                a.settle(page)
                va = page.screenshot(animations="disabled", caret="hide")
                n = len(res["checkpoints"])
                if args.shots:
                    (out / f"{m.NAME}.{a.name}-{n:02d}-visitor.png").write_bytes(va)
            if not a.compares:
                rec["nodes"] = page.evaluate("document.getElementsByTagName('*').length")
                return
            try:
                o = a.dom_options()
                o.masked = [*m.MASK, *getattr(m, "HIDE", []), *ALWAYS_MASKED]
                hidden = masked_boxes(page, o.masked)
                fr = a.frame()
                d = compare_rows(rows_of(page, o), rows_of(fr, o), o)
                view = a.view()
                ag = view.screenshot(animations="disabled", caret="hide")
                if args.shots:
                    (out / f"{m.NAME}.{a.name}-{n:02d}-agent.png").write_bytes(ag)
                px = compare_png(va, ag, ignore=hidden, diff_to=out / f"{m.NAME}.{a.name}-{n:02d}-diff.png" if args.shots else None)
                rec.update(
                    dom_equal=d.equal,
                    dom_score=round(d.score, 5),
                    structure=round(d.structure, 5),
                    css=round(d.style_rules, 4),
                    rows=d.visitor_rows,
                    scroll_bad=d.scroll_bad,
                    canvas_bad=d.canvas_bad,
                    images_bad=d.images_bad,
                    px_bad=round(px.bad, 5),
                    px_blocks=round(px.bad_blocks, 5),
                    diffs=d.first_diffs,
                )
                print(f"  {m.NAME} [{name}] {d.line()}; {px.line()}", flush=True)
                if a.masks and j.secrets:
                    text = json.dumps(rows_of(fr, o), ensure_ascii=False)
                    rec["leaked"] = find_secrets(text, [s for _, s in j.secrets])
                    rec["leaks"] = [show(row) for row in rows_of(fr, o) if find_secrets(json.dumps(row), rec["leaked"])][:LEAKS_SHOWN]
                    leaked["agent"].update(rec["leaked"])
            except Exception as e:
                rec["error"] = f"{type(e).__name__}: {str(e).splitlines()[0][:300]}"
                print(f"  {m.NAME} [{name}] comparison failed: {rec['error']}", flush=True)

        j = Journey(page, f"http://{HOST}:{port}", on_checkpoint=checkpoint, slow_ms=args.slow)
        try:
            m.journey(j)
            res["ok"] = True
        except Exception as e:
            res["ok"] = False
            res["error"] = f"{type(e).__name__}: {str(e).splitlines()[0][:300]}"
            last = traceback.extract_tb(e.__traceback__)
            res["at"] = next((f"{Path(f.filename).name}:{f.lineno}" for f in reversed(last) if "/sites/" in f.filename), "")
            page.screenshot(path=str(out / f"{m.NAME}.{a.name}-FAILED.png"))
        if a.masks and j.secrets:
            names = [s for _, s in j.secrets]
            for p in sent:
                leaked["wire"].update(find_secrets(a.wire_text(p), names))
            for p in a.server_texts():
                leaked["server"].update(find_secrets(p, names))
        res.update(
            actions=j.count,
            seconds=round(time.time() - t0, 1),
            sent_messages=len(sent),
            sent_bytes=sum(len(p) for p in sent),
            secrets=len(j.secrets),
            leaked={k: sorted(v) for k, v in leaked.items()},
        )
        res["log"] = j.actions
    except Exception as e:
        res["ok"] = False
        res["error"] = f"{type(e).__name__}: {str(e)[:400]}"
    finally:
        if ctx:
            ctx.close()
        if getattr(a, "ctx", None):
            a.ctx.close()
        with contextlib.suppress(Exception):
            a.stop()
        for p in procs + list(reversed(started)):
            p.stop()
    return res


def main() -> int:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("sites", nargs="*", default=["all"])
    ap.add_argument(
        "--adapter", type=lambda text: [ADAPTERS[name] for name in text.split(",")], default=[NoneAdapter], help=", ".join(ADAPTERS)
    )
    ap.add_argument("--out", default=str(HOME / "out"))
    ap.add_argument("--no-start", action="store_true")
    ap.add_argument("--proxy", action="store_true", help="use the proxy even without an adapter")
    ap.add_argument("--csp", choices=["keep", "extend", "strip"], default="extend")
    ap.add_argument("--frames", choices=["all", "top"], default="all")
    ap.add_argument("--shots", action="store_true")
    ap.add_argument("--slow", type=int, default=0)
    ap.add_argument("--headed", action="store_true")
    args = ap.parse_args()
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    bad = 0
    results = []
    with sync_playwright() as p:
        for m, adapter in ((m, adapter) for m in pick(args.sites) for adapter in args.adapter):
            browser = p.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS, headless=not args.headed)
            r = run_site(m, adapter(), browser, args, out)
            browser.close()
            results.append(r)
            bad += not r.get("ok")
            (out / f"{m.NAME}.{adapter.name}.json").write_text(json.dumps(r, indent=1))
            print(
                f"{'PASS' if r.get('ok') else 'FAIL'} {m.NAME} {adapter.name} actions {r.get('actions')} checkpoints {len(r['checkpoints'])} {r.get('seconds')}s"
                f" page_errors {len(r['page_errors'])} http>=400 {len(r['http_errors'])} sent {r.get('sent_bytes', 0)}B {r.get('error', '')} {r.get('at', '')}",
                flush=True,
            )
    print(write_report(out))
    print(f"{len(results) - bad} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
