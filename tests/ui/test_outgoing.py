"""What is passed on to the user's terminal is composed anew: nothing in it was made up to act."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chloe.formatting.text import UNSAFE
from chloe.ui.tty.outgoing import detect_notification_form, encode_notification, filter_text
from tests.searching import examples

#: Any text, and much of what would act on a terminal.
texts = st.text(st.characters() | st.sampled_from("\x1b\x07\x9c\x9d\x00;\\]\u202e"), max_size=500)


@examples(300)
@given(text=texts)
def test_a_text_is_one_line_of_what_shows(text: str) -> None:
    shown = filter_text(text)
    assert len(shown) <= 200
    assert not UNSAFE.search(shown)
    assert shown == shown.strip()


@examples(300)
@given(text=texts)
def test_a_notification_is_one_sequence_whatever_the_text(text: str) -> None:
    for form, before in (("osc9", rb"\x1b\]9; "), ("osc777", rb"\x1b\]777;notify;Chloe;")):
        told = encode_notification(text, form)  # type: ignore[arg-type]
        assert re.fullmatch(before + rb"[^\x00-\x1f\x7f]*\x1b\\", told)
        told.decode("utf-8")


@pytest.mark.parametrize(
    ("environment", "form"),
    [
        ({"TERM": "xterm-kitty"}, "osc9"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "osc9"),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7200"}, "osc777"),
        ({"TERM": "foot"}, "osc777"),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/x,1,0", "VTE_VERSION": "7200"}, "bell"),
        ({"TERM": "screen.xterm-kitty"}, "bell"),
        ({"TERM": "xterm"}, "bell"),
        ({}, "bell"),
    ],
)
def test_a_terminal_is_told_in_the_way_that_it_is_known_to_show(
    environment: dict[str, str], form: str
) -> None:
    assert detect_notification_form(environment) == form
