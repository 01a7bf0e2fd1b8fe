"""The customer's way through all pages, for tests that must see each of them."""

from starlette.testclient import TestClient

DETAILS = {
    "email": "eleanor.marsh@example.com",
    "phone": "01632 960417",
    "given_name": "Eleanor",
    "family_name": "Marsh",
    "street": "Gull Cottage",
    "street_more": "7 Quay Street",
    "town": "Port Ellery",
    "postcode": "EX99 1AB",
    "country": "United Kingdom",
    "method": "standard",
    "payment": "card",
    "card_number": "4242 4242 4242 4242",
    "card_expiry": "12 / 28",
    "card_code": "123",
}
FIXED = (
    "/",
    "/shop",
    "/shop/camp?sort=price-up&max=100&stock=1",
    "/search?q=lamp",
    "/search?q=nothing-like-it",
    "/products/harbour-rain-jacket",
    "/cart",
    "/login",
    "/account",
    "/account?saved",
    "/orders/history",
    "/checkout",
    "/store-finder",
    "/help/delivery",
    "/help/contact",
    "/help/contact?sent",
)


def pages(customer: TestClient) -> dict[str, str]:
    """Address → HTML of each page, up to the thank-you page. The customer is logged in and has a filled cart."""
    seen = {path: _html(customer, path) for path in FIXED}
    customer.post("/checkout", data=DETAILS)
    seen["/checkout/review"] = _html(customer, "/checkout/review")
    customer.post("/checkout/review", data={"terms": "on"})
    return seen | {"/checkout/thanks": _html(customer, "/checkout/thanks")}


def _html(customer: TestClient, path: str) -> str:
    answer = customer.get(path)
    assert (answer.status_code, answer.url.path) == (200, path.split("?")[0])
    return answer.text
