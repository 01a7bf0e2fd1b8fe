"""A group that somebody runs does not lose its last owner by a slip, or by a stolen key: decided here, within the change itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import ColumnElement, Table, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from relay.errors import Refused
from relay.store import schema
from relay.store.database import lock_group


class LastOwner(Refused):
    """The change would leave `group` without an owner who is not suspended, or without a role that makes one."""

    def __init__(self, group: int, what: str) -> None:
        super().__init__(group, what)
        self.group = group
        self.what = what

    def __str__(self) -> str:
        return f"this would leave group {self.group} without {self.what}; it keeps one"


@asynccontextmanager
async def locked_group(connection: AsyncConnection, group: int, *, even_last_owner: bool = False) -> AsyncIterator[None]:
    """The group is this transaction's alone, and what of these it had before it still has after: an owner who is not suspended, a
    role of owners. Two changes at once cannot each take the other for the one that stays. Raises `LastOwner`.
    """
    await lock_group(connection, group)
    before = await _kept(connection, group)
    yield
    after = await _kept(connection, group)
    if not even_last_owner and (lost := before - after):
        raise LastOwner(group, min(lost))


async def _kept(connection: AsyncConnection, group: int) -> frozenset[str]:
    """What of that which a group keeps it has."""
    users, roles = schema.users, schema.roles
    owns = roles.c.owner == true()
    there = {
        "an active owner": await _any(connection, users, users.c.group_id == group, users.c.suspended.is_(False), _role_owns()),
        "an owner's role": await _any(connection, roles, roles.c.group_id == group, owns),
    }
    return frozenset(what for what, found in there.items() if found)


def _role_owns() -> ColumnElement[bool]:
    roles = schema.roles
    return schema.users.c.role_id.in_(select(roles.c.id).where(roles.c.owner == true()))


async def _any(connection: AsyncConnection, table: Table, *conditions: ColumnElement[bool]) -> bool:
    found = select(func.count()).select_from(table).where(*conditions)
    return bool((await connection.execute(found)).scalar_one())
