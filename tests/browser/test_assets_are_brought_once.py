"""Pictures that a site lets everybody have are brought by the first visitor alone; what is behind a login by each for itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tests.browser.call import Call, until
from tests.pages_site import tag
from tests.relay_process import GROUP, RelayProcess
from tests.site_server import SiteServer

pytestmark = pytest.mark.browser

SIDE = 40
PUBLIC = {f"public{i}": "public, max-age=600" for i in range(3)}
ALONE = {"private": "private, max-age=600", "unsaid": "", "stored": "public, no-store"}
PICTURES = PUBLIC | ALONE


def picture(name: str) -> bytes:
    """More than is worth no question, and no two alike."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIDE}" height="{SIDE}"><desc>{name * 200}</desc></svg>'.encode()


def site(relay_url: str) -> Starlette:
    async def page(_: Request) -> Response:
        images = "".join(f'<img src="/{name}.svg">' for name in PICTURES)
        return HTMLResponse(f"<!doctype html><head><link rel=icon href=data:,>{tag(relay_url, GROUP)}</head><body>{images}</body>")

    async def image(request: Request) -> Response:
        name = request.path_params["name"]
        headers = {"cache-control": PICTURES[name]} if PICTURES[name] else {}
        return Response(picture(name), media_type="image/svg+xml", headers=headers)

    return Starlette(routes=[Route("/", page), Route("/{name}.svg", image)])


@pytest.fixture
def relay(tmp_path: Path, seeded_file: RelayProcess) -> Iterator[RelayProcess]:
    process = RelayProcess(tmp_path, origin=seeded_file)
    process.start()
    yield process
    process.stop()


SHOWN = f"""(() => {{
    const images = [...document.querySelectorAll('img')];
    return images.length === {len(PICTURES)} && images.every((image) => image.naturalWidth === {SIDE});
}})()"""


def brought(call: Call, url: str) -> list[str]:
    """A session with an agent who sees all pictures: the methods and queries of what the visitor's browser sent for them, sorted."""
    said: list[str] = []
    call.visitor.on("console", lambda message: said.append(message.text))
    call.open(url)
    call.join(call.start())
    until(call.stage(), SHOWN)
    assets = [(method, url, body) for method, url, body in call.visitor_wire.requests if "/cobrowse/assets/" in url]
    call.visitor.evaluate("() => GLANCE.Cobrowse.Visitor.stopSession()")
    assert (call.errors, said) == ([], [])
    assert all(not body for method, _, body in assets if method == "POST")
    return sorted(f"{method}{'?shared' if url.endswith('?shared') else ''}" for method, url, _ in assets if method != "OPTIONS")


def test_the_second_session_uploads_nothing_that_is_public(relay: RelayProcess, make_call: Callable[..., Call]) -> None:
    with SiteServer(site(relay.url)) as server:
        first = brought(make_call(relay), server.url)
        assert first == ["POST"] * len(PUBLIC) + ["PUT"] * len(ALONE) + ["PUT?shared"] * len(PUBLIC)
        relay.stop()
        relay.start()
        second = brought(make_call(relay), server.url)
        assert second == ["POST"] * len(PUBLIC) + ["PUT"] * len(ALONE)
