"""Users: the people of a group who log in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from relay.errors import NotThere, Refused
from relay.identity.access import Caller
from relay.identity.actor import RELAY, Actor
from relay.identity.permissions import Permissions, effective, from_words
from relay.identity.profiles import FieldRefused, Profile, checked_profile
from relay.store import schema
from relay.store.audit import Deed, record
from relay.store.database import Database, lock_group
from relay.store.owners import locked_group

COLUMNS = (
    *schema.users.c,
    schema.roles.c.name.label("role_name"),
    schema.roles.c.owner.label("role_owner"),
    schema.roles.c.permissions.label("role_permissions"),
    schema.groups.c.permissions.label("group_permissions"),
)
TABLES = schema.users.join(schema.groups, schema.users.c.group_id == schema.groups.c.id).outerjoin(
    schema.roles, schema.users.c.role_id == schema.roles.c.id
)
"""What `user_of` needs of a row."""


@dataclass(frozen=True, slots=True)
class User:
    """`name` and `title` are what visitors see of an agent. `permissions` are what role and group allow; `owner` may run the group."""

    id: int
    group: int
    profile: Profile
    owner: bool
    permissions: Permissions
    password_hash: str = field(repr=False)
    role_id: int | None = None

    @property
    def username(self) -> str:
        return self.profile.username

    @property
    def name(self) -> str:
        return self.profile.shown_name

    @property
    def suspended(self) -> bool:
        return self.profile.suspended

    @property
    def role(self) -> str:
        """The name of the role, empty without one."""
        return self.profile.role

    @property
    def caller(self) -> Caller:
        """The user as `identity.access` knows callers."""
        return Caller(self.id, self.group, self.permissions, self.owner, self.suspended)


@dataclass(frozen=True, slots=True)
class UserChange:
    """Fields of a user's profile that get another value; a new password if its hash is not empty."""

    user: int
    fields: Mapping[str, Any]
    password_hash: str = field(default="", repr=False)


class ForeignName(FieldRefused):
    """A user of another group has this user name."""

    def __init__(self, username: str) -> None:
        super().__init__("username", f"there is a user {username} already")


class NoSuchUser(NotThere):
    def __str__(self) -> str:
        return "there is no such user"


class Users:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, group: int, profile: Profile, password_hash: str, now: int, by: Actor = RELAY) -> int:
        """The new user's id. User names are unique over all groups, whatever their case: one login form serves them all.

        Without a password hash the user signs on by login key only. Raises `FieldRefused`.
        """
        async with self._database.write() as connection:
            await lock_group(connection, group)
            return await self._add(connection, group, profile, password_hash, now, by)

    async def add_all(self, group: int, profiles: Sequence[tuple[Profile, str]], now: int, by: Actor = RELAY) -> list[int]:
        """Users with their password hashes, all or none; their ids. Raises `RowRefused`."""
        numbers = []
        async with self._database.write() as connection:
            await lock_group(connection, group)
            for row, (profile, password_hash) in enumerate(profiles):
                try:
                    numbers.append(await self._add(connection, group, profile, password_hash, now, by))
                except FieldRefused as refused:
                    raise RowRefused(row, refused) from None
            await record(self._database, connection, group, by, Deed.USER_IMPORT, now, detail={"users": len(profiles)})
        return numbers

    async def change(self, user: int, changes: Mapping[str, Any], now: int, by: Actor = RELAY, *, even_last_owner: bool = False) -> None:
        """Set the named fields of the profile. A user who may not come in any more is logged out."""
        try:
            await self.change_all(await self._group_of(user), [UserChange(user, changes)], now, by, even_last_owner=even_last_owner)
        except RowRefused as refused:
            raise refused.fault from None

    async def change_all(
        self, group: int, changes: Sequence[UserChange], now: int, by: Actor = RELAY, *, even_last_owner: bool = False
    ) -> None:
        """Change users of a group, all or none, from what they are at that moment. Raises `NoSuchUser`, `RowRefused`, `LastOwner`."""
        async with self._database.write() as connection, locked_group(connection, group, even_last_owner=even_last_owner):
            for row, change in enumerate(changes):
                try:
                    await self._change(connection, await _in_group(connection, group, change.user), change, now, by)
                except FieldRefused as refused:
                    raise RowRefused(row, refused) from None

    async def set_password(self, user: int, password_hash: str, now: int, by: Actor = RELAY) -> None:
        """A new password; every login of the user is over."""
        await self.change_all(await self._group_of(user), [UserChange(user, {}, password_hash)], now, by)

    async def rehash(self, user: int, before: str, password_hash: str) -> None:
        """The same password in a stronger hash, unless it was changed meanwhile."""
        same = and_(schema.users.c.id == user, schema.users.c.password_hash == before)
        async with self._database.write() as connection:
            await connection.execute(update(schema.users).where(same).values(password_hash=password_hash))

    async def remove(self, user: int, now: int, by: Actor = RELAY, *, even_last_owner: bool = False) -> None:
        await self.remove_all(await self._group_of(user), [user], now, by, even_last_owner=even_last_owner)

    async def remove_all(self, group: int, users: Sequence[int], now: int, by: Actor = RELAY, *, even_last_owner: bool = False) -> None:
        """Remove users of a group, all or none. Raises `NoSuchUser`, `LastOwner`."""
        async with self._database.write() as connection, locked_group(connection, group, even_last_owner=even_last_owner):
            for user in users:
                found = await _in_group(connection, group, user)
                await connection.execute(delete(schema.users).where(schema.users.c.id == user))
                await record(self._database, connection, group, by, Deed.USER_REMOVE, now, subject=found.username)

    async def by_username(self, username: str) -> User | None:
        return await self._one(schema.users.c.username_folded == username.casefold())

    async def by_puid(self, group: int, puid: str) -> User | None:
        """A user by the partner's own id, which is unique in a group only."""
        if not puid or not 0 < group < 2**31:
            return None
        return await self._one(and_(schema.users.c.group_id == group, schema.users.c.puid == puid))

    async def get(self, user: int) -> User | None:
        return await self._one(schema.users.c.id == user)

    async def get_all(self, group: int, users: Sequence[int]) -> list[User]:
        """Those of the users that are in the group, in the order of their making."""
        condition = and_(schema.users.c.group_id == group, schema.users.c.id.in_(users))
        query = select(*COLUMNS).select_from(TABLES).where(condition).order_by(schema.users.c.id)
        async with self._database.read() as connection:
            return [user_of(row) for row in (await connection.execute(query)).mappings()]

    async def _add(self, connection: AsyncConnection, group: int, profile: Profile, password_hash: str, now: int, by: Actor) -> int:
        profile = checked_profile(profile)
        values = await _values(connection, group, profile)
        await _free(connection, group, profile, None)
        added = insert(schema.users).values(group_id=group, password_hash=password_hash, created=now, **values)
        try:
            number = int((await connection.execute(added.returning(schema.users.c.id))).scalar_one())
        except IntegrityError:
            # Of another group, at the same moment.
            raise ForeignName(profile.username) from None
        await record(self._database, connection, group, by, Deed.USER_ADD, now, subject=profile.username, detail={"role": profile.role})
        return number

    async def _change(self, connection: AsyncConnection, before: User, change: UserChange, now: int, by: Actor) -> None:
        if change.fields:
            await self._change_profile(connection, before, change.fields, now, by)
        if change.password_hash:
            changed = update(schema.users).where(schema.users.c.id == before.id).values(password_hash=change.password_hash)
            await connection.execute(changed)
            await _log_out(connection, before.id)
            await record(self._database, connection, before.group, by, Deed.USER_PASSWORD, now, subject=before.username)

    async def _change_profile(self, connection: AsyncConnection, before: User, changes: Mapping[str, Any], now: int, by: Actor) -> None:
        profile = checked_profile(replace(before.profile, **changes))
        values = await _values(connection, before.group, profile)
        await _free(connection, before.group, profile, before.id)
        try:
            await connection.execute(update(schema.users).where(schema.users.c.id == before.id).values(values))
        except IntegrityError:
            # Of another group, at the same moment.
            raise ForeignName(profile.username) from None
        if profile.suspended:
            await _log_out(connection, before.id)
        named = sorted(name for name in changes if getattr(profile, name) != getattr(before.profile, name))
        shown = {name: getattr(profile, name) for name in named if name in ("role", "suspended", "username", "puid")}
        detail = {"fields": named, **shown}
        await record(self._database, connection, before.group, by, Deed.USER_CHANGE, now, subject=profile.username, detail=detail)

    async def _group_of(self, user: int) -> int:
        found = await self.get(user)
        if found is None:
            raise NoSuchUser
        return found.group

    async def _one(self, condition: ColumnElement[bool]) -> User | None:
        async with self._database.read() as connection:
            return await _one(connection, condition)


class RowRefused(Refused):
    """Row `row` (from 0) of many has a fault."""

    def __init__(self, row: int, fault: FieldRefused) -> None:
        super().__init__(row, fault)
        self.row = row
        self.fault = fault

    def __str__(self) -> str:
        return f"row {self.row + 1}, {self.fault.field}: {self.fault}"


def user_of(row: RowMapping) -> User:
    """The user in a row with `COLUMNS`."""
    texts = {field.name: row[field.name] or "" for field in fields(Profile) if field.name not in ("role", "suspended")}
    wishes = None if row["role_permissions"] is None else from_words(row["role_permissions"])
    return User(
        id=row["id"],
        group=row["group_id"],
        profile=Profile(**texts, role=row["role_name"] or "", suspended=row["suspended"]),
        owner=bool(row["role_owner"]),
        permissions=effective(from_words(row["group_permissions"]), wishes),
        password_hash=row["password_hash"],
        role_id=row["role_id"],
    )


async def _one(connection: AsyncConnection, condition: ColumnElement[bool]) -> User | None:
    query: Select[Any] = select(*COLUMNS).select_from(TABLES).where(condition)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else user_of(row)


async def _in_group(connection: AsyncConnection, group: int, user: int) -> User:
    found = await _one(connection, and_(schema.users.c.group_id == group, schema.users.c.id == user))
    if found is None:
        raise NoSuchUser
    return found


async def _values(connection: AsyncConnection, group: int, profile: Profile) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(profile, name) for name in ("username", "title", "first_name", "last_name", "email", "phone")}
    values |= {"username_folded": profile.username.casefold(), "puid": profile.puid or None, "name": profile.name}
    return {**values, "suspended": profile.suspended, "role_id": await _role_id(connection, group, profile.role)}


async def _role_id(connection: AsyncConnection, group: int, name: str) -> int | None:
    if not name:
        return None
    roles = schema.roles
    query = select(roles.c.id).where(roles.c.group_id == group, roles.c.name_folded == name.casefold())
    found: int | None = (await connection.execute(query)).scalar_one_or_none()
    if found is None:
        raise FieldRefused("role", f"group {group} has no role {name}")
    return found


async def _free(connection: AsyncConnection, group: int, profile: Profile, user: int | None) -> None:
    """Nobody else has this user name, or in the group this partner user id."""
    users = schema.users
    other = users.c.id != (user or 0)
    query = select(users.c.group_id).where(users.c.username_folded == profile.username.casefold(), other)
    owner = (await connection.execute(query)).scalar_one_or_none()
    if owner == group:
        raise FieldRefused("username", f"there is a user {profile.username} already")
    if owner is not None:
        raise ForeignName(profile.username)
    query = select(users.c.id).where(users.c.group_id == group, users.c.puid == profile.puid, other)
    if profile.puid and (await connection.execute(query)).first():
        raise FieldRefused("puid", f"there is a user with the partner user id {profile.puid} already")


async def _log_out(connection: AsyncConnection, user: int) -> None:
    await connection.execute(delete(schema.login_sessions).where(schema.login_sessions.c.user_id == user))
