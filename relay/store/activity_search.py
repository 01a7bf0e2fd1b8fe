"""What reports ask of the records of a group: sessions by start or end with those who took part, sessions of a user, counts.

Everything here is one range of one index, or two of these (`tests/relay/test_activity_search.py` looks at the plans).
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from masking.rule import Site
from relay.errors import NotThere
from relay.live.lifecycle import COMPLETED, FINAL, State
from relay.live.participant import Kind, Presence
from relay.store import schema
from relay.store.database import Database
from relay.store.session_type import SessionType

PAGE = 1000
"""Sessions in an answer at most (documentation: nResults)."""

RUNNING = frozenset({State.WAITING, State.ACTIVE})

sessions = schema.sessions
participants = schema.participants


class When(StrEnum):
    """Which time of a session a range is of: the first agent's coming (of a session that nobody joined: when it was set up), or the end."""

    STARTED = "started"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class ParticipantRecord:
    """Times in milliseconds. What was not given is empty; `user_id` is an agent's, whose account may be gone by now."""

    number: int
    kind: Kind
    state: Presence
    user_id: int | None
    username: str
    puid: str
    full_name: str
    name: str
    email: str
    phone: str
    address: str
    origin: str
    xid: str
    joined: int
    left: int | None
    bytes: int

    @property
    def duration(self) -> int:
        """In seconds, 0 of those who are still there."""
        return 0 if self.left is None else (self.left - self.joined) // 1000


@dataclass(frozen=True, slots=True)
class ActivityRecord:
    """A session in a report; times in milliseconds. `bytes` came of the visitor, `origin` and `xid` of the first agent."""

    id: int
    ssnid: str
    key: str
    site: Site
    type: SessionType
    state: State
    reason: str
    created: int
    started: int
    ended: int | None
    address: str
    bytes: int
    origin: str
    xid: str
    participants: tuple[ParticipantRecord, ...]
    """In the order of their coming."""

    @property
    def duration(self) -> int:
        """The visitor's, in seconds; 0 while the session runs."""
        return 0 if self.ended is None else (self.ended - self.created) // 1000

    @property
    def agent(self) -> ParticipantRecord | None:
        """The first one, whose session it is."""
        return next((one for one in self.participants if one.kind is Kind.AGENT), None)


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """`next` is what the next page starts with, None when there is none."""

    sessions: list[ActivityRecord]
    next: int | None


@dataclass(frozen=True, slots=True)
class ActivityCount:
    """Of sessions with one type and state; the average of their durations in seconds."""

    type: SessionType
    state: State
    count: int
    average_duration: int


class ActivitySearch:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self,
        group: int,
        when: When,
        since: int,
        until: int,
        *,
        states: Collection[State] = COMPLETED,
        key: str = "",
        visitorid: str = "",
        start: int = 0,
        limit: int = PAGE,
    ) -> ActivityPage:
        """Sessions at `since` ≤ time < `until`, the oldest first, from session `start` on. Raises `NotThere` when the group has no such
        session.
        """
        time = sessions.c[when.value]
        async with self._database.read() as connection:
            at = await _time_of(connection, group, when, start) if start else since
            query = select(sessions).where(_in_range(group, when, max(since, at), until), sessions.c.state.in_(states))
            query = query.where(or_(time > at, sessions.c.id >= start)).order_by(time, sessions.c.id)
            for column, text in ((sessions.c.key, key), (sessions.c.visitorid, visitorid)):
                query = query.where(column == text) if text else query
            found = (await connection.execute(query.limit(limit + 1))).mappings().all()
            return ActivityPage(await _with_participants(connection, found[:limit]), found[limit]["id"] if len(found) > limit else None)

    async def of_user(
        self,
        group: int,
        user: int,
        since: int,
        until: int,
        *,
        states: Collection[State] = COMPLETED,
        key: str = "",
        limit: int = PAGE,
    ) -> list[ActivityRecord]:
        """Sessions that the user joined, started at `since` ≤ time < `until`, the oldest first."""
        started = participants.c.session_started
        joined = select(started, participants.c.session_id).distinct()
        joined = joined.where(participants.c.user_id == user, started >= since, started < until)
        theirs = joined.subquery()
        query = select(sessions).join(theirs, theirs.c.session_id == sessions.c.id)
        query = query.where(sessions.c.group_id == group, sessions.c.state.in_(states))
        if key:
            query = query.where(sessions.c.key == key)
        return await self._records(query.order_by(theirs.c.session_started, theirs.c.session_id).limit(limit))

    async def running(self, group: int) -> list[ActivityRecord]:
        """Sessions that wait for an agent or have one."""
        query = select(sessions).where(sessions.c.group_id == group, sessions.c.ended.is_(None), sessions.c.state.in_(RUNNING))
        return await self._records(query.order_by(sessions.c.id))

    async def get(self, group: int, ssnid: str) -> ActivityRecord | None:
        """One session of the group, in whatever state."""
        found = await self._records(select(sessions).where(sessions.c.group_id == group, sessions.c.ssnid == ssnid))
        return found[0] if found else None

    async def counts(
        self,
        group: int,
        when: When,
        since: int,
        until: int,
        *,
        states: Collection[State] = FINAL,
        type: SessionType | None = None,
    ) -> list[ActivityCount]:
        """Of the sessions at `since` ≤ time < `until`, by type and state."""
        kind, state, length = sessions.c.type, sessions.c.state, (sessions.c.ended - sessions.c.created) / 1000.0
        query = select(kind, state, func.count().label("count"), func.coalesce(func.avg(length), 0).label("average"))
        query = query.group_by(kind, state).order_by(kind, state)
        query = query.where(_in_range(group, when, since, until), state.in_(states))
        if type is not None:
            query = query.where(kind == type.value)
        async with self._database.read() as connection:
            return [_count(row) for row in (await connection.execute(query)).mappings()]

    async def _records(self, query: Select[Any]) -> list[ActivityRecord]:
        async with self._database.read() as connection:
            return await _with_participants(connection, (await connection.execute(query)).mappings().all())


def _in_range(group: int, when: When, since: int, until: int) -> ColumnElement[bool]:
    time = sessions.c[when.value]
    return and_(sessions.c.group_id == group, time >= since, time < until)


async def _time_of(connection: AsyncConnection, group: int, when: When, start: int) -> int:
    """Of the session that a page starts with."""
    query = select(sessions.c[when.value]).where(sessions.c.id == start, sessions.c.group_id == group)
    at: int | None = (await connection.execute(query)).scalar_one_or_none()
    if at is None:
        raise NotThere("nextId is not one of a page before")
    return at


async def _with_participants(connection: AsyncConnection, found: Collection[RowMapping]) -> list[ActivityRecord]:
    there: dict[int, list[ParticipantRecord]] = defaultdict(list)
    if found:
        numbers = [row["id"] for row in found]
        query = select(participants).where(participants.c.session_id.in_(numbers))
        query = query.order_by(participants.c.session_id, participants.c.number)
        for row in (await connection.execute(query)).mappings():
            there[row["session_id"]].append(_participant(row))
    return [_record(row, there[row["id"]]) for row in found]


def _record(row: RowMapping, there: list[ParticipantRecord]) -> ActivityRecord:
    return ActivityRecord(
        id=row["id"],
        ssnid=row["ssnid"],
        key=row["key"],
        site=Site(row["site"]),
        type=SessionType(row["type"]),
        state=State(row["state"]),
        reason=row["reason"],
        created=row["created"],
        started=row["started"],
        ended=row["ended"],
        address=row["address"],
        bytes=row["bytes"],
        origin=row["origin"],
        xid=row["xid"],
        participants=tuple(there),
    )


def _participant(row: RowMapping) -> ParticipantRecord:
    return ParticipantRecord(
        number=row["number"],
        kind=Kind(row["kind"]),
        state=Presence(row["state"]),
        user_id=row["user_id"],
        username=row["username"],
        puid=row["puid"],
        full_name=row["full_name"],
        name=row["name"],
        email=row["email"],
        phone=row["phone"],
        address=row["address"],
        origin=row["origin"],
        xid=row["xid"],
        joined=row["joined"],
        left=row["left"],
        bytes=row["bytes"],
    )


def _count(row: RowMapping) -> ActivityCount:
    return ActivityCount(SessionType(row["type"]), State(row["state"]), row["count"], round(row["average"]))
