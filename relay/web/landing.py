"""/: people who come by the bare address are agents."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from relay.web.login import HOME


async def landing(_request: Request) -> Response:
    return RedirectResponse(HOME, 302)
