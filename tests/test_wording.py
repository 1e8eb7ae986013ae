"""Nothing that a program made up reaches a terminal as it is; sizes and times read well."""

from __future__ import annotations

import json
import re
import time
import unicodedata
from collections.abc import Callable

import pytest

from chloe.cli import moments
from chloe.ui import words
from chloe.ui.canvas import Cells
from chloe.ui.style import style
from chloe.ui.tty.paint import Painter
from chloe.wording import UNSAFE, age, iso, json_text, moment, printable, size


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


#: Of a category whose characters don't show as themselves, and harmless all the same.
_KEPT = {0x200C, 0x200D}


@pytest.mark.parametrize("filtered", [printable, words.printable])
def test_of_all_unicode_only_what_shows_as_itself_passes(filtered: Callable[[str], str]) -> None:
    for code in range(0x110000):
        character = chr(code)
        shown = filtered(f"a{character}b")
        passes = shown == f"a{character}b"
        assert passes is not bool(UNSAFE.fullmatch(character)), hex(code)
        if not passes:
            assert not UNSAFE.search(shown), hex(code)
            assert shown[0] == "a", hex(code)
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and code not in _KEPT:
            assert not passes, hex(code)
        if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF or 0xE0000 <= code <= 0xE0FFF:
            assert not passes, hex(code)
        if unicodedata.category(character)[0] in "LNPS" and shown == "ab":
            raise AssertionError(f"{code:x} is a letter, and is gone")


def test_of_all_unicode_the_app_paints_only_what_shows_as_itself() -> None:
    painter = Painter(16_777_216, style)
    for start in range(0, 0x110000, 1024):
        text = "".join(map(chr, range(start, start + 1024)))
        frame = painter.frame([[(None, None, Cells.of(text, 1024))]], 1024, None).decode()
        assert not UNSAFE.search(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", frame)), hex(start)


def test_every_script_and_every_emoji_passes() -> None:
    for text in ("Grüße", "日本語", "ภาษาไทย", "हिन्दी क्\u200dष", "می\u200cخواهم", "ᄒᆞᆫ", "👩\u200d👩\u200d👧", "✈️", "☃\ufe0e", "🫨", "\ue0b0"):  # fmt: skip  # noqa: E501
        assert printable(text) == words.printable(text) == text


def test_json_holds_nothing_but_printable_ascii() -> None:
    everything = "".join(map(chr, [*range(0x3000), *range(0xD800, 0xE000), 0xFEFF, 0xE0041]))
    told = json_text({everything: [everything, 1]})
    assert told.isascii()
    assert told.isprintable()
    assert json.loads(told) == json.loads(json.dumps({everything: [everything, 1]}))


@pytest.mark.parametrize("zone", ["UTC", "UTC+99", "UTC-99:59", "Europe/Berlin", "nowhere", ":/dev/zero", ""])
def test_any_time_of_a_log_can_be_told_in_any_zone(monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        for at in (-(2**63), -1, 0, 1, 10**18, 253402300800 * 10**9, 2**63 - 1, 2**64, -(10**40), 10**40):
            for told in (
                moment(at),
                iso(at),
                age(at, at),
                age(at),
                age(at, -at),
                words.moment(at),
                words.span(at),
            ):
                assert printable(told) == told
            assert 1600 < int(iso(at)[:4]) < 2300
        assert moments.read("10:00") >= 0
        assert moments.read("2026-11-23T10:00", 0) > 0
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_time_far_off_is_told_as_it_is() -> None:
    assert iso(-1) == "1969-12-31T23:59:59.999999Z"
    assert iso(-(2**63)) == "1677-09-21T00:12:43.145224Z"
    assert moment(-1).endswith(":59.999")
