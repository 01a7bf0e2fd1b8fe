"""Scripts, styles and images of our own pages: built ones and those that are source, under one address."""

from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PACKAGE = Path(__file__).parent.parent
FOLDERS = (PACKAGE / "static", PACKAGE / "pages" / "static")


class PageFiles(StaticFiles):
    """Looked at again at each use: their addresses do not change with their content. The stage, without an origin, needs CORS for them."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDERS[0], check_dir=False)
        self.all_directories = list(FOLDERS)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update({"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff", "Access-Control-Allow-Origin": "*"})
        return response
