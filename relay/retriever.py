"""The records retriever: sessions that are over, page by page, for a customer's own archive (documentation: Customer Records Retriever).

A call brings a token of an owner and, beside it, an API key of the group. Sessions are asked for by their end: whoever asks day by day
gets each of them once.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from relay.errors import CallRefused, NotThere
from relay.identity.access import Answer, Need, decide
from relay.live.lifecycle import State
from relay.partners import Partners
from relay.sign_on import SignOn, SignOnRefused
from relay.store.activity_search import ActivityPage, ActivitySearch, When


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """Sessions of `group` that ended at `since` ≤ time < `until` (ms), from the one with the number `start` on (0: the first)."""

    group: int
    token: str = field(repr=False)
    api_key: str = field(repr=False)
    address: str
    since: int
    until: int
    start: int
    limit: int


class Retriever:
    def __init__(self, sign_on: SignOn, partners: Partners, search: ActivitySearch) -> None:
        self._sign_on = sign_on
        self._partners = partners
        self._search = search

    async def page(self, asked: Retrieval, states: Collection[State]) -> ActivityPage:
        """Raises `CallRefused`, and `Busy` after too many wrong credentials."""
        await self._permit(asked)
        if asked.until < asked.since:
            raise CallRefused("range", "endDate is before startDate")
        try:
            return await self._search.page(
                asked.group, When.ENDED, asked.since, asked.until, states=states, start=asked.start, limit=asked.limit
            )
        except NotThere:
            raise CallRefused("value", f"pageId {asked.start} is not one that a call before has returned") from None

    async def _permit(self, asked: Retrieval) -> None:
        try:
            bearer = await self._sign_on.by_token(asked.group, asked.token, asked.address)
        except SignOnRefused:
            raise CallRefused("credentials", "the bearer token is not one of /api/auth/service, or has run out") from None
        if decide(bearer.caller, Need.RUN_GROUP, asked.group) is not Answer.ALLOWED:
            raise CallRefused("rights", "the token is not one of an owner of the group partnerId")
        await self._partners.by_api_key(asked.group, asked.api_key, asked.address)
