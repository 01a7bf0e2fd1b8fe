"""A group keeps an owner: over REST and the form calls, when two ask at once, and with the operator's word against it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import httpx2 as httpx
import pytest

from relay.identity.permissions import Permission
from relay.identity.profiles import Profile
from relay.identity.roles import RoleChange
from relay.store.database import Database
from relay.store.groups import Group, GroupChange, Groups
from relay.store.owners import LastOwner
from relay.store.roles import Roles
from relay.store.users import UserChange, Users
from tests.engines import Engine
from tests.relay_process import PASSWORD, RelayProcess

GROUPS = itertools.count(6000)


class Desk(httpx.Client):
    """A partner's server with the API key of a group of its own: the owners are ann and bob, whose role is the only one of owners."""

    def __init__(self, relay: RelayProcess, number: int) -> None:
        relay.cli("group", "add", "--id", str(number), "--name", "Owned")
        key = relay.json("key", "show", "--group", str(number))["key"]
        super().__init__(base_url=f"{relay.url}/api/v0/groups/{number}", headers={"Authorization": f"Bearer {key}"}, trust_env=False)
        self.number = number

    def people(self) -> None:
        number = self.number
        self.admin = next(role["roleId"] for role in self.get("/roles").json() if role["name"] == "admin")
        ann = {"username": f"ann.{number}", "puid": "p-ann", "password": PASSWORD, "roleId": self.admin}
        made = self.post("/users", json=[ann, {"username": f"bob.{number}", "roleId": self.admin}])
        self.ann, self.bob = (user["userId"] for user in made.json())

    def users(self) -> list[int]:
        return [user["userId"] for user in self.get("/users").json()["usersList"]]


@pytest.fixture
def desk(relay: RelayProcess) -> Iterator[Desk]:
    with Desk(relay, next(GROUPS)) as made:
        made.people()
        yield made


def kept(answer: httpx.Response) -> None:
    assert answer.status_code == 409 and "an active owner" in answer.json()["detail"], answer.text


def test_the_last_owner_is_neither_suspended_nor_demoted_nor_deleted(desk: Desk) -> None:
    ann, bob = desk.ann, desk.bob
    kept(desk.post("/delete-users", json=[ann, bob]))
    kept(desk.put("/users", json=[{"userId": ann, "suspended": True}, {"userId": bob, "roleId": 0}]))
    assert desk.users() == [ann, bob]
    assert desk.put("/users", json=[{"userId": bob, "suspended": True}]).status_code == 200
    kept(desk.put("/users", json=[{"userId": ann, "suspended": True}]))
    kept(desk.put("/users", json=[{"userId": ann, "roleId": 0}]))
    kept(desk.post("/delete-users", json=[ann]))
    # Another takes over in the same request.
    assert desk.put("/users", json=[{"userId": ann, "suspended": True}, {"userId": bob, "suspended": False}]).status_code == 200


def test_the_form_calls_keep_one_too(desk: Desk, relay: RelayProcess) -> None:
    assert desk.post("/delete-users", json=[desk.bob]).status_code == 200
    login = {"PartnerLogin": f"ann.{desk.number}", "PartnerPW": PASSWORD, "PartnerUserID": "p-ann"}
    for name, more in (("UpdateUser", {"UserSuspended": "1"}), ("UpdateUser", {"UserRole": "agent"}), ("DeleteUser", {})):
        answer = desk.post(f"{relay.url}/PAPI/{name}.asp", data={**login, **more})
        assert answer.status_code == 409 and "<Code>lastowner</Code>" in answer.text, answer.text
    assert desk.users() == [desk.ann]


def test_the_operator_may_say_that_it_is_meant(desk: Desk, relay: RelayProcess) -> None:
    ann, admin = f"ann.{desk.number}", ("--group", str(desk.number), "--name", "admin")
    assert desk.post("/delete-users", json=[desk.bob]).status_code == 200
    for command in (["user", "remove"], ["user", "change", "--suspended"]):
        assert "it keeps one" in relay.cli(*command, "--username", ann, expect=1)
    assert "it keeps one" in relay.cli("role", "change", "--no-owner", *admin, expect=1)
    relay.cli("user", "remove", "--username", ann, "--even-last-owner")
    # The API key alone runs the group now, and what makes an owner again stays all the same.
    answer = desk.post("/delete-roles", json=[desk.admin])
    assert answer.status_code == 409 and "an owner's role" in answer.json()["detail"]
    relay.cli("role", "remove", *admin, "--even-last-owner")


Work = Callable[[Database], Awaitable[None]]


@pytest.fixture
def owned(tmp_path: Path, engine: Engine) -> Callable[[Work], None]:
    """Runs work on a database whose group 1000 has the owners 1 and 2."""

    def run(work: Work) -> None:
        address = engine.address()

        async def all_of_it() -> None:
            database = Database.open(tmp_path, address)
            try:
                await Groups(database).add(Group(1000, "Test"), 0)
                profiles = [(Profile(username=name, role="admin"), "hash") for name in ("ann", "bob")]
                assert await Users(database).add_all(1000, profiles, 0) == [1, 2]
                await work(database)
            finally:
                await database.close()

        asyncio.run(all_of_it())

    return run


def test_of_two_changes_at_once_one_is_refused(owned: Callable[[Work], None]) -> None:
    async def work(database: Database) -> None:
        users, roles = Users(database), Roles(database)
        admin = await roles.named(1000, "admin")
        for attempt in range(10):
            done = await asyncio.gather(
                users.change_all(1000, [UserChange(1, {"suspended": True})], attempt),
                users.change_all(1000, [UserChange(2, {"role": ""})], attempt),
                roles.change(1000, [(admin.id, RoleChange(owner=False))], attempt),
                return_exceptions=True,
            )
            assert sum(isinstance(one, LastOwner) for one in done) == 2, done
            assert any(user.owner and not user.suspended for user in await users.get_all(1000, [1, 2]))
            await roles.change(1000, [(admin.id, RoleChange(owner=True))], attempt)
            await users.change_all(1000, [UserChange(1, {"suspended": False}), UserChange(2, {"role": "admin"})], attempt)

    owned(work)


def test_of_two_changes_of_a_group_at_once_both_are_kept(owned: Callable[[Work], None]) -> None:
    async def work(database: Database) -> None:
        groups = Groups(database)
        wanted = [
            GroupChange(name="New name"),
            GroupChange(origins=("https://a.example",)),
            GroupChange(permissions={Permission.VIEW_VIDEO: False}),
            GroupChange(permissions={Permission.REMOTE_ASSIST: False}),
        ]
        await asyncio.gather(*(groups.change(1000, change, 1) for change in wanted))
        found = await groups.require(1000)
        assert (found.name, found.origins) == ("New name", ("https://a.example",))
        assert not found.permissions & {Permission.VIEW_VIDEO, Permission.REMOTE_ASSIST}

    owned(work)
