"""Planted values, and the search for them in what is relayed: plain, and in the encodings that such bytes can have."""

import base64
import json
import secrets
import urllib.parse
from collections.abc import Iterable

from relay._core import FrameRefused, inspect_frame
from relay.protocol.names import Message

SHORTEST = 3
"""Bytes of a form that is looked for; shorter ones stand everywhere by chance."""

RANDOM_BYTES = 5
DIGITS = 12


def forms(value: str) -> set[bytes]:
    """A value as it may stand in bytes: text encodings, escapes, base64 at each offset, without separators, reversed."""
    plain = {value, value.replace(" ", ""), value.replace("-", ""), value[::-1], value.lower(), value.upper()}
    out: set[bytes] = set()
    for text in plain:
        raw = text.encode()
        out |= {raw, text.encode("utf-16-le"), text.encode("utf-16-be"), raw.hex().encode(), json.dumps(text)[1:-1].encode()}
        out |= {urllib.parse.quote(text).encode(), urllib.parse.quote_plus(text).encode()}
        for offset in range(3):
            encoded = base64.b64encode(b"\0" * offset + raw).rstrip(b"=")
            out.add(encoded[(0, 2, 3)[offset] : len(encoded) - 1])
    return {form for form in out if len(form) >= SHORTEST}


def canary(kind: str) -> str:
    """A new value that stands nowhere else, such as a field of this input type takes; empty when it takes no free text."""
    token = f"Cq{secrets.token_hex(RANDOM_BYTES)}"
    match kind:
        case "number" | "tel":
            # No issuer's cards begin with 1: the relay's search for card numbers is not what is tried here.
            return "1" + "".join(secrets.choice("23456789") for _ in range(DIGITS - 1))
        case "email":
            return f"{token}@example.com"
        case "url":
            return f"https://example.com/{token}"
        case "text" | "search" | "password" | "textarea" | "contenteditable" | "":
            return token
        case _:
            return ""


class Haystack:
    """All bytes of one place, frames also as what they say."""

    def __init__(self) -> None:
        self._data: list[bytes] = []
        self._pieces = b""

    def add(self, message: str | bytes) -> bytes:
        """Keeps a message of a socket; gives the whole frame that it completes, or nothing."""
        data = message.encode() if isinstance(message, str) else message
        if isinstance(message, str) or not data:
            self._data.append(data)
            return b""
        match data[0]:
            case Message.PART:
                self._pieces += data[1:]
                return b""
            case Message.LAST:
                data, self._pieces = self._pieces + data[1:], b""
        self.add_frame(data)
        return data

    def add_frame(self, frame: bytes) -> None:
        self._data.append(frame)
        try:
            self._data.append(inspect_frame(frame).encode())
        except FrameRefused:
            return

    def add_text(self, text: str) -> None:
        self._data.append(text.encode())

    def holds(self, values: Iterable[str]) -> set[str]:
        """Those of the values that stand somewhere."""
        return {value for value in values if any(form in data for form in forms(value) for data in self._data)}
