"""Bodies of requests: bounded in bytes and in time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from relay.web import body


def request(pieces: Iterator[bytes], declared: str | None = None) -> Request:
    """A request whose body comes in pieces and then stops, without ever being said to be whole."""

    async def receive() -> Message:
        for piece in pieces:
            return {"type": "http.request", "body": piece, "more_body": True}
        await asyncio.Event().wait()
        raise AssertionError

    headers = [(b"content-length", declared.encode())] if declared is not None else []
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


@pytest.mark.parametrize("declared", ["100", None])
def test_a_body_that_stops_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, declared: str | None) -> None:
    monkeypatch.setattr(body, "BODY_SECONDS", 0.05)
    with pytest.raises(HTTPException) as refused:
        asyncio.run(body.read(request(iter([b"a"]), declared), 1000))
    assert refused.value.status_code == 408


@pytest.mark.parametrize("declared", ["1001", "-1", "x", None])
def test_a_body_that_is_too_large_is_refused(declared: str | None) -> None:
    with pytest.raises(HTTPException) as refused:
        asyncio.run(body.read(request(iter([b"a" * 600, b"a" * 600]), declared), 1000))
    assert refused.value.status_code == 413
