"""The page corpus `tests/pages/<topic>/<name>.html`: small pages, one matter each, with what is done to them while an agent watches.

Behind its `</html>` a page has a comment with its steps, each under a line `== name`. A step is JavaScript, run in the page, or lines of
what a person does: `@hover selector`, `@move x y`, `@press selector` (and holds), `@release`, `@click selector`, `@focus selector`,
`@key key`, `@type text`, `@size width height`, `@media feature value`. Before the first step `@apart why` may say that pixels are not compared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from tests.pages_site import tag

PAGES = Path(__file__).parents[1] / "pages"
STEPS = re.compile(r"<!--\n((?:@|== )[^\0]*?)-->\s*$")
TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png", ".bin": "application/octet-stream", ".html": "text/html"}
SIZE = {"width": 640, "height": 480}
# Where nothing lies under the pointer that could be hovered.
NOWHERE = (1, 1)


@dataclass
class Step:
    name: str
    script: str = ""
    acts: list[list[str]] = field(default_factory=list)


@dataclass
class CorpusPage:
    """`apart` says why its pixels cannot be compared; empty when they are."""

    path: Path
    html: str
    steps: list[Step]
    apart: str = ""

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"


def read(path: Path) -> CorpusPage:
    text = path.read_text(encoding="utf-8")
    found = STEPS.search(text)
    assert found, f"{path.name}: no steps"
    head, *parts = re.split(r"^== *", found[1], flags=re.MULTILINE)
    page = CorpusPage(path, text[: found.start()], [_step(part) for part in parts])
    for line in filter(None, head.splitlines()):
        word, _, rest = line.partition(" ")
        assert word == "@apart", f"{path.name}: {line}"
        page.apart = rest
    return page


def _step(part: str) -> Step:
    name, _, body = part.partition("\n")
    lines = body.strip().splitlines()
    acts = [line.removeprefix("@").split(maxsplit=1) for line in lines if line.startswith("@")]
    return Step(name.strip(), "\n".join(line for line in lines if not line.startswith("@")), acts)


def pages() -> list[Path]:
    return sorted(path for path in PAGES.glob("*/*.html") if path.parent.name != "assets")


def play(page: Page, step: Step) -> None:
    """Does one step in the visitor's page: first what a person does, then the script."""
    for verb, *rest in step.acts:
        _act(page, verb, rest[0] if rest else "")
    if step.script:
        page.evaluate(f"async () => {{ {step.script}\n }}")


def _act(page: Page, verb: str, rest: str) -> None:
    match verb:
        case "hover":
            page.hover(rest)
        case "move":
            x, y = map(float, rest.split())
            page.mouse.move(x, y)
        case "press":
            page.hover(rest)
            page.mouse.down()
        case "release":
            page.mouse.up()
        case "click":
            page.click(rest)
        case "focus":
            page.focus(rest)
        case "key":
            page.keyboard.press(rest)
        case "type":
            page.keyboard.type(rest)
        case "size":
            width, height = map(int, rest.split())
            page.set_viewport_size({"width": width, "height": height})
        case "media":
            feature, value = rest.split()
            page.emulate_media(**{feature: value})  # type: ignore[arg-type]
        case _:
            raise AssertionError(f"no such act: {verb}")


def corpus_site(relay_url: str, group: int) -> Starlette:
    """Serves the corpus as a company would, with the tag in each page and without a bar of ours that pixels would show."""
    script = tag(relay_url, group).replace(" data-ws=", ' data-ui="custom" data-ws=')

    async def page(request: Request) -> Response:
        path = (PAGES / request.path_params["topic"] / request.path_params["name"]).resolve()
        if PAGES not in path.parents or not path.exists():
            return Response(status_code=404)
        if path.parent.name == "assets":
            return FileResponse(path, media_type=TYPES[path.suffix])
        return HTMLResponse(read(path).html.replace("</title>", f"</title>{script}", 1))

    return Starlette(routes=[Route("/{topic}/{name}", page)])
