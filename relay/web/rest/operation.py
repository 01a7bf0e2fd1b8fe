"""One operation of the REST services: what it takes and gives, as types. Its route, its checks and its description follow from these.

Bodies and queries are decoded into the types, so nothing goes deeper than they do, whatever is sent.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Generic, TypeVar

import msgspec
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from masking.rule import RuleRefused, Site
from relay.clock import Clock
from relay.errors import Busy, NotThere, Refused, SettingsError, StorageDown
from relay.identity.access import Need
from relay.identity.actor import Actor
from relay.web import problems
from relay.web.bearers import actor, path_number
from relay.web.body import FORM_TYPE, media_type, read
from relay.web.problems import problem, unavailable
from relay.web.site import NO_STORE

B = TypeVar("B")
Q = TypeVar("Q")

API = "/api/v0"
GROUP = f"{API}/groups/{{groupId}}"
BODY_BYTES = 1024 * 1024

JSON = "application/json"
CSV = "text/csv"

BODY_TYPES = frozenset({JSON, FORM_TYPE, ""})
"""Types under which JSON is taken. The documented samples are `curl -d` without a type, which says that it is a form. A page of another
site may send that type too, but never the bearer token, which no browser adds by itself."""

GONE = (HTTPStatus.NOT_FOUND,)
TAKEN = (HTTPStatus.CONFLICT,)
"""What operations refuse for beside what all do."""


class Done(msgspec.Struct):
    """The documented answer to what has no other."""

    status: str = "ok"


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """The query of an operation that has none."""


REFUSED_BODIES = {
    HTTPStatus.REQUEST_TIMEOUT: "the body comes too slowly",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: f"a body has at most {BODY_BYTES} bytes",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: f"a body is JSON, sent as {JSON}",
}


class Unfit(Refused):
    """What was sent cannot be."""


@contextmanager
def checking(place: str = "") -> Iterator[None]:
    """What is refused in here is wrong in itself, whatever the group has; `place` says where in the body it stands."""
    try:
        yield
    except (Refused, RuleRefused, SettingsError) as refused:
        raise Unfit(f"{place}: {refused}" if place else str(refused)) from None


@dataclass(frozen=True, slots=True)
class Call(Generic[B, Q]):
    """What is asked: in which group, by whom, when (ms since 1970), with which body and query."""

    group: int
    by: Actor
    now: int
    body: B
    query: Q
    request: Request

    def number(self, name: str) -> int:
        """An id in the path; 0, which nothing has, for what cannot be one."""
        return path_number(self.request, name)

    @property
    def site(self) -> Site:
        """Raises `NotThere`."""
        try:
            return Site(self.request.path_params["site"])
        except ValueError:
            raise NotThere("a group has the sites staging and production") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """`path` begins below the group. `body`, `query` and `answer` are types; a `media` other than JSON is written by the handler."""

    name: str
    method: str
    path: str
    about: str
    handle: Callable[[Call[Any, Any]], Awaitable[Any]]
    answer: Any = Done
    body: Any = None
    query: Any = None
    media: str = JSON
    refuses: Sequence[HTTPStatus] = ()
    need: Need = Need.RUN_GROUP

    def route(self, clock: Clock) -> Callable[[Request], Awaitable[Response]]:
        """What serves a request that has passed the gate."""
        decoder = None if self.body is None else msgspec.json.Decoder(self.body)

        async def serve(request: Request) -> Response:
            try:
                query = msgspec.convert(_only_once(request.query_params), self.query or Nothing, strict=False)
                body = None if decoder is None else decoder.decode(await _json(request))
                call = Call(path_number(request, "groupId"), actor(request), clock.wall(), body, query, request)
                return _answer(await self.handle(call))
            except (msgspec.DecodeError, Unfit, UnicodeError) as error:
                return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
            except NotThere as error:
                return problem(HTTPStatus.NOT_FOUND, str(error))
            except Refused as error:
                return problem(HTTPStatus.CONFLICT, str(error))
            except Busy:
                return problems.busy("too many user names that another group has")
            except HTTPException as error:
                status = HTTPStatus(error.status_code)
                return problem(status, REFUSED_BODIES[status])
            except StorageDown:
                return unavailable()

        return serve


async def _json(request: Request) -> bytes:
    kind = media_type(request)
    if kind not in BODY_TYPES and not kind.endswith("+json"):
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    return await read(request, BODY_BYTES)


def _only_once(parameters: QueryParams) -> dict[str, str]:
    """The parameters by name. Which of two would count is nothing to guess at."""
    found = dict(parameters)
    if len(found) < len(parameters.multi_items()):
        raise Unfit("a parameter is there twice")
    return found


def _answer(value: Any) -> Response:
    return value if isinstance(value, Response) else Response(msgspec.json.encode(value), headers=NO_STORE, media_type=JSON)
