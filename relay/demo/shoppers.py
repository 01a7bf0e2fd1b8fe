"""Who is shopping: sessions in memory, found by a cookie. Nothing here outlives the process, and no card number is ever kept."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from http.cookies import SimpleCookie

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from relay.demo.basket import Basket, Line, Totals
from relay.demo.catalogue import Review
from relay.demo.people import Customer

COOKIE = "harbour_pine"
SHOPPERS_MAX = 10_000
"""Longest unseen shoppers are forgotten first, so that a crawler cannot fill the memory."""
FIRST_ORDER = 204_817


@dataclass(frozen=True)
class Delivery:
    """The checkout form without its secrets."""

    email: str
    phone: str
    given_name: str
    family_name: str
    street: str
    street_more: str
    town: str
    postcode: str
    country: str
    note: str
    method: str
    payment: str
    """"invoice", or the last four digits of the card."""


@dataclass(frozen=True)
class Order:
    number: str
    lines: tuple[Line, ...]
    totals: Totals
    delivery: Delivery


@dataclass
class Shopper:
    id: str
    basket: Basket = field(default_factory=Basket)
    customer: Customer | None = None
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    """Must come back with forms that change the account."""
    preferences: dict[str, str] = field(default_factory=lambda: {"contact": "email", "news": "monthly", "gear": "on", "kitchen": ""})
    delivery: Delivery | None = None
    orders: list[Order] = field(default_factory=list)
    reviews: dict[str, list[Review]] = field(default_factory=dict)
    still: bool = False
    """Nothing on the page changes by itself; set by ?still, taken back by ?still=off."""

    def place_order(self, delivery: Delivery) -> Order:
        """Turns the basket into an order and empties it."""
        number = f"HP-{FIRST_ORDER + len(self.orders)}"
        order = Order(number, tuple(self.basket.lines), self.basket.totals(), delivery)
        self.orders.append(order)
        self.basket, self.delivery = Basket(), None
        return order


class Shoppers:
    """All shoppers of one running shop."""

    def __init__(self) -> None:
        self._by_id: OrderedDict[str, Shopper] = OrderedDict()

    def find(self, id: str | None) -> Shopper:
        """The shopper of this cookie, or a new one."""
        if id is not None and id in self._by_id:
            self._by_id.move_to_end(id)
            return self._by_id[id]
        return self._keep(Shopper(secrets.token_urlsafe(24)))

    def renew(self, shopper: Shopper) -> None:
        """A new id for the same shopper: a cookie known before the login is worth nothing after it."""
        self._by_id.pop(shopper.id, None)
        shopper.id = secrets.token_urlsafe(24)
        self._keep(shopper)

    def _keep(self, shopper: Shopper) -> Shopper:
        self._by_id[shopper.id] = shopper
        while len(self._by_id) > SHOPPERS_MAX:
            self._by_id.popitem(last=False)
        return shopper


class Visits:
    """ASGI middleware: puts the shopper in scope["shopper"] and tells the browser its id when that is new."""

    def __init__(self, app: ASGIApp, shoppers: Shoppers) -> None:
        self.app = app
        self.shoppers = shoppers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(("/static/", "/frames/")):
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        presented = connection.cookies.get(COOKIE)
        shopper = self.shoppers.find(presented)
        if "still" in connection.query_params:
            shopper.still = connection.query_params["still"] != "off"
        scope["shopper"] = shopper

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["cache-control"] = "no-store"
                if shopper.id != presented:
                    headers.append("set-cookie", session_cookie(shopper.id))
            await send(message)

        await self.app(scope, receive, send_with_cookie)


def session_cookie(id: str) -> str:
    cookie: SimpleCookie = SimpleCookie({COOKIE: id})
    for attribute, value in {"path": "/", "httponly": "true", "samesite": "Lax"}.items():
        cookie[COOKIE][attribute] = value
    return cookie[COOKIE].OutputString()
