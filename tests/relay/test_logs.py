"""A log line stays one line, whatever is in it."""

from __future__ import annotations

import logging

from relay.commands.logs import LINE_CHARACTERS, OneLine


def formatted(message: str) -> str:
    return OneLine("%(levelname)s %(message)s").format(logging.LogRecord("x", logging.INFO, "", 0, message, (), None))


def test_control_characters_are_escaped() -> None:
    line = formatted("one\nINFO two\r\x1b[31m\u2028\x00 é")
    assert line == r"INFO one\nINFO two\r\x1b[31m\u2028\x00 é"


def test_long_lines_are_cut() -> None:
    assert len(formatted("x" * 10_000)) == LINE_CHARACTERS + len("INFO ")
