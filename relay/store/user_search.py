"""Looking for users of a group, page by page, in the order of their making."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true

from relay.identity.roles import NO_ROLE
from relay.store import schema
from relay.store.database import Database
from relay.store.users import COLUMNS, TABLES, User, user_of

PAGE = 1000
"""Users in one answer, at most (documentation: users)."""

SEARCHED: dict[str, ColumnElement[str]] = {
    "username": schema.users.c.username,
    "first_name": schema.users.c.first_name,
    "last_name": schema.users.c.last_name,
    "puid": schema.users.c.puid,
    "role": schema.roles.c.name,
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """What one field has to be."""

    condition: ColumnElement[bool]

    @classmethod
    def part(cls, field: str, text: str) -> Self:
        """The field has `text` in it, whatever the case. The role `-none-` is having none."""
        if field == "role" and text == NO_ROLE:
            return cls.role(0)
        return cls(SEARCHED[field].icontains(text, autoescape=True))

    @classmethod
    def pattern(cls, field: str, text: str) -> Self:
        """The field is `text`, whatever the case; a `*` at either end stands for anything. `-none-` is an empty one."""
        column = SEARCHED[field]
        if text == NO_ROLE:
            return cls.role(0) if field == "role" else cls(func.coalesce(column, "") == "")
        inner = text.removeprefix("*").removesuffix("*")
        match text.startswith("*"), text.endswith("*"):
            case True, True:
                return cls(column.icontains(inner, autoescape=True))
            case True, False:
                return cls(column.iendswith(inner, autoescape=True))
            case False, True:
                return cls(column.istartswith(inner, autoescape=True))
            case _:
                return cls(func.lower(column) == func.lower(inner))

    @classmethod
    def role(cls, number: int) -> Self:
        """The role with this number; 0 is none."""
        column = schema.users.c.role_id
        return cls(column == number if number else column.is_(None))


class UserSearch:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(
        self, group: int, criteria: Sequence[Criterion] = (), *, any_of: bool = False, limit: int = PAGE, offset: int = 0
    ) -> tuple[list[User], int]:
        """Users that fit all criteria, or any, and how many there are in all."""
        conditions = [criterion.condition for criterion in criteria]
        fits = or_(false(), *conditions) if any_of and conditions else and_(true(), *conditions)
        condition = and_(schema.users.c.group_id == group, fits)
        query = select(*COLUMNS).select_from(TABLES).where(condition).order_by(schema.users.c.id).limit(limit).offset(offset)
        async with self._database.read() as connection:
            total = await connection.execute(select(func.count()).select_from(TABLES).where(condition))
            rows = (await connection.execute(query)).mappings().all()
            return [user_of(row) for row in rows], int(total.scalar_one())
