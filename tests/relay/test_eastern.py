"""Dates of the web services: every documented form, the clocks' changes, and that nothing else is read."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.eastern import EASTERN, days_between, read_date, utc

DAY = 86_400_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # As documented.
        ("2012-12-01T16:08:00Z", "2012-12-01T16:08:00Z"),
        ("2012-12-01T16:08:00-5:00", "2012-12-01T21:08:00Z"),
        ("2012-12-01T16:00:00", "2012-12-01T21:00:00Z"),
        ("2012-12-01", "2012-12-01T05:00:00Z"),
        ("2023-02-23T22:00:00Z", "2023-02-23T22:00:00Z"),
        # Daylight saving time.
        ("2026-07-01", "2026-07-01T04:00:00Z"),
        ("2026-03-08T01:59:59", "2026-03-08T06:59:59Z"),
        ("2026-03-08T02:30:00", "2026-03-08T07:30:00Z"),
        ("2026-03-08T03:00:00", "2026-03-08T07:00:00Z"),
        ("2026-11-01T01:30:00", "2026-11-01T05:30:00Z"),
        ("2026-11-01T02:00:00", "2026-11-01T07:00:00Z"),
        # Offsets however they are written.
        ("2012-12-01T16:08:00-05:00", "2012-12-01T21:08:00Z"),
        ("2012-12-01T16:08:00-0500", "2012-12-01T21:08:00Z"),
        ("2012-12-01T16:08:00-5", "2012-12-01T21:08:00Z"),
        ("2012-12-01T16:08:00-530", "2012-12-01T21:38:00Z"),
        ("2012-12-01T16:08:00+14:00", "2012-12-01T02:08:00Z"),
        ("2012-12-01T16:08:00.9999999Z", "2012-12-01T16:08:00Z"),
        ("2012-12-01T16:08Z", "2012-12-01T16:08:00Z"),
        ("2012-12-01 16:08:00", "2012-12-01T21:08:00Z"),
    ],
)
def test_a_date_is_read(text: str, expected: str) -> None:
    assert f"{utc(read_date(text)):%Y-%m-%dT%H:%M:%SZ}" == expected


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "none of the forms"),
        ("12/01/2012", "none of the forms"),
        ("2012-12", "none of the forms"),
        ("2012-12-01T16", "none of the forms"),
        ("2012-12-01T16:08:00 05:00", "none of the forms"),
        ("２０１２-12-01", "none of the forms"),
        ("2012-13-01", "no date that there is"),
        ("2026-02-29", "no date that there is"),
        ("2012-12-01T24:00:00", "no date that there is"),
        ("2012-12-01T16:08:00+14:01", "no date that there is"),
        ("2012-12-01T16:08:00+1:75", "no date that there is"),
        ("0000-01-01", "no date that there is"),
        ("0001-01-01T00:00:00+14:00", "no date that there is"),
        ("0001-01-01T00:00:00Z", "no date that there is"),
        ("9999-12-31T23:59:59-14:00", "no date that there is"),
    ],
)
def test_what_is_no_date_is_refused_with_the_rule(text: str, rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        read_date(text)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1)))
def test_what_a_clock_on_the_east_coast_shows_is_read_back(local: datetime) -> None:
    moment = read_date(local.isoformat())
    shown = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=moment)).astimezone(EASTERN).replace(tzinfo=None)
    cut = local.replace(microsecond=local.microsecond // 1000 * 1000)
    # The hour that spring leaves out is shown as the next one.
    assert shown - cut in (timedelta(), timedelta(hours=1))


@given(st.text() | st.from_regex(r"[0-9T:Z+. -]{0,30}"))
def test_no_text_breaks_the_reader(text: str) -> None:
    with suppress(ValueError):
        read_date(text)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-03-01", "2026-04-01", 31),
        ("2026-10-15", "2026-11-15", 31),
        ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z", 31),
        ("2026-10-15T00:00:00Z", "2026-11-15T00:00:00Z", 31),
        ("2026-10-15", "2026-11-15T01:30:00", 31.0625),
    ],
)
def test_a_range_is_as_long_as_the_shorter_of_two_clocks_says(start: str, end: str, days: float) -> None:
    found = days_between(read_date(start), read_date(end))
    assert found <= days and days - found < 0.05
