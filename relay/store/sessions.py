"""Records of sessions: what reports are made of, and what a restarted relay takes sessions up from."""

from dataclasses import dataclass

from sqlalchemy import RowMapping, and_, insert, select, update

from masking.rule import Site
from relay.live.lifecycle import State
from relay.live.record import SessionRecord
from relay.protocol.names import VisitorRecord
from relay.store import schema
from relay.store.database import Database
from relay.store.statements import Signed, keep


@dataclass(frozen=True, slots=True)
class Transition:
    """A session came into a state at a time."""

    ssnid: str
    state: State
    reason: str
    at: int
    signed: Signed | None = None
    """Of a session that is over: what was masked."""


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session as it stands on disk."""

    record: SessionRecord
    state: State
    reason: str
    created: int
    active: int | None
    ended: int | None


class Sessions:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, record: SessionRecord, now: int) -> None:
        """The session is being set up. When this returns, a kill of the relay does not lose it."""
        values = {
            "ssnid": record.ssnid,
            "group_id": record.group,
            "key": record.key,
            "site": record.site.value,
            "state": State.SETUP.value,
            "reason": "",
            "visitorid": record.visitor.visitorid,
            "name": record.visitor.name,
            "email": record.visitor.email,
            "phone": record.visitor.phone,
            "secret_hash": record.secret_hash,
            "scope": record.scope,
            "asset_key": record.asset_key,
            "created": now,
        }
        async with self._database.write() as connection:
            await connection.execute(insert(schema.sessions).values(values))

    async def move(self, transitions: list[Transition]) -> None:
        """Write down transitions, in their order, in one commit."""
        table = schema.sessions
        async with self._database.write() as connection:
            for transition in transitions:
                values: dict[str, object] = {"state": transition.state.value, "reason": transition.reason}
                if transition.state is State.ACTIVE:
                    values["active"] = transition.at
                if transition.state.final:
                    values["ended"] = transition.at
                open_one = and_(table.c.ssnid == transition.ssnid, table.c.ended.is_(None))
                moved = await connection.execute(update(table).where(open_one).values(values))
                # Not for a session that never came to disk, or is over already.
                if transition.signed and moved.rowcount:
                    await keep(connection, transition.ssnid, transition.signed)

    async def unfinished(self) -> list[StoredSession]:
        """The sessions that an earlier process left open."""
        query = select(schema.sessions).where(schema.sessions.c.ended.is_(None)).order_by(schema.sessions.c.created)
        async with self._database.read() as connection:
            return [stored_session(row) for row in (await connection.execute(query)).mappings()]

    async def get(self, ssnid: str) -> StoredSession | None:
        query = select(schema.sessions).where(schema.sessions.c.ssnid == ssnid)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else stored_session(row)


def stored_session(row: RowMapping) -> StoredSession:
    """The session in a row of the table."""
    record = SessionRecord(
        ssnid=row["ssnid"],
        group=row["group_id"],
        key=row["key"],
        site=Site(row["site"]),
        secret_hash=row["secret_hash"],
        scope=row["scope"],
        asset_key=row["asset_key"],
        visitor=VisitorRecord(visitorid=row["visitorid"], name=row["name"], email=row["email"], phone=row["phone"]),
    )
    return StoredSession(record, State(row["state"]), row["reason"], row["created"], row["active"], row["ended"])
