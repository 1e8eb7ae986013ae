"""Times as a person types them."""

from __future__ import annotations

from datetime import datetime

import pytest

from chloe.cli.timespec import parse_time

NOW = round(datetime(2026, 11, 23, 12, 0).astimezone().timestamp()) * 10**9


def local(text: str) -> int:
    return round(datetime.fromisoformat(text).astimezone().timestamp() * 1000) * 10**6


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("now", NOW),
        ("10m", NOW - 600 * 10**9),
        ("1.5h", NOW - 5400 * 10**9),
        ("250ms", NOW - 250 * 10**6),
        ("2w", NOW - 14 * 86400 * 10**9),
        ("2026-11-23", local("2026-11-23T00:00")),
        ("2026-11-23T10:00", local("2026-11-23T10:00")),
        ("2026-11-23 10:00:05.250", local("2026-11-23T10:00:05.250")),
        ("2026-11-23T10:00:00Z", local("2026-11-23T10:00:00+00:00")),
        ("10:30", local("2026-11-23T10:30")),
        ("9:30", local("2026-11-23T09:30")),
        ("9:30:15", local("2026-11-23T09:30:15")),
    ],
)
def test_a_time_is_read(text: str, at: int) -> None:
    assert parse_time(text, NOW) == at


@pytest.mark.parametrize("text", ["", "soon", "10", "25:00", "2026-13-01", "-5m"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_time(text, NOW)
