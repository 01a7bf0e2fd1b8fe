"""Roles over REST, as a partner's server drives them; the requests of the documentation with only host, ids and key changed."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2 as httpx
import pytest

from relay.identity.permissions import Permission
from tests.relay_process import RelayProcess

MINE, OTHERS = "/api/v0/groups/1000", "/api/v0/groups/5200"


def client(relay: RelayProcess, group: int) -> httpx.Client:
    key = relay.json("key", "reset", "--group", str(group))["key"]
    return httpx.Client(base_url=relay.url, headers={"Authorization": f"Bearer {key}"}, trust_env=False)


@pytest.fixture(scope="module")
def partner(relay: RelayProcess) -> Iterator[httpx.Client]:
    with client(relay, 1000) as found:
        yield found


@pytest.fixture(scope="module")
def other(relay: RelayProcess) -> Iterator[httpx.Client]:
    relay.cli("group", "add", "--id", "5200", "--name", "Another")
    with client(relay, 5200) as found:
        yield found


def problem(answer: httpx.Response, status: int) -> str:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    body = answer.json()
    assert body.keys() == {"type", "title", "status", "detail"} and body["status"] == status
    return str(body["detail"])


def create(partner: httpx.Client, name: str) -> int:
    answer = partner.post(f"{MINE}/roles", json=[{"name": name}])
    assert answer.status_code == 200, answer.text
    return int(answer.json()[0]["roleId"])


def test_the_documented_requests_one_after_another(partner: httpx.Client) -> None:
    made = partner.post(f"{MINE}/roles", json=[{"name": "Support", "settings": {"viewVideo": True}}]).json()
    assert (made[0]["name"], made[0]["inUse"], made[0]["settings"]["viewVideo"]) == ("Support", False, True)
    number = made[0]["roleId"]
    plain = {"Content-Type": "application/x-www-form-urlencoded"}
    renamed = partner.put(f"{MINE}/roles", content=f'[{{ "roleId": {number}, "name": "New Name" }}]', headers=plain)
    assert (renamed.status_code, renamed.json()) == (200, {"status": "ok"})
    shown = partner.get(f"{MINE}/roles/{number}").json()
    assert shown == {**made[0], "name": "New Name"} and shown["settings"].keys() == {key.value for key in Permission}
    assert shown in partner.get(f"{MINE}/roles").json()
    deleted = partner.post(f"{MINE}/delete-roles", content=f"[ {number} ]", headers=plain)
    assert (deleted.status_code, deleted.json()) == (200, {"status": "ok"})
    problem(partner.get(f"{MINE}/roles/{number}"), 404)


def test_only_what_is_named_changes(partner: httpx.Client) -> None:
    number = create(partner, "partial")
    before = partner.get(f"{MINE}/roles/{number}").json()
    partner.put(f"{MINE}/roles", json=[{"roleId": number, "name": "partial", "settings": {"viewVideo": False}}])
    after = partner.get(f"{MINE}/roles/{number}").json()
    assert after == {**before, "settings": {**before["settings"], "viewVideo": False}}


def test_a_role_in_use_stays_and_so_do_the_others_of_the_array(partner: httpx.Client) -> None:
    used = next(role for role in partner.get(f"{MINE}/roles").json() if role["inUse"])
    assert used["userCount"] >= 1
    free = create(partner, "free")
    assert "in use" in problem(partner.post(f"{MINE}/delete-roles", json=[free, used["roleId"]]), 409)
    assert partner.get(f"{MINE}/roles/{free}").status_code == 200


def test_a_name_that_is_taken_makes_none_of_the_array(partner: httpx.Client) -> None:
    create(partner, "taken")
    count = len(partner.get(f"{MINE}/roles").json())
    problem(partner.post(f"{MINE}/roles", json=[{"name": "fresh"}, {"name": "TAKEN"}]), 409)
    assert len(partner.get(f"{MINE}/roles").json()) == count


@pytest.mark.parametrize(
    "body",
    [
        "", "{", "null", "{}", '{"name": "x"}', '[{"name": ""}]', '[{"name": 7}]', '[{"name": "x", "owner": true}]',
        '[{"name": "x", "settings": {"fly": true}}]', '[{"name": "x", "settings": {"viewVideo": "yes"}}]', '[{"name": "-none-"}]',
        f'[{{"name": "{"x" * 71}"}}]', f'[{{"name": "x", "description": "{"x" * 256}"}}]', '[{"name": "a\\u0000b"}]', "[" * 5000,
    ],
)  # fmt: skip
def test_bodies_of_another_shape_are_refused(partner: httpx.Client, body: str) -> None:
    assert problem(partner.post(f"{MINE}/roles", content=body), 422)


def test_ids_that_are_none(partner: httpx.Client) -> None:
    for number in ("0", "-1", "x", "٣", 2**31 - 1, 2**31, "9" * 5000):
        problem(partner.get(f"{MINE}/roles/{number}"), 404)
    for number in (0, -1, 2**31, 10**30):
        problem(partner.post(f"{MINE}/delete-roles", json=[number]), 422)
        problem(partner.put(f"{MINE}/roles", json=[{"roleId": number, "name": "x"}]), 422)


def test_another_group_is_not_told_from_none(partner: httpx.Client, other: httpx.Client) -> None:
    foreign = other.get(f"{OTHERS}/roles").json()[0]["roleId"]
    free = create(partner, "stays")
    for path in ("roles", f"roles/{foreign}"):
        answers = [partner.get(f"/api/v0/groups/{group}/{path}") for group in (5200, 5201, 2**31, "9" * 5000, "x")]
        assert len({problem(answer, 401) for answer in answers}) == 1
    assert len({problem(partner.get(f"{MINE}/roles/{number}"), 404) for number in (foreign, 2**30)}) == 1
    problem(partner.post(f"{MINE}/delete-roles", json=[free, foreign]), 404)
    problem(partner.put(f"{MINE}/roles", json=[{"roleId": foreign, "name": "mine"}]), 404)
    assert partner.get(f"{MINE}/roles/{free}").status_code == 200 and other.get(f"{OTHERS}/roles/{foreign}").status_code == 200


def test_a_key_holds_while_servers_change_over_and_no_longer(relay: RelayProcess, other: httpx.Client) -> None:
    before = other.headers["Authorization"]
    fresh = relay.json("key", "reset", "--group", "5200", "--overlap", "1")["key"]
    for token in (before, f"Bearer {fresh}"):
        assert other.get(f"{OTHERS}/roles", headers={"Authorization": token}).status_code == 200
    other.headers["Authorization"] = f"Bearer {relay.json('key', 'reset', '--group', '5200')['key']}"
    for token in (before, f"Bearer {fresh}", "", "Bearer", "Basic eA==", "Bearer " + "x" * 5000):
        answer = other.get(f"{OTHERS}/roles", headers={"Authorization": token})
        assert problem(answer, 401) and answer.headers["www-authenticate"] == "Bearer"
