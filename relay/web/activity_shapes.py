"""What the activity service answers (documentation: Activity Service, output values and samples), and an example of each."""

from datetime import UTC, datetime

from relay.activity import UserSessions as Found
from relay.eastern import utc
from relay.live.lifecycle import State
from relay.places import Place, Places
from relay.store.activity_search import ActivityCount, ActivityRecord, ParticipantRecord
from relay.web.asmx.shapes import Long, Shape

KILOBYTE = 1024


class Named(Shape, tag_field="__type", tag=lambda name: f"ActivityService+{name[0].lower()}{name[1:]}", frozen=True):
    """The documented samples name these in JSON, and not guests and locations."""


class Location(Shape, frozen=True):
    """Of a network address, as far as it is known."""

    city: str | None = None
    region: str | None = None
    country_code: str | None = None


class Guest(Shape, frozen=True):
    """Somebody who took part, the agents too. `type` is visitor, agent or guest; `duration` in seconds, 0 while there."""

    type: str
    status: str
    start_time: datetime
    duration: int
    kbytes: int
    ip: str | None = None
    location: Location = Location()
    name: str | None = None
    email: str | None = None
    phone: str | None = None


class Session(Named, frozen=True):
    """`start_time` is when the first agent came; duration (0 while active) and kbytes are the visitor's. Cobrowse has no size."""

    id: Long
    type: str
    status: str
    start_time: datetime
    key: str
    width: int
    height: int
    duration: int
    kbytes: int
    is_reverse: bool
    guests: list[Guest]


class UserSessions(Named, frozen=True, kw_only=True):
    """`invalid_reason` says why there is no such user. Who asks for one user gets no names."""

    user_name: str | None = None
    partner_user_id: str | None = None
    valid_user: bool
    invalid_reason: str | None = None
    sessions: list[Session]


class GroupSessions(Named, frozen=True):
    """`next_id` is 0 after the last page."""

    next_id: Long
    users: list[UserSessions]


class SessionCount(Named, frozen=True):
    """`average_duration` in seconds."""

    type: str
    status: str
    count: int
    average_duration: int


class ActiveSession(Named, frozen=True):
    """The user is the first agent, if one has come; `guest_count` is how many are there."""

    id: Long
    type: str
    status: str
    start_time: datetime
    key: str
    is_reverse: bool
    user_name: str | None
    full_name: str | None
    partner_user_id: str | None
    guest_count: int


def session_count(count: ActivityCount) -> SessionCount:
    return SessionCount(count.type.value, count.state.value, count.count, count.average_duration)


def active_session(record: ActivityRecord) -> ActiveSession:
    agent = record.agent
    return ActiveSession(
        id=record.id,
        type=record.type.value,
        status=record.state.value,
        start_time=utc(record.started),
        key=record.key,
        is_reverse=False,
        user_name=(agent.username or None) if agent else None,
        full_name=(agent.full_name or None) if agent else None,
        partner_user_id=(agent.puid or None) if agent else None,
        guest_count=sum(one.left is None for one in record.participants),
    )


def user_sessions(found: Found, places: Places) -> UserSessions:
    return UserSessions(
        user_name=found.username or None,
        partner_user_id=found.puid or None,
        valid_user=not found.invalid,
        invalid_reason=found.invalid or None,
        sessions=[session(record, places) for record in found.sessions],
    )


def session(record: ActivityRecord, places: Places) -> Session:
    return Session(
        id=record.id,
        type=record.type.value,
        status=record.state.value,
        start_time=utc(record.started),
        key=record.key,
        width=0,
        height=0,
        duration=record.duration,
        kbytes=_kbytes(record.bytes),
        is_reverse=False,
        guests=[_guest(one, places.of(one.address)) for one in record.participants],
    )


def _guest(one: ParticipantRecord, place: Place) -> Guest:
    return Guest(
        type=one.kind.value,
        status=one.state.value,
        start_time=utc(one.joined),
        duration=one.duration,
        kbytes=_kbytes(one.bytes),
        ip=one.address or None,
        location=Location(place.city, place.region, place.country),
        name=one.name or None,
        email=one.email or None,
        phone=one.phone or None,
    )


def _kbytes(size: int) -> int:
    """Whole ones, the last one begun."""
    return -(-size // KILOBYTE)


BEGUN, JOINED = datetime(2026, 3, 31, 12, 43, 9, tzinfo=UTC), datetime(2026, 3, 31, 12, 43, 12, tzinfo=UTC)
SESSION = Session(
    id=61874627,
    type="C",
    status=State.COMPLETED.value,
    start_time=JOINED,
    key="48213",
    width=0,
    height=0,
    duration=7,
    kbytes=33,
    is_reverse=False,
    guests=[
        Guest(type="visitor", status="C", start_time=BEGUN, duration=7, kbytes=33, ip="192.0.2.10", name="Nora Field"),
        Guest(type="agent", status="C", start_time=JOINED, duration=4, kbytes=23, ip="192.0.2.20"),
    ],
)
COUNTS = [SessionCount("C", "C", 141, 748), SessionCount("C", "Q", 2, 106), SessionCount("C", "T", 24, 127)]
RUNNING = [ActiveSession(61943691, "C", "A", JOINED, "1281", False, "ada.example", "Ada Adams", "JDemo", 2)]
OF_USER = UserSessions(user_name="ada.example", partner_user_id="JDemo", valid_user=True, sessions=[SESSION])
OF_GROUP = GroupSessions(next_id=61943153, users=[OF_USER])
"""Examples for the pages of the operations."""
