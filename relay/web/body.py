"""Bodies of requests, never more of them than allowed, and never waited for without end."""

import asyncio
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

BODY_SECONDS = 10.0
SLOWEST_BYTES = 64 * 1024
"""A body of the greatest size allowed has to come at this many bytes a second, after the seconds above."""

FORM_BYTES = 16 * 1024
FORM_FIELDS = 32
FORM_TYPE = "application/x-www-form-urlencoded"


async def read(request: Request, limit: int) -> bytes:
    """The body, at most `limit` bytes of it; more is answered with 413 without being read, one that comes too slowly with 408."""
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > limit:
        raise HTTPException(413)
    try:
        async with asyncio.timeout(BODY_SECONDS + limit / SLOWEST_BYTES):
            return await _whole(request, limit)
    except TimeoutError:
        raise HTTPException(408) from None


async def _whole(request: Request, limit: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise HTTPException(413)
    return bytes(body)


def media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a posted form; the last of a name counts. The same again when it is asked again."""
    if (kept := getattr(request.state, "form", None)) is not None:
        return dict(kept)
    if media_type(request) != FORM_TYPE:
        raise HTTPException(415)
    body = await read(request, FORM_BYTES)
    try:
        request.state.form = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FORM_FIELDS, errors="strict"))
    except ValueError:
        raise HTTPException(400) from None
    return dict(request.state.form)
