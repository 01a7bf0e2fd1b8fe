"""Built Speedometer 3 suites as workloads: TodoMVC in eleven technologies, charts (SVG and canvas)."""

from tests.fidelity.places import GIT, HERE, Proc, main_python, need

NAME, PORT, READY = "speedometer", 8115, "/suites/todomvc/architecture-examples/react/dist/index.html"
FAMILY, LICENCE = "mutation workloads: many frameworks, same user story", "BSD-2-Clause and others per suite (see its LICENSE)"
NEEDS = ["fetch: github:WebKit/Speedometer, plain checkout under $CORPORA_HOME/git/WebKit+Speedometer"]
ROOT = GIT / "WebKit+Speedometer"
TODO = {
    "react": "architecture-examples/react",
    "react-redux": "architecture-examples/react-redux",
    "angular": "architecture-examples/angular",
    "vue": "architecture-examples/vue",
    "svelte": "architecture-examples/svelte",
    "preact": "architecture-examples/preact",
    "backbone": "architecture-examples/backbone",
    "jquery": "architecture-examples/jquery",
    "lit": "architecture-examples/lit",
    "es5": "vanilla-examples/javascript-es5",
    "web-components": "vanilla-examples/javascript-web-components",
}


def setup():
    need(ROOT / "suites/todomvc", "see README, 'Public repositories'")


def start():
    return [Proc(NAME, [main_python(), str(HERE / "static_server.py"), str(PORT), f"/={ROOT}"])]


MASK = [".toggle-all-never"]


def _todo(j, name, path):
    j.goto(f"/suites/todomvc/{path}/dist/index.html")
    inp = ".new-todo, .new-todo-input"
    j.see(inp)
    for i in range(4):
        j.type(inp, f"{name} item {i} <b>&amp; ünïcode", clear=False, delay=2)
        j.press("Enter")
    j.checkpoint(f"{name}: four items")
    item = "input.toggle, .toggle-todo-input"
    j.click(item, nth=1, force=True)
    j.checkpoint(f"{name}: one done")


def journey(j):
    for name, path in TODO.items():
        _todo(j, name, path)
    j.goto("/suites/charts/dist/observable-plot.html")
    j.pause(800)
    for b in ("#prepare", "#add-stacked-chart-button"):
        if j.has(b):
            j.click(b)
    j.pause(1200)
    j.checkpoint("observable plot (large SVG)")
    j.goto("/suites/charts/dist/chartjs.html")
    j.pause(800)
    for b in ("#prepare", "#add-scatter-chart-button"):
        if j.has(b):
            j.click(b)
    j.pause(1500)
    j.checkpoint("chart.js (canvas)")
