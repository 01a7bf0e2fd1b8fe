"""What webhooks are told of sessions. All of this happens within the transactions of session records."""

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from masking.rule import Site
from relay.identity.audit_table import iso
from relay.identity.webhook_target import Event
from relay.live.participant import Kind
from relay.live.record import SessionRecord
from relay.store import schema
from relay.store.participants import Arrival
from relay.store.webhook_queue import enqueue


async def tell_start(connection: AsyncConnection, record: SessionRecord, now: int) -> None:
    """The session has been set up."""
    data = {"sessionKey": record.key, "visitorId": record.visitor.visitorid, "created": iso(now)}
    await enqueue(connection, record.group, record.site, record.ssnid, Event.STARTED, now, data)


async def tell_join(connection: AsyncConnection, arrival: Arrival) -> None:
    """An agent has come, to a session that is not over. Guests are not told of."""
    row = await _locked(connection, arrival.ssnid)
    if row is None or row["ended"] is not None or arrival.kind is not Kind.AGENT:
        return
    person = arrival.person
    agent = {"userId": person.user, "username": person.username, "partnerUserId": person.puid}
    data = {"sessionKey": row["key"], "visitorId": row["visitorid"], "joined": iso(arrival.at), "agent": agent}
    await enqueue(connection, row["group_id"], Site(row["site"]), arrival.ssnid, Event.JOINED, arrival.at, data)


async def tell_end(connection: AsyncConnection, ssnid: str) -> None:
    """The session is over, as its row says."""
    row = await _locked(connection, ssnid)
    assert row is not None, "a session ends in the transaction that has found it"
    data = {
        "sessionKey": row["key"],
        "visitorId": row["visitorid"],
        "state": row["state"],
        "reason": row["reason"],
        "created": iso(row["created"]),
        "active": None if row["active"] is None else iso(row["active"]),
        "ended": iso(row["ended"]),
    }
    await enqueue(connection, row["group_id"], Site(row["site"]), ssnid, Event.ENDED, row["ended"], data)


async def _locked(connection: AsyncConnection, ssnid: str) -> RowMapping | None:
    """The session's row, held so that the events of a session get their numbers one after the other."""
    query = select(schema.sessions).where(schema.sessions.c.ssnid == ssnid).with_for_update()
    return (await connection.execute(query)).mappings().one_or_none()
