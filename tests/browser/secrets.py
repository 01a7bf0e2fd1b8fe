"""Planted values and the search for them in bytes, plain and in the encodings that bytes on this wire can have."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from typing import Any

from masking.audit.canaries import forms
from relay.protocol.names import Flag, Message
from tests.codec import decode


def texts(value: Any) -> list[str]:
    """All strings in decoded ops; numbers of nodes are no content."""
    found, waiting = [], [value]
    while waiting:
        match waiting.pop():
            case str() as text:
                found.append(text)
            case dict() as fields:
                waiting += fields.values()
            case list() | tuple() as items:
                waiting += items
    return found


def unpacked(message: bytes) -> list[bytes]:
    """The message, and what is in it when it is a deflated frame; a frame's strings stand in its bytes as they are."""
    out = [message]
    if len(message) > 3 and message[0] in (Message.VISITOR_FRAME, Message.VIEWER_FRAME) and message[2] & Flag.DEFLATED:
        out.append("\n".join(texts(decode(message)["ops"])).encode())
        for start in range(6, 40):
            try:
                out.append(zlib.decompressobj(-15).decompress(message[start:]))
            except zlib.error:
                continue
    return out


def joined(messages: Iterable[bytes]) -> list[bytes]:
    """Messages as sent, with the pieces of a chunked frame put together."""
    out, pieces = [], b""
    for message in messages:
        if message[:1] == bytes([Message.PART]):
            pieces += message[1:]
        elif message[:1] == bytes([Message.LAST]):
            out.append(pieces + message[1:])
            pieces = b""
        else:
            out.append(message)
    return out


class Secrets:
    """Named planted values. A short one (a card's check number) is looked for between non-digits only, or chance would find it."""

    def __init__(self, **values: str) -> None:
        self.values = values

    def found_in(self, place: str, messages: Iterable[bytes]) -> list[str]:
        """Where a value stands, as `place: name`; never the value."""
        data = [part for message in joined(messages) for part in unpacked(message)]
        return [f"{place}: {name}" for name, value in self.values.items() if any(self._stands(value, part) for part in data)]

    @staticmethod
    def _stands(value: str, data: bytes) -> bool:
        if len(value) < 8:
            return re.search(rb"(?<![0-9A-Za-z])" + re.escape(value.encode()) + rb"(?![0-9A-Za-z])", data) is not None
        return any(form in data for form in forms(value))
