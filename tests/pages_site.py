"""Serves tests/pages/*.html as a company would: each page gets the script tag in its head, and nothing else of ours."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

PAGES = Path(__file__).parent / "pages"
PIXEL = bytes.fromhex("47494638396101000100800000ff0000ffffff2c00000000010001000002024401003b")


def tag(relay_url: str, group: int, site: str = "production") -> str:
    return (
        f'<script id="glance-cobrowse" type="text/javascript" charset="UTF-8" src="{relay_url}/cobrowse/CobrowseJS.ashx?group={group}&amp;site={site}" '
        f'data-groupid="{group}" data-site="{site}" data-ws="{urlsplit(relay_url).netloc}"></script>'
    )


def pages_site(relay_url: str, group: int, extra: dict[str, str] | None = None) -> Starlette:
    """`extra` are pages made by the test, by name. A page without `<head>` is served as it is, untagged."""
    made = extra or {}
    script = tag(relay_url, group)

    async def page(request: Request) -> Response:
        name = request.path_params["name"]
        file = PAGES / f"{Path(name).name}.html"
        if name not in made and not file.exists():
            return Response(status_code=404)
        text = made.get(name) or file.read_text(encoding="utf-8")
        return HTMLResponse(text.replace("<head>", f"<head>{script}", 1))

    async def pixel(request: Request) -> Response:
        return Response(PIXEL, media_type="image/gif")

    async def sheet(request: Request) -> Response:
        return Response(
            "@import url('/nested.css'); .from-sheet { color: rgb(1, 2, 3); background: url(/pixel.gif) }", media_type="text/css"
        )

    async def nested(request: Request) -> Response:
        return Response(".from-import { color: rgb(4, 5, 6) }", media_type="text/css")

    routes = [Route("/pixel.gif", pixel), Route("/sheet.css", sheet), Route("/nested.css", nested), Route("/{name}", page)]
    return Starlette(routes=routes)
