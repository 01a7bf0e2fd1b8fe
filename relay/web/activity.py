"""The activity service at its documented address, /services/activityservice.asmx: its operations, their parameters and answers."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request

from relay.activity import ACTIVE, DONE, MOST_DAYS, Activity, Span
from relay.eastern import FORMS, read_date
from relay.partners import Partners
from relay.places import Places
from relay.store.activity_search import PAGE, When
from relay.store.groups import LARGEST_ID
from relay.store.session_type import SessionType
from relay.web import activity_shapes as shapes
from relay.web.asmx.operation import Do, Operation, Service
from relay.web.asmx.parameters import Given, Parameter, any_text, number, one_of, some_text
from relay.web.bearers import GREATEST_ID
from relay.web.callers import address

NAME, PATH = "ActivityService", "/services/activityservice.asmx"
PUID_CHARACTERS = 255
KEY_CHARACTERS = 63
API_KEY_CHARACTERS = 100

TYPES = [one.value for one in SessionType]
DATES = f"Dates are {FORMS}."

PARTNER = Parameter(name="partnerId", about="The group.", read=number(1, LARGEST_ID), sample="1000", kind="xs:int")
API_KEY = Parameter(
    name="apiKey",
    about="An API key of the group.",
    read=some_text(API_KEY_CHARACTERS),
    sample="ABCDeF_G12TOFEkzzz",
    secret=True,
)
CREDENTIALS = (PARTNER, API_KEY)
TYPE = Parameter(
    name="type",
    about="C cobrowse, G screen share, V video, or empty for all; has to be given.",
    read=one_of(*TYPES, ""),
    sample=SessionType.COBROWSE.value,
)
STATUS = Parameter(
    name="status",
    about="A for sessions that run, C for those that are over.",
    read=one_of(ACTIVE, DONE),
    sample=DONE,
)
START = Parameter(name="startRange", about=f"From this time on. {DATES}", read=read_date, sample="2026-03-31")
END = Parameter(name="endRange", about=f"Before this time, at most {MOST_DAYS} days later.", read=read_date, sample="2026-04-01")
RANGE = (START, END)
USER = Parameter(name="partnerUserId", about="The user, by your own id.", read=some_text(PUID_CHARACTERS), sample="JDemo")
SESSION_KEY = Parameter(
    name="sessionKey",
    about="Only sessions with this key, or empty for all; has to be given.",
    read=any_text(KEY_CHARACTERS),
    sample="",
    secret=True,
)
COUNT = Parameter(name="nResults", about=f"Sessions to return, 1 to {PAGE}.", read=number(1, PAGE), sample="100", kind="xs:int")
NEXT = Parameter(
    name="nextId",
    about="0, or the nextId that the call before has returned.",
    read=number(0, GREATEST_ID),
    sample="0",
    kind="xs:long",
)


class ActivityOperations:
    def __init__(self, partners: Partners, activity: Activity, places: Places) -> None:
        self._partners = partners
        self._activity = activity
        self._places = places

    def service(self) -> Service:
        counting = "Numbers of the sessions that {} in a range of time, by type and status, with their average durations in seconds."
        listing = "Completed sessions that {} in a range of time, by user."
        return Service(
            name=NAME,
            path=PATH,
            about="Sessions of a group: numbers, what runs now, and who took part.",
            operations=[
                self._counting("PartnerSessionCounts", counting.format("started"), (TYPE, STATUS, *RANGE), When.STARTED),
                self._counting("PartnerSessionCountsEnding", counting.format("ended"), (TYPE, *RANGE), When.ENDED),
                Operation(
                    name="PartnerActiveSessions",
                    about="Sessions that run now: active ones, and those that wait for an agent.",
                    parameters=CREDENTIALS,
                    answer=list[shapes.ActiveSession],
                    example=shapes.RUNNING,
                    do=self._running,
                ),
                self._listing("PartnerCompletedSessions", listing.format("started"), When.STARTED),
                self._listing("PartnerCompletedSessionsEnding", listing.format("ended"), When.ENDED),
                Operation(
                    name="PartnerUserSessions",
                    about="Sessions that a user joined and that started in a range of time.",
                    parameters=(*CREDENTIALS, USER, *RANGE, STATUS, SESSION_KEY),
                    answer=shapes.UserSessions,
                    example=shapes.OF_USER,
                    do=self._of_user,
                ),
            ],
        )

    def _counting(self, name: str, about: str, parameters: Sequence[Parameter[Any]], when: When) -> Operation:
        async def do(given: Given, request: Request) -> list[shapes.SessionCount]:
            group = await self._group(given, request)
            kind = given[TYPE]
            status = given[STATUS] if STATUS in parameters else DONE
            counts = await self._activity.counts(group, when, _span(given), status, SessionType(kind) if kind else None)
            return [shapes.session_count(count) for count in counts]

        return self._operation(name, about, parameters, list[shapes.SessionCount], shapes.COUNTS, do)

    def _listing(self, name: str, about: str, when: When) -> Operation:
        async def do(given: Given, request: Request) -> shapes.GroupSessions:
            group = await self._group(given, request)
            page = await self._activity.completed(group, when, _span(given), given[SESSION_KEY], given[COUNT], given[NEXT])
            return shapes.GroupSessions(next_id=page.following, users=[shapes.user_sessions(found, self._places) for found in page.users])

        return self._operation(name, about, (*RANGE, SESSION_KEY, COUNT, NEXT), shapes.GroupSessions, shapes.OF_GROUP, do)

    async def _running(self, given: Given, request: Request) -> list[shapes.ActiveSession]:
        group = await self._group(given, request)
        return [shapes.active_session(record) for record in await self._activity.running(group)]

    async def _of_user(self, given: Given, request: Request) -> shapes.UserSessions:
        group = await self._group(given, request)
        found = await self._activity.of_user(group, given[USER], _span(given), given[STATUS], given[SESSION_KEY])
        return shapes.user_sessions(found, self._places)

    async def _group(self, given: Given, request: Request) -> int:
        """Of whoever calls, who may read its reports."""
        group = given[PARTNER]
        await self._partners.by_api_key(group, given[API_KEY], address(request))
        return group

    def _operation(self, name: str, about: str, parameters: Sequence[Parameter[Any]], answer: Any, example: Any, do: Do) -> Operation:
        return Operation(name=name, about=about, parameters=(*CREDENTIALS, *parameters), answer=answer, example=example, do=do)


def _span(given: Given) -> Span:
    return Span(given[START], given[END])
