"""Stores and help: the store finder with its frames, and the pages a footer links to."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from relay.demo.headers import MAP_PATH, twin_origin
from relay.demo.views import form_of, go, page


@dataclass(frozen=True)
class Store:
    key: str
    name: str
    street: str
    phone: str
    hours: tuple[str, ...]
    """Monday to Sunday."""
    services: tuple[str, ...]
    walk: tuple[str, ...]


@dataclass(frozen=True)
class Topic:
    key: str
    heading: str
    answers: tuple[tuple[str, str], ...]


WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TEXTS = tomllib.loads(Path(__file__).with_name("visiting.toml").read_text(encoding="utf-8"))
STORES = {store.key: store for store in msgspec.convert(_TEXTS["store"], list[Store])}
TOPICS = {topic.key: topic for topic in msgspec.convert(_TEXTS["topic"], list[Topic])}


async def store_finder(request: Request) -> Response:
    chosen = STORES.get(request.query_params.get("store", ""), STORES["port-ellery"])
    twin = twin_origin(request.headers.get("host", ""), request.url.scheme)
    return page(request, "store_finder.html", stores=STORES.values(), chosen=chosen, map_url=f"{twin}{MAP_PATH}" if twin else None)


async def opening_hours(request: Request) -> Response:
    try:
        store = STORES[request.path_params["store"]]
    except KeyError:
        raise HTTPException(404) from None
    return page(request, "frames/opening_hours.html", store=store, hours=zip(WEEK, store.hours, strict=True))


async def harbour_map(request: Request) -> Response:
    """A partner's page, shown under the shop's other host name: another origin without a tag, as a real shop would have."""
    return page(request, "frames/harbour_map.html")


async def help_topic(request: Request) -> Response:
    key = request.path_params["topic"]
    if key not in TOPICS:
        raise HTTPException(404)
    return page(request, "help.html", topic=TOPICS[key], topics=TOPICS.values())


async def contact_form(request: Request) -> Response:
    return page(request, "contact.html", sent="sent" in request.query_params, topics=TOPICS.values())


async def contact(request: Request) -> Response:
    await form_of(request)
    return go("/help/contact?sent")


ROUTES = [
    Route("/store-finder", store_finder),
    Route("/frames/opening-hours/{store}", opening_hours),
    Route(MAP_PATH, harbour_map),
    Route("/help/contact", contact_form, methods=["GET"]),
    Route("/help/contact", contact, methods=["POST"]),
    Route("/help/{topic}", help_topic),
]
