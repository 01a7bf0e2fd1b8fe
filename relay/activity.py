"""What the activity service tells of a group's sessions (documentation: Activity Service): counts, who joined what, what runs now."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from relay.eastern import days_between
from relay.errors import CallRefused, NotThere
from relay.live.lifecycle import COMPLETED, FINAL, State
from relay.store.activity_search import RUNNING, ActivityCount, ActivityRecord, ActivitySearch, When
from relay.store.session_type import SessionType
from relay.store.users import User, Users

MOST_DAYS = 31
MOST_OF_USER = 5000
"""Sessions of one user in an answer, which has no pages."""

ACTIVE, DONE = "A", "C"
"""What the parameter `status` asks for."""

NO_USER = "there is no user of this group with this partnerUserId"
USER_GONE = "the user is not there any more"
NOT_KNOWN = "who joined is not known"


@dataclass(frozen=True, slots=True)
class Span:
    """`since` ≤ time < `until`, ms since 1970; at most 31 days. Raises `CallRefused`."""

    since: int
    until: int

    def __post_init__(self) -> None:
        if self.until < self.since:
            raise CallRefused("range", "endRange is before startRange")
        if days_between(self.since, self.until) > MOST_DAYS:
            raise CallRefused("range", f"from startRange to endRange there are more than {MOST_DAYS} days")


@dataclass(frozen=True, slots=True)
class UserSessions:
    """Sessions of a user. `invalid` says why there is no such user, empty if there is; the names are empty where they were asked for."""

    username: str
    puid: str
    invalid: str = ""
    sessions: list[ActivityRecord] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Page:
    """`following` is what the next page starts with, 0 after the last."""

    users: list[UserSessions]
    following: int


class Activity:
    def __init__(self, search: ActivitySearch, users: Users) -> None:
        self._search = search
        self._users = users

    async def counts(self, group: int, when: When, span: Span, status: str, kind: SessionType | None) -> list[ActivityCount]:
        """By type and state: of what runs, or of all that is over, whether somebody joined or not."""
        return await self._search.counts(group, when, span.since, span.until, states=_states(status, FINAL), type=kind)

    async def running(self, group: int) -> list[ActivityRecord]:
        """Sessions that wait for an agent or have one."""
        return await self._search.running(group)

    async def completed(self, group: int, when: When, span: Span, key: str, limit: int, start: int) -> Page:
        """Sessions in which somebody was helped, by user in the order of their first. Raises `CallRefused`."""
        try:
            page = await self._search.page(group, when, span.since, span.until, key=key, start=start, limit=limit)
        except NotThere:
            raise CallRefused("value", f"nextId {start} is not one that a call before has returned") from None
        return Page(await self._by_user(group, page.sessions), page.next or 0)

    async def of_user(self, group: int, puid: str, span: Span, status: str, key: str) -> UserSessions:
        """Sessions that the user joined. Raises `CallRefused`."""
        user = await self._users.by_puid(group, puid)
        if user is None:
            return UserSessions("", "", NO_USER)
        states = _states(status, COMPLETED)
        found = await self._search.of_user(group, user.id, span.since, span.until, states=states, key=key, limit=MOST_OF_USER + 1)
        if len(found) > MOST_OF_USER:
            raise CallRefused("range", f"there are more than {MOST_OF_USER} sessions; ask for fewer days")
        return UserSessions("", "", sessions=found)

    async def _by_user(self, group: int, sessions: list[ActivityRecord]) -> list[UserSessions]:
        users = await self._agents(group, sessions)
        found: dict[tuple[int | None, str], UserSessions] = {}
        for session in sessions:
            agent = session.agent
            whose = (agent.user_id, agent.username) if agent else (None, "")
            if whose not in found:
                found[whose] = _whose(session, users)
            found[whose].sessions.append(session)
        return list(found.values())

    async def _agents(self, group: int, sessions: Iterable[ActivityRecord]) -> dict[int, User]:
        numbers = {session.agent.user_id for session in sessions if session.agent and session.agent.user_id is not None}
        return {user.id: user for user in await self._users.get_all(group, sorted(numbers))}


def _states(status: str, over: Collection[State]) -> Collection[State]:
    return RUNNING if status == ACTIVE else over


def _whose(session: ActivityRecord, users: dict[int, User]) -> UserSessions:
    agent = session.agent
    if agent is None:
        return UserSessions("", "", NOT_KNOWN)
    user = users.get(agent.user_id) if agent.user_id is not None else None
    if user is None:
        return UserSessions(agent.username, agent.puid, USER_GONE)
    return UserSessions(user.username, user.profile.puid)
