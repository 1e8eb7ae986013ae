"""When two texts are the same line."""

from __future__ import annotations

import pytest

from chloe.transcript.likeness import Likeness, compare, digest, first_word, key, letters, skeleton


@pytest.mark.parametrize(
    ("old", "new", "how"),
    [
        ("the answer", "the answer is", "grown"),
        ("12% [==>   ] 3.1 MB", "57% [=====>] 9.8 MB", "number"),
        ("⠋ building for 3s", "⠙ building for 4s", "number"),
        ("a long sentence", "a long sen", "edited"),
        ("one two three four", "one two three four five", "grown"),
        ("first words, then more of these", "first words, more of these", "edited"),
        ("Thinking about it", "Pondering about it", ""),
        ("file one", "file two", ""),
        ("1234", "9876", ""),
        ("", "text", ""),
        ("text", "", ""),
    ],
)
def test_a_line_grows_counts_or_is_edited_or_is_another_one(old: str, new: str, how: Likeness) -> None:
    assert compare(old, new) == how


def test_numbers_alone_are_the_same_line_on_the_same_row_only() -> None:
    assert compare("1234", "9876", same_row=True) == "number"
    assert compare("1234", "98 76", same_row=True) == ""


def test_what_stands_at_the_cursor_is_edited() -> None:
    assert compare("ls -lt /etc/fonts", "ls -ra /etc/fonts") == ""
    assert compare("ls -lt /etc/fonts", "ls -ra /etc/fonts", at_cursor=True) == "edited"


def test_neither_the_indent_nor_the_mark_of_what_is_chosen_is_text() -> None:
    assert key("  ❯ two  words ") == key("two words") == "two words"
    assert key(" > ") == ">"
    assert letters("a-b 1!") == "ab1"
    assert first_word(" two words") == "two"
    assert first_word(" ") == ""
    assert skeleton("step 3 of 12 [###--]") == skeleton("step 11 of 12 [#####]")


def test_a_digest_is_short_and_the_same_everywhere() -> None:
    assert digest("text") == 0x4E656DB9A855
    assert digest("\udc80") < 1 << 48
