"""Documented addresses that end in `.aspx` and the like are found whatever their case (Service Target URLs has two spellings of one)."""

from starlette.types import ASGIApp, Receive, Scope, Send

ENDINGS = (".asp", ".aspx", ".ashx", ".asmx", ".svc")


class CaseFolding:
    """Routes of such addresses are declared in lower case; `scope["asked_path"]` keeps the spelling of the request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path: str = scope["path"]
            scope = {**scope, "path": folded(path), "asked_path": path}
        await self._app(scope, receive, send)


def folded(path: str) -> str:
    """`path` in lower case up to such an ending; what follows, such as the name of an operation, stays as it is."""
    segments = path.split("/")
    for number, segment in enumerate(segments, 1):
        if segment.lower().endswith(ENDINGS):
            return "/".join([*map(str.lower, segments[:number]), *segments[number:]])
    return path
