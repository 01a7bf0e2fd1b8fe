"""Response headers of the shop: a strict policy that lets in the shop itself and the relay of its script tag."""

from starlette.datastructures import URL, Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from relay.demo.tag import Tag

TWINS = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}
"""Two names of one machine: to a browser they are two origins, which is all that the map frame needs."""

STATIC_PATH = "/static"
STATIC_CACHE = "public, max-age=300"
"""For all visitors alike: the relay may keep such files for the next session, too."""

MAP_PATH = "/frames/harbour-map"


def twin_origin(host: str, scheme: str = "http") -> str | None:
    """The shop's other origin on this machine, or none when it is served under a real name."""
    name, colon, port = host.partition(":")
    known = name in TWINS and (port.isdecimal() or not colon)
    return f"{scheme}://{TWINS[name]}{colon}{port}" if known else None


def content_security_policy(tag: Tag, twin: str | None, path: str) -> str:
    other = f" {twin}" if twin else ""
    ancestors = f"'self'{other}" if path == MAP_PATH else "'self'"
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {tag.origin}",
            f"style-src 'self' {tag.origin}",
            f"img-src 'self' data: {tag.origin}",
            f"connect-src 'self' {tag.origin} {tag.socket_origin}",
            f"frame-src 'self'{other}",
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {ancestors}",
        )
    )


class SecurityHeaders:
    """ASGI middleware that puts the headers on every answer."""

    def __init__(self, app: ASGIApp, tag: Tag) -> None:
        self.app = app
        self.tag = tag

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        url = URL(scope=scope)
        twin = twin_origin(Headers(scope=scope).get("host", ""), url.scheme)
        policy = content_security_policy(self.tag, twin, url.path)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["content-security-policy"] = policy
                headers["x-content-type-options"] = "nosniff"
                headers["referrer-policy"] = "strict-origin-when-cross-origin"
                if url.path.startswith(f"{STATIC_PATH}/"):
                    headers["cache-control"] = STATIC_CACHE
            await send(message)

        await self.app(scope, receive, send_with_headers)
