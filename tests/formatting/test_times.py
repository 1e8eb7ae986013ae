"""Times read well, in any zone, and any that a log can hold."""

from __future__ import annotations

import time

import pytest

from chloe.cli import timespec
from chloe.formatting.text import escape_unsafe
from chloe.formatting.times import (
    format_age,
    format_duration,
    format_time,
    format_time_briefly,
    format_utc,
)


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0s"), (59, "59s"), (60, "1m"), (7200, "2h"), (200_000, "2d")]
)
def test_an_age_is_in_its_largest_unit(seconds: int, shown: str) -> None:
    assert format_age(0, seconds * 10**9) == shown


def test_an_age_from_a_clock_that_went_back_is_none() -> None:
    assert format_age(10 * 10**9, 0) == "0s"


def test_times_keep_their_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    at = 1_795_402_861_123_456_789

    assert format_utc(at) == "2026-11-23T03:01:01.123456Z"
    assert format_time(at).endswith(":01.123")


@pytest.mark.parametrize("zone", ["UTC", "UTC+99", "UTC-99:59", "Europe/Berlin", "nowhere", ":/dev/zero", ""])
def test_any_time_of_a_log_can_be_told_in_any_zone(monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        for at in (-(2**63), -1, 0, 1, 10**18, 253402300800 * 10**9, 2**63 - 1, 2**64, -(10**40), 10**40):
            for told in (
                format_time(at),
                format_utc(at),
                format_age(at, at),
                format_age(at),
                format_age(at, -at),
                format_time_briefly(at),
                format_duration(at),
            ):
                assert escape_unsafe(told) == told
            assert 1600 < int(format_utc(at)[:4]) < 2300
        assert timespec.parse_time("10:00") >= 0
        assert timespec.parse_time("2026-11-23T10:00", 0) > 0
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_time_far_off_is_told_as_it_is() -> None:
    assert format_utc(-1) == "1969-12-31T23:59:59.999999Z"
    assert format_utc(-(2**63)) == "1677-09-21T00:12:43.145224Z"
    assert format_time(-1).endswith(":59.999")


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-5, "0s"),
        (59, "59s"),
        (60, "1m"),
        (3600, "1h 0m"),
        (3_700, "1h 1m"),
        (86_399, "23h 59m"),
        (90_000, "1d"),
    ],
)
def test_a_duration_has_minutes_beside_hours(seconds: int, shown: str) -> None:
    assert format_duration(seconds * 10**9) == shown


def test_a_time_is_as_short_as_the_day_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    try:
        now = 1_795_402_861
        assert format_time_briefly(0, now) == ""
        assert format_time_briefly(now * 10**9, now) == "03:01:01"
        assert format_time_briefly((now - 86_400) * 10**9, now) == "Nov 22 03:01"
        assert format_time_briefly((now - 365 * 86_400) * 10**9, now) == "2025-11-23"
    finally:
        monkeypatch.undo()
        time.tzset()
