"""What waits to be told to webhooks: written in the transaction of the record that causes it, so neither is there without the other.

What is taken out is due again after `LEASE_MS` unless somebody says how it went: a relay that is killed meanwhile sends it again.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, FromClause, RowMapping, and_, delete, exists, func, insert, literal, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from masking.rule import Site
from relay.identity.audit_table import iso
from relay.identity.webhook_secrets import new_message_id
from relay.identity.webhook_target import Event, from_words
from relay.store import schema
from relay.store.database import Database
from relay.store.webhooks import of_site

LEASE_MS = 60_000
"""Longer than any attempt takes."""

LONGEST_WAIT_MS = 4 * 3_600_000
"""Between two attempts. What is due later than that was planned by a clock that has been set back since."""

GIVE_UP_MS = 72 * 3_600_000
MOST_WAITING = 10_000
"""Deliveries of one webhook. Whoever holds up more loses the oldest: what waits is looked through at each round, where all groups write."""

KEPT_MS = 30 * 24 * 3_600_000
"""How long what was delivered, or given up, can be looked at and replayed."""


class Progress(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given-up"


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery that is to be tried now, for the `attempt`-th time. The secrets are those that sign, the newest first."""

    id: int
    webhook: int
    group: int
    url: str
    secrets: tuple[str, ...] = field(repr=False)
    message: str
    body: bytes = field(repr=False)
    attempt: int


async def enqueue(
    connection: AsyncConnection, group: int, site: Site, ssnid: str, event: Event, at: int, data: Mapping[str, object]
) -> None:
    """Tell the site's webhooks of an event of a session, in the transaction that has written the event and with it holds the session."""
    hooks, deliveries = schema.webhooks, schema.webhook_deliveries
    # Held: one that is deleted at this moment would take the session's record with it.
    query = select(hooks.c.id, hooks.c.events).where(of_site(group, site), hooks.c.on == true()).with_for_update(read=True, key_share=True)
    for hook in (await connection.execute(query)).mappings().all():
        if event not in from_words(hook["events"]):
            continue
        mine = and_(deliveries.c.webhook_id == hook["id"], deliveries.c.ssnid == ssnid)
        last = (await connection.execute(select(func.max(deliveries.c.sequence)).where(mine))).scalar_one_or_none()
        sequence = (last or 0) + 1
        values = {
            "webhook_id": hook["id"],
            "message": new_message_id(),
            "ssnid": ssnid,
            "sequence": sequence,
            "event": event.value,
            "body": _body(event, at, {"groupId": group, "site": site.value, "sessionId": ssnid, "sequence": sequence, **data}),
            "progress": Progress.WAITING.value,
            "created": at,
            "queued": at,
            "due": at,
            "attempts": 0,
            "failure": "",
        }
        await connection.execute(insert(deliveries).values(values))


class WebhookQueue:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, now: int, rooms: Mapping[int, int], usual: int, most: int) -> list[Parcel]:
        """At most `most` parcels that are due, of each webhook at most `usual`, or as many as `rooms` says; they are due again after the
        lease. Of a session only the first that waits: what comes after it is not told before it.
        """
        async with self._database.write() as connection:
            rows = (await connection.execute(_due(self._database.is_sqlite, now, rooms, usual, most))).mappings().all()
            taken = [_parcel(row, now) for row in rows]
            if taken:
                table = schema.webhook_deliveries
                leased = update(table).where(table.c.id.in_([one.id for one in taken]))
                await connection.execute(leased.values(due=now + LEASE_MS, attempts=table.c.attempts + 1))
        return taken

    async def waits(self, now: int) -> bool:
        """Whether anything is due; costs a look at an index, and no write."""
        async with self._database.read() as connection:
            found = await connection.execute(select(schema.webhook_deliveries.c.id).where(_is_due(now)).limit(1))
            return found.first() is not None

    async def delivered(self, delivery: int, status: int | None, now: int) -> None:
        await self._settle(delivery, progress=Progress.DELIVERED.value, status=status, failure="", done=now)

    async def failed(self, delivery: int, status: int | None, failure: str, due: int) -> None:
        """To be tried again at `due`."""
        await self._settle(delivery, status=status, failure=failure, due=due)

    async def clear(self, now: int) -> int:
        """Give up what has waited for too long or is too much, and forget what is long over. How many were given up."""
        table = schema.webhook_deliveries
        old = and_(_waits(table), table.c.queued < now - GIVE_UP_MS)
        async with self._database.write() as connection:
            given_up = [await _give_up(connection, old, now)]
            crowded = select(table.c.webhook_id).where(_waits(table)).group_by(table.c.webhook_id).having(func.count() > MOST_WAITING)
            for webhook in (await connection.execute(crowded)).scalars().all():
                mine = and_(_waits(table), table.c.webhook_id == webhook)
                newest = select(table.c.id).where(mine).order_by(table.c.id.desc()).offset(MOST_WAITING).limit(1)
                given_up.append(await _give_up(connection, and_(mine, table.c.id <= newest.scalar_subquery()), now))
            await connection.execute(delete(table).where(table.c.done < now - KEPT_MS))
        return sum(given_up)

    async def waiting(self) -> int:
        """How many wait, due or not."""
        table = schema.webhook_deliveries
        query = select(func.count()).select_from(table).where(_waits(table))
        async with self._database.read() as connection:
            return int((await connection.execute(query)).scalar_one())

    async def _settle(self, delivery: int, **values: object) -> None:
        table = schema.webhook_deliveries
        still = and_(table.c.id == delivery, _waits(table))
        async with self._database.write() as connection:
            await connection.execute(update(table).where(still).values(**values))


async def _give_up(connection: AsyncConnection, which: ColumnElement[bool], now: int) -> int:
    given_up = await connection.execute(update(schema.webhook_deliveries).where(which).values(progress=Progress.GIVEN_UP.value, done=now))
    return given_up.rowcount


def _waits(table: FromClause) -> ColumnElement[bool]:
    """Written into the statement: of a value that comes with it no engine knows that the index of those that wait is enough."""
    return table.c.progress == literal(Progress.WAITING.value, literal_execute=True)


def _is_due(now: int) -> ColumnElement[bool]:
    table = schema.webhook_deliveries
    by_this_clock = or_(table.c.attempts == 0, table.c.due <= now, table.c.due > now + LONGEST_WAIT_MS)
    return and_(_waits(table), by_this_clock)


def _due(is_sqlite: bool, now: int, rooms: Mapping[int, int], usual: int, most: int) -> Any:
    hooks, table = schema.webhooks, schema.webhook_deliveries
    before = table.alias("before")
    first = ~exists().where(
        before.c.webhook_id == table.c.webhook_id,
        before.c.ssnid == table.c.ssnid,
        _waits(before),
        before.c.sequence < table.c.sequence,
    )
    full: Collection[int] = [webhook for webhook, room in rooms.items() if room <= 0]
    place = func.row_number().over(partition_by=table.c.webhook_id, order_by=table.c.id).label("place")
    ranked = select(table.c.id, table.c.webhook_id, place).where(_is_due(now), table.c.webhook_id.not_in(full), first).subquery()
    fits = [ranked.c.place <= usual, *(or_(ranked.c.webhook_id != webhook, ranked.c.place <= room) for webhook, room in rooms.items())]
    query = (
        select(table, hooks.c.group_id, hooks.c.url, hooks.c.secret, hooks.c.secret_before, hooks.c.before_ends)
        .join(hooks, table.c.webhook_id == hooks.c.id)
        .join(ranked, ranked.c.id == table.c.id)
        # Asked again of the row that is locked: another relay may have taken it since this query began.
        .where(hooks.c.on == true(), _is_due(now), *fits)
        .order_by(ranked.c.place, table.c.id)
        .limit(most)
    )
    # Two relays at one database take different ones.
    return query if is_sqlite else query.with_for_update(of=table, skip_locked=True)


def _parcel(row: RowMapping, now: int) -> Parcel:
    before_holds = row["before_ends"] is not None and row["before_ends"] > now
    return Parcel(
        id=row["id"],
        webhook=row["webhook_id"],
        group=row["group_id"],
        url=row["url"],
        secrets=(row["secret"], row["secret_before"]) if before_holds else (row["secret"],),
        message=row["message"],
        body=row["body"].encode(),
        attempt=row["attempts"] + 1,
    )


def _body(event: Event, at: int, data: Mapping[str, object]) -> str:
    return json.dumps({"type": event.value, "timestamp": iso(at), "data": data}, separators=(",", ":"))
