"""Roles of a group over REST, as documented: lists come and go as arrays, and an array is done whole or not at all."""

from typing import Annotated

import msgspec

from relay.errors import NotThere
from relay.identity.permissions import USUAL, Permission, as_settings, changed
from relay.identity.roles import DESCRIPTION_CHARACTERS, NAME_CHARACTERS, Role, RoleChange, checked_role
from relay.store.roles import ROLES, NoSuchRole, Roles, StoredRole
from relay.web.bearers import GREATEST_ID
from relay.web.rest.operation import GONE, TAKEN, Call, Done, Operation, checking

RoleId = Annotated[int, msgspec.Meta(ge=1, le=GREATEST_ID)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_CHARACTERS)]
Description = Annotated[str, msgspec.Meta(max_length=DESCRIPTION_CHARACTERS)]
Settings = dict[Permission, bool]
"""What is not named stays as it is."""


class NewRole(msgspec.Struct, forbid_unknown_fields=True):
    name: Name
    description: Description = ""
    settings: Settings = {}


class ChangedRole(msgspec.Struct, forbid_unknown_fields=True, rename={"id": "roleId"}):
    """What is left out stays as it is, and so does each setting that is not named."""

    id: RoleId
    name: Name | None = None
    description: Description | None = None
    settings: Settings = {}


class ShownRole(msgspec.Struct, rename="camel"):
    """`settings` are the role's wishes, with every key."""

    role_id: int
    name: str
    description: str
    in_use: bool
    user_count: int
    settings: dict[str, bool]


NewRoles = Annotated[list[NewRole], msgspec.Meta(max_length=ROLES)]
ChangedRoles = Annotated[list[ChangedRole], msgspec.Meta(max_length=ROLES)]
RoleIds = Annotated[list[RoleId], msgspec.Meta(max_length=ROLES)]


class RoleService:
    def __init__(self, roles: Roles) -> None:
        self._roles = roles

    def operations(self) -> list[Operation]:
        roles, role = "/roles", "/roles/{roleId}"
        return [
            Operation(name="listRoles", method="GET", path=roles, about="All roles.", handle=self.all, answer=list[ShownRole]),
            Operation(
                name="createRoles",
                method="POST",
                path=roles,
                about="New roles, all or none; settings that are not named are as in a group's first roles.",
                handle=self.create,
                body=NewRoles,
                answer=list[ShownRole],
                refuses=TAKEN,
            ),
            Operation(name="getRole", method="GET", path=role, about="One role.", handle=self.show, answer=ShownRole, refuses=GONE),
            Operation(
                name="changeRoles",
                method="PUT",
                path=roles,
                about="Change roles, all or none.",
                handle=self.change,
                body=ChangedRoles,
                refuses=GONE + TAKEN,
            ),
            Operation(
                name="deleteRoles",
                method="POST",
                path="/delete-roles",
                about="Delete roles that no user has, all or none.",
                handle=self.remove,
                body=RoleIds,
                refuses=GONE + TAKEN,
            ),
        ]

    async def all(self, call: Call[None, None]) -> list[ShownRole]:
        return [_shown(role) for role in await self._roles.all(call.group)]

    async def create(self, call: Call[list[NewRole], None]) -> list[ShownRole]:
        with checking():
            wanted = [checked_role(Role(one.name, one.description, changed(USUAL, one.settings))) for one in call.body]
        return [_shown(role) for role in await self._roles.add(call.group, wanted, call.now, call.by)]

    async def show(self, call: Call[None, None]) -> ShownRole:
        try:
            return _shown(await self._roles.get(call.group, call.number("roleId")))
        except NoSuchRole:
            raise NotThere("this group has no such role") from None

    async def change(self, call: Call[list[ChangedRole], None]) -> Done:
        wanted = [(one.id, RoleChange(one.name, one.description, one.settings)) for one in call.body]
        with checking():
            for _, change in wanted:
                change.applied(Role("any"))
        await self._roles.change(call.group, wanted, call.now, call.by)
        return Done()

    async def remove(self, call: Call[list[int], None]) -> Done:
        await self._roles.remove(call.group, call.body, call.now, call.by)
        return Done()


def _shown(stored: StoredRole) -> ShownRole:
    role = stored.role
    return ShownRole(stored.id, role.name, role.description, stored.users > 0, stored.users, as_settings(role.permissions))
