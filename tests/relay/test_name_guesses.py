"""That a user name is taken tells of another group's user: guessing at them is limited and stands in the audit log."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2 as httpx
import pytest

from relay.identity.limits import QUARTER, NameLimits
from tests.relay.peers import Agent
from tests.relay_process import GROUP, PASSWORD, RelayProcess

THEIRS = "ada.example"
GROUPS = itertools.count(7000)


class Prober(Agent):
    """The API key of a group of its own, from an address of its own. `ada.example` is another group's."""

    def __init__(self, relay: RelayProcess, number: int) -> None:
        relay.cli("group", "add", "--id", str(number), "--name", "Curious")
        super().__init__(relay, f"127.0.31.{number % 250 + 1}", relay.json("key", "show", "--group", str(number))["key"])
        self.users = f"/api/v0/groups/{number}/users"
        self.number = number

    def create(self, *names: str) -> httpx.Response:
        return self.post(self.users, json=[{"username": name} for name in names])

    def failures(self) -> list[tuple[str, str]]:
        entries = self.relay.json("audit", "list", "--group", str(self.number), "--action", "user.name")
        return [(entry["address"], entry["result"]) for entry in entries]


@pytest.fixture
def prober(relay: RelayProcess) -> Iterator[Prober]:
    with Prober(relay, next(GROUPS)) as made:
        yield made


def test_names_of_others_are_limited_and_written_down(prober: Prober) -> None:
    own = f"own.{prober.number}"
    made = prober.create(own).json()[0]["userId"]
    # What is one's own tells nothing new.
    assert [prober.create(own).status_code for _ in range(12)] == [409] * 12
    statuses = [prober.create(f"free.{prober.number}.{turn}", THEIRS).status_code for turn in range(5)]
    statuses += [prober.put(prober.users, json=[{"userId": made, "username": THEIRS.upper()}]).status_code for _ in range(5)]
    assert statuses == [409] * 10
    answer = prober.create(THEIRS)
    assert answer.status_code == 429 and "user names" in answer.json()["detail"] and answer.headers["retry-after"]
    # A name that is free is not told either, and what gives no name goes on.
    assert prober.create("nobody.has.it").status_code == 429
    assert prober.put(prober.users, json=[{"userId": made, "title": "Dr"}]).status_code == 200
    address = f"127.0.31.{prober.number % 250 + 1}"
    assert prober.failures() == [(address, "failed")] * 10


def test_many_at_once_are_counted_one_by_one(prober: Prober) -> None:
    with ThreadPoolExecutor(12) as threads:
        statuses = Counter(threads.map(lambda _: prober.create(THEIRS).status_code, range(24)))
    assert statuses == {409: 10, 429: 14}


def test_the_form_calls_count_as_well(prober: Prober) -> None:
    owner = f"owner.{prober.number}"
    roles = {role["name"]: role["roleId"] for role in prober.get(f"/api/v0/groups/{prober.number}/roles").json()}
    new = {"username": owner, "puid": "boss", "password": PASSWORD, "roleId": roles["admin"]}
    assert prober.post(prober.users, json=[new]).status_code == 200
    login = {"PartnerLogin": owner, "PartnerPW": PASSWORD}
    add = {**login, "PartnerUserID": "p-1", "UserAddress": THEIRS}
    rename = {**login, "PartnerUserID": "boss", "UserAddress": THEIRS}
    statuses = [prober.post(f"/PAPI/{name}.asp", data=form).status_code for name, form in 5 * [("NewUser", add), ("UpdateUser", rename)]]
    assert statuses == [400] * 10
    assert prober.post("/PAPI/NewUser.asp", data=add).status_code == 429
    assert prober.create(THEIRS).status_code == 429
    plain = {**login, "PartnerUserID": "boss", "UserLast": "Boss"}
    assert prober.post("/PAPI/UpdateUser.asp", data=plain).status_code == 200


def test_the_windows_slide_and_addresses_and_groups_have_their_own() -> None:
    limits = NameLimits()
    for _ in range(10):
        limits.failed(GROUP, "a", 0.0)
    assert not limits.allows(GROUP, "a", QUARTER - 1) and limits.allows(GROUP, "b", 1.0) and limits.allows(2000, "a", 1.0)
    for turn in range(90):
        limits.failed(GROUP, f"far {turn}", 1.0)
    assert not limits.allows(GROUP, "new", 2.0) and limits.allows(2000, "new", 2.0)
    for group in range(50):
        limits.failed(3000 + group, "a", 2.0)
    assert not limits.allows(4000, "a", 3.0)
    assert not limits.allows(4000, "a", QUARTER - 1) and limits.allows(GROUP, "a", QUARTER)
