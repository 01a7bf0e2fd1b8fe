"""The scripts that visitors' pages and agents' desks load, by their documented addresses."""

import hashlib
import re
from importlib.metadata import version
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

BUILT = Path(__file__).parent.parent / "static"
LOADER, CAPTURE, MODULE, AGENT = "loader.js", "visitor.js", "visitor-{}.js", "agent.js"
PACKAGE = "cobrowse-relay"

LOADER_SECONDS = 300
"""How long a browser keeps the loader under an address that does not change with it."""

VERSIONED_SECONDS = 365 * 24 * 3600

_MODULE_NAME = re.compile(r"[a-z]+-[0-9a-f]{12}")
"""A module and the digest of its content, as the capture script that was built with it names it."""

_FOR_NOW = f"public, max-age={LOADER_SECONDS}"
_FOR_EVER = f"public, max-age={VERSIONED_SECONDS}, immutable"

ANYWHERE = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin", "X-Content-Type-Options": "nosniff"}


class VisitorScripts:
    """`folder` holds the built scripts, all of this version. A browser may come with a page that names another."""

    def __init__(self, folder: Path = BUILT) -> None:
        self._folder = folder
        self._version = version(PACKAGE)

    async def by_group(self, request: Request) -> Response:
        """The loader for a group and site, or the script for desks. Others under this address are for what is not there yet."""
        if request.query_params.get("script") == "Agent":
            return self._script(request, AGENT, _FOR_NOW)
        if request.query_params.get("script"):
            return _comment(404, "this script is not available here")
        if not request.query_params.get("group", "").isdecimal():
            return _comment(404, "group= is missing")
        return self._script(request, LOADER, _FOR_NOW)

    async def loader(self, request: Request) -> Response:
        """The loader that there is: any version of it works on any page."""
        return self._script(request, LOADER, _FOR_EVER if self._is_ours(request) else _FOR_NOW)

    async def agent(self, request: Request) -> Response:
        """The script for desks that there is."""
        return self._script(request, AGENT, _FOR_EVER if self._is_ours(request) else _FOR_NOW)

    async def capture(self, request: Request) -> Response:
        """The capture script for the loader of the same version, and for no other."""
        if not self._is_ours(request):
            return _comment(404, "this version is not here; load the page again")
        return self._script(request, CAPTURE, _FOR_EVER)

    async def module(self, request: Request) -> Response:
        """A part of the capture script that only some pages need."""
        name = request.path_params["module"]
        if not self._is_ours(request) or not _MODULE_NAME.fullmatch(name) or not (self._folder / MODULE.format(name)).exists():
            return _comment(404, "this module is not here; load the page again")
        return self._script(request, MODULE.format(name), _FOR_EVER)

    def _is_ours(self, request: Request) -> bool:
        return bool(request.path_params["version"] == self._version)

    def _script(self, request: Request, name: str, caching: str) -> Response:
        path = self._folder / name
        if not path.exists():
            return _comment(503, "the browser scripts have not been built")
        source = path.read_bytes()
        tag = f'"{hashlib.sha256(source).hexdigest()[:32]}"'
        headers = {**ANYWHERE, "Cache-Control": caching, "ETag": tag}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(source, media_type="text/javascript", headers=headers)


def _comment(status: int, text: str) -> Response:
    return Response(f"/* {text} */\n", status, media_type="text/javascript", headers={**ANYWHERE, "Cache-Control": "no-store"})
