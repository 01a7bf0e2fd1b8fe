"""Bodies of requests, never more of them than allowed."""

from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

FORM_BYTES = 16 * 1024
FORM_FIELDS = 32
FORM_TYPE = "application/x-www-form-urlencoded"


async def read(request: Request, limit: int) -> bytes:
    """The body, at most `limit` bytes of it; more is answered with 413 without being read."""
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > limit:
        raise HTTPException(413)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise HTTPException(413)
    return bytes(body)


def media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a posted form; the last of a name counts."""
    if media_type(request) != FORM_TYPE:
        raise HTTPException(415)
    body = await read(request, FORM_BYTES)
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FORM_FIELDS, errors="strict"))
    except ValueError:
        raise HTTPException(400) from None
