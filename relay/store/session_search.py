"""Looking for sessions of a group, page by page, the newest first."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy import ColumnElement, and_, or_, select

from masking.rule import Site
from relay.store import schema
from relay.store.database import Database
from relay.store.sessions import StoredSession, stored_session

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Cursor:
    """Behind this session, in the order of answers."""

    created: int
    ssnid: str

    @classmethod
    def behind(cls, session: StoredSession) -> Self:
        return cls(session.created, session.record.ssnid)

    @classmethod
    def read(cls, text: str) -> Self:
        """The cursor that `str` gave. Raises `ValueError`."""
        created, dot, ssnid = text.partition(":")
        if not (dot and created.isascii() and created.isdecimal() and len(created) < 18):
            raise ValueError(text)
        return cls(int(created), ssnid)

    def __str__(self) -> str:
        return f"{self.created}:{self.ssnid}"


class SessionSearch:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(
        self,
        group: int,
        *,
        running: bool | None = None,
        site: Site | None = None,
        key: str = "",
        visitorid: str = "",
        since: int | None = None,
        until: int | None = None,
        before: Cursor | None = None,
        limit: int = PAGE,
    ) -> list[StoredSession]:
        """Sessions set up at `since` ≤ time < `until`, that fit all that is given."""
        table = schema.sessions
        texts = {table.c.site: site.value if site else "", table.c.key: key, table.c.visitorid: visitorid}
        conditions: list[ColumnElement[bool]] = [column == text for column, text in texts.items() if text]
        if running is not None:
            conditions.append(table.c.ended.is_(None) if running else table.c.ended.is_not(None))
        if since is not None:
            conditions.append(table.c.created >= since)
        if until is not None:
            conditions.append(table.c.created < until)
        if before is not None:
            conditions.append(_behind(before))
        query = select(table).where(table.c.group_id == group, *conditions)
        ordered = query.order_by(table.c.created.desc(), table.c.ssnid.desc()).limit(limit)
        async with self._database.read() as connection:
            return [stored_session(row) for row in (await connection.execute(ordered)).mappings()]

    async def get(self, group: int, ssnid: str) -> StoredSession | None:
        query = select(schema.sessions).where(schema.sessions.c.group_id == group, schema.sessions.c.ssnid == ssnid)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else stored_session(row)


def _behind(cursor: Cursor) -> ColumnElement[bool]:
    table = schema.sessions
    return or_(table.c.created < cursor.created, and_(table.c.created == cursor.created, table.c.ssnid < cursor.ssnid))
