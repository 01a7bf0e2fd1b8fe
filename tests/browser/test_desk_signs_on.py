"""An integrator's own page, on another host, opens our pages and gets tokens with a login key."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from tests.relay.peers import Visitor
from tests.relay_process import AGENT, GROUP, RelayProcess
from tests.site_server import SiteServer

pytestmark = pytest.mark.browser

VIEW = "/agentjoin/AgentView.aspx"


def desk(relay: RelayProcess) -> Starlette:
    """A desk with a form that is posted to us, and with our script."""

    async def page(request: Request) -> HTMLResponse:
        fields = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(value)}">' for name, value in request.query_params.items()
        )
        form = f'<form id="view" method="post" action="{relay.url}{VIEW}">{fields}<button>Join</button></form>'
        script = f'<script id="glance-cobrowse" src="{relay.url}/agent/js/GlanceAgent_6.55.0M.js" data-groupid="{GROUP}"></script>'
        return HTMLResponse(f"<!DOCTYPE html><title>Desk</title>{script}{form}")

    return Starlette(routes=[Route("/", page)])


@pytest.fixture
def credentials(relay: RelayProcess) -> dict[str, str]:
    relay.cli("user", "change", "--username", AGENT, "--puid", "P-7")
    signed = relay.json("key", "sign", "--group", str(GROUP), "--puid", "P-7")
    return {name: str(signed[name]) for name in ("partnerid", "partneruserid", "loginkey")}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """The desk is on `localhost`, the relay on 127.0.0.1: two sites to the browser."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def joined(page: Page, key: str) -> None:
    """The console is live, and nothing of the login key is in the address."""
    page.wait_for_selector("html[data-state=waiting],html[data-state=live]")
    assert page.url.endswith(f"{VIEW}?SessionKey={key}")


def test_a_form_of_the_desk_opens_a_session(relay: RelayProcess, credentials: dict[str, str], page: Page) -> None:
    with SiteServer(desk(relay), "localhost") as site, Visitor(relay) as visitor:
        key = visitor.start()["key"]
        page.goto(f"{site.url}/?{urlencode({**credentials, 'SessionKey': key})}")
        page.click("#view button")
        joined(page, key)
        assert visitor.hear("agents")["agentlist"][0]["username"] == AGENT
        (cookie,) = [one for one in page.context.cookies(relay.url) if one["name"] == "GSSNID"]
        assert cookie["httpOnly"] and cookie["sameSite"] == "Lax"
        # The login goes on: the next session needs no key.
        page.goto(f"{relay.url}/agentjoin/AgentJoin.aspx")
        page.fill("#code", key)
        page.click("button.primary")
        joined(page, key)


@pytest.mark.parametrize("path", [VIEW, "/agentjoin/agentview.aspx"])
def test_an_address_with_a_login_key_opens_a_session(relay: RelayProcess, credentials: dict[str, str], page: Page, path: str) -> None:
    with Visitor(relay) as visitor:
        key = visitor.start()["key"]
        page.goto(f"{relay.url}{path}?{urlencode({'SessionKey': key, **credentials})}")
        page.wait_for_selector("html[data-state=waiting],html[data-state=live]")
        assert page.url == f"{relay.url}{path}?SessionKey={key}"


def test_the_page_for_codes_opens_with_a_login_key_too(relay: RelayProcess, credentials: dict[str, str], page: Page) -> None:
    page.goto(f"{relay.url}/agentjoin/AgentJoin.aspx?{urlencode(credentials)}")
    expect(page.locator("#code")).to_be_visible()
    assert page.url == f"{relay.url}/agentjoin/AgentJoin.aspx"


def test_a_wrong_key_opens_nothing(relay: RelayProcess, credentials: dict[str, str], page: Page) -> None:
    wrong = {**credentials, "loginkey": credentials["loginkey"][:-2] + "zz"}
    for path in (VIEW, "/agentjoin/AgentJoin.aspx"):
        answer = page.goto(f"{relay.url}{path}?{urlencode({'SessionKey': '1', **wrong})}")
        assert answer is not None and answer.status == 401
        assert "is not valid any more" in page.inner_text("main")
    assert page.context.cookies(relay.url) == []


def test_a_desk_gets_a_token_in_the_browser_and_its_other_pages_have_it(
    relay: RelayProcess, credentials: dict[str, str], page: Page
) -> None:
    ask = f"""() => new Promise((resolve) => GLANCE.Authorization.authorize({{
        service: "presence", duration: 5, credentials: {json.dumps(credentials)},
        onsuccess: () => resolve(["success", GLANCE.Authorization.getToken()]),
        onfail: (reason, said) => resolve(["fail", reason, said && said.error]),
    }}))"""
    with SiteServer(desk(relay), "localhost") as site:
        page.goto(site.url)
        assert page.evaluate(ask) == ["fail", "connection", None], "the browser may not even ask"
        relay.cli("setting", "set", "--group", str(GROUP), "--site", "production", f"agentOrigins={site.url}")
        kind, token = page.evaluate(ask)
        assert kind == "success" and token.count(".") == 2
        page.goto(f"{site.url}/?other")
        assert page.evaluate("() => GLANCE.Authorization.getToken()") == token
        page.evaluate("() => GLANCE.Authorization.setToken('')")
        assert page.evaluate("() => GLANCE.Authorization.getToken()") == ""
    log = relay.json("audit", "list", "--group", str(GROUP), "--action", "token")
    assert [entry["actor"] for entry in log] == [AGENT]
