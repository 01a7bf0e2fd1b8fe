"""Alarms: every one is counted, and the log stays readable."""

from __future__ import annotations

import logging

import pytest

from relay.clock import Clock
from relay.live.alarms import LINE_SECONDS, Alarms
from relay.live.lifecycle import Happening
from relay.live.outbox import Outbox
from relay.logbook import Logbook
from relay.registry import Registry
from relay.store.session_writer import SessionWriter
from relay.store.sessions import Sessions
from tests import codec
from tests.relay.lines import FakeLine, make_session
from tests.relay.peers import document


def test_they_are_told_together_and_not_too_often() -> None:
    alarms = Alarms()
    assert alarms.due(0.0) == 0
    alarms.add(2)
    alarms.add(1)
    assert alarms.due(1.0) == 3
    alarms.add(5)
    assert alarms.due(1.0 + LINE_SECONDS - 0.1) == 0
    alarms.add(1)
    assert alarms.due(1.0 + LINE_SECONDS) == 6
    assert alarms.due(1000.0) == 0
    assert alarms.total == 9


def test_a_page_that_shows_masked_values_all_the_time_is_one_line_in_ten_seconds(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    now = 100.0
    registry = Registry(clock := Clock(now=lambda: now), Logbook(clock, SessionWriter(Sessions.__new__(Sessions))))
    session = make_session(on_change=registry.changed)
    registry.add(session, "")
    session.started(Outbox(FakeLine()), "secret")
    session.apply(codec.encode([*document("one"), ("set_mask", 3, 1, "", 0, 0)], epoch=1, sequence=1), now)
    for number in range(200):
        assert session.apply(codec.encode([("set_text", 4, f"secret {number}")], epoch=1, sequence=2 + number), now) == ""
        now += 0.1
        registry.tick()
    shown = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(shown) == 2
    assert all(line.startswith("session 1000.48") and "masked values" in line for line in shown)
    session.end(Happening.VISITOR_ENDED)
    assert caplog.records[-1].getMessage().endswith("(visitor_ended, 200 masked values were shown)")
