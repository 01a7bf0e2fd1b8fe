"""The API keys of a group, which partners' servers use. They sign, so they are kept as they are, not hashed.

One is current. While a group changes over, the one before holds beside it for some hours.
"""

import secrets
from dataclasses import dataclass, field

from sqlalchemy import delete, insert, or_, select, update

from relay.errors import Refused
from relay.identity.actor import RELAY, Actor
from relay.store import schema
from relay.store.audit import Deed, record
from relay.store.database import Database, lock_group

KEY_BYTES = 24
SHORTEST, LONGEST = 22, 64
"""Characters of a key that a group brings itself: 128 bits as Base64, or what the table holds."""

LONGEST_OVERLAP_HOURS = 7 * 24


@dataclass(frozen=True, slots=True)
class ApiKey:
    """`ends` is None for the current one; times in ms since 1970."""

    key: str = field(repr=False)
    created: int
    ends: int | None


class ApiKeys:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, group: int) -> str | None:
        """The current key."""
        table = schema.api_keys
        query = select(table.c.key).where(table.c.group_id == group, table.c.ends.is_(None))
        async with self._database.read() as connection:
            return (await connection.execute(query)).scalar_one_or_none()

    async def view(self, group: int, now: int, by: Actor = RELAY) -> str | None:
        """The current key for a person; that it was looked at is written down."""
        found = await self.get(group)
        if found is not None:
            async with self._database.write() as connection:
                await record(self._database, connection, group, by, Deed.KEY_VIEW, now)
        return found

    async def valid(self, group: int, now: int) -> list[ApiKey]:
        """The keys that hold now: the current one first, and the one before while it still does."""
        table = schema.api_keys
        query = select(table).where(table.c.group_id == group, or_(table.c.ends.is_(None), table.c.ends > now)).order_by(table.c.id.desc())
        async with self._database.read() as connection:
            return [ApiKey(row["key"], row["created"], row["ends"]) for row in (await connection.execute(query)).mappings()]

    async def reset(self, group: int, now: int, by: Actor = RELAY, *, overlap_ms: int = 0, key: str = "") -> str:
        """A new key, made here unless `key` brings it. The one before holds for `overlap_ms` more; at most two hold at any time."""
        key = checked_key(key) if key else secrets.token_urlsafe(KEY_BYTES)
        table = schema.api_keys
        mine = table.c.group_id == group
        async with self._database.write() as connection:
            await lock_group(connection, group)
            await connection.execute(delete(table).where(mine, table.c.ends.is_not(None)))
            if overlap_ms:
                await connection.execute(update(table).where(mine).values(ends=now + overlap_ms))
            else:
                await connection.execute(delete(table).where(mine))
            await connection.execute(insert(table).values(group_id=group, key=key, created=now))
            await record(self._database, connection, group, by, Deed.KEY_RESET, now, detail={"overlap_hours": overlap_ms // 3_600_000})
        return key


def checked_key(key: str) -> str:
    """A key that a group brings: long enough, and nothing that a form or a header would change."""
    if not SHORTEST <= len(key) <= LONGEST or not key.isascii() or not key.isprintable() or " " in key:
        raise Refused(f"an API key has {SHORTEST} to {LONGEST} printable ASCII characters and no space")
    return key
