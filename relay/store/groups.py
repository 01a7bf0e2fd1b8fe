"""Groups: the organisations that the relay serves."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import RowMapping, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from relay.errors import Refused
from relay.identity.actor import RELAY, Actor
from relay.identity.permissions import USUAL, Permission, Permissions, changed, from_words, to_words
from relay.identity.roles import FIRST_ROLES, Role
from relay.store import schema
from relay.store.audit import Deed, record
from relay.store.database import Database, lock_group
from relay.store.lineage import GENERATIONS, lineage
from relay.store.roles import insert_role, roles_of

LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Group:
    """`origins` are the pages from which its visitors may start sessions: origins or domains; none means any.

    `permissions` are the limits for all its roles. A child inherits the settings of its `parent`, and begins with the parent's roles.
    """

    id: int
    name: str
    origins: tuple[str, ...] = ()
    permissions: Permissions = USUAL
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class GroupChange:
    """What is to be different; None, and a permission that is not named, stays as it is. `added` and `taken` change the list of origins,
    `origins` is another list. `applied` raises `Refused` for what is not on the list, and for the last of it.
    """

    name: str | None = None
    origins: tuple[str, ...] | None = None
    permissions: Mapping[Permission, bool] = field(default_factory=dict)
    added: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()

    def applied(self, before: Group) -> Group:
        return replace(
            before,
            name=before.name if self.name is None else self.name,
            origins=self._listed(before) if self.origins is None else self.origins,
            permissions=changed(before.permissions, self.permissions),
        )

    def _listed(self, before: Group) -> tuple[str, ...]:
        if missing := [origin for origin in self.taken if origin not in before.origins]:
            listed = ", ".join(before.origins) or "which is empty"
            raise Refused(f"{missing[0]} is not on the list of group {before.id}: {listed}")
        kept = [origin for origin in dict.fromkeys((*before.origins, *self.added)) if origin not in self.taken]
        if self.taken and not kept:
            raise Refused("without its last origin the list would be empty, and pages might be anywhere: --any-origin says so")
        return tuple(kept)


class Groups:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, group: Group, now: int, by: Actor = RELAY) -> None:
        """A new group with its first roles. Its parent is so for good."""
        try:
            async with self._database.write() as connection:
                roles = FIRST_ROLES if group.parent is None else await _roles_for_child(connection, group.parent)
                await connection.execute(insert(schema.groups).values(id=group.id, created=now, parent_id=group.parent, **_values(group)))
                for role in roles:
                    await insert_role(connection, group.id, role, now)
                detail: dict[str, str | int] = {"name": group.name}
                if group.parent is not None:
                    detail["parent"] = group.parent
                await record(self._database, connection, group.id, by, Deed.GROUP_ADD, now, detail=detail)
        except IntegrityError:
            raise Refused(f"group {group.id} exists already") from None

    async def change(self, group: int, change: GroupChange, now: int, by: Actor = RELAY) -> Group:
        """The group after a change to what it is at that moment: of two at once, each keeps what the other did."""
        async with self._database.write() as connection:
            await lock_group(connection, group)
            before = await _get(connection, group)
            if before is None:
                raise Refused(f"there is no group {group}")
            after = change.applied(before)
            old, new = _values(before), _values(after)
            await connection.execute(update(schema.groups).where(schema.groups.c.id == group).values(new))
            changes = {name: new[name] for name in new if new[name] != old[name]}
            await record(self._database, connection, group, by, Deed.GROUP_CHANGE, now, detail=changes)
        return after

    async def remove(self, group: int, now: int, by: Actor = RELAY) -> None:
        """The group and all that belongs to it, except its audit log."""
        async with self._database.write() as connection:
            children = select(schema.groups.c.id).where(schema.groups.c.parent_id == group).order_by(schema.groups.c.id)
            if child := (await connection.execute(children.limit(1))).scalar_one_or_none():
                raise Refused(f"group {group} has child groups, such as {child}; remove them first")
            # Users point at roles, which go as well: the users have to go first.
            await connection.execute(delete(schema.users).where(schema.users.c.group_id == group))
            found = await connection.execute(delete(schema.groups).where(schema.groups.c.id == group))
            if not found.rowcount:
                raise Refused(f"there is no group {group}")
            await record(self._database, connection, group, by, Deed.GROUP_REMOVE, now)

    async def all(self) -> list[Group]:
        async with self._database.read() as connection:
            rows = (await connection.execute(select(schema.groups).order_by(schema.groups.c.id))).mappings()
            return [_group(row) for row in rows]

    async def get(self, group: int) -> Group | None:
        # Visitors may ask for any number, larger than the database can hold too.
        if not 0 <= group <= LARGEST_ID:
            return None
        async with self._database.read() as connection:
            return await _get(connection, group)

    async def require(self, group: int) -> Group:
        """The group, for those who name one that should be there."""
        found = await self.get(group)
        if found is None:
            raise Refused(f"there is no group {group}")
        return found


async def _get(connection: AsyncConnection, group: int) -> Group | None:
    query = select(schema.groups).where(schema.groups.c.id == group)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _group(row)


def _group(row: RowMapping) -> Group:
    return Group(row["id"], row["name"], tuple(row["origins"].split()), from_words(row["permissions"]), row["parent_id"])


def _values(group: Group) -> dict[str, str]:
    origins, permissions = " ".join(group.origins), to_words(group.permissions)
    return {"name": group.name, "origins": origins, "permissions": permissions}


async def _roles_for_child(connection: AsyncConnection, parent: int) -> list[Role]:
    """The roles of the group that is to be the parent, if it may have a child."""
    line = lineage(parent)
    above = (await connection.execute(select(func.max(line.c.depth)))).scalar_one_or_none()
    if above is None:
        raise Refused(f"there is no group {parent}")
    if above >= GENERATIONS:
        raise Refused(f"a group may have at most {GENERATIONS} groups above it; {parent} has that many")
    return await roles_of(connection, parent)
