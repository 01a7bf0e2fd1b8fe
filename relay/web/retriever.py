"""The records retriever at its documented addresses, /api/auth/service and /api/crr/sessions/…: JSON in, JSON out, problems as in REST."""

from collections.abc import Awaitable, Callable, Collection
from http import HTTPStatus

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from relay.authorization import Authorization, AuthorizationRefused, wish_of
from relay.eastern import FORMS, read_date
from relay.errors import Busy, CallRefused, StorageDown
from relay.identity.audit_table import iso
from relay.live.lifecycle import FINAL, State
from relay.live.participant import Kind
from relay.retriever import Retrieval, Retriever
from relay.store.activity_search import PAGE, ActivityPage, ActivityRecord, ParticipantRecord
from relay.store.groups import LARGEST_ID
from relay.web import problems
from relay.web.asmx.parameters import Given, Parameter, number, some_text
from relay.web.bearers import GREATEST_ID
from relay.web.body import read
from relay.web.callers import address
from relay.web.site import NO_STORE

AUTH_PATH = "/api/auth/service"
SESSIONS_PATH = "/api/crr/sessions"
BODY_BYTES = 16 * 1024
API_KEY_CHARACTERS = 100

PARTNER = Parameter(name="partnerId", about="the group", read=number(1, LARGEST_ID), sample="1000")
API_KEY = Parameter(name="apiKey", about="an API key of the group", read=some_text(API_KEY_CHARACTERS), sample="…", secret=True)
START = Parameter(name="startDate", about=f"sessions that ended from then on; {FORMS}", read=read_date, sample="2026-03-31")
END = Parameter(name="endDate", about="sessions that ended before then", read=read_date, sample="2026-04-01")
PAGE_ID = Parameter(name="pageId", about="0, or the nextPageId of the answer before", read=number(0, GREATEST_ID), sample="0")
SIZE = Parameter(name="channelBatchSize", about=f"sessions in an answer, 1 to {PAGE}", read=number(1, PAGE), sample="1000")

STATUS = {"credentials": HTTPStatus.UNAUTHORIZED, "rights": HTTPStatus.FORBIDDEN}
"""By the code of a refusal; 400 for others."""

LEG_TYPES = {Kind.VISITOR: "host", Kind.AGENT: "guest", Kind.GUEST: "guest"}
"""The visitor has what is shown; everybody else looks at it."""


class Granted(msgspec.Struct):
    access_token: str
    token_type: str
    expires_in: int


class Person(msgspec.Struct):
    """What was given of somebody, null if nothing was; `username` and `partneruserid` are of an agent."""

    name: str | None
    email: str | None
    phone: str | None
    username: str | None
    partneruserid: str | None


class Leg(msgspec.Struct):
    type: str
    participant_type: str
    started_at: str
    ended_at: str | None
    extra: Person


class Channel(msgspec.Struct):
    """`remote_assist_accepted` is false: agents look only."""

    type: str
    id: int
    key: str
    remote_assist_accepted: bool
    legs: list[Leg]


class Extra(msgspec.Struct):
    xid: str | None


class Session(msgspec.Struct):
    id: int
    key: str
    status: str
    started_at: str
    ended_at: str | None
    extra: Extra
    channels: list[Channel]


class Sessions(msgspec.Struct, rename="camel"):
    """`next_page_id` is null in the last answer."""

    next_page_id: int | None
    sessions: list[Session]


class RetrieverService:
    def __init__(self, authorization: Authorization, retriever: Retriever) -> None:
        self._authorization = authorization
        self._retriever = retriever

    async def token(self, request: Request) -> Response:
        """A token for user name and password."""

        async def do() -> Granted:
            given = await _texts(request)
            fields = {name: given.get(name, "") for name in ("username", "password")}
            wish = wish_of({**fields, "service": "webservices"}, request.headers.get("origin", ""), address(request))
            grant = await self._authorization.authorize(wish)
            return Granted(grant.token, "Bearer", wish.minutes * 60)

        return await _answered(do)

    async def completed(self, request: Request) -> Response:
        """Sessions that were ended by one of the two sides."""
        return await self._sessions(request, {State.COMPLETED})

    async def ended(self, request: Request) -> Response:
        """All that are over, whether anybody joined or not."""
        return await self._sessions(request, FINAL)

    async def _sessions(self, request: Request, states: Collection[State]) -> Response:
        async def do() -> Sessions:
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not token:
                raise CallRefused("credentials", f"send Authorization: Bearer with the access_token of {AUTH_PATH}")
            given = Given({PAGE_ID.name: "0", SIZE.name: str(PAGE)} | await _texts(request))
            asked = Retrieval(
                group=given[PARTNER],
                token=token,
                api_key=given[API_KEY],
                address=address(request),
                since=given[START],
                until=given[END],
                start=given[PAGE_ID],
                limit=given[SIZE],
            )
            return _shown(await self._retriever.page(asked, states))

        return await _answered(do)


async def _texts(request: Request) -> dict[str, str]:
    """The members of a JSON object. Numbers and texts may stand for each other."""
    try:
        # Typed: nothing goes deeper than that, whatever is sent.
        values = msgspec.json.decode(await read(request, BODY_BYTES), type=dict[str, str | int | None])
    except (msgspec.MsgspecError, UnicodeError):
        raise CallRefused("malformed", "the body is a JSON object of texts and numbers") from None
    return {name: "" if value is None else str(value) for name, value in values.items()}


async def _answered(do: Callable[[], Awaitable[msgspec.Struct]]) -> Response:
    try:
        return Response(msgspec.json.encode(await do()), media_type="application/json", headers=NO_STORE)
    except CallRefused as refused:
        return problems.problem(STATUS.get(refused.code, HTTPStatus.BAD_REQUEST), refused.message)
    except AuthorizationRefused as refused:
        if refused.code == "busy":
            return problems.busy("too many wrong credentials")
        return problems.problem(HTTPStatus(refused.status), refused.message)
    except HTTPException as refused:
        return problems.problem(HTTPStatus(refused.status_code), "the body is too large, or comes too slowly")
    except Busy:
        return problems.busy("too many wrong credentials")
    except StorageDown:
        return problems.unavailable()


def _shown(page: ActivityPage) -> Sessions:
    return Sessions(page.next, [_session(one) for one in page.sessions])


def _session(record: ActivityRecord) -> Session:
    return Session(
        id=record.id,
        key=record.key,
        status="completed" if record.state is State.COMPLETED else "ended",
        started_at=iso(record.started),
        ended_at=_time(record.ended),
        extra=Extra(record.xid or None),
        channels=[Channel("cobrowse", record.id, record.key, False, [_leg(one) for one in record.participants])],
    )


def _leg(participant: ParticipantRecord) -> Leg:
    return Leg(
        type=LEG_TYPES[participant.kind],
        participant_type=participant.kind.value,
        started_at=iso(participant.joined),
        ended_at=_time(participant.left),
        extra=Person(
            participant.name or None,
            participant.email or None,
            participant.phone or None,
            participant.username or None,
            participant.puid or None,
        ),
    )


def _time(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else iso(milliseconds)
