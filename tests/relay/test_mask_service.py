"""Masks over REST and by command: rules, masked pages by role, the profile; published from one site to the other and backed out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2 as httpx
import pytest

from tests.relay.peers import Agent
from tests.relay_process import RelayProcess


class Partner(Agent):
    """A partner's server, with a group of its own."""

    def __init__(self, relay: RelayProcess, group: int) -> None:
        relay.cli("group", "add", "--id", str(group), "--name", "Masked")
        super().__init__(relay, bearer=relay.json("key", "show", "--group", str(group))["key"])
        self.group = group
        self.roles = {role["name"]: role["roleId"] for role in self.get(f"/api/v0/groups/{group}/roles").json()}

    def ask(self, method: str, path: str, body: Any = None, site: str = "staging", status: int = 200) -> Any:
        answer: httpx.Response = self.request(method, f"/api/v0/groups/{self.group}/sites/{site}/{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def masks(self, site: str) -> list[tuple[str, str, int]]:
        return [(one["selector"], one["action"], one["roleId"]) for one in self.ask("GET", "masks", site=site)]


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return iter(range(5500, 5600))


@pytest.fixture
def partner(relay: RelayProcess, numbers: Iterator[int]) -> Iterator[Partner]:
    found = Partner(relay, next(numbers))
    yield found
    found.close()


def test_rules_are_made_listed_and_deleted(partner: Partner) -> None:
    agent = partner.roles["agent"]
    rules = [{"selector": ".a", "action": "text"}, {"selector": ".b", "action": "block", "label": "Card", "roleId": agent}]
    first, second = partner.ask("POST", "masks", rules)
    assert partner.ask("GET", "masks") == [
        {"maskId": first, "selector": ".a", "action": "text", "label": "", "roleId": 0, "relayOnly": False},
        {"maskId": second, "selector": ".b", "action": "block", "label": "Card", "roleId": agent, "relayOnly": False},
    ]
    assert partner.masks("production") == []
    again = [{"selector": ".c", "action": "hide"}, {"selector": ".a", "action": "hide"}]
    assert "already" in partner.ask("POST", "masks", again, status=409)["detail"]
    wrong = [{"selector": ".d", "action": "hide"}, {"selector": "#a[", "action": "hide"}]
    assert "rule 2: the selector is not valid at column" in partner.ask("POST", "masks", wrong, status=422)["detail"]
    assert "no role" in partner.ask("POST", "masks", [{"selector": ".d", "action": "hide", "roleId": 2**30}], status=422)["detail"]
    partner.ask("POST", "delete-masks", [first, 2**30], status=404)
    assert partner.ask("POST", "delete-masks", [first]) == {"status": "ok"}
    assert partner.masks("staging") == [(".b", "block", agent)]


def test_masked_pages_by_role_as_documented(partner: Partner) -> None:
    agent, admin, supervisor = (partner.roles[name] for name in ("agent", "admin", "supervisor"))
    account, orders = "https://shop.example/account/*", "https://shop.example/orders"
    first, second = partner.ask("POST", "masked-pages", [{"maskPage": account, "roles": [agent, admin]}, {"maskPage": orders}])
    assert partner.ask("GET", "masked-pages") == [
        {"id": first, "maskPage": account, "roles": [agent, admin]}, {"id": second, "maskPage": orders, "roles": []},
    ]  # fmt: skip
    changes = [{"id": first, "maskPage": account, "roles": [supervisor]}, {"id": second, "maskPage": f"{orders}/*", "roles": [agent]}]
    assert partner.ask("PUT", "masked-pages", changes) == {"status": "ok"}
    assert partner.ask("GET", "masked-pages") == changes
    partner.ask("PUT", "masked-pages", [{"id": first, "maskPage": orders}, {"id": 2**30, "maskPage": orders}], status=404)
    assert partner.ask("GET", "masked-pages") == changes
    assert "rule 1" in partner.ask("POST", "masked-pages", [{"maskPage": "no address"}], status=422)["detail"]
    assert partner.ask("POST", "delete-masked-pages", [first]) == {"status": "ok"}
    assert partner.ask("GET", "masked-pages") == changes[1:]


def test_masks_are_published_and_backed_out_with_the_profile(relay: RelayProcess, partner: Partner) -> None:
    agent = partner.roles["agent"]
    partner.ask("POST", "masks", [{"selector": ".old", "action": "text"}], site="production")
    before = partner.masks("production")
    partner.ask("POST", "masks", [{"selector": ".new", "action": "hide"}, {"selector": ".new", "action": "text", "roleId": agent}])
    partner.ask("PUT", "mask-profile", {"profile": "private"})
    assert partner.ask("POST", "masks/publish", {}) == {"version": 2}
    assert partner.masks("production") == partner.masks("staging") == [(".new", "hide", 0), (".new", "text", agent)]
    assert partner.ask("GET", "mask-profile", site="production") == {"profile": "private"}
    # Nothing to do makes no version.
    assert partner.ask("POST", "masks/publish", {}) == {"version": 2}
    assert partner.ask("POST", "masks/back-out", {}, site="production") == {"version": 3}
    assert (partner.masks("production"), partner.ask("GET", "mask-profile", site="production")) == (before, {"profile": "open"})
    assert partner.ask("POST", "masks/back-out", {"version": 0}, site="production") == {"version": 4}
    assert partner.masks("production") == [] and len(partner.masks("staging")) == 2
    history = partner.ask("GET", "masks/versions", site="production")
    assert [(one["cause"], one["source"], one["rules"]) for one in history] == [
        ("back-out", 0, 0),
        ("back-out", 1, 1),
        ("publish", 2, 2),
        ("set", None, 1),
    ]
    for wrong in ({"version": 4}, {"version": 99}):
        partner.ask("POST", "masks/back-out", wrong, site="production", status=409)
    partner.ask("POST", "masks/publish", {"to": "staging"}, status=409)
    deeds = [entry["action"] for entry in relay.json("audit", "list", "--group", str(partner.group), "--action", "mask")]
    assert deeds[-3:] == ["mask.publish", "mask.back-out", "mask.back-out"]


def test_a_version_follows_the_name_of_a_role_and_not_a_role_that_is_no_more(partner: Partner) -> None:
    roles = f"/api/v0/groups/{partner.group}"
    number = partner.post(f"{roles}/roles", json=[{"name": "r" * 70}]).json()[0]["roleId"]
    mask = partner.ask("POST", "masks", [{"selector": ".r", "action": "hide", "roleId": number}])
    partner.put(f"{roles}/roles", json=[{"roleId": number, "name": "renamed"}])
    partner.ask("POST", "delete-masks", mask)
    partner.ask("POST", "masks/back-out", {})
    assert partner.masks("staging") == [(".r", "hide", number)]
    partner.ask("POST", "masks/back-out", {})
    partner.post(f"{roles}/delete-roles", json=[number])
    assert "a role that is no more" in partner.ask("POST", "masks/back-out", {}, status=409)["detail"]


def test_the_same_by_command(relay: RelayProcess, partner: Partner) -> None:
    group = ("--group", str(partner.group))
    relay.cli("mask", "add", *group, "--site", "staging", "--selector", ".cli", "--action", "text")
    assert relay.json("mask", "publish", *group) == {"group": partner.group, "site": "production", "version": 1}
    assert partner.masks("production") == [(".cli", "text", 0)]
    assert relay.json("mask", "back-out", *group, "--site", "production") == {"group": partner.group, "site": "production", "version": 2}
    assert [one["cause"] for one in relay.json("mask", "history", *group, "--site", "production")] == ["back-out", "publish"]
    assert partner.masks("production") == []
