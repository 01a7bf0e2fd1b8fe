"""What our own pages share: the address under which the browser has us, the templates, and the headers that fence pages in."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from relay.identity.forms import from_our_page
from relay.identity.origins import own_origins

TEMPLATES = Path(__file__).parent.parent / "pages" / "templates"
NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
"""For answers that are one caller's."""

STAGE_PATH = "/viewer/stage"
VIEWER_PATH = "/agentjoin/viewer"


def initials(name: str) -> str:
    """Up to two letters for an avatar, the same as the console makes."""
    words = [word for word in re.split(r"[\s.@_-]+", name) if word]
    return "".join(word[0] for word in words[:2]).upper() or "?"


class Site:
    """`public_url` is the address by which browsers reach the relay."""

    def __init__(self, public_url: str) -> None:
        parts = urlsplit(public_url)
        self.public_url = public_url
        self.public_origin = f"{parts.scheme}://{parts.netloc}"
        self.origins = own_origins(public_url)
        self.secure = parts.scheme == "https"
        self._templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
        self._templates.filters["initials"] = initials

    def origin(self, request: Request) -> str:
        """Our origin as this browser has it: one machine may be met under several names."""
        origin = f"{urlsplit(self.public_url).scheme}://{request.headers.get('host', '')}"
        return origin if origin in self.origins else self.public_origin

    def socket(self, request: Request) -> str:
        """The address of the viewer's socket."""
        scheme, _, rest = self.origin(request).partition("://")
        return f"{'wss' if scheme == 'https' else 'ws'}://{rest}{VIEWER_PATH}"

    def from_our_page(self, request: Request) -> bool:
        return from_our_page(request.headers, self.origins)

    def text(self, template: str, **values: object) -> str:
        return self._templates.get_template(template).render(values)

    def page(self, request: Request, template: str, status: int = 200, **values: object) -> Response:
        """A page of ours, never cached: it is one person's."""
        response = HTMLResponse(self.text(template, **values), status)
        response.headers.update(self._fence(request))
        return response

    def error(self, request: Request, status: int, title: str, message: str) -> Response:
        return self.page(request, "error.html", status, title=title, message=message)

    def _fence(self, request: Request) -> dict[str, str]:
        # A policy inside the stage cannot keep it from being navigated away; `frame-src` here does (requirements 2.3).
        # The referrer policy must let form posts name their origin.
        policy = (
            "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
            f"connect-src 'self' {self.socket(request)}; frame-src {self.origin(request)}{STAGE_PATH}; "
            "frame-ancestors 'self'; require-trusted-types-for 'script'"
        )
        return {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cache-Control": "no-store",
        }
