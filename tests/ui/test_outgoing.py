"""What is passed on to the user's terminal is composed anew: nothing in it was made up to act."""

from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chloe.formatting.text import UNSAFE
from chloe.ui.tty.outgoing import (
    MAX_CLIPBOARD,
    detect_notification_form,
    encode_clipboard,
    encode_link,
    encode_notification,
    encode_title,
    filter_text,
)
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


@examples(300)
@given(text=texts)
def test_a_title_is_one_sequence_whatever_the_text(text: str) -> None:
    assert re.fullmatch(rb"\x1b\]2;[^\x00-\x1f\x7f]{0,800}\x1b\\", encode_title(text))


@examples(300)
@given(
    address=st.sampled_from(("http:", "https://a", "HTTPS:", "file:", "mailto:", "javascript:", "")),
    rest=texts,
)
def test_a_link_leads_where_it_says_or_nowhere(address: str, rest: str) -> None:
    link = encode_link(address + rest)
    assert re.fullmatch(r"\x1b\]8;(id=[0-9a-f]{8})?;[!-~]*\x1b\\", link)
    if address in ("javascript:", ""):
        assert link == "\x1b]8;;\x1b\\" or re.match("(?i)https?:|file:|mailto:", rest)


def test_a_link_is_that_of_the_program() -> None:
    for address in ("https://example.org/a?b=c%20d;e#f", "file:///tmp/x", "mailto:a@example.org"):
        assert encode_link(address).endswith(f";{address}\x1b\\")
    assert encode_link("https://example.org/é") == encode_link("https://example.org/%C3%A9")
    assert encode_link("https://" + "a" * 3000) == encode_link("ssh://host") == encode_link("")


@examples(300)
@given(selection=texts, data=st.binary(max_size=300))
def test_a_clipboard_is_encoded_anew(selection: str, data: bytes) -> None:
    told = re.fullmatch(rb"\x1b\]52;([cpqs]{1,4});([A-Za-z0-9+/=]*)\x1b\\", encode_clipboard(selection, data))
    assert told is not None
    assert base64.b64decode(told[2], validate=True) == data


def test_a_clipboard_has_an_end() -> None:
    assert encode_clipboard("c", bytes(MAX_CLIPBOARD))
    assert encode_clipboard("c", bytes(MAX_CLIPBOARD + 1)) == b""
