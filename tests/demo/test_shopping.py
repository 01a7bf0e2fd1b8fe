"""A customer's errands over plain HTTP: what the pages do without their scripts, and the answers that the scripts use."""

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from relay.demo import create_app
from relay.demo.shoppers import COOKIE
from tests.demo.conftest import RELAY
from tests.demo.journey import DETAILS

JSON = {"accept": "application/json"}


def texts(html: str, selector: str) -> list[str]:
    return [node.text(strip=True) for node in LexborHTMLParser(html).css(selector)]


def test_search_finds_words_by_their_beginning(shopper: TestClient) -> None:
    assert texts(shopper.get("/search?q=wool+th").text, ".card-name") == ["Fell wool throw"]
    assert [row["name"] for row in shopper.get("/search/suggestions?q=la").json()][:2] == ["Cove table lamp", "Skerry storm lantern"]
    assert shopper.get("/search/suggestions?q=").json() == []


def test_search_shows_what_was_typed_as_text(shopper: TestClient) -> None:
    html = shopper.get("/search", params={"q": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in html
    assert LexborHTMLParser(html).css_first("#search").attributes["value"] == '"><script>alert(1)</script>'  # type: ignore[union-attr]


def test_a_list_can_be_sorted_and_limited(shopper: TestClient) -> None:
    assert texts(shopper.get("/shop/kitchen?sort=price-up&max=60").text, ".card .price") == ["£14.50", "£42.00", "£54.00"]
    assert "Cove camp chair" not in texts(shopper.get("/shop/camp?stock=1").text, ".card-name")


def test_the_cart_adds_up(shopper: TestClient) -> None:
    mug = {"slug": "quayside-mug", "colour": "pine", "quantity": "2"}
    assert shopper.post("/cart/lines", data=mug, headers=JSON).json() == {"name": "Quayside enamel mug", "count": 2}
    assert shopper.post("/cart/lines", data=mug).url.path == "/cart"
    figures = shopper.post("/cart/options", data={"delivery": "standard", "wrap": "on"}, headers=JSON).json()
    assert (figures["goods"], figures["wrap"], figures["delivery"], figures["total"]) == ("£58.00", "£3.50", "£3.95", "£65.45")
    assert figures["missing"] == "£2.00"
    figures = shopper.post("/cart/lines/quayside-mug.pine", data={"quantity": "5"}, headers=JSON).json()
    assert (figures["goods"], figures["delivery"], figures["missing"], figures["count"]) == ("£72.50", "Free", "", 5)
    assert figures["fees"] == {"standard": "Free", "express": "£7.95", "collect": "Free"}
    figures = shopper.post("/cart/lines/quayside-mug.pine", data={"quantity": "0"}, headers=JSON).json()
    assert (figures["lines"], figures["total"]) == ({}, "£0.00")


def test_variants_are_lines_of_their_own_and_unknown_ones_become_the_first(shopper: TestClient) -> None:
    for colour, size in (("pine", "L"), ("pine", "M"), ("purple", "XXL")):
        shopper.post("/cart/lines", data={"slug": "harbour-rain-jacket", "colour": colour, "size": size})
    lines = [node.attributes["data-key"] for node in LexborHTMLParser(shopper.get("/cart").text).css(".cart-line")]
    assert lines == ["harbour-rain-jacket.pine.L", "harbour-rain-jacket.pine.M", "harbour-rain-jacket.mustard.XS"]


@pytest.mark.parametrize("quantity", ["-3", "many", "²", "99999999999999999999"])
def test_a_senseless_quantity_is_one(shopper: TestClient, quantity: str) -> None:
    answer = shopper.post("/cart/lines", data={"slug": "oak-board", "quantity": quantity}, headers=JSON)
    assert answer.json()["count"] == 1


def test_no_more_than_twenty_of_a_kind(shopper: TestClient) -> None:
    answer = shopper.post("/cart/lines", data={"slug": "oak-board", "quantity": "500"}, headers=JSON)
    assert answer.json()["count"] == 20


def test_what_is_not_sold_or_not_in_the_cart_is_not_found(shopper: TestClient) -> None:
    assert shopper.post("/cart/lines", data={"slug": "anchor"}).status_code == 404
    assert shopper.post("/cart/lines/oak-board.oak", data={"quantity": "1"}).status_code == 404


def test_any_password_but_an_empty_one_logs_in(shopper: TestClient) -> None:
    assert "any e-mail address and any password" in shopper.get("/login").text
    refused = shopper.post("/login", data={"email": "someone@example.com", "password": ""})
    assert refused.status_code == 422 and "Enter your e-mail address and a password." in refused.text
    accepted = shopper.post("/login", data={"email": "someone@example.com", "password": "x", "next": "/orders/history"})
    assert accepted.url.path == "/orders/history"
    assert "Hello, Eleanor" in accepted.text


def test_a_login_changes_the_cookie_and_keeps_the_cart(shopper: TestClient) -> None:
    shopper.post("/cart/lines", data={"slug": "oak-board"})
    before = shopper.cookies[COOKIE]
    answer = shopper.post("/login", data={"email": "someone@example.com", "password": "x"}, follow_redirects=False)
    assert all(part in answer.headers["set-cookie"] for part in ("HttpOnly", "SameSite=Lax", "Path=/"))
    assert shopper.cookies[COOKIE] != before
    assert texts(shopper.get("/cart").text, "#cart-count") == ["1"]


@pytest.mark.parametrize("next", ["https://evil.example/", "//evil.example", "/\\evil.example", "account"])
def test_a_login_leads_nowhere_else(shopper: TestClient, next: str) -> None:
    answer = shopper.post("/login", data={"email": "a@example.com", "password": "x", "next": next}, follow_redirects=False)
    assert answer.headers["location"] == "/account"


@pytest.mark.parametrize("path", ["/account", "/orders/history"])
def test_the_account_asks_for_a_login(shopper: TestClient, path: str) -> None:
    answer = shopper.get(path, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={path}")


def test_a_logout_forgets_the_customer(customer: TestClient) -> None:
    assert customer.post("/logout").url.path == "/"
    assert customer.get("/account").url.path == "/login"


def test_preferences_need_the_token(customer: TestClient) -> None:
    wanted = {"contact": "post", "news": "weekly", "kitchen": "on"}
    assert customer.post("/account/preferences", data={**wanted, "token": "guessed"}).status_code == 403
    token = LexborHTMLParser(customer.get("/account").text).css_first("#account-token").attributes["value"]  # type: ignore[union-attr]
    saved = customer.post("/account/preferences", data={**wanted, "token": token or ""})
    checked = LexborHTMLParser(saved.text).css("#preferences input[checked]")
    assert [node.attributes["value"] or node.attributes["name"] for node in checked if "value" in node.attributes] == ["post"]
    assert [node.attributes["name"] for node in checked if "value" not in node.attributes] == ["kitchen"]


def test_the_checkout_knows_the_customer(customer: TestClient) -> None:
    tree = LexborHTMLParser(customer.get("/checkout").text)
    values = {node.attributes["name"]: node.attributes.get("value") for node in tree.css("#checkout input")}
    assert (values["email"], values["postcode"]) == ("eleanor.marsh@example.com", "EX99 1AB")


def test_card_fields_say_what_they_are(customer: TestClient) -> None:
    fields = LexborHTMLParser(customer.get("/checkout").text).css("#card-fields input")
    assert [(node.attributes["id"], node.attributes["autocomplete"]) for node in fields] == [
        ("orderPayment.cardNumber", "cc-number"),
        ("card-name", "cc-name"),
        ("card-expiry", "cc-exp"),
        ("card-code", "cc-csc"),
    ]


def test_a_checkout_with_faults_names_them_and_repeats_no_card(customer: TestClient) -> None:
    answer = customer.post("/checkout", data={**DETAILS, "town": "", "card_expiry": "13 / 28"})
    assert answer.status_code == 422
    assert texts(answer.text, ".faults li") == ["Enter the town.", "Enter the expiry date as MM / YY."]
    assert not any(secret in answer.text.replace("Try four times 4242", "") for secret in ("4242", 'value="123"', "13 / 28"))


def test_an_order_goes_through_and_only_four_digits_stay(customer: TestClient) -> None:
    review = customer.post("/checkout", data=DETAILS)
    assert review.url.path == "/checkout/review"
    assert texts(review.text, "#review-payment") == ["Card ending in 4242"]
    assert "4242 4242" not in review.text
    thanks = customer.post("/checkout/review", data={"terms": "on"})
    assert thanks.url.path == "/checkout/thanks"
    assert texts(thanks.text, "#order-number") == ["HP-204817"]
    assert texts(customer.get("/account").text, "#main tbody tr:first-child td")[0] == "HP-204817"
    assert customer.get("/checkout").url.path == "/cart"


def test_an_invoice_needs_no_card(customer: TestClient) -> None:
    form = {name: value for name, value in DETAILS.items() if not name.startswith("card_")}
    review = customer.post("/checkout", data={**form, "payment": "invoice"})
    assert texts(review.text, "#review-payment") == ["Invoice, thirty days"]


@pytest.mark.parametrize("path", ["/checkout", "/checkout/review", "/checkout/thanks"])
def test_an_empty_cart_has_no_checkout(shopper: TestClient, path: str) -> None:
    assert shopper.get(path).url.path == "/cart"


def test_a_review_is_shown_to_its_writer_only(shopper: TestClient) -> None:
    path = "/products/oak-board"
    answer = shopper.post(f"{path}/reviews", data={"author": "Jo", "stars": "4", "title": "<b>Flat</b>", "text": "Good board."})
    assert texts(answer.text, ".review-list h3")[0] == "<b>Flat</b>"
    other = TestClient(shopper.app, base_url=str(shopper.base_url))
    assert "Good board." not in other.get(path).text


def test_two_shops_do_not_share_shoppers(customer: TestClient) -> None:
    stranger = TestClient(create_app(RELAY, 2, "production"), base_url=str(customer.base_url), cookies={COOKIE: customer.cookies[COOKIE]})
    assert stranger.get("/account").url.path == "/login"
