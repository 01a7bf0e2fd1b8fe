"""Records of sessions: what reports are made of, and what a restarted relay takes sessions up from."""

from dataclasses import dataclass

from sqlalchemy import RowMapping, and_, bindparam, case, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from masking.rule import Site
from relay.live.lifecycle import State
from relay.live.record import SessionRecord
from relay.protocol.names import VisitorRecord
from relay.store import participants, schema
from relay.store.database import Database
from relay.store.participants import Arrival, Mark
from relay.store.session_news import tell_end, tell_join, tell_start
from relay.store.session_type import SessionType
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
    bytes: int = 0
    """Of a session that is over: what came of its visitor."""
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Sign:
    """The visitor of a session was there at a time, and so many bytes had come of it."""

    ssnid: str
    at: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Beat:
    """What changes all the time, of many sessions: who was there, and how much was relayed."""

    signs: tuple[Sign, ...] = ()
    marks: tuple[Mark, ...] = ()


Note = Transition | Arrival | Beat
"""What is written down of running sessions."""


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session as it stands on disk. `id` is its number in reports, `seen` when its visitor was last known to be there; `bytes` came of
    the visitor.
    """

    id: int
    record: SessionRecord
    state: State
    reason: str
    created: int
    active: int | None
    ended: int | None
    address: str
    seen: int
    bytes: int


class Sessions:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, record: SessionRecord, now: int, address: str = "") -> None:
        """The session is being set up by a visitor at this network address. When this returns, a kill of the relay does not lose it."""
        values = {
            "ssnid": record.ssnid,
            "group_id": record.group,
            "key": record.key,
            "site": record.site.value,
            "type": SessionType.COBROWSE.value,
            "state": State.SETUP.value,
            "reason": "",
            "visitorid": record.visitor.visitorid,
            "name": record.visitor.name,
            "email": record.visitor.email,
            "phone": record.visitor.phone,
            "secret_hash": record.secret_hash,
            "scope": record.scope,
            "asset_key": record.asset_key,
            "address": address,
            "created": now,
            "started": now,
            "seen": now,
            "bytes": 0,
            "origin": "",
            "xid": "",
        }
        async with self._database.write() as connection:
            added = insert(schema.sessions).values(values).returning(schema.sessions.c.id)
            number = (await connection.execute(added)).scalar_one()
            await participants.add_visitor(connection, number, record, address, now)
            await tell_start(connection, record, now)

    async def write(self, notes: list[Note]) -> None:
        """Write down what was noted, in its order, in one commit."""
        async with self._database.write() as connection:
            for note in notes:
                match note:
                    case Transition():
                        await _move(connection, note)
                    case Arrival():
                        await participants.arrive(connection, note)
                        await tell_join(connection, note)
                    case Beat():
                        await _beat(connection, note)

    async def part(self) -> dict[int, int]:
        """The process that had the open sessions is gone, and all their connections. Returns how many had come to each, by its number."""
        async with self._database.write() as connection:
            return await participants.part(connection)

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
    return StoredSession(
        id=row["id"],
        record=record,
        state=State(row["state"]),
        reason=row["reason"],
        created=row["created"],
        active=row["active"],
        ended=row["ended"],
        address=row["address"],
        seen=row["seen"],
        bytes=row["bytes"],
    )


async def _move(connection: AsyncConnection, transition: Transition) -> None:
    table = schema.sessions
    values: dict[str, object] = {"state": transition.state.value, "reason": transition.reason}
    if transition.state is State.ACTIVE:
        # Whoever came first has said so already, if that is known.
        values |= {name: case((table.c.active.is_(None), transition.at), else_=table.c[name]) for name in ("active", "started")}
    if transition.state.final:
        # A wall clock that was set back ends no session before its start.
        ended = case((table.c.created > transition.at, table.c.created), else_=transition.at)
        values |= {"ended": ended, "seen": ended, "bytes": transition.bytes}
    open_one = and_(table.c.ssnid == transition.ssnid, table.c.ended.is_(None))
    moved = await connection.execute(update(table).where(open_one).values(values))
    # Not for a session that never came to disk, or is over already.
    if transition.state.final and moved.rowcount:
        await participants.mark(connection, transition.marks)
        await participants.close(connection, transition.ssnid, transition.at)
        if transition.signed:
            await keep(connection, transition.ssnid, transition.signed)
        await tell_end(connection, transition.ssnid)


async def _beat(connection: AsyncConnection, beat: Beat) -> None:
    if beat.signs:
        rows = [{"of": sign.ssnid, "at": sign.at, "sent": sign.bytes} for sign in beat.signs]
        await connection.execute(_SIGN, rows)
    await participants.mark(connection, beat.marks)


_SIGN = (
    update(schema.sessions)
    .where(schema.sessions.c.ssnid == bindparam("of"), schema.sessions.c.ended.is_(None))
    .values(seen=bindparam("at"), bytes=bindparam("sent"))
)
