"""Sessions of a group over REST, running and past; read only."""

from typing import Annotated, TypeVar

import msgspec

from masking.rule import Site
from relay.errors import NotThere
from relay.identity.audit_table import iso
from relay.live.lifecycle import State
from relay.live.participant import Kind, Presence
from relay.store.activity_search import ActivityRecord, ActivitySearch, ParticipantRecord
from relay.store.session_search import PAGE, Cursor, SessionSearch
from relay.store.sessions import StoredSession
from relay.web.rest.audit import Time, milliseconds
from relay.web.rest.operation import GONE, Call, Operation, Unfit

USUAL_PAGE = 100


class ShownSession(msgspec.Struct, rename="camel"):
    """`state` is the documented letter. Times in UTC: set up, first joined, over."""

    session_id: str
    session_key: str
    site: Site
    state: State
    reason: str
    created: str
    active: str | None
    ended: str | None
    visitor_id: str
    visitor_name: str
    visitor_email: str
    visitor_phone: str


class ShownParticipant(msgspec.Struct, rename="camel"):
    """`state` is the documented letter; names are empty where none was given, the username of all but agents. Times in UTC."""

    kind: Kind
    state: Presence
    username: str
    partner_user_id: str
    full_name: str
    name: str
    email: str
    phone: str
    address: str
    origin: str
    xid: str
    joined: str
    left: str | None
    bytes: int


class SessionDetails(ShownSession):
    """`number` is that of reports. `bytes` came of the visitor; `origin` and `xid` are the first agent's."""

    number: int
    address: str
    bytes: int
    origin: str
    xid: str
    participants: list[ShownParticipant]


class SessionPage(msgspec.Struct):
    """`next` is what the next page is asked with as `before`; null when there is none."""

    sessions: list[ShownSession]
    next: str | None


class SessionQuery(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """`since` ≤ set up < `until`. Running ones only, or past ones only, or both."""

    running: bool | msgspec.UnsetType = msgspec.UNSET
    site: Site | msgspec.UnsetType = msgspec.UNSET
    session_key: Annotated[str, msgspec.Meta(max_length=63)] = ""
    visitor_id: Annotated[str, msgspec.Meta(max_length=100)] = ""
    since: Time | msgspec.UnsetType = msgspec.UNSET
    until: Time | msgspec.UnsetType = msgspec.UNSET
    before: Annotated[str, msgspec.Meta(max_length=120)] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=PAGE)] = USUAL_PAGE


class SessionService:
    def __init__(self, search: SessionSearch, records: ActivitySearch) -> None:
        self._search = search
        self._records = records

    def operations(self) -> list[Operation]:
        return [
            Operation(
                name="listSessions",
                method="GET",
                path="/sessions",
                about="Running and past sessions, the newest first.",
                handle=self.find,
                query=SessionQuery,
                answer=SessionPage,
            ),
            Operation(
                name="getSession",
                method="GET",
                path="/sessions/{sessionId}",
                about="One session, with those who take part or took part.",
                handle=self.show,
                answer=SessionDetails,
                refuses=GONE,
            ),
        ]

    async def find(self, call: Call[None, SessionQuery]) -> SessionPage:
        query = call.query
        found = await self._search.find(
            call.group,
            running=_given(query.running),
            site=_given(query.site),
            key=query.session_key,
            visitorid=query.visitor_id,
            since=milliseconds(query.since) if query.since is not msgspec.UNSET else None,
            until=milliseconds(query.until) if query.until is not msgspec.UNSET else None,
            before=_cursor(query.before),
            limit=query.limit,
        )
        more = str(Cursor.behind(found[-1])) if len(found) == query.limit else None
        return SessionPage([_shown(one) for one in found], more)

    async def show(self, call: Call[None, None]) -> SessionDetails:
        ssnid = call.request.path_params["sessionId"]
        found, record = await self._search.get(call.group, ssnid), await self._records.get(call.group, ssnid)
        if found is None or record is None:
            raise NotThere("this group has no such session")
        return _details(found, record)


T = TypeVar("T")


def _given(value: T | msgspec.UnsetType) -> T | None:
    return None if value is msgspec.UNSET else value


def _cursor(text: str) -> Cursor | None:
    try:
        return Cursor.read(text) if text else None
    except ValueError:
        raise Unfit("before is the next of another page") from None


def _shown(stored: StoredSession) -> ShownSession:
    record, visitor = stored.record, stored.record.visitor
    return ShownSession(
        session_id=record.ssnid,
        session_key=record.key,
        site=record.site,
        state=stored.state,
        reason=stored.reason,
        created=iso(stored.created),
        active=None if stored.active is None else iso(stored.active),
        ended=None if stored.ended is None else iso(stored.ended),
        visitor_id=visitor.visitorid,
        visitor_name=visitor.name,
        visitor_email=visitor.email,
        visitor_phone=visitor.phone,
    )


def _details(stored: StoredSession, record: ActivityRecord) -> SessionDetails:
    return SessionDetails(
        **msgspec.structs.asdict(_shown(stored)),
        number=record.id,
        address=record.address,
        bytes=record.bytes,
        origin=record.origin,
        xid=record.xid,
        participants=[_participant(one) for one in record.participants],
    )


def _participant(one: ParticipantRecord) -> ShownParticipant:
    return ShownParticipant(
        kind=one.kind,
        state=one.state,
        username=one.username,
        partner_user_id=one.puid,
        full_name=one.full_name,
        name=one.name,
        email=one.email,
        phone=one.phone,
        address=one.address,
        origin=one.origin,
        xid=one.xid,
        joined=iso(one.joined),
        left=None if one.left is None else iso(one.left),
        bytes=one.bytes,
    )
