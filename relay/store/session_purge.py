"""Deletes records of sessions that are over, for good: after a time, or because a visitor asks for it."""

from sqlalchemy import Delete, Select, delete, select

from relay.identity.actor import RELAY, Actor
from relay.store import schema
from relay.store.audit import Deed, record
from relay.store.database import Database

BATCH = 500
"""Sessions in one commit: a relay that serves beside it waits no longer than for that."""


class SessionPurge:
    """With the record go the participants, the signed statement and what webhooks are told of the session. The audit log stays."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def before(self, group: int, before: int, now: int, by: Actor = RELAY) -> int:
        """Delete what ended before a time (ms); how many sessions that were."""
        query = select(schema.sessions.c.id, schema.sessions.c.ssnid)
        query = query.where(schema.sessions.c.group_id == group, schema.sessions.c.ended < before)
        return await self._delete(group, query.order_by(schema.sessions.c.ended), {"before": before}, now, by)

    async def of_visitor(self, group: int, visitorid: str, now: int, by: Actor = RELAY) -> int:
        """Delete what is over of the visitor with this id; how many sessions that were."""
        table = schema.sessions
        query = select(table.c.id, table.c.ssnid).where(
            table.c.group_id == group, table.c.visitorid == visitorid, table.c.ended.is_not(None)
        )
        # Whose records these were is what is to be forgotten.
        return await self._delete(group, query, {"visitor": True}, now, by)

    async def _delete(self, group: int, query: Select[int, str], detail: dict[str, object], now: int, by: Actor) -> int:
        table, done, last = schema.sessions, 0, False
        while not last:
            async with self._database.write() as connection:
                found = (await connection.execute(query.limit(BATCH))).all()
                await connection.execute(_deliveries_of(group, [ssnid for _, ssnid in found]))
                await connection.execute(delete(table).where(table.c.id.in_([number for number, _ in found])))
                done, last = done + len(found), len(found) < BATCH
                if last:
                    await record(self._database, connection, group, by, Deed.SESSION_PURGE, now, detail={**detail, "sessions": done})
        return done


def _deliveries_of(group: int, ssnids: list[str]) -> Delete:
    """Also those that wait: what is to be forgotten is not told any more."""
    table, webhooks = schema.webhook_deliveries, schema.webhooks
    theirs = select(webhooks.c.id).where(webhooks.c.group_id == group)
    return delete(table).where(table.c.webhook_id.in_(theirs), table.c.ssnid.in_(ssnids))
