"""/healthz: 200 when the relay serves."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response


async def health(_request: Request) -> Response:
    return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})
