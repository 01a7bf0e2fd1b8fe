"""Two groups do random things over HTTP, with each other's ids too: neither is ever shown, or can change, anything of the other."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import httpx2 as httpx
import pytest

from tests.relay.peers import Agent, Visitor
from tests.relay_process import RelayProcess

STEPS = 150
MARKS = {5601: "amber", 5602: "cobalt"}
"""Stands in all that a group writes."""

Step = tuple[str, str, Any]


class Group:
    """A group's server, and the ids that it has had."""

    def __init__(self, relay: RelayProcess, number: int) -> None:
        relay.cli("group", "add", "--id", str(number), "--name", MARKS[number])
        self.number = number
        self.mark = MARKS[number]
        self.client = Agent(relay, bearer=relay.json("key", "show", "--group", str(number))["key"])
        self.ids: dict[str, list[int]] = {"roles": [], "users": [], "masks": [], "masked-pages": []}

    def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        more = {} if body is None else {"json": body}
        return self.client.request(method, f"/api/v0/groups/{self.number}{path}", **more)


@pytest.fixture(scope="module")
def groups(relay: RelayProcess) -> Iterator[list[Group]]:
    found = [Group(relay, number) for number in MARKS]
    yield found
    for group in found:
        group.client.close()


def creation(rng: random.Random, group: Group) -> Step:
    text = f"{group.mark}{rng.randrange(10**6)}"
    role = rng.choice(group.ids["roles"] or [0])
    site = rng.choice(["staging", "production"])
    return rng.choice(
        [
            ("POST", "/roles", [{"name": text, "description": text}]),
            ("POST", "/users", [{"username": f"{text}.example", "puid": text, "lastName": text, "roleId": role}]),
            ("POST", f"/sites/{site}/masks", [{"selector": f".{text}", "action": "hide", "roleId": role}]),
            ("POST", f"/sites/{site}/masked-pages", [{"maskPage": f"https://{text}.example/*", "roles": [role] if role else []}]),
            ("PATCH", f"/sites/{site}/settings", {"set": {"agentOrigins": [f"https://{text}.example"]}}),
            ("POST", f"/sites/{site}/settings/publish", {"to": "production"}),
            ("POST", f"/sites/{site}/masks/publish", {"to": "production"}),
            ("POST", f"/sites/{site}/masks/back-out", {}),
        ]
    )


def on_ids(rng: random.Random, group: Group, kind: str, number: int) -> Step:
    """Something done to one thing."""
    text = f"{group.mark}{rng.randrange(10**6)}"
    steps: dict[str, list[Step]] = {
        "roles": [("GET", f"/roles/{number}", None), ("PUT", "/roles", [{"roleId": number, "name": text}]), ("POST", "/delete-roles", [number])],
        "users": [
            ("GET", f"/users/{number}", None), ("PUT", "/users", [{"userId": number, "lastName": text, "suspended": True}]),
            ("POST", "/delete-users", [number]), ("GET", f"/users?roleID={number}", None),
        ],
        "masks": [("POST", f"/sites/{site}/delete-masks", [number]) for site in ("staging", "production")],
        "masked-pages": [("PUT", "/sites/staging/masked-pages", [{"id": number, "maskPage": f"https://{text}.example/"}])],
    }  # fmt: skip
    return rng.choice(steps[kind])


def remember(group: Group, method: str, path: str, answer: httpx.Response) -> None:
    kind = path.rpartition("/")[2]
    if method == "POST" and answer.status_code == 200 and kind in group.ids:
        group.ids[kind] += [one if isinstance(one, int) else one.get("roleId" if kind == "roles" else "userId") for one in answer.json()]


def everything(group: Group, paths: list[str]) -> str:
    """All that a group can read, but its own ids."""
    sites = [path.replace("{site}", site) for path in paths for site in ("staging", "production")]
    return "\n".join(group.ask("GET", path).text for path in dict.fromkeys(sites))


@pytest.mark.parametrize("seed", range(1))
def test_no_group_is_shown_anything_of_another(relay: RelayProcess, groups: list[Group], seed: int) -> None:
    rng = random.Random(seed)
    served = httpx.get(f"{relay.url}/api/v0/openapi.json").json()["paths"]
    readable = [
        path.removeprefix("/api/v0/groups/{groupId}") for path, does in served.items() if "get" in does and not path.endswith("Id}")
    ]
    # An export is an entry of the log.
    lasting = [path for path in readable if not path.endswith(".csv")]
    with Visitor(relay) as first, Visitor(relay) as second:
        for visitor, group in zip((first, second), groups, strict=True):
            visitor.start(groupid=group.number, name=group.mark)
        for _ in range(STEPS):
            mine, other = rng.sample(groups, 2)
            kind = rng.choice(list(mine.ids))
            # SQLite gives the number of what was deleted again.
            foreign = [number for number in other.ids[kind] if number not in mine.ids[kind]]
            theirs = rng.random() < 0.3 and bool(foreign)
            own = [*mine.ids[kind], 1]
            about_id = theirs or rng.random() < 0.4
            method, path, body = on_ids(rng, mine, kind, rng.choice(foreign if theirs else own)) if about_id else creation(rng, mine)
            before = everything(other, lasting) if theirs and method != "GET" else ""
            answer = mine.ask(method, path, body)
            assert answer.status_code < 500 and other.mark not in answer.text, (seed, method, path, answer.text)
            if theirs:
                assert answer.status_code == (200 if "?" in path else 404), (seed, method, path, answer.text)
                assert method == "GET" or everything(other, lasting) == before, (seed, method, path)
            else:
                remember(mine, method, path, answer)
        for group, other in (groups, groups[::-1]):
            shown = everything(group, readable)
            assert group.mark in shown and other.mark not in shown, seed
