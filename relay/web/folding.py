"""Documented `.aspx` and `.ashx` addresses are found whatever their case (Service Target URLs has two spellings of one page)."""

from starlette.types import ASGIApp, Receive, Scope, Send

ENDINGS = (".aspx", ".ashx")


class CaseFolding:
    """Routes of such addresses are declared in lower case; `scope["asked_path"]` keeps the spelling of the request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path: str = scope["path"]
            folded = path.lower() if path.lower().endswith(ENDINGS) else path
            scope = {**scope, "path": folded, "asked_path": path}
        await self._app(scope, receive, send)
