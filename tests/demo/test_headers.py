"""The shop's own policy is strict and lets in the relay of its tag, and it keeps to it: no inline script, no inline style."""

import re

import pytest
from starlette.testclient import TestClient

from relay.demo.headers import content_security_policy, twin_origin
from relay.demo.tag import Tag
from tests.demo.journey import pages


def directives(policy: str) -> dict[str, str]:
    return {name: value for name, _, value in (part.partition(" ") for part in policy.split("; "))}


def test_the_policy_names_the_shop_and_the_relay(shopper: TestClient) -> None:
    policy = directives(shopper.get("/").headers["content-security-policy"])
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self' http://127.0.0.1:8000"
    assert policy["connect-src"] == "'self' http://127.0.0.1:8000 ws://127.0.0.1:8000"
    assert policy["frame-src"] == "'self' http://localhost:8100"
    assert policy["frame-ancestors"] == "'self'"
    assert not any("unsafe" in value or "*" in value for value in policy.values())


def test_a_relay_behind_https_is_reached_by_wss() -> None:
    policy = directives(content_security_policy(Tag("https://relay.example.com", 1, "production"), None, "/"))
    assert policy["connect-src"] == "'self' https://relay.example.com wss://relay.example.com"
    assert policy["frame-src"] == "'self'"


@pytest.mark.parametrize(
    ("host", "twin"),
    [
        ("127.0.0.1:8100", "http://localhost:8100"),
        ("localhost", "http://127.0.0.1"),
        ("shop.example.com", None),
        ("localhost:80; script-src *", None),
    ],
)
def test_only_this_machine_has_a_twin(host: str, twin: str | None) -> None:
    assert twin_origin(host) == twin


def test_only_the_map_may_be_framed_by_the_other_origin(shopper: TestClient) -> None:
    policy = directives(shopper.get("/frames/harbour-map").headers["content-security-policy"])
    assert policy["frame-ancestors"] == "'self' http://localhost:8100"


def test_no_page_needs_inline_script_or_style(customer: TestClient) -> None:
    for path, html in pages(customer).items():
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", html), path
