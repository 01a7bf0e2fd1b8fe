"""The main job: a visitor shops, the agent watches, and after every step the agent has the visitor's page under the masks.

Over the whole journey no planted secret is in any byte that reaches the relay, is kept by it, or is sent to the agent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from relay.demo import MASKS, create_app
from relay.demo.people import ELEANOR
from tests.browser.call import SIZE, Call, until
from tests.browser.secrets import Secrets
from tests.relay_process import GROUP, RelayProcess
from tests.site_server import SiteServer

pytestmark = pytest.mark.browser

PASSWORD = "Sup3r-Secret-Pass!"
CARD = "4929 1234 5678 9015"
HOLDER = "QUENTIN FINDABLE"
CODE = "7391"


@pytest.fixture
def shop_relay(tmp_path: Path, seeded_file: RelayProcess) -> Iterator[RelayProcess]:
    process = RelayProcess(tmp_path, origin=seeded_file)
    for selector, action, label in MASKS:
        process.mask(selector, action, label)
    process.start()
    yield process
    process.stop()


@pytest.fixture
def shop(shop_relay: RelayProcess) -> Iterator[str]:
    with SiteServer(create_app(shop_relay.url, GROUP, "production")) as server:
        yield server.url


def hidden_token(visitor: Page) -> str:
    return str(visitor.evaluate("() => document.querySelector('#account-token').value"))


def test_whole_journey(shop: str, shop_relay: RelayProcess, make_call: Callable[..., Call]) -> None:
    call = make_call(shop_relay, [(selector, action) for selector, action, _ in MASKS])
    visitor = call.visitor

    call.open(f"{shop}/?still=1")
    key = call.start()
    call.join(key)
    call.check("01-home")

    visitor.fill("#search", "lan")
    visitor.wait_for_selector("#search-results:not([hidden]) [role=option]")
    call.check("02-search-suggestions")
    visitor.press("#search", "Enter")
    visitor.wait_for_url("**/search?**")
    call.check("03-search-results")

    visitor.goto(f"{shop}/products/harbour-rain-jacket")
    call.check("04-product")
    visitor.click("#guide-open")
    call.check("05-size-guide")
    visitor.click(".guide-close")
    visitor.click(".thumbs li:nth-child(2) button")
    visitor.click("label:has(input[name=size]) >> nth=1")
    call.check("06-product-chosen")
    visitor.click("#buy button[type=submit]")
    until(visitor, "document.querySelector('#cart-count').textContent.trim() === '1'")
    call.check("07-added")

    visitor.goto(f"{shop}/cart")
    call.check("08-cart")
    visitor.reload()
    call.check("09-cart-reloaded")

    visitor.goto(f"{shop}/login")
    visitor.fill("#login-email", ELEANOR.email)
    visitor.fill("#login-password", PASSWORD)
    call.check("10-login-typed")
    visitor.click("form.stack button[type=submit]")
    visitor.wait_for_url("**/account**")
    call.check("11-account")
    token = hidden_token(visitor)
    assert len(token) > 8

    visitor.goto(f"{shop}/orders/history")
    call.check("12-order-history")
    visitor.goto(f"{shop}/store-finder")
    visitor.wait_for_load_state("networkidle")
    call.check("13-store-finder")

    visitor.goto(f"{shop}/checkout")
    visitor.fill("[id='orderPayment.cardNumber']", CARD)
    visitor.fill("#card-name", HOLDER)
    visitor.fill("#card-expiry", "11 / 29")
    visitor.fill("#card-code", CODE)
    visitor.select_option("#checkout-country", index=3)
    visitor.fill("#checkout-note", "Please ring twice")
    visitor.click("label:has(input[name=method]) >> nth=1")
    call.check("14-checkout-typed")
    visitor.click(".checkout-end button[type=submit]")
    visitor.wait_for_url("**/checkout/review")
    call.check("15-review")
    visitor.check("input[name=terms]")
    visitor.click("form[action='/checkout/review'] button[type=submit]")
    visitor.wait_for_url("**/checkout/thanks")
    call.check("16-thanks")
    assert visitor.evaluate("() => GLANCE.Cobrowse.Visitor.getKey()") == key

    visitor.evaluate("() => GLANCE.Cobrowse.Visitor.stopSession()")
    until(call.agent, "document.documentElement.dataset.state === 'ended'")
    call.picture("17-ended")
    assert call.errors == []

    secrets = Secrets(
        password=PASSWORD,
        card=CARD,
        holder=HOLDER,
        code=CODE,
        born=ELEANOR.born,
        vat=ELEANOR.vat_number,
        loyalty=ELEANOR.loyalty_number,
        token=token,
    )
    to_relay = [body for _, url, body in call.visitor_wire.requests if url.startswith(shop_relay.url)]
    to_relay += [url.encode() for _, url, _ in call.visitor_wire.requests if url.startswith(shop_relay.url)]
    assert len(call.visitor_wire.sent) > 30 and len(call.agent_wire.received) > 30
    assert secrets.found_in("sent to the relay", call.visitor_wire.sent) == []
    assert secrets.found_in("uploaded to the relay", to_relay) == []
    assert secrets.found_in("sent to the agent", call.agent_wire.received) == []
    assert secrets.found_in("kept by the relay", [shop_relay.stored_bytes()]) == []
    stage_text = [call.agent.content().encode(), *(frame.content().encode() for frame in call.agent.frames)]
    assert secrets.found_in("shown to the agent", stage_text) == []


def test_moving_parts(shop: str, shop_relay: RelayProcess, make_call: Callable[..., Call]) -> None:
    """The chat that changes by itself, sorting and filtering a long table, a hover menu, the menu on a phone's width."""
    call = make_call(shop_relay, [(selector, action) for selector, action, _ in MASKS])
    visitor = call.visitor
    call.open(f"{shop}/login")
    visitor.fill("#login-email", ELEANOR.email)
    visitor.fill("#login-password", PASSWORD)
    visitor.click("form.stack button[type=submit]")
    visitor.wait_for_url("**/account**")
    visitor.goto(f"{shop}/orders/history?still=1")
    call.join(call.start())
    visitor.click("thead button >> nth=0")
    call.check("20-table-sorted")
    visitor.click("thead button >> nth=0")
    call.check("21-table-sorted-back")
    visitor.mouse.wheel(0, 3000)
    until(visitor, "scrollY > 1000")
    call.check("22-table-scrolled")
    assert call.stage().evaluate("() => Math.round(scrollY)") == visitor.evaluate("() => Math.round(scrollY)")
    visitor.set_viewport_size({"width": 390, "height": 844})
    visitor.evaluate("() => scrollTo(0, 0)")
    visitor.click(".nav-toggle")
    call.check("23-phone-menu")
    visitor.set_viewport_size(SIZE)
    visitor.goto(f"{shop}/?still=off")
    visitor.click(".chat-open")
    for question in ("Do you deliver to Ireland?", "And returns?"):
        visitor.fill("#chat-text", question)
        visitor.press("#chat-text", "Enter")
    call.check_moving("24-chat")
    assert call.errors == []
