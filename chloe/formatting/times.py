"""Points in time, ages and durations as a reader sees them.

Owns their forms, and what a log can hold as a time. Times are given in nanoseconds since 1970, and shown as
local ones where it isn't said otherwise. Must not know any other room, or what happened then.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

#: Nanoseconds since 1970 as a log can hold them: the years 1677 to 2262.
MIN_TIME, MAX_TIME = -(2**63), 2**63 - 1

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000_000
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def format_time(at: int) -> str:
    """Return a time to the millisecond: ``2026-11-23 10:00:00.123``."""
    return f"{time.strftime('%Y-%m-%d %H:%M:%S', to_local(at))}.{at % _SECOND // 1_000_000:03d}"


def format_time_briefly(at: int, now: float | None = None) -> str:
    """Return the time of day for today, with the date for other days, and the date for other years.

    ``now`` is in seconds since 1970; the clock's, where it isn't given. Time 0 is none: "".
    """
    if not at:
        return ""
    then = to_local(at)
    today = time.localtime(now)
    if then[:3] == today[:3]:
        return time.strftime("%H:%M:%S", then)
    if then.tm_year == today.tm_year:
        return time.strftime("%b %d %H:%M", then)
    return time.strftime("%Y-%m-%d", then)


def format_clock(at: int) -> str:
    """Return the time of day: ``10:00:00``."""
    return time.strftime("%H:%M:%S", to_local(at))


def format_day(at: int, today: Sequence[int]) -> str:
    """Return the day of a time with its name, as seen from ``today`` (year, month, day)."""
    then = to_local(at)
    day = date(*then[:3])
    named = {0: "Today, ", 1: "Yesterday, "}.get((date(*today[:3]) - day).days, "")
    return f"{named}{day:%A} {day:%Y-%m-%d}"


def format_utc(at: int) -> str:
    """Return a time as a program reads it: ISO 8601, UTC, to the microsecond, with ``Z``."""
    at = clamp_time(at)
    return f"{_format_utc_second(at // _SECOND)}.{at % _SECOND // 1000:06d}Z"


@lru_cache(1024)
def _format_utc_second(seconds: int) -> str:
    return f"{EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}"


def format_age(since: int, now: int | None = None) -> str:
    """Return how long ago ``since`` is, in the largest unit that fits: ``5s``, ``3m``, ``2h``, ``9d``."""
    return _in_largest_unit(((time.time_ns() if now is None else now) - since) // _SECOND)


def format_duration(nanoseconds: int) -> str:
    """Return how long something took: ``12s``, ``3m``, ``2h 5m``, ``4d``."""
    seconds = nanoseconds // _SECOND
    text = _in_largest_unit(seconds)
    return f"{text} {seconds % _HOUR // _MINUTE}m" if text.endswith("h") else text


def _in_largest_unit(seconds: int) -> str:
    for unit, length in (("d", _DAY), ("h", _HOUR), ("m", _MINUTE)):
        if seconds >= length:
            return f"{seconds // length}{unit}"
    return f"{max(seconds, 0)}s"


def to_local(at: int) -> time.struct_time:
    """Return a time in the user's time zone; in UTC where the system can't say what is local then."""
    seconds = clamp_time(at) // _SECOND
    try:
        # Not by datetime, which takes no time zone that is a day or more away from UTC.
        return time.localtime(seconds)
    except (OverflowError, OSError, ValueError):
        return time.gmtime(seconds)


def clamp_time(at: int) -> int:
    """Return the time that a log can hold which is nearest to ``at``."""
    return min(max(at, MIN_TIME), MAX_TIME)
