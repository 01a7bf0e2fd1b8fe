"""What became of deliveries to a webhook, page by page, and once more from the beginning."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import RowMapping, and_, select, update

from masking.rule import Site
from relay.errors import NotThere
from relay.identity.actor import RELAY, Actor
from relay.identity.webhook_target import Event
from relay.store import schema
from relay.store.audit import Deed, record
from relay.store.database import Database, lock_group
from relay.store.webhook_queue import Progress
from relay.store.webhooks import require

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Delivery:
    """`failure` says in a few words why the last attempt was none; `status` is what the target answered, if it did. Times in ms."""

    id: int
    message: str
    ssnid: str
    sequence: int
    event: Event
    progress: Progress
    created: int
    attempts: int
    due: int
    status: int | None
    failure: str
    done: int | None


class WebhookLog:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, webhook: int, *, progress: Progress | None = None, before: int | None = None, limit: int = PAGE) -> list[Delivery]:
        """The newest first; with numbers below `before`."""
        table = schema.webhook_deliveries
        query = select(table).where(table.c.webhook_id == webhook)
        if progress is not None:
            query = query.where(table.c.progress == progress.value)
        if before is not None:
            query = query.where(table.c.id < before)
        async with self._database.read() as connection:
            return [_delivery(row) for row in (await connection.execute(query.order_by(table.c.id.desc()).limit(limit))).mappings()]

    async def replay(self, group: int, site: Site, webhook: int, deliveries: Sequence[int], now: int, by: Actor = RELAY) -> int:
        """Deliver once more, all or none; of a webhook that is the group's. How many. Raises `NotThere`."""
        table, wanted = schema.webhook_deliveries, sorted(set(deliveries))
        mine = and_(table.c.webhook_id == webhook, table.c.id.in_(wanted))
        again = {"progress": Progress.WAITING.value, "queued": now, "due": now, "attempts": 0, "done": None}
        async with self._database.write() as connection:
            await lock_group(connection, group)
            await require(connection, group, site, webhook)
            if (await connection.execute(update(table).where(mine).values(again))).rowcount < len(wanted):
                raise NotThere("this webhook has no such delivery")
            detail = {"site": site.value, "deliveries": len(wanted)}
            await record(self._database, connection, group, by, Deed.WEBHOOK_REPLAY, now, subject=str(webhook), detail=detail)
        return len(wanted)


def _delivery(row: RowMapping) -> Delivery:
    names = ("id", "message", "ssnid", "sequence", "created", "attempts", "due", "status", "failure", "done")
    return Delivery(event=Event(row["event"]), progress=Progress(row["progress"]), **{name: row[name] for name in names})
