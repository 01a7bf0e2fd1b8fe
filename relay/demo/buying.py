"""From the cart to the thank-you page. Of a card, only the last four digits are kept between the steps."""

import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from relay.demo.basket import DELIVERY, FREE_DELIVERY_FROM, QUANTITY_MAX, Basket
from relay.demo.people import Customer
from relay.demo.shoppers import Delivery
from relay.demo.views import form_of, go, money, number, page, shopper_of, wants_json

CARD_DIGITS = re.compile(r"\d{12,19}")
EXPIRY = re.compile(r"(0[1-9]|1[0-2])\s*/\s*\d{2}(\d{2})?")
SECURITY_CODE = re.compile(r"\d{3,4}")
REQUIRED = {
    "email": "Enter your e-mail address.",
    "given_name": "Enter your first name.",
    "family_name": "Enter your last name.",
    "street": "Enter the street or house name.",
    "town": "Enter the town.",
    "postcode": "Enter the postcode.",
}
COUNTRIES = ("United Kingdom", "Ireland", "Denmark", "France", "Germany", "Netherlands", "Norway", "Sweden")


async def cart(request: Request) -> Response:
    return page(request, "cart.html", methods=DELIVERY, quantity_max=QUANTITY_MAX, free_from=FREE_DELIVERY_FROM)


async def add_line(request: Request) -> Response:
    form, basket = await form_of(request), shopper_of(request).basket
    try:
        line = basket.add(form.get("slug", ""), form.get("colour", ""), form.get("size", ""), number(form.get("quantity", ""), 1))
    except KeyError:
        raise HTTPException(404) from None
    if wants_json(request):
        return JSONResponse({"name": line.product.name, "count": basket.totals().count})
    return go("/cart")


async def set_line(request: Request) -> Response:
    form, basket = await form_of(request), shopper_of(request).basket
    try:
        basket.set_quantity(request.path_params["key"], number(form.get("quantity", ""), 1))
    except KeyError:
        raise HTTPException(404) from None
    return _cart_changed(request, basket)


async def set_options(request: Request) -> Response:
    form, basket = await form_of(request), shopper_of(request).basket
    basket.gift_wrap = form.get("wrap") == "on"
    basket.delivery = form["delivery"] if form.get("delivery") in DELIVERY else basket.delivery
    return _cart_changed(request, basket)


def _cart_changed(request: Request, basket: Basket) -> Response:
    return JSONResponse(cart_figures(basket)) if wants_json(request) else go("/cart")


def cart_figures(basket: Basket) -> dict[str, object]:
    """Everything on the cart page that a change can change, as the page prints it."""
    totals = basket.totals()
    return {
        "count": totals.count,
        "lines": {line.key: money(line.total) for line in basket.lines},
        "goods": money(totals.goods),
        "wrap": money(totals.wrap),
        "delivery": free_or(totals.delivery),
        "fees": {method: free_or(basket.fee(method)) for method in DELIVERY},
        "total": money(totals.total),
        "missing": money(totals.missing_for_free) if totals.missing_for_free else "",
        "progress": min(totals.goods, FREE_DELIVERY_FROM),
    }


def free_or(pence: int) -> str:
    return money(pence) if pence else "Free"


def prefilled(customer: Customer | None, kept: Delivery | None) -> dict[str, str]:
    """What the checkout form starts with: the earlier answers, else the account."""
    if kept is not None:
        return {name: getattr(kept, name) for name in Delivery.__dataclass_fields__}
    if customer is None:
        return {}
    home = customer.addresses[0]
    return {
        "email": customer.email,
        "phone": customer.phone,
        "given_name": customer.given_name,
        "family_name": customer.family_name,
        "street": home.street,
        "street_more": home.street_more,
        "town": home.town,
        "postcode": home.postcode,
        "country": home.country,
    }


def faults_of(form: dict[str, str]) -> dict[str, str]:
    """Field → sentence, in the order of the form."""
    faults = {name: sentence for name, sentence in REQUIRED.items() if not form.get(name)}
    if form.get("payment") == "invoice":
        return faults
    if not CARD_DIGITS.fullmatch(form.get("card_number", "").replace(" ", "")):
        faults["card_number"] = "Enter the number on the front of the card."
    if not EXPIRY.fullmatch(form.get("card_expiry", "")):
        faults["card_expiry"] = "Enter the expiry date as MM / YY."
    if not SECURITY_CODE.fullmatch(form.get("card_code", "")):
        faults["card_code"] = "Enter the three or four digits on the back."
    return faults


async def checkout(request: Request) -> Response:
    shopper = shopper_of(request)
    if not shopper.basket.lines:
        return go("/cart")
    return _checkout(request, prefilled(shopper.customer, shopper.delivery), {})


def _checkout(request: Request, values: dict[str, str], faults: dict[str, str]) -> Response:
    status = 422 if faults else 200
    return page(request, "checkout.html", status, values=values, faults=faults, methods=DELIVERY, countries=COUNTRIES)


async def take_details(request: Request) -> Response:
    shopper, form = shopper_of(request), await form_of(request)
    if not shopper.basket.lines:
        return go("/cart")
    faults = faults_of(form)
    if faults:
        return _checkout(request, form, faults)
    shopper.basket.delivery = form["method"] if form.get("method") in DELIVERY else "standard"
    shopper.delivery = delivery_of(form)
    return go("/checkout/review")


def delivery_of(form: dict[str, str]) -> Delivery:
    """Keeps the form without its card."""
    payment = "invoice" if form.get("payment") == "invoice" else form["card_number"][-4:]
    fields = {name: form.get(name, "") for name in Delivery.__dataclass_fields__}
    return Delivery(**{**fields, "payment": payment})


async def review(request: Request) -> Response:
    shopper = shopper_of(request)
    if not shopper.basket.lines or shopper.delivery is None:
        return go("/checkout")
    return page(request, "review.html", delivery=shopper.delivery, methods=DELIVERY)


async def place(request: Request) -> Response:
    shopper = shopper_of(request)
    if not shopper.basket.lines or shopper.delivery is None:
        return go("/checkout")
    shopper.place_order(shopper.delivery)
    return go("/checkout/thanks")


async def thanks(request: Request) -> Response:
    shopper = shopper_of(request)
    if not shopper.orders:
        return go("/cart")
    return page(request, "thanks.html", order=shopper.orders[-1], methods=DELIVERY)


ROUTES = [
    Route("/cart", cart),
    Route("/cart/lines", add_line, methods=["POST"]),
    Route("/cart/lines/{key}", set_line, methods=["POST"]),
    Route("/cart/options", set_options, methods=["POST"]),
    Route("/checkout", checkout, methods=["GET"]),
    Route("/checkout", take_details, methods=["POST"]),
    Route("/checkout/review", review, methods=["GET"]),
    Route("/checkout/review", place, methods=["POST"]),
    Route("/checkout/thanks", thanks),
]
