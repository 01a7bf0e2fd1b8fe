"""Login, account and orders. Any password but an empty one opens the sample account; the login page says so."""

import secrets
from datetime import date

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from relay.demo.people import ELEANOR, order_history
from relay.demo.shoppers import Shoppers
from relay.demo.views import ask_to_log_in, form_of, go, local_path, page, shopper_of

RECENT = 5
PREFERENCES = ("contact", "news", "gear", "kitchen")


def _shoppers(request: Request) -> Shoppers:
    shoppers = request.app.state.shoppers
    assert isinstance(shoppers, Shoppers)
    return shoppers


async def login_form(request: Request) -> Response:
    return page(request, "login.html", next=local_path(request.query_params.get("next", ""), "/account"), fault="", email="")


async def login(request: Request) -> Response:
    form, shopper = await form_of(request), shopper_of(request)
    following = local_path(form.get("next", ""), "/account")
    if not form.get("email") or not form.get("password"):
        fault = "Enter your e-mail address and a password."
        return page(request, "login.html", 422, next=following, fault=fault, email=form.get("email", ""))
    shopper.customer = ELEANOR
    _shoppers(request).renew(shopper)
    return go(following)


async def logout(request: Request) -> Response:
    shopper = shopper_of(request)
    shopper.customer, shopper.delivery = None, None
    _shoppers(request).renew(shopper)
    return go("/")


async def account(request: Request) -> Response:
    shopper = shopper_of(request)
    if shopper.customer is None:
        return ask_to_log_in(request)
    rows = order_history(date.today())
    saved = "saved" in request.query_params
    return page(request, "account.html", customer=shopper.customer, recent=rows[:RECENT], since=rows[-1].day.year, saved=saved)


async def preferences(request: Request) -> Response:
    shopper, form = shopper_of(request), await form_of(request)
    if shopper.customer is None:
        return ask_to_log_in(request)
    if not secrets.compare_digest(form.get("token", "").encode(), shopper.token.encode()):
        raise HTTPException(403)
    shopper.preferences = {name: form.get(name, "") for name in PREFERENCES}
    return go("/account?saved#preferences")


async def history(request: Request) -> Response:
    if shopper_of(request).customer is None:
        return ask_to_log_in(request)
    rows = order_history(date.today())
    return page(request, "order_history.html", rows=rows, statuses=sorted({row.status for row in rows}))


ROUTES = [
    Route("/login", login_form, methods=["GET"]),
    Route("/login", login, methods=["POST"]),
    Route("/logout", logout, methods=["POST"]),
    Route("/account", account),
    Route("/account/preferences", preferences, methods=["POST"]),
    Route("/orders/history", history),
]
