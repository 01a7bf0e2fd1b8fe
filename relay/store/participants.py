"""Rows of those who take part in sessions. All of this happens within the transactions of session records."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, BindParameter, ColumnElement, and_, bindparam, case, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from relay.live.participant import EMAIL_CHARACTERS, NAME_CHARACTERS, PHONE_CHARACTERS, Kind, Person, Presence
from relay.live.record import SessionRecord
from relay.store import schema

table = schema.participants
sessions = schema.sessions


@dataclass(frozen=True, slots=True)
class Arrival:
    """An agent or guest came to a session at a time."""

    ssnid: str
    number: int
    kind: Kind
    person: Person
    presence: Presence
    at: int


@dataclass(frozen=True, slots=True)
class Mark:
    """How it stands with a participant: `left` is when the connection went, None while there is one."""

    ssnid: str
    number: int
    presence: Presence
    left: int | None
    bytes: int


async def add_visitor(connection: AsyncConnection, session: int, record: SessionRecord, address: str, now: int) -> None:
    visitor = record.visitor
    person = Person(
        name=visitor.name[:NAME_CHARACTERS],
        email=visitor.email[:EMAIL_CHARACTERS],
        phone=visitor.phone[:PHONE_CHARACTERS],
        address=address,
    )
    values = _values(0, Kind.VISITOR, person, Presence.JOINING, now)
    await connection.execute(insert(table).values(session_id=session, **values))


async def arrive(connection: AsyncConnection, arrival: Arrival) -> None:
    """The first agent's coming is the start of the session; its `origin` and `xid` are the session's."""
    person = arrival.person
    first = and_(sessions.c.ssnid == arrival.ssnid, sessions.c.active.is_(None), sessions.c.ended.is_(None))
    begun = {"active": arrival.at, "started": arrival.at, "origin": person.origin, "xid": person.xid}
    await connection.execute(update(sessions).where(first).values(begun))
    values = _values(arrival.number, arrival.kind, person, arrival.presence, arrival.at)
    columns = [sessions.c.id, sessions.c.started, *(literal(value, table.c[name].type) for name, value in values.items())]
    source = select(*columns).where(sessions.c.ssnid == arrival.ssnid)
    await connection.execute(insert(table).from_select(["session_id", "session_started", *values], source))


async def mark(connection: AsyncConnection, marks: Sequence[Mark]) -> None:
    """All in one call of the driver: many sessions are marked every few seconds, beside the live path."""
    if marks:
        rows = [{"of": one.ssnid, "who": one.number, "is": one.presence.value, "at": one.left, "sent": one.bytes} for one in marks]
        await connection.execute(_MARK, rows)


async def close(connection: AsyncConnection, ssnid: str, now: int) -> None:
    """The session is over: whoever was not said to have left, has left now."""
    still_there = and_(table.c.session_id == _id(ssnid), table.c.left.is_(None))
    values = {"state": Presence.LEFT.value, "left": _not_before(table.c.joined, now)}
    await connection.execute(update(table).where(still_there).values(values))


async def part(connection: AsyncConnection) -> dict[int, int]:
    """No connection of open sessions is there any more: visitors may come back, agents come anew. Returns how many had come to each."""
    is_open = sessions.c.ended.is_(None)
    seen = select(sessions.c.seen).where(sessions.c.id == table.c.session_id).scalar_subquery()
    of_open = table.c.session_id.in_(select(sessions.c.id).where(is_open))
    values = {
        "state": case((table.c.number == 0, Presence.RECONNECTING.value), else_=Presence.LEFT.value),
        "left": case((seen < table.c.joined, table.c.joined), else_=seen),
    }
    still_there = and_(of_open, table.c.left.is_(None))
    await connection.execute(update(table).where(still_there).values(values))
    unsure = and_(of_open, table.c.state == Presence.RECONNECTING.value, table.c.number > 0)
    await connection.execute(update(table).where(unsure).values(state=Presence.LEFT.value))
    counts = select(table.c.session_id, func.max(table.c.number)).where(of_open).group_by(table.c.session_id)
    return {session: number + 1 for session, number in (await connection.execute(counts)).all()}


def _values(number: int, kind: Kind, person: Person, presence: Presence, joined: int) -> dict[str, object]:
    return {
        "number": number,
        "kind": kind.value,
        "state": presence.value,
        "user_id": person.user,
        "username": person.username,
        "puid": person.puid,
        "full_name": person.full_name,
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "address": person.address,
        "origin": person.origin,
        "xid": person.xid,
        "joined": joined,
        "bytes": 0,
    }


def _id(ssnid: str | BindParameter[str]) -> ColumnElement[int]:
    return select(sessions.c.id).where(sessions.c.ssnid == ssnid).scalar_subquery()


def _not_before(joined: ColumnElement[int], at: int | BindParameter[int]) -> ColumnElement[int]:
    """A wall clock that was set back makes nobody leave before coming."""
    return case((joined > at, joined), else_=at)


_MARK = (
    update(table)
    .where(table.c.session_id == _id(bindparam("of")), table.c.number == bindparam("who"))
    .values(state=bindparam("is"), left=_not_before(table.c.joined, bindparam("at", type_=BigInteger)), bytes=bindparam("sent"))
)
