"""Signed statements of what was masked in sessions that are over, kept with their records."""

from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from relay.store import schema
from relay.store.database import Database


@dataclass(frozen=True, slots=True)
class Signed:
    """A statement and its signature."""

    statement: str
    signature: bytes


async def keep(connection: AsyncConnection, ssnid: str, signed: Signed) -> None:
    """Within the transaction that ends the session."""
    values = {"ssnid": ssnid, "statement": signed.statement, "signature": signed.signature}
    await connection.execute(insert(schema.mask_statements).values(values))


class Statements:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def latest(self, group: int, limit: int) -> list[Signed]:
        """Of a group, the newest first."""
        sessions, table = schema.sessions, schema.mask_statements
        query = select(table).join(sessions, sessions.c.ssnid == table.c.ssnid).where(sessions.c.group_id == group)
        query = query.order_by(sessions.c.ended.desc(), sessions.c.ssnid).limit(limit)
        async with self._database.read() as connection:
            return [Signed(row["statement"], row["signature"]) for row in (await connection.execute(query)).mappings()]
