"""How a handler becomes a page: templates, what every page knows, and the small readings of requests that all handlers share."""

from datetime import date
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.templating import Jinja2Templates

from relay.demo.catalogue import COLOUR_NAMES, DEPARTMENTS
from relay.demo.shoppers import Shopper

HERE = Path(__file__).parent


def money(pence: int) -> str:
    return f"£{pence // 100:,}.{pence % 100:02d}"


def day_name(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def shopper_of(request: Request) -> Shopper:
    return cast(Shopper, request.scope["shopper"])


def every_page(request: Request) -> dict[str, Any]:
    shopper = shopper_of(request) if "shopper" in request.scope else None
    return {"tag": request.app.state.tag, "shopper": shopper, "departments": DEPARTMENTS}


def _templates() -> Jinja2Templates:
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(money=money, day_name=day_name, colour_name=COLOUR_NAMES.__getitem__)
    return Jinja2Templates(env=env, context_processors=[every_page])


TEMPLATES = _templates()


def page(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    return TEMPLATES.TemplateResponse(request, template, context, status_code=status)


def go(path: str) -> Response:
    """After a form: the next page by GET."""
    return RedirectResponse(path, status_code=303)


def ask_to_log_in(request: Request) -> Response:
    return go(f"/login?next={quote(request.url.path)}")


def local_path(path: str, otherwise: str) -> str:
    """Only a path of this shop is followed after a form, never another site."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else otherwise


def wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form as stripped text; uploads are not expected and left out."""
    async with request.form() as form:
        return {name: value.strip() for name, value in form.items() if isinstance(value, str)}


def number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else otherwise
