"""Who is logged in. Only a hash of the cookie's token is kept; a login survives a restart of the relay."""

from dataclasses import dataclass

from sqlalchemy import delete, insert, or_, select, update

from relay.store import schema
from relay.store.database import Database
from relay.store.users import COLUMNS, TABLES, User, user_of

IDLE_MS = 30 * 60 * 1000
ABSOLUTE_MS = 12 * 60 * 60 * 1000
"""A login ends after half an hour without use and after twelve hours at the latest (requirements 7.5)."""

TOUCH_MS = 60 * 1000
"""Use is noted at most once a minute: reading a page should not write."""


@dataclass(frozen=True, slots=True)
class Login:
    """A user who is logged in."""

    token_hash: bytes
    user: User
    seen: int


class LoginSessions:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, token_hash: bytes, user: int, now: int) -> None:
        """A new login; those that have run out are cleared away."""
        table = schema.login_sessions
        async with self._database.write() as connection:
            await connection.execute(delete(table).where(or_(table.c.seen <= now - IDLE_MS, table.c.created <= now - ABSOLUTE_MS)))
            await connection.execute(insert(table).values(token_hash=token_hash, user_id=user, created=now, seen=now))

    async def find(self, token_hash: bytes, now: int) -> Login | None:
        """The login if it has not run out and its user may still come in. Its use is noted."""
        table = schema.login_sessions
        query = select(table.c.seen, *COLUMNS).select_from(TABLES.join(table, table.c.user_id == schema.users.c.id))
        query = query.where(table.c.token_hash == token_hash)
        query = query.where(table.c.seen > now - IDLE_MS, table.c.created > now - ABSOLUTE_MS, schema.users.c.suspended.is_(False))
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        if row is None:
            return None
        if row["seen"] <= now - TOUCH_MS:
            async with self._database.write() as connection:
                await connection.execute(update(table).where(table.c.token_hash == token_hash).values(seen=now))
        return Login(token_hash, user_of(row), row["seen"])

    async def remove(self, token_hash: bytes) -> None:
        async with self._database.write() as connection:
            await connection.execute(delete(schema.login_sessions).where(schema.login_sessions.c.token_hash == token_hash))

    async def remove_all(self, user: int) -> int:
        """Log a user out everywhere; how many logins there were."""
        async with self._database.write() as connection:
            found = await connection.execute(delete(schema.login_sessions).where(schema.login_sessions.c.user_id == user))
            return int(found.rowcount)
