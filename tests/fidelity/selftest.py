#!/usr/bin/env python3
"""Checks the harness's own judges: a wrong judge would make every later result worthless. Needs no site; prints 'N passed, N failed'."""

from __future__ import annotations

import base64
import copy
import io
import urllib.parse

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.fidelity.compare import DomOptions, compare_png, compare_rows, find_secrets, masked_boxes, rows_of
from tests.fidelity.places import CHROMIUM, CHROMIUM_ARGS
from tests.fidelity.proxy import extend_csp, insert_snippet

passed = failed = 0


def check(name: str, ok: bool) -> None:
    global passed, failed
    passed, failed = passed + ok, failed + (not ok)
    if not ok:
        print("FAILED", name)


HTML = """<!doctype html><title>t</title><style>p{color:red}</style><div id=a class="x y"><p>One <b>two</b></p><input value=v><input type=checkbox>
<select><option>1<option>2</select><textarea>q</textarea><div id=s style="height:40px;overflow:auto"><div style="height:400px"></div></div>
<canvas width=40 height=40></canvas><iframe srcdoc="<p>inner</p>"></iframe><x-y></x-y></div>
<script>document.querySelector('x-y').attachShadow({mode:'open'}).innerHTML='<i>shade</i>'</script>"""
CHANGES = {
    "text": "document.querySelector('b').textContent='three'",
    "attribute": "document.getElementById('a').className='x z'",
    "removed element": "document.querySelector('b').remove()",
    "added element": "document.body.append(document.createElement('hr'))",
    "input value": "document.querySelector('input').value='w'",
    "checkbox": "document.querySelector('[type=checkbox]').checked=true",
    "select": "document.querySelector('select').selectedIndex=1",
    "textarea": "document.querySelector('textarea').value='r'",
    "shadow": "document.querySelector('x-y').shadowRoot.querySelector('i').textContent='light'",
    "frame": "document.querySelector('iframe').contentDocument.querySelector('p').textContent='outer'",
}
SOFT = {
    "scroll": ("document.getElementById('s').scrollTop=80", "scroll_bad"),
    "small text in a canvas": (
        "var g=document.querySelector('canvas').getContext('2d');g.font='6px sans-serif';g.fillText('Hello you',2,20)",
        "canvas_bad",
    ),
    "canvas": ("var g=document.querySelector('canvas').getContext('2d');g.fillRect(0,0,40,40)", "canvas_bad"),
}
with sync_playwright() as p:
    b = p.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
    o = DomOptions()

    def fresh():
        pg = b.new_page()
        pg.set_content(HTML)
        pg.wait_for_function("document.querySelector('iframe').contentDocument.querySelector('p')")
        return pg

    base = rows_of(fresh(), o)
    check("same page twice is equal", compare_rows(base, rows_of(fresh(), o), o).equal)
    for name, js in CHANGES.items():
        pg = fresh()
        pg.evaluate(js)
        r = compare_rows(base, rows_of(pg, o), o)
        check(f"{name} is seen", not r.equal and r.score < 1)
        pg.close()
    for name, (js, attr) in SOFT.items():
        pg = fresh()
        pg.evaluate("() => {" + js + "}")
        check(f"{name} is seen", getattr(compare_rows(base, rows_of(pg, o), o), attr) == 1)
        pg.close()
    pg = fresh()
    pg.evaluate("document.styleSheets[0].insertRule('i{color:blue}')")
    r = compare_rows(rows_of(pg, o), base, o)
    check("missing CSS rule is seen", r.style_rules < 1)
    secret = DomOptions(masked=["b"])
    base = rows_of(fresh(), secret)
    for name, js, equal in (
        ("a masked text may differ", "document.querySelector('b').textContent='***'", True),
        ("a masked element has to be there", "document.querySelector('b').remove()", False),
        ("what stands beside it may not differ", "document.querySelector('p').firstChild.data='Two '", False),
    ):
        pg = fresh()
        pg.evaluate(js)
        check(name, compare_rows(base, rows_of(pg, secret), secret).equal == equal)
        pg.close()
    pg = fresh()
    pg.evaluate("document.querySelector('iframe').contentDocument.body.style.margin = 0")
    [(left, top, right, bottom)] = masked_boxes(pg, ["iframe"])
    [inner] = masked_boxes(pg, ["p:only-child"])
    check("masked boxes in frames are found", left < inner[0] < inner[2] < right and top < inner[1] < inner[3] < bottom)
    b.close()
check("row order matters", not compare_rows(base, base[:3] + list(reversed(copy.deepcopy(base[3:]))), DomOptions()).equal)


def png(box=None):
    im = Image.new("RGB", (320, 160), "white")
    if box:
        im.paste((0, 0, 0), box)
    f = io.BytesIO()
    im.save(f, "PNG")
    return f.getvalue()


check("equal pictures", compare_png(png(), png()).bad == 0)
check("a 40x40 square is seen", 0.02 < compare_png(png(), png((40, 40, 80, 80))).bad < 0.05)
check("an ignored square is not", compare_png(png(), png((40, 40, 80, 80)), ignore=[(36, 36, 84, 84)]).bad == 0)
S = "CANARY-pw-1234"
for form in (
    S,
    "xx" + base64.b64encode(("a" + S + "zz").encode()).decode(),
    urllib.parse.quote(S),
    S.encode("utf-16-le"),
    base64.b64encode(S.encode()).decode(),
):
    check(f"canary found in {form!r:.30}", find_secrets(form, [S]) == [S])
check("no canary in other text", find_secrets("CANARY-pw-1235 " * 50, [S]) == [])
check(
    "snippet after head",
    insert_snippet(b"<!doctype html><html><head lang=x><title>", b"@") == b"<!doctype html><html><head lang=x>@<title>",
)
check("header is not head", insert_snippet(b"<!doctype html><header>a", b"@") == b"<!doctype html>@<header>a")
c = extend_csp("default-src 'self'; img-src 'none'", ["http://h:1"])
check("csp extended", "script-src 'self' http://h:1" in c and "connect-src 'self' http://h:1 ws://h:1" in c and "img-src http://h:1" in c)
print(f"{passed} passed, {failed} failed")
raise SystemExit(1 if failed else 0)
