"""Users: the people of a group who log in."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.exc import IntegrityError

from relay.errors import Refused
from relay.identity.roles import Role
from relay.store import schema
from relay.store.database import Database


@dataclass(frozen=True, slots=True)
class User:
    """`name` and `title` are what visitors see of an agent."""

    id: int
    group: int
    username: str
    name: str
    title: str
    role: Role
    suspended: bool
    password_hash: str = field(repr=False)


class Users:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, group: int, username: str, password_hash: str, role: Role, now: int, *, name: str = "", title: str = "") -> int:
        """The new user's id. User names are unique over all groups, whatever their case: one login form serves them all."""
        values = {
            "group_id": group,
            "username": username,
            "username_folded": username.casefold(),
            "name": name or username,
            "title": title,
            "role": role.value,
            "password_hash": password_hash,
            "suspended": False,
            "created": now,
        }
        try:
            async with self._database.write() as connection:
                result = await connection.execute(insert(schema.users).values(values).returning(schema.users.c.id))
                return int(result.scalar_one())
        except IntegrityError:
            raise Refused(f"there is a user {username} already") from None

    async def by_username(self, username: str) -> User | None:
        return await self._one(schema.users.c.username_folded == username.casefold())

    async def get(self, user: int) -> User | None:
        return await self._one(schema.users.c.id == user)

    async def set_password_hash(self, user: int, password_hash: str) -> None:
        async with self._database.write() as connection:
            await connection.execute(update(schema.users).where(schema.users.c.id == user).values(password_hash=password_hash))

    async def _one(self, condition: Any) -> User | None:
        async with self._database.read() as connection:
            row = (await connection.execute(select(schema.users).where(condition))).mappings().one_or_none()
        return None if row is None else user_of(row)


def user_of(row: RowMapping) -> User:
    """The user in a row of the table."""
    return User(
        id=row["id"],
        group=row["group_id"],
        username=row["username"],
        name=row["name"],
        title=row["title"],
        role=Role(row["role"]),
        suspended=row["suspended"],
        password_hash=row["password_hash"],
    )
