"""Titles that a program keeps come back when it ends (xterm's ctlseqs, XTWINOPS 22 and 23)."""

from __future__ import annotations

import pytest

from chloe.terminal import IconNameChanged, Terminal, TitleChanged
from chloe.terminal.titles import MAX_KEPT


def fed(stream: str) -> Terminal:
    terminal = Terminal(2, 20)
    terminal.feed(stream.encode())
    return terminal


SHELL = "\x1b]0;shell\a"
VIM = "\x1b]0;vim\a"


@pytest.mark.parametrize(
    ("stream", "title"),
    [
        (SHELL + "\x1b[22;0t" + VIM + "\x1b[23;0t", "shell"),
        (SHELL + "\x1b[22t" + VIM + "\x1b[23t", "shell"),
        (SHELL + "\x1b[22;2t" + VIM + "\x1b[23;2t", "shell"),
        (SHELL + "\x1b[22;1t" + VIM + "\x1b[23;1t", "vim"),
        (SHELL + "\x1b[22;0t" + VIM + "\x1b[23;1t", "vim"),
        (SHELL + "\x1b[22;1t" + VIM + "\x1b[23;2t", "vim"),
        (SHELL + "\x1b[22;0t" + VIM + "\x1b[22;0t\x1b]2;less\a\x1b[23;0t", "vim"),
        (SHELL + "\x1b[22;0t" + VIM + "\x1b[22;0t\x1b]2;less\a\x1b[23;0t\x1b[23;0t", "shell"),
        ("\x1b[22;0t" + VIM + "\x1b[23;0t", ""),
        (SHELL + "\x1b[23;0t", "shell"),
        (SHELL + "\x1b[22;9t" + VIM + "\x1b[23;9t", "vim"),
    ],
)
def test_a_title_that_was_kept_comes_back(stream: str, title: str) -> None:
    terminal = fed(stream)
    assert terminal.title == title
    loaded = Terminal.load(terminal.dump())
    painted = fed(terminal.repaint().decode())
    assert loaded.snapshot().titles == painted.snapshot().titles == terminal.snapshot().titles


def test_who_shows_titles_is_told() -> None:
    terminal = fed(SHELL + "\x1b[22;0t" + VIM)
    terminal.take_notices()
    terminal.feed(b"\x1b[23;0t")
    assert terminal.take_notices() == [IconNameChanged("shell"), TitleChanged("shell")]


def test_the_stack_is_bounded_and_the_oldest_go() -> None:
    terminal = fed("".join(f"\x1b]2;{number}\a\x1b[22;0t" for number in range(MAX_KEPT + 5)))
    terminal.feed(b"\x1b]2;now\a" + b"\x1b[23;0t" * (MAX_KEPT + 5))
    assert terminal.title == "5"
