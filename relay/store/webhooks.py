"""The webhooks of groups: where a site's sessions are told of, of what, and the secrets that sign it.

Secrets sign, so they are kept as they are. While a group changes over, the one before signs beside the new one for some hours.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, RowMapping, and_, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from masking.rule import Site
from relay.errors import NotThere, Refused
from relay.identity.actor import RELAY, Actor
from relay.identity.webhook_secrets import new_secret
from relay.identity.webhook_target import EVERY, Event, from_words, to_words
from relay.store import schema
from relay.store.audit import Deed, record
from relay.store.database import Database, lock_group

WEBHOOKS = 10
"""That a group may have, its sites together."""


class NoSuchWebhook(NotThere):
    def __str__(self) -> str:
        return "this site has no such webhook"


@dataclass(frozen=True, slots=True)
class Webhook:
    """`url` has been checked (`checked_url`). One that is off is told of nothing new, and what waits for it waits on."""

    id: int
    group: int
    site: Site
    url: str
    events: frozenset[Event]
    on: bool
    created: int
    overlap_ends: int | None = None


@dataclass(frozen=True, slots=True)
class WebhookChange:
    """What is to be different; None stays as it is."""

    url: str | None = None
    events: frozenset[Event] | None = None
    on: bool | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A webhook with a secret that is new, the one time that it is told."""

    webhook: Webhook
    secret: str = field(repr=False)


class Webhooks:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, group: int, site: Site, url: str, now: int, by: Actor = RELAY, *, events: frozenset[Event] = EVERY) -> Made:
        table, secret = schema.webhooks, new_secret()
        values = {"group_id": group, "site": site.value, "url": url, "events": to_words(events), "on": True, "created": now}
        async with self._database.write() as connection:
            await lock_group(connection, group)
            there = await connection.execute(select(func.count()).select_from(table).where(table.c.group_id == group))
            if there.scalar_one() >= WEBHOOKS:
                raise Refused(f"a group has at most {WEBHOOKS} webhooks")
            added = await connection.execute(insert(table).values(secret=secret, **values).returning(table.c.id))
            webhook = await require(connection, group, site, added.scalar_one())
            await self._record(connection, webhook, Deed.WEBHOOK_ADD, now, by)
        return Made(webhook, secret)

    async def change(self, group: int, site: Site, number: int, change: WebhookChange, now: int, by: Actor = RELAY) -> Webhook:
        """Raises `NoSuchWebhook`."""
        events = None if change.events is None else to_words(change.events)
        wanted = {"url": change.url, "events": events, "on": change.on}
        values = {name: value for name, value in wanted.items() if value is not None}
        async with self._database.write() as connection:
            await lock_group(connection, group)
            await require(connection, group, site, number)
            if values:
                await connection.execute(update(schema.webhooks).where(schema.webhooks.c.id == number).values(values))
            webhook = await require(connection, group, site, number)
            await self._record(connection, webhook, Deed.WEBHOOK_CHANGE, now, by)
        return webhook

    async def remove(self, group: int, site: Site, numbers: Sequence[int], now: int, by: Actor = RELAY) -> None:
        """Webhooks and what waits for them, all or none. Raises `NoSuchWebhook`."""
        async with self._database.write() as connection:
            await lock_group(connection, group)
            for number in numbers:
                webhook = await require(connection, group, site, number)
                await connection.execute(delete(schema.webhooks).where(schema.webhooks.c.id == number))
                await self._record(connection, webhook, Deed.WEBHOOK_REMOVE, now, by)

    async def rotate(self, group: int, site: Site, number: int, now: int, by: Actor = RELAY, *, overlap_ms: int = 0) -> Made:
        """A new secret; the one before signs beside it for `overlap_ms` more. At most two sign. Raises `NoSuchWebhook`."""
        table, secret = schema.webhooks, new_secret()
        before = {"secret_before": table.c.secret, "before_ends": now + overlap_ms} if overlap_ms else {}
        values = {"secret_before": None, "before_ends": None, **before, "secret": secret}
        async with self._database.write() as connection:
            await lock_group(connection, group)
            await require(connection, group, site, number)
            await connection.execute(update(table).where(table.c.id == number).values(values))
            webhook = await require(connection, group, site, number)
            await self._record(connection, webhook, Deed.WEBHOOK_ROTATE, now, by)
        return Made(webhook, secret)

    async def all(self, group: int, site: Site | None = None) -> list[Webhook]:
        table = schema.webhooks
        query = select(table).where(table.c.group_id == group).order_by(table.c.id)
        async with self._database.read() as connection:
            rows = (await connection.execute(query if site is None else query.where(table.c.site == site.value))).mappings()
            return [_webhook(row) for row in rows]

    async def get(self, group: int, site: Site, number: int) -> Webhook:
        """Raises `NoSuchWebhook`."""
        async with self._database.read() as connection:
            return await require(connection, group, site, number)

    async def _record(self, connection: AsyncConnection, webhook: Webhook, deed: Deed, now: int, by: Actor) -> None:
        # Paths of addresses may hold what only the group should know.
        detail = {"site": webhook.site.value, "events": to_words(webhook.events), "on": webhook.on}
        await record(self._database, connection, webhook.group, by, deed, now, subject=str(webhook.id), detail=detail)


def of_site(group: int, site: Site) -> ColumnElement[bool]:
    table = schema.webhooks
    return and_(table.c.group_id == group, table.c.site == site.value)


async def require(connection: AsyncConnection, group: int, site: Site, number: int) -> Webhook:
    """Raises `NoSuchWebhook`."""
    query = select(schema.webhooks).where(of_site(group, site), schema.webhooks.c.id == number)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise NoSuchWebhook
    return _webhook(row)


def _webhook(row: RowMapping) -> Webhook:
    return Webhook(
        id=row["id"],
        group=row["group_id"],
        site=Site(row["site"]),
        url=row["url"],
        events=from_words(row["events"]),
        on=row["on"],
        created=row["created"],
        overlap_ends=row["before_ends"],
    )
