"""Users of a group over REST. The list is as documented; the other calls follow those for roles: arrays, done whole or not at all."""

import asyncio
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Annotated, Any

import msgspec

from relay.errors import NotThere
from relay.identity.passwords import MAXIMUM_LENGTH, MINIMUM_LENGTH, PasswordPool
from relay.identity.profiles import LIMITS, USERNAME_CHARACTERS, Profile, checked_profile
from relay.name_guesses import NameGuesses
from relay.store.roles import Roles
from relay.store.user_search import PAGE, Criterion, UserSearch
from relay.store.users import User, UserChange, Users
from relay.web.bearers import GREATEST_ID
from relay.web.rest.operation import GONE, TAKEN, Call, Done, Operation, Unfit, checking


def camel(name: str) -> str:
    """The name of a field as JSON has it."""
    first, *rest = name.split("_")
    return first + "".join(map(str.title, rest))


AT_ONCE = 100
"""Users in one request that changes some: each may bring a password, which takes its time."""

USUAL_PAGE = 20

UserId = Annotated[int, msgspec.Meta(ge=1, le=GREATEST_ID)]
RoleChoice = Annotated[int, msgspec.Meta(ge=0, le=GREATEST_ID, description="The number of a role; 0 is none.")]
Username = Annotated[str, msgspec.Meta(min_length=1, max_length=USERNAME_CHARACTERS)]
Password = Annotated[str, msgspec.Meta(min_length=MINIMUM_LENGTH, max_length=MAXIMUM_LENGTH)]
Puid = Annotated[str, msgspec.Meta(max_length=LIMITS["puid"])]
Shown = Annotated[str, msgspec.Meta(max_length=LIMITS["name"])]
Name = Annotated[str, msgspec.Meta(max_length=LIMITS["first_name"])]
Email = Annotated[str, msgspec.Meta(max_length=LIMITS["email"])]
Phone = Annotated[str, msgspec.Meta(max_length=LIMITS["phone"])]


class NewUser(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """Without a password the user signs on by login key only; without a role, with all that the group allows."""

    username: Username
    password: Password | None = None
    puid: Puid = ""
    name: Shown = ""
    title: Shown = ""
    first_name: Name = ""
    last_name: Name = ""
    email: Email = ""
    phone: Phone = ""
    role_id: RoleChoice = 0
    suspended: bool = False


class ChangedUser(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """What is left out, or null, stays as it is."""

    user_id: UserId
    username: Username | None = None
    password: Password | None = None
    puid: Puid | None = None
    name: Shown | None = None
    title: Shown | None = None
    first_name: Name | None = None
    last_name: Name | None = None
    email: Email | None = None
    phone: Phone | None = None
    role_id: RoleChoice | None = None
    suspended: bool | None = None


class ShownUser(msgspec.Struct, rename="camel"):
    user_id: int
    username: str
    puid: str
    name: str
    title: str
    first_name: str
    last_name: str
    email: str
    phone: str
    role_id: int
    role_name: str
    group_owner: bool
    suspended: bool


class Pagination(msgspec.Struct, rename="camel"):
    offset: int
    page_size: int
    total_records: int


class UserPage(msgspec.Struct, rename="camel"):
    pagination: Pagination
    users_list: list[ShownUser]


Part = Annotated[str, msgspec.Meta(max_length=255)]


_DOCUMENTED = {"role_id": "roleID"}
"""Names that are not as the others are."""


class UserQuery(msgspec.Struct, forbid_unknown_fields=True, rename=lambda name: _DOCUMENTED.get(name) or camel(name)):
    """Parts of fields, whatever their case; all have to fit, with `orMode` any. Without a role: `roleName` `-none-`, or `roleID` 0."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=PAGE)] = USUAL_PAGE
    offset: Annotated[int, msgspec.Meta(ge=0, le=GREATEST_ID)] = 0
    username: Part = ""
    first_name: Part = ""
    last_name: Part = ""
    puid: Part = ""
    role_name: Part = ""
    role_id: RoleChoice | msgspec.UnsetType = msgspec.UNSET
    or_mode: bool = False


NewUsers = Annotated[list[NewUser], msgspec.Meta(max_length=AT_ONCE)]
ChangedUsers = Annotated[list[ChangedUser], msgspec.Meta(max_length=AT_ONCE)]
UserIds = Annotated[list[UserId], msgspec.Meta(max_length=AT_ONCE)]


class UserService:
    def __init__(self, users: Users, search: UserSearch, roles: Roles, passwords: PasswordPool, names: NameGuesses) -> None:
        self._users = users
        self._search = search
        self._roles = roles
        self._passwords = passwords
        self._names = names

    def operations(self) -> list[Operation]:
        users, user = "/users", "/users/{userId}"
        return [
            Operation(
                name="listUsers",
                method="GET",
                path=users,
                about="Users by parts of their fields.",
                handle=self.find,
                query=UserQuery,
                answer=UserPage,
            ),
            Operation(
                name="createUsers",
                method="POST",
                path=users,
                about="New users, all or none.",
                handle=self.create,
                body=NewUsers,
                answer=list[ShownUser],
                refuses=TAKEN,
            ),
            Operation(name="getUser", method="GET", path=user, about="One user.", handle=self.show, answer=ShownUser, refuses=GONE),
            Operation(
                name="changeUsers",
                method="PUT",
                path=users,
                about="Change or suspend users, all or none. A new password or a suspension ends the logins of the user.",
                handle=self.change,
                body=ChangedUsers,
                refuses=GONE + TAKEN,
            ),
            Operation(
                name="deleteUsers",
                method="POST",
                path="/delete-users",
                about="Delete users, all or none.",
                handle=self.remove,
                body=UserIds,
                refuses=GONE + TAKEN,
            ),
        ]

    async def find(self, call: Call[None, UserQuery]) -> UserPage:
        query = call.query
        found, total = await self._search.find(call.group, _criteria(query), any_of=query.or_mode, limit=query.limit, offset=query.offset)
        return UserPage(Pagination(query.offset, query.limit, total), [_shown(user) for user in found])

    async def create(self, call: Call[list[NewUser], None]) -> list[ShownUser]:
        roles = await self._role_names(call.group)
        profiles = []
        for place, one in enumerate(call.body):
            with checking(f"user {place + 1}"):
                profiles.append(checked_profile(Profile(**_fields(one, roles))))
        hashes = [await self._hash(one.password) for one in call.body]
        async with self._names.naming(call.group, call.by):
            numbers = await self._users.add_all(call.group, list(zip(profiles, hashes, strict=True)), call.now, call.by)
        return [_shown(user) for user in await self._users.get_all(call.group, numbers)]

    async def show(self, call: Call[None, None]) -> ShownUser:
        found = await self._users.get_all(call.group, [call.number("userId")])
        if not found:
            raise NotThere("this group has no such user")
        return _shown(found[0])

    async def change(self, call: Call[list[ChangedUser], None]) -> Done:
        roles = await self._role_names(call.group)
        changes = []
        for place, one in enumerate(call.body):
            with checking(f"user {place + 1}"):
                fields = _fields(one, roles)
                checked_profile(Profile(**{"username": "any", **fields}))
            changes.append(UserChange(one.user_id, fields, await self._hash(one.password)))
        renames = any(one.username is not None for one in call.body)
        async with self._names.naming(call.group, call.by) if renames else nullcontext():
            await self._users.change_all(call.group, changes, call.now, call.by)
        return Done()

    async def remove(self, call: Call[list[int], None]) -> Done:
        await self._users.remove_all(call.group, call.body, call.now, call.by)
        return Done()

    async def _role_names(self, group: int) -> Mapping[int, str]:
        return {0: ""} | {stored.id: stored.role.name for stored in await self._roles.all(group)}

    async def _hash(self, password: str | None) -> str:
        return await asyncio.wrap_future(self._passwords.hash(password)) if password else ""


_NO_FIELDS = frozenset({"user_id", "password", "role_id"})


def _fields(given: NewUser | ChangedUser, roles: Mapping[int, str]) -> dict[str, Any]:
    """The fields of a profile that are given."""
    fields = {name: value for name, value in msgspec.structs.asdict(given).items() if value is not None and name not in _NO_FIELDS}
    if given.role_id is not None:
        if given.role_id not in roles:
            raise Unfit(f"the group has no role {given.role_id}")
        fields["role"] = roles[given.role_id]
    return fields


def _criteria(query: UserQuery) -> list[Criterion]:
    texts = {
        "username": query.username,
        "first_name": query.first_name,
        "last_name": query.last_name,
        "puid": query.puid,
        "role": query.role_name,
    }
    found = [Criterion.part(field, text) for field, text in texts.items() if text]
    if query.role_id is not msgspec.UNSET:
        found.append(Criterion.role(query.role_id))
    return found


def _shown(user: User) -> ShownUser:
    profile = user.profile
    return ShownUser(
        user_id=user.id,
        username=profile.username,
        puid=profile.puid,
        name=profile.name,
        title=profile.title,
        first_name=profile.first_name,
        last_name=profile.last_name,
        email=profile.email,
        phone=profile.phone,
        role_id=user.role_id or 0,
        role_name=profile.role,
        group_owner=user.owner,
        suspended=profile.suspended,
    )
