"""Problem answers of the REST services (RFC 9457)."""

from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from relay.identity.access import Answer
from relay.web.site import NO_STORE

MEDIA_TYPE = "application/problem+json"
WHO = "send Authorization: Bearer with an API key of this group, or a token for the service webservices"
DOWN_SECONDS = 2
BUSY_SECONDS = 60
CHALLENGE = {"WWW-Authenticate": "Bearer"}


class Problem(msgspec.Struct):
    """`detail` is a sentence for whoever wrote the request."""

    type: str
    title: str
    status: int
    detail: str


def problem(status: HTTPStatus, detail: str) -> Response:
    body = msgspec.json.encode(Problem("about:blank", status.phrase, status.value, detail.encode("utf-8", "replace").decode()))
    headers = NO_STORE | (CHALLENGE if status is HTTPStatus.UNAUTHORIZED else {})
    return Response(body, status, headers, MEDIA_TYPE)


def busy(what: str = "too many wrong tokens") -> Response:
    """The answer to one who was wrong too often."""
    answer = problem(HTTPStatus.TOO_MANY_REQUESTS, f"{what}, try again in a few minutes")
    answer.headers["Retry-After"] = str(BUSY_SECONDS)
    return answer


def unavailable() -> Response:
    """The answer while the records cannot be reached."""
    answer = problem(HTTPStatus.SERVICE_UNAVAILABLE, "the records cannot be reached right now")
    answer.headers["Retry-After"] = str(DOWN_SECONDS)
    return answer


def refused(_request: Request, answer: Answer) -> Response:
    """The answer to a caller whom the gate does not let in."""
    match answer:
        case Answer.FORBIDDEN:
            return problem(HTTPStatus.FORBIDDEN, "the token does not allow this")
        case Answer.HIDDEN:
            return problem(HTTPStatus.NOT_FOUND, "there is nothing at this address")
        case _:
            return problem(HTTPStatus.UNAUTHORIZED, WHO)
