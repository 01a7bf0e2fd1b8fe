"""Builds the shop: routes, middleware and the tag of the relay that it is to be shown through."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from relay.demo import account, browsing, buying, visiting
from relay.demo.headers import STATIC_PATH, SecurityHeaders
from relay.demo.shoppers import Shoppers, Visits
from relay.demo.tag import Tag
from relay.demo.views import HERE, page


async def not_found(request: Request, error: Exception) -> Response:
    return page(request, "not_found.html", status=404)


def create_app(relay_url: str, group_id: int, site: str) -> Starlette:
    """The shop as an ASGI application. Serve it on another port than the relay: that makes it a second origin.

    `relay_url` is the relay's public address, `site` the settings profile, "staging" or "production".
    """
    tag, shoppers = Tag(relay_url, group_id, site), Shoppers()
    app = Starlette(
        routes=[
            *browsing.ROUTES,
            *buying.ROUTES,
            *account.ROUTES,
            *visiting.ROUTES,
            Mount(STATIC_PATH, StaticFiles(directory=HERE / "static"), name="static"),
        ],
        middleware=[
            Middleware(SecurityHeaders, tag=tag),
            Middleware(GZipMiddleware),
            Middleware(Visits, shoppers=shoppers),
        ],
        exception_handlers={404: not_found},
    )
    app.state.tag, app.state.shoppers = tag, shoppers
    return app
