"""The search itself finds what it should: a check that cannot fail would prove nothing."""

from __future__ import annotations

import base64
import json
import urllib.parse

import pytest

from relay.protocol.names import Message
from tests.browser.secrets import Secrets
from tests.codec import encode

CARD = "4929 1234 5678 9015"
SECRETS = Secrets(card=CARD, cvc="739")


@pytest.mark.parametrize(
    "data",
    [
        CARD.encode(),
        CARD.replace(" ", "").encode(),
        CARD.encode("utf-16-le"),
        b"xy" + base64.b64encode(b"a" + CARD.encode() + b"tail"),
        base64.b64encode(b"ab" + CARD.encode()),
        urllib.parse.quote(CARD).encode(),
        json.dumps({"v": CARD}).encode(),
        CARD.encode().hex().encode(),
        encode([("set_value", 1, CARD)], epoch=1, sequence=1),
        encode([("set_value", 1, CARD)] * 20, epoch=1, sequence=1, deflate=True),
    ],
)
def test_finds_the_card(data: bytes) -> None:
    assert SECRETS.found_in("wire", [data]) == ["wire: card"]


def test_finds_it_across_the_pieces_of_a_chunked_frame() -> None:
    frame = encode([("set_value", 1, CARD)], epoch=1, sequence=1)
    half = len(frame) // 2
    pieces = [bytes([Message.PART]) + frame[:half], bytes([Message.LAST]) + frame[half:]]
    assert SECRETS.found_in("wire", pieces) == ["wire: card"]


def test_short_values_only_between_other_characters() -> None:
    assert SECRETS.found_in("wire", [b'"739"']) == ["wire: cvc"]
    assert SECRETS.found_in("wire", [b"17395"]) == []


def test_finds_nothing_elsewhere() -> None:
    assert SECRETS.found_in("wire", [b"4929 0000 0000 0000", b"", b"\x02\x01"]) == []
