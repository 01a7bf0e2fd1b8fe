"""What only a browser shows: the pages keep to their own policy, their scripts work, and a still page keeps still."""

import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect

from relay.demo import create_app
from tests.demo.conftest import RELAY

pytestmark = pytest.mark.browser

MANY_TIPS_MS = 120_000
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    """The shop on a free port."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(RELAY, 1001, "staging"), log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture
def page(browser: Browser, shop: str) -> Iterator[Page]:
    """A shopper's page. The relay is not there: its loader is an empty script. Anything the console complains of fails the test."""
    context = browser.new_context(base_url=shop, viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.route(f"{RELAY}/**", empty_script)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if complains(message) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def empty_script(route: Route) -> None:
    route.fulfill(content_type="text/javascript", body="")


def complains(message: ConsoleMessage) -> bool:
    return message.type in ("error", "warning")


def follow(page: Page, selector: str, url: str) -> None:
    """Clicks and waits until the next page has loaded, scripts included: a click before that would be lost."""
    page.click(selector)
    page.wait_for_url(url)


def test_from_search_to_thanks(page: Page) -> None:
    page.goto("/?still")
    page.fill("#search", "rain ja")
    follow(page, "#search-results a", "**/products/harbour-rain-jacket")
    page.locator(".colour", has_text="Pine green").click()
    expect(page.locator("#picture")).to_have_attribute("alt", "Harbour rain jacket, Pine green")
    page.locator(".size", has_text="L").nth(0).click()
    page.click("#guide-open")
    expect(page.locator("#guide")).to_be_visible()
    page.click(".guide-close")
    page.click("#buy [data-step='1']")
    page.click("#buy button[type=submit]")
    expect(page.locator("#cart-count")).to_have_text("2")
    follow(page, ".toast a", "**/cart")
    page.click(".cart-line [data-step='-1']")
    expect(page.locator("[data-figure=total]")).to_have_text("£165.00")
    page.check("[name=wrap]")
    expect(page.locator("[data-figure=total]")).to_have_text("£168.50")
    page.goto("/login?next=/checkout")
    page.fill("#login-email", "someone@example.com")
    page.fill("#login-password", "anything")
    follow(page, "main button[type=submit]", "**/checkout")
    number = page.locator("[id='orderPayment.cardNumber']")
    number.press_sequentially("4242424242424242")
    expect(number).to_have_value("4242 4242 4242 4242")
    page.locator("#card-expiry").press_sequentially("1228")
    page.fill("#card-code", "123")
    page.click("main button[type=submit]")
    page.check("[name=terms]")
    page.click("main form button[type=submit]")
    expect(page.locator("#order-number")).to_have_text("HP-204817")


def test_an_emptied_cart_says_so(page: Page) -> None:
    page.goto("/products/oak-board?still")
    page.click("#buy button[type=submit]")
    follow(page, ".toast a", "**/cart")
    page.click(".cart-remove button")
    expect(page.locator("#cart-empty")).to_be_visible()
    expect(page.locator("#cart-count")).to_be_hidden()


def test_a_list_is_sorted_and_filtered_in_place(page: Page) -> None:
    page.goto("/shop/kitchen?still")
    page.select_option("#sort", "price-down")
    page.fill("#max", "55")
    expect(page.locator("#products .card:visible .card-name")).to_have_text(
        ["Stoneware bowls, set of three", "Oak cutting board", "Quayside enamel mug"]
    )
    expect(page.locator("#count")).to_have_text("3 products")


def test_the_long_table_is_sorted_and_filtered(page: Page) -> None:
    page.goto("/login?next=/orders/history&still")
    page.fill("#login-email", "someone@example.com")
    page.fill("#login-password", "anything")
    follow(page, "main button[type=submit]", "**/orders/history")
    page.click("[data-sort=day]")
    oldest, newest = (page.locator("#history tbody tr").nth(place).locator("time").get_attribute("datetime") for place in (0, -1))
    assert oldest is not None and newest is not None and oldest < newest
    page.fill("#history-text", "tarn")
    names = page.locator("#history tbody tr:visible td:nth-child(3)").all_inner_texts()
    assert set(names) == {"Tarn tent for two"}
    expect(page.locator("#history-count")).to_have_text(f"{len(names)} orders")


def test_another_store_changes_both_frames(page: Page) -> None:
    page.goto("/store-finder?still")
    page.check("[value=saltmarsh]")
    expect(page.frame_locator("#hours").locator("caption")).to_have_text("Saltmarsh, Customs House")
    expect(page.frame_locator("#walk").locator("li").first).to_have_text("Take the tram to Harbour Parade.")
    expect(page.frame_locator("#map").locator("img")).to_be_visible()


def test_ratings_are_drawn_in_an_open_shadow_root(page: Page) -> None:
    page.goto("/?still")
    rating = page.locator("hp-rating").first
    assert rating.evaluate("rating => rating.shadowRoot.querySelectorAll('.full').length") == 4
    expect(rating).to_have_text("4.7 of 5 stars")


def stop_clock(page: Page) -> None:
    """From here on the page's time passes only when the test says so."""
    page.clock.install(time=0)
    page.clock.pause_at(1000)


def test_the_chat_goes_on_by_itself(page: Page) -> None:
    stop_clock(page)
    page.goto("/?still=off")
    page.click(".chat-open")
    expect(page.locator(".chat-message")).to_have_count(0)
    page.clock.run_for(4100)
    expect(page.locator(".chat-dots")).to_have_count(1)
    page.clock.run_for(2000)
    expect(page.locator(".chat-message")).to_have_text("Hello, this is Mara at the Net Loft. What may I help you with?")
    page.clock.run_for(MANY_TIPS_MS)
    expect(page.locator(".chat-message")).to_have_count(4)


def test_a_still_page_keeps_still(page: Page) -> None:
    stop_clock(page)
    page.goto("/?still")
    page.click(".chat-open")
    page.fill("#chat-text", "What size should I take?")
    page.press("#chat-text", "Enter")
    before = page.content()
    page.clock.run_for(MANY_TIPS_MS)
    assert page.content() == before
    expect(page.locator(".chat-message")).to_have_count(3)


def test_the_start_link_does_not_jump(page: Page) -> None:
    page.goto("/?still")
    link = page.locator(".footer [data-glancebutton=startSession]")
    link.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    link.click()
    link.press(" ")
    assert page.evaluate("scrollY") == before
    assert "#" not in page.url


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_is_wider_than_the_window(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    for path in (
        "/?still",
        "/shop",
        "/search?q=nothing-like-it",
        "/products/slipway-boots",
        "/cart",
        "/login",
        "/store-finder",
        "/help/contact",
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
