"""What ends that a killed program left behind: every mode is as at power-on, and what was shown stays."""

from __future__ import annotations

import random

import pytest

from chloe.terminal import Modes, Terminal
from chloe.terminal.answers import SWITCHES
from chloe.terminal.left_behind import bytes_of
from chloe.terminal.modes import ALTERNATE, MOUSE, MOUSE_ENCODINGS

#: All that switches something on, by itself.
LEFT = (
    *(f"\x1b[{number}{'l' if on else 'h'}" for number, on in SWITCHES.items()),
    *(f"\x1b[?{number}h" for number in (*MOUSE, *MOUSE_ENCODINGS, *ALTERNATE)),
    *("\x1b[>7u", "\x1b[=31u", "\x1b[>1u" * 16, "\x1b[>4;2m", "\x1b=", "\x1b(0", "\x1b)0\x0e"),
    *("\x1b[2;3r", "\x1b[1;31;7m", "\x1b[5 q", '\x1b[1"q'),
    *("\x1b[12", "\x1b]2;open", "\x1bPopen"),
)


def _reset(terminal: Terminal) -> None:
    terminal.feed(bytes_of(alternate=terminal.modes.alternate_screen))


@pytest.mark.parametrize("left", LEFT, ids=lambda left: left.encode().hex()[:40])
def test_each_of_it_is_ended(left: str) -> None:
    terminal = Terminal(5, 20)
    terminal.feed(b"text\r\nmore")
    terminal.feed(left.encode())
    _reset(terminal)
    assert terminal.modes == Modes()
    terminal.feed(b"\x1b[4;1Hqqq")
    fresh = Terminal(5, 20)
    fresh.feed(b"\x1b[4;1Hqqq")
    assert list(terminal.line(3)) == list(fresh.line(3))
    assert (terminal.cursor.shape, terminal.cursor.blink) == (fresh.cursor.shape, fresh.cursor.blink)
    assert terminal.take_replies() == b""


@pytest.mark.parametrize("seed", range(20))
def test_all_of_it_together_is_ended_and_ended_again_changes_nothing(seed: int) -> None:
    chance = random.Random(seed)
    terminal = Terminal(5, 20)
    for _ in range(40):
        terminal.feed(chance.choice(LEFT).encode())
    _reset(terminal)
    assert terminal.modes == Modes()
    before = terminal.dump()
    _reset(terminal)
    assert terminal.dump() == before


def test_what_was_shown_before_the_program_is_shown_again_with_its_cursor() -> None:
    terminal = Terminal(5, 20)
    terminal.feed(b"$ vim\r\n\x1b[?1049h\x1b[>1u\x1b[2J\x1b[5;5Hfile")
    _reset(terminal)
    assert [row.rstrip() for row in terminal.display] == ["$ vim", "", "", "", ""]
    assert (terminal.cursor.y, terminal.cursor.x) == (1, 0)
    terminal.feed(b"\x1b[?1049h")
    assert terminal.modes.kitty_flags == 0


def test_on_the_main_screen_the_cursor_stays() -> None:
    terminal = Terminal(5, 20)
    terminal.feed(b"\x1b7a\r\nb")
    _reset(terminal)
    assert (terminal.cursor.y, terminal.cursor.x) == (1, 1)
    assert [row.rstrip() for row in terminal.display] == ["a", "b", "", "", ""]
