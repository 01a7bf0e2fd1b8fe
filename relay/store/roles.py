"""The roles of groups."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import RowMapping, Select, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from relay.errors import NotThere, Refused
from relay.identity.actor import RELAY, Actor
from relay.identity.permissions import from_words, to_words
from relay.identity.roles import Role, RoleChange, checked_role
from relay.store import schema
from relay.store.audit import Deed, record
from relay.store.database import Database, lock_group
from relay.store.masks import raise_revision_of_role
from relay.store.owners import locked_group

ROLES = 200
"""Roles that a group may have."""


class NoSuchRole(NotThere):
    """The group has no such role."""


@dataclass(frozen=True, slots=True)
class StoredRole:
    """A role with its number, and how many users have it."""

    id: int
    role: Role
    users: int


class Roles:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, group: int, roles: Sequence[Role], now: int, by: Actor = RELAY) -> list[StoredRole]:
        """New roles, all or none."""
        for role in roles:
            checked_role(role)
        async with self._database.write() as connection:
            await lock_group(connection, group)
            if await _count(connection, group) + len(roles) > ROLES:
                raise Refused(f"a group has at most {ROLES} roles")
            added = [StoredRole(await _insert_once(connection, group, role, now), role, 0) for role in roles]
            for role in roles:
                await record(self._database, connection, group, by, Deed.ROLE_ADD, now, subject=role.name, detail=_detail(role))
        return added

    async def change(
        self, group: int, changes: Sequence[tuple[int, RoleChange]], now: int, by: Actor = RELAY, *, even_last_owner: bool = False
    ) -> list[StoredRole]:
        """The roles after changes, all or none, to what they are at that moment. Masking rules follow a role that gets another name.

        Raises `NoSuchRole`, `LastOwner`.
        """
        async with self._database.write() as connection, locked_group(connection, group, even_last_owner=even_last_owner):
            for number, change in changes:
                role = await self._change(connection, group, number, change)
                await record(self._database, connection, group, by, Deed.ROLE_CHANGE, now, subject=role.name, detail=_detail(role))
            return [await _require(connection, group, number) for number, _ in changes]

    async def remove(self, group: int, numbers: Sequence[int], now: int, by: Actor = RELAY, *, even_last_owner: bool = False) -> None:
        """Take roles away, all or none; nobody may have them. Raises `NoSuchRole`, `LastOwner`."""
        async with self._database.write() as connection, locked_group(connection, group, even_last_owner=even_last_owner):
            for number in numbers:
                found = await _require(connection, group, number)
                if found.users:
                    raise Refused(f"the role {found.role.name} is in use ({found.users} users)")
                await connection.execute(delete(schema.roles).where(schema.roles.c.id == number))
                await record(self._database, connection, group, by, Deed.ROLE_REMOVE, now, subject=found.role.name)

    async def all(self, group: int) -> list[StoredRole]:
        async with self._database.read() as connection:
            rows = (await connection.execute(_select(group).order_by(schema.roles.c.id))).mappings()
            return [_stored(row) for row in rows]

    async def get(self, group: int, number: int) -> StoredRole:
        """Raises `NoSuchRole`."""
        async with self._database.read() as connection:
            return await _require(connection, group, number)

    async def named(self, group: int, name: str) -> StoredRole:
        """Raises `NoSuchRole`."""
        async with self._database.read() as connection:
            query = _select(group).where(schema.roles.c.name_folded == name.casefold())
            row = (await connection.execute(query)).mappings().one_or_none()
        if row is None:
            raise NoSuchRole(f"group {group} has no role {name}")
        return _stored(row)

    async def _change(self, connection: AsyncConnection, group: int, number: int, change: RoleChange) -> Role:
        before = await _require(connection, group, number)
        role = change.applied(before.role)
        try:
            await connection.execute(update(schema.roles).where(schema.roles.c.id == number).values(_values(role)))
        except IntegrityError:
            raise Refused(f"there is a role {role.name} already") from None
        if before.role.name != role.name:
            masks = schema.masks
            same = (masks.c.group_id == group) & (masks.c.role == before.role.name)
            await raise_revision_of_role(connection, group, before.role.name)
            await connection.execute(update(masks).where(same).values(role=role.name))
        return role


async def insert_role(connection: AsyncConnection, group: int, role: Role, now: int) -> int:
    """Write a role in a transaction that is under way; its number."""
    values = insert(schema.roles).values(group_id=group, created=now, **_values(role))
    return int((await connection.execute(values.returning(schema.roles.c.id))).scalar_one())


async def roles_of(connection: AsyncConnection, group: int) -> list[Role]:
    """The roles of a group in the order of their making."""
    rows = (await connection.execute(_select(group).order_by(schema.roles.c.id))).mappings()
    return [_stored(row).role for row in rows]


async def _insert_once(connection: AsyncConnection, group: int, role: Role, now: int) -> int:
    try:
        return await insert_role(connection, group, role, now)
    except IntegrityError:
        raise Refused(f"there is a role {role.name} already") from None


async def _count(connection: AsyncConnection, group: int) -> int:
    query = select(func.count()).select_from(schema.roles).where(schema.roles.c.group_id == group)
    return int((await connection.execute(query)).scalar_one())


async def _require(connection: AsyncConnection, group: int, number: int) -> StoredRole:
    row = (await connection.execute(_select(group).where(schema.roles.c.id == number))).mappings().one_or_none()
    if row is None:
        raise NoSuchRole(f"group {group} has no role {number}")
    return _stored(row)


def _select(group: int) -> Select[tuple[object, ...]]:
    users = select(func.count()).select_from(schema.users).where(schema.users.c.role_id == schema.roles.c.id).scalar_subquery()
    query: Select[tuple[object, ...]] = select(*schema.roles.c, users.label("user_count")).where(schema.roles.c.group_id == group)
    return query


def _stored(row: RowMapping) -> StoredRole:
    role = Role(row["name"], row["description"], from_words(row["permissions"]), row["owner"])
    return StoredRole(row["id"], role, row["user_count"])


def _values(role: Role) -> dict[str, str | bool]:
    return {
        "name": role.name,
        "name_folded": role.name.casefold(),
        "description": role.description,
        "permissions": to_words(role.permissions),
        "owner": role.owner,
    }


def _detail(role: Role) -> dict[str, str | bool]:
    return {"permissions": to_words(role.permissions), "owner": role.owner}
