"""Notices out of bytes that nobody draws: those that the emulator would have, however they are split."""

from __future__ import annotations

import base64
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chloe.terminal import Bell, ClipboardSet, Notice, Notification, Progress, PromptMark, Terminal
from chloe.terminal.notice_scanner import NoticeScanner
from tests.searching import examples

_HEARD = (Bell, Notification, ClipboardSet, Progress, PromptMark)
#: What streams are made of: notices, what hides them, and what looks like them.
_PIECES = st.sampled_from(
    [
        *(b"\a", b"\a\a", b"text", b"\r\n", b"\x1b", b"\x1b\\", b"\x1b[31m", b"\x1b[", b"1m", b"]", b"\x18"),
        *(b"\x1b]9;done\a", b"\x1b]777;notify;a;b\x1b\\", b"\x1b]52;c;aGk=\a", b"\x1b]9;4;1;50\a"),
        *(b"\x1b]133;A\a", b"\x1b]9;", b"\x1bP+q", b"\x1b_G", b"\x1bX", b"\x1b^", b"\x1bk", b";", b"\x1a"),
        *(
            "é日本".encode(),
            b"\xc2\x9c",
            b"\xc2\x9d",
            b"\xc2",
            b"\xe6\x97",
            b"\xff",
            b"\x9c",
            b"\x00",
            b"\x7f",
        ),
    ]
)


def scanned(data: bytes) -> list[Notice]:
    return NoticeScanner().scan(data)


def heard(notices: list[Notice]) -> list[Notice]:
    """Those that are compared, neighbouring bells as one: the emulator has what rang at once as one."""
    kept: list[Notice] = []
    for notice in notices:
        if isinstance(notice, _HEARD) and not (kept and kept[-1] == notice == Bell()):
            kept.append(notice)
    return kept


@examples(400)
@given(pieces=st.lists(_PIECES, max_size=20), cuts=st.lists(st.integers(0, 80), max_size=4))
def test_it_finds_what_the_emulator_finds_in_any_split(pieces: list[bytes], cuts: list[int]) -> None:
    # An ESC at the very end ends a string for the emulator, and for the scanner once it knows what follows.
    stream = b"".join(pieces) + b" "
    terminal, scanner = Terminal(4, 20), NoticeScanner()
    terminal.feed(stream)
    found: list[Notice] = []
    places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    for begin, end in itertools.pairwise(places):
        found += scanner.scan(stream[begin:end])
    assert heard(found) == heard(terminal.take_notices())


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        ("\x1b]99;;plain\x1b\\", [Notification("plain")]),
        (
            "\x1b]99;i=1:d=0;the title\x1b\\\x1b]99;i=1:p=body;the body\x1b\\",
            [Notification("the body", "the title")],
        ),
        ("\x1b]99;i=1:d=0;one\a\x1b]99;i=2:d=0;two\a\x1b]99;i=1;!\a", [Notification("one!")]),
        (f"\x1b]99;e=1;{base64.b64encode('é'.encode()).decode()}\a", [Notification("é")]),
        ("\x1b]99;e=1;no base64\a", []),
        ("\x1b]99;i=1:p=?;\a\x1b]99;i=1:p=close;\a\x1b]99;\a\x1b]99\a", []),
    ],
)
def test_notifications_of_kitty_are_put_together(stream: str, expected: list[Notice]) -> None:
    assert scanned(stream.encode()) == expected


@pytest.mark.parametrize("command", ["9;/a/folder", "12", "1;500", "3;a title"])
def test_what_terminals_of_windows_take_for_other_things_notifies_nobody(command: str) -> None:
    assert scanned(f"\x1b]9;{command}\a".encode()) == []


def test_what_is_unfinished_is_bounded() -> None:
    scanner = NoticeScanner()
    for number in range(100):
        scanner.scan(f"\x1b]99;i={number}:d=0;{'x' * 5000}\a".encode())
    assert sum(len(title) for title, _ in scanner._unfinished.values()) <= 16 * 4096
    scanner.scan(b"\x1b]9;" + b"x" * (1 << 21))
    assert not scanner._string
    assert scanner.scan(b"\a\a") == [Bell()]
