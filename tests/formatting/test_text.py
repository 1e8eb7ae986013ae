"""Nothing that a program made up reaches a terminal as it is."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest

from chloe.formatting.text import UNSAFE, dump_json, escape_unsafe, format_command, shorten_id
from chloe.ui.canvas import Cells
from chloe.ui.style import style
from chloe.ui.tty.paint import Painter


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
    assert escape_unsafe(text) == shown


#: Of a category whose characters don't show as themselves, and harmless all the same.
_KEPT = {0x200C, 0x200D}


#: Categories of what a terminal acts on, or what hides.
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


#: Categories of what is nobody's, or everybody's own: planes full of it.
_NO_ONES = {"Cn", "Co"}


def _is_no_character(code: int) -> bool:
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF or 0xE0000 <= code <= 0xE0FFF


def test_of_all_unicode_only_what_shows_as_itself_passes() -> None:
    for start in range(0, 0x110000, 256):
        codes = range(start, start + 256)
        text = "".join(map(chr, codes))
        if escape_unsafe(text) == text and not UNSAFE.search(text):
            assert not _UNSEEN & {unicodedata.category(each) for each in text if ord(each) not in _KEPT}
            assert not any(map(_is_no_character, codes)), hex(start)
        else:
            for code in codes:
                _assert_passes_or_is_spelled_out(code)


def _assert_passes_or_is_spelled_out(code: int) -> None:
    character = chr(code)
    shown = escape_unsafe(f"a{character}b")
    passes = shown == f"a{character}b"
    assert passes is not bool(UNSAFE.fullmatch(character)), hex(code)
    if not passes:
        assert not UNSAFE.search(shown), hex(code)
        assert shown[0] == "a", hex(code)
    if unicodedata.category(character) in _UNSEEN and code not in _KEPT:
        assert not passes, hex(code)
    if _is_no_character(code):
        assert not passes, hex(code)
    if unicodedata.category(character)[0] in "LNPS" and shown == "ab":
        raise AssertionError(f"{code:x} is a letter, and is gone")


def test_of_all_unicode_the_app_paints_only_what_shows_as_itself() -> None:
    painter = Painter(16_777_216, style)
    for start in range(0, 0x110000, 1024):
        text = "".join(map(chr, range(start, start + 1024)))
        is_at_an_end_of_a_plane = start & 0xFFFF in (0, 0xFC00)
        if not is_at_an_end_of_a_plane and _NO_ONES.issuperset(map(unicodedata.category, text)):
            continue
        frame = painter.paint([[(None, None, Cells.of(text, 1024))]], 1024, None).decode()
        assert not UNSAFE.search(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", frame)), hex(start)


def test_every_script_and_every_emoji_passes() -> None:
    for text in ("Grüße", "日本語", "ภาษาไทย", "हिन्दी क्\u200dष", "می\u200cخواهم", "ᄒᆞᆫ", "👩\u200d👩\u200d👧", "✈️", "☃\ufe0e", "🫨", "\ue0b0"):  # fmt: skip  # noqa: E501
        assert escape_unsafe(text) == text


def test_json_holds_nothing_but_printable_ascii() -> None:
    everything = "".join(map(chr, [*range(0x3000), *range(0xD800, 0xE000), 0xFEFF, 0xE0041]))
    told = dump_json({everything: [everything, 1]})
    assert told.isascii()
    assert told.isprintable()
    assert json.loads(told) == json.loads(json.dumps({everything: [everything, 1]}))


def test_a_command_is_shown_as_one_would_type_it_and_harmless() -> None:
    assert format_command(["sh", "-c", "sleep 1; echo"]) == "sh -c 'sleep 1; echo'"
    assert format_command(["printf", "\x1b]0;x\x07"]) == r"printf '\x1b]0;x\x07'"


def test_an_id_is_shortened_even_if_it_is_none() -> None:
    assert shorten_id("01234567-89ab") == "01234567"
    assert shorten_id("\x1b[2J") == r"\x1b[2J"
