"""The scripts that a visitor's page loads, by their documented addresses."""

import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

BUILT = Path(__file__).parent.parent / "static"
LOADER, CAPTURE = "loader.js", "visitor.js"

LOADER_SECONDS = 300
"""How long a browser keeps the loader, whose address never changes."""

VERSIONED_SECONDS = 365 * 24 * 3600

_ANYWHERE = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin", "X-Content-Type-Options": "nosniff"}


class VisitorScripts:
    """`folder` holds the built scripts."""

    def __init__(self, folder: Path = BUILT) -> None:
        self._folder = folder

    async def by_group(self, request: Request) -> Response:
        """The loader for a group and site. Other scripts under this address are for what is not there yet."""
        if request.query_params.get("script"):
            return _comment(404, "this script is not available here")
        if not request.query_params.get("group", "").isdecimal():
            return _comment(404, "group= is missing")
        return self._script(request, LOADER, f"public, max-age={LOADER_SECONDS}")

    async def loader(self, request: Request) -> Response:
        return self._script(request, LOADER, f"public, max-age={VERSIONED_SECONDS}, immutable")

    async def capture(self, request: Request) -> Response:
        return self._script(request, CAPTURE, f"public, max-age={VERSIONED_SECONDS}, immutable")

    def _script(self, request: Request, name: str, caching: str) -> Response:
        path = self._folder / name
        if not path.exists():
            return _comment(503, "the browser scripts have not been built")
        source = path.read_bytes()
        tag = f'"{hashlib.sha256(source).hexdigest()[:32]}"'
        headers = {**_ANYWHERE, "Cache-Control": caching, "ETag": tag}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(source, media_type="text/javascript", headers=headers)


def _comment(status: int, text: str) -> Response:
    return Response(f"/* {text} */\n", status, media_type="text/javascript", headers={**_ANYWHERE, "Cache-Control": "no-store"})
