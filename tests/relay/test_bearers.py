"""Bearer tokens of the REST services: wrong ones are limited and written down, and what has run out lets nobody in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import httpx2 as httpx
import pytest

from relay.identity.auth_tokens import AuthTokens, Claims
from relay.identity.permissions import EVERYTHING
from relay.identity.signing_keys import SigningKeys
from tests.relay.peers import Agent
from tests.relay_process import PASSWORD, RelayProcess

Launch = Callable[..., RelayProcess]
ROLES = "/api/v0/groups/1000/roles"
OWNER = "owner.example"


def caller(relay: RelayProcess, token: str = "", address: str = "127.0.0.1") -> httpx.Client:
    """A partner's server at an address of its own."""
    return Agent(relay, address, token)


def ask(relay: RelayProcess, token: str, address: str = "127.0.0.1", path: str = ROLES) -> httpx.Response:
    with closing(caller(relay, token, address)) as client:
        return client.get(path)


def failures(relay: RelayProcess, group: int) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = relay.json("audit", "list", "--group", str(group), "--action", "login")
    return [entry for entry in entries if entry["result"] == "failed"]


def token_of(relay: RelayProcess, username: str, service: str = "webservices") -> str:
    credentials = {"username": username, "password": PASSWORD}
    answer = httpx.post(
        f"{relay.url}/services/AuthorizationService.svc/rest/authorize", json={"service": service, "credentials": credentials}
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["authToken"])


@pytest.fixture
def key(relay: RelayProcess) -> str:
    return str(relay.json("key", "show", "--group", "1000")["key"])


@pytest.fixture(scope="module")
def owner(relay: RelayProcess) -> Iterator[str]:
    relay.add_agent(OWNER, role="admin")
    yield OWNER


def test_wrong_keys_are_limited_and_written_down(relay: RelayProcess, key: str) -> None:
    statuses = [ask(relay, f"{number:032}", "127.0.7.1").status_code for number in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    limited = ask(relay, key, "127.0.7.1")
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "60")
    assert limited.headers["content-type"] == "application/problem+json"
    assert ask(relay, key, "127.0.7.2").status_code == 200
    found = [entry for entry in failures(relay, 1000) if entry["address"] == "127.0.7.1"]
    assert len(found) == 10
    assert {(entry["actor"], entry["detail"]["method"]) for entry in found} == {("nobody", "apikey")}
    assert "0" * 30 not in relay.log.read_text() and key not in relay.log.read_text()


def test_guesses_from_everywhere_lock_out_no_server_that_is_at_home(relay: RelayProcess) -> None:
    relay.cli("group", "add", "--id", "5300", "--name", "Guessed")
    roles = "/api/v0/groups/5300/roles"
    right = relay.json("key", "reset", "--group", "5300")["key"]
    assert ask(relay, right, "127.0.8.1", roles).status_code == 200
    statuses = [ask(relay, "x" * 32, f"127.0.9.{1 + number // 10}", roles).status_code for number in range(101)]
    assert statuses[:100] == [401] * 100 and statuses[100] == 429
    assert ask(relay, right, "127.0.8.1", roles).status_code == 200
    assert ask(relay, right, "127.0.9.99", roles).status_code == 429


def test_wrong_tokens_are_limited_and_begin_no_log_of_another_group(relay: RelayProcess, owner: str) -> None:
    real = token_of(relay, owner)
    header, content, signature = real.split(".")
    forged = ".".join((header, content, signature[::-1]))
    statuses = [ask(relay, forged, "127.0.7.3").status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    assert ask(relay, "y" * 32, "127.0.7.4", "/api/v0/groups/5999/roles").status_code == 401
    assert [entry["detail"] for entry in relay.json("audit", "list", "--group", "0") if entry["address"] == "127.0.7.3"] == [
        {"group": 1000, "method": "token"}
    ] * 10
    assert relay.json("audit", "list", "--group", "0")[-1]["detail"] == {"group": 5999, "method": "apikey"}


def test_a_token_of_the_authorization_service_is_its_user(relay: RelayProcess, owner: str) -> None:
    token = token_of(relay, owner)
    with closing(caller(relay, token)) as client:
        made = client.post(ROLES, json=[{"name": "by token"}])
        assert made.status_code == 200, made.text
        # Another group's things are never told from those that are not there.
        assert {client.get(f"/api/v0/groups/{group}/roles").status_code for group in (1, 5001, 2**31)} == {404}
    written = relay.json("audit", "list", "--group", "1000", "--action", "role.add")[-1]
    assert (written["actor"], written["subject"]) == (owner, "by token")


def test_a_token_without_the_right_and_one_that_has_run_out(relay: RelayProcess, owner: str) -> None:
    relay.add_agent("plain.example")
    assert ask(relay, token_of(relay, "plain.example")).status_code == 403
    assert ask(relay, token_of(relay, owner, "presence")).status_code == 401
    now = time.time_ns() // 1_000_000 - 3_600_000
    user = relay.json("user", "show", "--username", owner)["id"]
    claims = Claims(user, owner, 1000, "production", "webservices", EVERYTHING, True, now // 1000 + 60)
    expired = AuthTokens(SigningKeys(relay.data)).issue(claims, now)
    before = len(failures(relay, 0)) + len(failures(relay, 1000))
    assert {ask(relay, expired).status_code for _ in range(12)} == {401}
    assert len(failures(relay, 0)) + len(failures(relay, 1000)) == before


def test_a_token_ends_with_its_user_and_with_the_users_rights(relay: RelayProcess) -> None:
    relay.add_agent("leaving.example", role="admin")
    token = token_of(relay, "leaving.example")
    assert ask(relay, token).status_code == 200
    relay.cli("user", "change", "--username", "leaving.example", "--role", "agent")
    assert ask(relay, token).status_code == 403
    relay.cli("user", "change", "--username", "leaving.example", "--role", "admin", "--suspended")
    assert ask(relay, token).status_code == 401


def test_no_change_of_a_role_is_lost(relay: RelayProcess, key: str) -> None:
    """Twenty servers set a permission each, at the same time: all of them are set."""
    with closing(caller(relay, key)) as client:
        made = client.post(ROLES, json=[{"name": "contended"}]).json()[0]
        names = sorted(name for name, on in made["settings"].items() if on)[:20]

        def forbid(name: str) -> int:
            return client.put(ROLES, json=[{"roleId": made["roleId"], "settings": {name: False}}]).status_code

        with ThreadPoolExecutor(len(names)) as pool:
            assert set(pool.map(forbid, names)) == {200}
        after = client.get(f"{ROLES}/{made['roleId']}").json()["settings"]
    assert [name for name in names if after[name]] == []


def test_a_token_is_not_that_of_who_has_the_number_later(relay: RelayProcess) -> None:
    relay.add_agent("before.example", role="admin")
    token = token_of(relay, "before.example")
    number = relay.json("user", "show", "--username", "before.example")["id"]
    relay.cli("user", "remove", "--username", "before.example")
    relay.add_agent("later.example", role="admin")
    relay.engine.execute(relay.data, relay.database, f"UPDATE users SET id = {number} WHERE username = 'later.example'")
    assert ask(relay, token).status_code == 401
