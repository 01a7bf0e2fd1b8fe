"""The rules that `relay demo` sets up fit the shop's pages: each still finds its place, and what must stay covered is under one."""

from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from relay.demo import MASKS
from relay.demo.people import ELEANOR
from tests.demo.journey import pages

HOMES = {
    "#personal-data": "/account",
    ".saved-address": "/account",
    "#loyalty-number": "/account",
    "#account-token": "/account",
    ".order-address": "/orders/history",
    "#login-email": "/login",
    "#contact-email": "/help/contact",
    "#checkout-email": "/checkout",
    "#checkout-phone": "/checkout",
    "#checkout-street": "/checkout",
    "#checkout-street-more": "/checkout",
    r"#orderPayment\.cardNumber": "/checkout",
    "#card-name": "/checkout",
    "#card-expiry": "/checkout",
    "#card-code": "/checkout",
    "#review-contact": "/checkout/review",
    "#review-address": "/checkout/review",
    "#review-payment": "/checkout/review",
    "#thanks-email": "/checkout/thanks",
}


def test_each_rule_finds_its_place(customer: TestClient) -> None:
    seen = pages(customer)
    assert {selector for selector, _, _ in MASKS} == set(HOMES)
    for selector, path in HOMES.items():
        assert LexborHTMLParser(seen[path]).css(selector), (selector, path)


def test_actions_are_those_of_the_command_line_and_labels_are_given() -> None:
    assert {action for _, action, _ in MASKS} == {"text", "hide", "block"}
    assert all(label for _, _, label in MASKS)


def test_personal_data_stands_under_masks_only(customer: TestClient) -> None:
    home = ELEANOR.addresses[0]
    secrets = (ELEANOR.email, ELEANOR.phone, ELEANOR.born, ELEANOR.vat_number, ELEANOR.loyalty_number, home.street, home.street_more)
    covered = set()
    for path, html in pages(customer).items():
        covered |= {secret for secret in secrets if secret in html}
        assert not [secret for secret in secrets if secret in without_masked(html)], path
    assert covered == set(secrets)


def without_masked(html: str) -> str:
    tree = LexborHTMLParser(html)
    for selector, _, _ in MASKS:
        for node in tree.css(selector):
            node.decompose()
    return tree.html or ""
