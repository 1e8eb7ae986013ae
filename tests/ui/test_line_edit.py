"""A line is edited as readline edits it."""

from __future__ import annotations

import pytest

from chloe.ui.line_edit import LineEdit


@pytest.mark.parametrize(
    ("text", "keys", "becomes"),
    [
        ("one two", "x", "one twox"),
        ("one two", "ctrl+a x", "xone two"),
        ("one two", "ctrl+a ctrl+e x", "one twox"),
        ("one two", "ctrl+a ctrl+f ctrl+f ctrl+b x", "oxne two"),
        ("one two", "alt+b x", "one xtwo"),
        ("one-two", "alt+b x", "one-xtwo"),
        ("one two", "ctrl+left ctrl+left x", "xone two"),
        ("one two", "ctrl+a alt+f x", "onex two"),
        ("one two", "home ctrl+right ctrl+right x", "one twox"),
        ("one two", "alt+b ctrl+k", "one "),
        ("one two", "alt+b ctrl+u", "two"),
        ("one two-three ", "ctrl+w", "one "),
        ("one two-three", "alt+backspace", "one two-"),
        ("one two", "ctrl+a alt+d", " two"),
        ("one two", "ctrl+a ctrl+d", "ne two"),
        ("one two", "ctrl+h", "one tw"),
        ("one two", "ctrl+w ctrl+a ctrl+y", "twoone "),
        ("one", "ctrl+u ctrl+u ctrl+y ctrl+y", "oneone"),
        ("日本 x", "alt+b left left backspace", "本 x"),
        ("one", "space f5 up down tab enter", "one "),
        ("", "ctrl+w ctrl+k ctrl+u ctrl+d alt+b alt+f alt+d backspace ctrl+y", ""),
    ],
)
def test_a_key_edits(text: str, keys: str, becomes: str) -> None:
    line = LineEdit(text)
    for key in keys.split():
        line.press(key)
    assert line.edit_text == becomes
