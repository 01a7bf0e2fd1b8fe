"""Card numbers that no rule masks: found wherever they stand, masked for every viewer, counted, and never written down."""

from __future__ import annotations

import logging

import pytest

from masking.plan import plan_for
from masking.policy import Policy
from relay._core import Applied, Replica
from relay.clock import Clock
from relay.live.outbox import Outbox
from relay.logbook import Logbook
from relay.protocol.names import BULLETS
from relay.registry import Registry
from relay.store.session_writer import SessionWriter
from relay.store.sessions import Sessions
from tests import codec
from tests.outline import Outline, ops
from tests.relay.lines import FakeLine, make_session

CARD = "4111111111111111"
PARTS = ("4111", "1111", "1111", "1111")


class Page:
    """A replica with one audience and no rules; remembers every byte that a viewer was sent."""

    def __init__(self, *outline: Outline) -> None:
        self.replica = Replica(asset_key=b"key", asset_prefix="/assets")
        self.audience = self.replica.add_audience(plan_for(Policy(), "agent"))
        self.sequence, self.seen = 0, ""
        self.applied = self.send(*ops([["html", {}, ["body", {}, *outline]]]))

    def send(self, *changes: codec.OpTuple) -> Applied:
        self.sequence += 1
        applied = self.replica.apply(codec.encode(list(changes), epoch=1, sequence=self.sequence))
        self.seen = self.replica.html(self.audience)
        return applied


def split(*texts: str, tag: str = "span") -> Outline:
    return ["p", {}, *([tag, {}, text] for text in texts)]


PLACES = {
    "text": f"Paid with {CARD}.",
    "spaced text": "4111 1111 1111 1111",
    "spans": split(*PARTS),
    "spans with spaces": split("4111 ", "1111", " 1111 ", " ", "1111"),
    "a digit each": split(*CARD),
    "boxes": ["div", {}, *(["div", {}, part] for part in PARTS)],
    "fields": ["form", {}, *(["input", {".value": part}] for part in PARTS)],
    "fields with dashes": [
        "form",
        {},
        ["input", {".value": "4111"}],
        "-",
        ["input", {"value": "11111111"}],
        " – ",
        ["input", {".value": "1111"}],
    ],
    "value": ["input", {".value": CARD}],
    "value attribute": ["input", {"value": "4111-1111-1111-1111"}],
    "title": ["b", {"title": f"card {CARD}"}, "x"],
    "data": ["b", {"data-card": CARD}, "x"],
    "link": ["a", {"href": f"/cards/{CARD}"}, "x"],
    "shadow": ["x-card", {}, ["#shadow", ["i", {}, CARD]]],
    "textarea": ["textarea", {".value": f"my card is {CARD} ok"}],
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_it_reaches_no_viewer(place: Outline) -> None:
    page = Page(place, "kept 2024-11-25 and 1234 5678")
    assert page.applied.cards >= 1
    assert page.replica.stats()["cards"] == page.applied.cards
    assert "1111" not in page.seen
    assert "kept 2024-11-25 and 1234 5678" in page.seen
    assert b"1111" not in page.replica.delta(page.audience, 0)


def test_of_a_text_only_the_number_goes() -> None:
    page = Page(f"Paid with {CARD}, then 5555 5555 5555 4444.")
    assert page.applied.cards == 2
    assert f"Paid with {BULLETS}, then {BULLETS}." in page.seen


APART = {
    "cells": ["table", {}, ["tr", {}, *(["td", {}, part] for part in PARTS)]],
    "items": ["ul", {}, *(["li", {}, part] for part in PARTS)],
    "words between": split("4111", "1111", "and", "1111", "1111"),
    "wrong check digit": "4111 1111 1111 1112",
    "pictures": ["img", {"src": f"/{CARD}.png", "class": f"c{CARD}"}],
}


@pytest.mark.parametrize("place", APART.values(), ids=APART)
def test_what_is_no_card_stays(place: Outline) -> None:
    page = Page(place)
    assert page.applied.cards == 0
    assert BULLETS not in page.seen


def test_the_first_parts_are_taken_back_when_the_last_comes() -> None:
    page = Page(split("4111", "1111", "1111"))
    assert "4111" in page.seen
    node = {"id": 40, "depth": 0, "text": "1111"}
    applied = page.send(("insert", 4, 9, [node]))
    assert applied.cards == 1
    assert "1111" not in page.seen and "1111" not in page.replica.delta(page.audience, 1).decode("latin-1")


def test_neighbours_by_a_move() -> None:
    page = Page(["p", {}, "41111111"], ["p", {}, "11111111"])
    assert "41111111" in page.seen
    assert page.send(("move", 7, 1, 4, 5)).cards == 1
    assert "11111111" not in page.seen


def test_of_a_number_being_typed_no_more_is_seen_than_cards_may_show() -> None:
    page = Page(["input", {"type": "tel"}])
    longest = ""
    for length in range(1, len(CARD) + 1):
        page.send(("set_value", 4, CARD[:length]))
        if CARD[:length] in page.replica.delta(page.audience, 0).decode("latin-1"):
            longest = CARD[:length]
    assert len(longest) == 10
    assert page.replica.stats()["cards"] == 1
    page.send(("set_value", 4, "+49 151 2345678"))
    assert "+49 151 2345678" in page.replica.delta(page.audience, 0).decode("latin-1")


def test_titles_and_addresses() -> None:
    page = Page("x")
    page.send(("set_title", 1, f"Card {CARD}"), ("set_address", 1, f"https://shop.example/{CARD}", ""))
    assert CARD.encode() not in page.replica.delta(page.audience, 0)


def test_it_is_counted_in_the_log_and_not_shown_there(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    registry = Registry(clock := Clock(now=lambda: 5.0), Logbook(clock, SessionWriter(Sessions.__new__(Sessions))))
    session = make_session(on_change=registry.changed)
    registry.add(session, "")
    session.started(Outbox(FakeLine()), "secret")
    session.apply(codec.encode(ops([["p", {}, CARD], ["p", {}, CARD]]), epoch=1, sequence=1), 5.0)
    registry.tick()
    [line] = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert "2 card numbers" in line
    assert CARD not in caplog.text
