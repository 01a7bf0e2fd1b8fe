"""Every page is there, every link leads somewhere, and every page that an advisor may see carries the tag."""

from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from tests.demo.conftest import RELAY, SHOP
from tests.demo.journey import pages

LEADING = {"a[href]": "href", "img[src]": "src", "script[src]": "src", "link[href]": "href", "iframe[src]": "src", "form[action]": "action"}


def addresses(html: str, base: str) -> set[str]:
    tree = LexborHTMLParser(html)
    found = {node.attributes[name] or "" for selector, name in LEADING.items() for node in tree.css(selector)}
    return {urljoin(base, address).split("#")[0] for address in found if not address.startswith("#")}


def test_links_lead_to_pages_that_exist(customer: TestClient) -> None:
    to_visit, seen = {f"{SHOP}/"}, set()
    while to_visit:
        url = to_visit.pop()
        seen.add(url)
        answer = customer.get(url)
        assert answer.status_code in (200, 405), url
        if answer.headers.get("content-type", "").startswith("text/html"):
            to_visit |= {each for each in addresses(answer.text, str(answer.url)) if each.startswith(SHOP)} - seen
    paths = {urlsplit(url).path for url in seen}
    assert {"/account", "/orders/history", "/checkout", "/store-finder", "/frames/opening-hours/port-ellery"} <= paths
    assert len(paths) > 100


def test_nothing_comes_from_elsewhere(customer: TestClient) -> None:
    origins = {
        f"{urlsplit(url).scheme}://{urlsplit(url).netloc}" for path, html in pages(customer).items() for url in addresses(html, SHOP + path)
    }
    assert origins == {SHOP, RELAY, SHOP.replace("127.0.0.1", "localhost")}


def test_every_page_carries_the_tag_once(customer: TestClient) -> None:
    for path, html in pages(customer).items():
        tags = LexborHTMLParser(html).css("script#glance-cobrowse")
        assert [tag.attributes for tag in tags] == [
            {
                "id": "glance-cobrowse",
                "type": "text/javascript",
                "src": f"{RELAY}/cobrowse/CobrowseJS.ashx?group=1001&site=staging",
                "data-groupid": "1001",
                "data-site": "staging",
                "data-ws": "127.0.0.1:8000",
                "charset": "UTF-8",
            }
        ], path


def test_every_page_offers_two_ways_to_start(customer: TestClient) -> None:
    for path, html in pages(customer).items():
        tree = LexborHTMLParser(html)
        for place in (".footer a", ".chat button"):
            assert len(tree.css(f"{place}[data-glancebutton=startSession]")) == 1, (path, place)


def test_frames_of_the_same_host_need_no_tag_and_the_other_one_has_none(shopper: TestClient) -> None:
    """Reference, script_tag: a frame with the page's host and protocol is included by the page's own tag."""
    tree = LexborHTMLParser(shopper.get("/store-finder").text)
    assert len(tree.css("script#glance-cobrowse")) == 1
    frames = {frame.attributes["id"]: frame.attributes for frame in tree.css("iframe")}
    assert frames["hours"]["src"] == "/frames/opening-hours/port-ellery"
    assert "<ol class=" in (frames["walk"]["srcdoc"] or "")
    assert frames["map"]["src"] == "http://localhost:8100/frames/harbour-map"
    documents = [
        shopper.get("/frames/opening-hours/saltmarsh").text,
        shopper.get("/frames/harbour-map").text,
        frames["walk"]["srcdoc"] or "",
    ]
    assert not any("glance-cobrowse" in document for document in documents)


def test_an_unknown_page_says_so_and_is_still_tagged(shopper: TestClient) -> None:
    for path in ("/nowhere", "/products/nothing", "/shop/nothing", "/help/nothing", "/frames/opening-hours/nowhere"):
        answer = shopper.get(path)
        assert answer.status_code == 404
        assert "drifted off" in answer.text and 'id="glance-cobrowse"' in answer.text


def test_the_order_history_is_long(customer: TestClient) -> None:
    rows = LexborHTMLParser(customer.get("/orders/history").text).css("#history tbody tr")
    assert len(rows) == 2000
    assert all(len(row.css("td")) == 7 for row in rows)


def test_still_is_remembered_until_it_is_taken_back(shopper: TestClient) -> None:
    def still(path: str) -> bool:
        root = LexborHTMLParser(shopper.get(path).text).root
        assert root is not None
        return "data-still" in root.attributes

    assert [still(path) for path in ("/", "/?still", "/shop", "/?still=off", "/shop")] == [False, True, True, False, False]
