"""Nothing that a program made up reaches a terminal as it is; sizes and times read well."""

from __future__ import annotations

import pytest

from chloe.wording import age, iso, moment, printable, size


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Grüße 📎 日本", "Grüße 📎 日本"),
        ("a\x1b[31mb", r"a\x1b[31mb"),
        ("a\nb\rc\td", r"a\nb\rc\td"),
        ("a\x9b2Jb\x7f", r"a\x9b2Jb\x7f"),
        ("a\u202eb", r"a\u202eb"),
        ("a\u2028b", r"a\u2028b"),
        ("a\udcffb", r"a\xffb"),
        ("\ud800", r"\ud800"),
        ("👩\u200d👩", "👩\u200d👩"),
    ],
)
def test_what_a_terminal_could_act_on_is_spelled_out(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 KB"),
        (999_949, "999.9 KB"),
        (999_950, "1.0 MB"),
        (3 * 10**9, "3.0 GB"),
        (10**16, "10000.0 TB"),
    ],
)
def test_a_size_is_short(count: int, shown: str) -> None:
    assert size(count) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0s"), (59, "59s"), (60, "1m"), (7200, "2h"), (200_000, "2d")]
)
def test_an_age_is_in_its_largest_unit(seconds: int, shown: str) -> None:
    assert age(0, seconds * 10**9) == shown


def test_an_age_from_a_clock_that_went_back_is_none() -> None:
    assert age(10 * 10**9, 0) == "0s"


def test_times_keep_their_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    at = 1_795_402_861_123_456_789

    assert iso(at) == "2026-11-23T03:01:01.123456Z"
    assert moment(at).endswith(":01.123")
