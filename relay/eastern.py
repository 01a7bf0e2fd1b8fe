"""Dates as the documented web services take them (conventions page): ISO 8601; what names no zone is US East Coast time."""

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")
FORMS = "2012-12-01T16:08:00Z, 2012-12-01T16:08:00-5:00, 2012-12-01T16:00:00 or 2012-12-01 (without a zone: US East Coast time)"
FURTHEST_OFFSET = timedelta(hours=14)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
# A space in place of the T is what many programs print; hours of an offset may have one digit.
_DATE = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
    r"(?:[T ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?(?P<zone>Z|[+-]\d{1,2}(?::?\d\d)?)?)?",
    re.ASCII,
)
_PARTS = ("year", "month", "day", "hour", "minute", "second")


def read_date(text: str) -> int:
    """Milliseconds since 1970 in UTC. Raises `ValueError`.

    Of the two hours that have one name in autumn the first is meant; the hour that spring leaves out is read as if it were there.
    """
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError(f"is none of the forms {FORMS}")
    try:
        parts = {name: int(match[name] or 0) for name in _PARTS}
        local = datetime(**parts, microsecond=int((match["fraction"] or "0").ljust(6, "0")[:6]), tzinfo=_zone(match["zone"]))
        since = (local.astimezone(UTC) - _EPOCH) // _MILLISECOND
        _shown(since)  # at both ends of the calendar there are moments that no clock there can show
        return since
    except (ValueError, OverflowError):
        raise ValueError("is no date that there is") from None


def days_between(start: int, end: int) -> float:
    """From `start` to `end`, ms since 1970, by the clocks of the East Coast or by elapsed time, whichever is less.

    So a month is a month whether its dates were given in UTC or in local time, also when clocks change in it.
    """
    elapsed = timedelta(milliseconds=end - start)
    shown = _shown(end) - _shown(start)
    return min(elapsed, shown) / timedelta(days=1)


def utc(milliseconds: int) -> datetime:
    """The time to the second, as answers have it."""
    return _EPOCH + timedelta(seconds=milliseconds // 1000)


def _shown(milliseconds: int) -> datetime:
    """What a clock on the East Coast shows."""
    return (_EPOCH + timedelta(milliseconds=milliseconds)).astimezone(EASTERN).replace(tzinfo=None)


def _zone(text: str | None) -> ZoneInfo | timezone:
    if not text:
        return EASTERN
    if text == "Z":
        return UTC
    hours, minutes = text[1:].partition(":")[::2] if ":" in text else (text[1:-2], text[-2:]) if len(text) > 3 else (text[1:], "0")
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    if offset > FURTHEST_OFFSET or int(minutes) > 59:
        raise ValueError(text)
    return timezone(-offset if text[0] == "-" else offset)
