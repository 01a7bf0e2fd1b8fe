"""Passwords, tickets, limits, origins and form tokens, each by itself."""

from __future__ import annotations

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from relay.errors import Busy, Refused
from relay.identity.agent_details import NO_DETAILS
from relay.identity.forms import FormTokens, from_our_page
from relay.identity.limits import CodeLimits, CredentialLimits
from relay.identity.origins import allowed, checked_entry, own_origins
from relay.identity.passwords import WAITING, PasswordPool, checked, hash_password, needs_rehash
from relay.identity.throttle import KEYS, Throttle
from relay.identity.tickets import TICKET_SECONDS, TICKETS, Tickets
from relay.identity.tokens import digest, matches, new_token


def test_passwords_are_argon2id_of_the_required_strength() -> None:
    parameters = extract_parameters(hash_password("a long password"))
    assert parameters.type is Type.ID
    assert parameters.memory_cost >= 19 * 1024 and parameters.time_cost >= 2 and parameters.parallelism == 1
    assert needs_rehash("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ")


def test_the_pool_verifies_and_does_not_queue_without_end() -> None:
    pool = PasswordPool()
    stored = hash_password("a long password")
    assert pool.verify(stored, "a long password").result()
    assert not pool.verify(stored, "another password").result()
    assert not pool.verify(None, "a long password").result()
    assert not pool.verify("not a hash", "a long password").result()
    futures = [pool.verify(None, "x") for _ in range(WAITING)]
    with pytest.raises(Busy):
        for _ in range(WAITING):
            pool.verify(None, "x")
    assert not any(future.result() for future in futures)
    pool.close()


@pytest.mark.parametrize("password", ["", "short", "x" * 1001])
def test_a_password_has_a_length(password: str) -> None:
    with pytest.raises(Refused):
        checked(password)


def test_tokens_are_compared_by_their_hash() -> None:
    token = new_token()
    assert len(token) == 43 and "." not in token
    assert matches(token, digest(token))
    assert not matches(token + "x", digest(token))
    assert not matches("\ud800", digest(token))


def test_a_ticket_is_good_once_for_its_origin_and_half_a_minute() -> None:
    tickets = Tickets()

    def issue(now: float) -> str:
        return tickets.issue("1.2.3", 5, b"login", "https://relay.example", now, NO_DETAILS)

    token = issue(0.0)
    ticket = tickets.redeem(token, "https://relay.example", TICKET_SECONDS - 0.1)
    assert ticket is not None and (ticket.ssnid, ticket.user, ticket.login) == ("1.2.3", 5, b"login")
    assert tickets.redeem(token, "https://relay.example", 1.0) is None
    assert tickets.redeem(issue(0.0), "https://relay.example", TICKET_SECONDS) is None
    wrong = issue(0.0)
    assert tickets.redeem(wrong, "https://evil.example", 1.0) is None
    assert tickets.redeem(wrong, "https://relay.example", 1.0) is None
    first = issue(50.0)
    for _ in range(TICKETS):
        issue(50.0)
    assert tickets.redeem(first, "https://relay.example", 50.0) is None


def test_a_throttle_counts_in_a_window_and_forgets() -> None:
    throttle = Throttle(2, 10.0)
    for now in (0.0, 5.0):
        assert throttle.allows("a", now)
        throttle.count("a", now)
    assert not throttle.allows("a", 9.9)
    assert throttle.allows("b", 9.9)
    assert throttle.allows("a", 10.0)
    for key in range(KEYS):
        throttle.count(key, 20.0)
    assert len(throttle._attempts) == KEYS


def test_nobody_can_lock_out_somebody_else() -> None:
    limits = CredentialLimits()
    for _ in range(200):
        limits.failed("203.0.113.1", "ada", 1, 0.0)
    assert not limits.allows("203.0.113.1", "ADA", 1, 1.0)
    assert limits.allows("198.51.100.1", "ada", 1, 1.0)
    assert limits.allows("203.0.113.1", "ada", 1, 15 * 60.0)


def test_guesses_from_many_addresses_are_limited_except_where_the_account_is_at_home() -> None:
    limits = CredentialLimits()
    limits.succeeded("198.51.100.1", "ada")
    for number in range(200):
        limits.failed(f"203.0.113.{number}", "Ada", 1, 0.0)
    assert not limits.allows("192.0.2.1", "ada", 1, 1.0)
    assert limits.allows("198.51.100.1", "ADA", 1, 1.0)
    assert limits.allows("192.0.2.1", "ben", 1, 1.0)
    assert limits.allows("192.0.2.1", "ada", 1, 15 * 60.0)


def test_guesses_at_many_accounts_of_a_group_are_limited() -> None:
    limits = CredentialLimits()
    limits.succeeded("198.51.100.1", "ben")
    for number in range(1000):
        limits.failed(f"2001:db8::{number // 5:x}", f"user{number}", 1, 0.0)
    assert not limits.allows("192.0.2.1", "ada", 1, 1.0)
    assert limits.allows("192.0.2.1", "ada", 2, 1.0)
    assert limits.allows("198.51.100.1", "ben", 1, 1.0)


def test_codes_are_limited_for_agent_address_and_group() -> None:
    limits = CodeLimits()
    for number in range(60):
        limits.failed(number, f"203.0.113.{number}", 1, 0.0)
    assert not limits.allows(999, "198.51.100.1", 1, 1.0)
    assert limits.allows(999, "198.51.100.1", 2, 1.0)
    assert limits.allows(999, "198.51.100.1", 1, 60.0)


@pytest.mark.parametrize(
    ("origin", "good"),
    [
        ("https://shop.example:65535", True),
        ("https://shop.example:65536", False),
        ("https://shop.example", True),
        ("http://localhost:8081", True),
        ("http://[::1]:3000", True),
        ("null", False),
        ("", False),
        ("file://", False),
        ("https://", False),
        ("https://shop.example/", False),
        ("https://shop.example/x", False),
        ("https://user@shop.example", False),
        ("https://shop.example:port", False),
        ("HTTPS://SHOP.EXAMPLE", False),
        ("https://shop.example, https://evil.example", False),
    ],
)
def test_an_origin_is_scheme_host_and_port(origin: str, good: bool) -> None:
    assert allowed(origin, ()) is good


def test_domains_hold_at_a_dot_and_by_https_only() -> None:
    assert allowed("https://www.shop.example", ["shop.example"])
    for origin in ("https://myshop.example", "https://shop.example.evil.example", "http://shop.example", "https://shop.example:444"):
        assert not allowed(origin, ["shop.example"])
    assert allowed("http://shop.example:81", ["http://shop.example:81"])


@pytest.mark.parametrize(
    "entry", ["com", "*.shop.example", "shop", "https://shop.example/x", "ftp://shop.example", "", "shop..example", "-a.example"]
)
def test_what_is_no_origin_or_domain_is_not_listed(entry: str) -> None:
    with pytest.raises(Refused):
        checked_entry(entry)


def test_our_own_origins() -> None:
    assert own_origins("https://relay.example/x") == {"https://relay.example"}
    assert own_origins("http://localhost:8080") == {"http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080"}


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"sec-fetch-site": "same-origin", "origin": "https://r.example"}, True),
        ({"origin": "https://r.example"}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-site", "origin": "https://r.example"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, False),
        ({"origin": "https://r.example.evil.example"}, False),
        ({}, False),
    ],
)
def test_requests_from_our_own_pages(headers: dict[str, str], ours: bool) -> None:
    assert from_our_page(headers, frozenset({"https://r.example"})) is ours


def test_a_form_token_belongs_to_one_cookie() -> None:
    forms = FormTokens(bytes(32))
    assert forms.matches("cookie", forms.token("cookie"))
    assert not forms.matches("other", forms.token("cookie"))
    assert not forms.matches("", forms.token(""))
    assert not forms.matches("cookie", "é")
    assert forms.token("cookie") != FormTokens(bytes(31) + b"1").token("cookie")
