"""The API key of a group, which partners' servers use. One at a time; it signs, so it is kept as it is, not hashed."""

import secrets

from sqlalchemy import delete, insert, select

from relay.store import schema
from relay.store.database import Database

KEY_BYTES = 24


class ApiKeys:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, group: int) -> str | None:
        query = select(schema.api_keys.c.key).where(schema.api_keys.c.group_id == group)
        async with self._database.read() as connection:
            return (await connection.execute(query)).scalar_one_or_none()

    async def reset(self, group: int, now: int) -> str:
        """A new key; the one before is worth nothing from here on."""
        key = secrets.token_urlsafe(KEY_BYTES)
        async with self._database.write() as connection:
            await connection.execute(delete(schema.api_keys).where(schema.api_keys.c.group_id == group))
            await connection.execute(insert(schema.api_keys).values(group_id=group, key=key, created=now))
        return key
