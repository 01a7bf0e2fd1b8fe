"""Groups: the organisations that the relay serves."""

from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from relay.errors import Refused
from relay.store import schema
from relay.store.database import Database

KEY_DIGITS = 5
"""Digits of a random session key, unless the group has another number."""

LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Group:
    """`origins` are the pages from which its visitors may start sessions: origins or domains; none means any."""

    id: int
    name: str
    key_length: int = KEY_DIGITS
    origins: tuple[str, ...] = ()


class Groups:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, group: Group, now: int) -> None:
        values = {"id": group.id, "name": group.name, "key_length": group.key_length, "origins": " ".join(group.origins), "created": now}
        try:
            async with self._database.write() as connection:
                await connection.execute(insert(schema.groups).values(values))
        except IntegrityError:
            raise Refused(f"group {group.id} exists already") from None

    async def get(self, group: int) -> Group | None:
        # Visitors may ask for any number, larger than the database can hold too.
        if not 0 <= group <= LARGEST_ID:
            return None
        query = select(schema.groups).where(schema.groups.c.id == group)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else Group(row["id"], row["name"], row["key_length"], tuple(row["origins"].split()))

    async def require(self, group: int) -> Group:
        """The group, for those who name one that should be there."""
        found = await self.get(group)
        if found is None:
            raise Refused(f"there is no group {group}")
        return found
