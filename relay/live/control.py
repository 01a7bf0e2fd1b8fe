"""Control messages as text: declared models in and out, anything else is refused (docs/protocol.md, "Controls")."""

import json
from typing import Any, TypeVar

import msgspec

from relay.errors import Malformed, TooLarge
from relay.protocol.names import FromViewer, FromVisitor, ToViewer, ToVisitor

T = TypeVar("T")

FROM_VISITOR: msgspec.json.Decoder[FromVisitor] = msgspec.json.Decoder(FromVisitor)
FROM_VIEWER: msgspec.json.Decoder[FromViewer] = msgspec.json.Decoder(FromViewer)
_ENCODER = msgspec.json.Encoder()


def decode(decoder: msgspec.json.Decoder[T], text: str, limit: int) -> T:
    """The message in `text`, at most `limit` bytes of it. Raises `TooLarge` or `Malformed`."""
    if len(text) > limit or len(data := text.encode("utf-8", "surrogatepass")) > limit:
        raise TooLarge(limit)
    try:
        message = decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise Malformed("control message") from None
    # What we would have written ourselves has no key twice; that is most of what comes.
    if _ENCODER.encode(message) != data:
        # Declared models are flat, so this second reading sees one object; its only task is to find keys that stand twice.
        json.loads(text, object_pairs_hook=_refuse_duplicates)
    return message


def encode(message: ToVisitor | ToViewer) -> str:
    return _ENCODER.encode(message).decode()


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise Malformed("duplicate key")
