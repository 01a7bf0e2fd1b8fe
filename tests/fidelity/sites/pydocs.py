"""Python's documentation as Debian packages it: 500 real Sphinx pages, read, searched, anchors followed."""

from tests.fidelity.places import HERE, Proc, main_python, need

NAME, PORT, READY = "pydocs", 8117, "/index.html"
FAMILY, LICENCE = "static documents, long pages, client-side search", "PSF-2.0"
NEEDS = ["apt: python3.11-doc"]
ROOT = "/usr/share/doc/python3.11/html"


def setup():
    need(ROOT + "/index.html", "apt-get install python3.11-doc")


def start():
    return [
        Proc(NAME, [main_python(), str(HERE / "static_server.py"), str(PORT), f"/={ROOT}", "/usr/share/javascript/=/usr/share/javascript"])
    ]


MASK = []
PAGES = [
    "/library/index.html",
    "/library/stdtypes.html",
    "/library/functions.html",
    "/tutorial/introduction.html",
    "/howto/regex.html",
    "/reference/datamodel.html",
    "/c-api/typeobj.html",
    "/whatsnew/3.11.html",
    "/glossary.html",
    "/genindex-all.html",
]


def journey(j):
    j.goto("/index.html")
    j.checkpoint("front page")
    j.type("input[name=q]:visible", "dictionary views")
    j.press("Enter")
    j.see("#search-results li", timeout=60000)
    j.pause(1500)
    j.checkpoint("search results")
    for p in PAGES:
        j.goto(p)
        j.wheel(1800)
        j.checkpoint(p)
    j.goto("/library/json.html")
    j.click(".sphinxsidebar a:visible", nth=3)
    j.back()
    j.hover("h2", nth=0)
    j.click("a.headerlink", nth=1, force=True)
    j.checkpoint("anchor followed")
