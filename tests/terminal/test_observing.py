"""Who follows what happens to rows is told, and the terminal does the same as if nobody did."""

from __future__ import annotations

import random

import pytest

from chloe.terminal import Terminal

_PIECES = (
    *(
        b"line\r\n",
        b"\x1b[2J",
        b"\x1b[H",
        b"\x1b[J",
        b"\x1b[3J",
        b"\x1b[3L",
        b"\x1b[M",
        b"\x1b[2;4r",
        b"\x1b[r",
    ),
    *(b"x" * 45, b"flood of lines\r\n" * 90, b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[S", b"\x1b[T", b"\x1bM"),
    *(b"\x1bc", b"\x1b[?69h\x1b[3;9s", b"\x1b[?69l", b"\n", b"\x1b[41m", b"\x1b[m"),
)


class Notes:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[str | tuple[int, int, int]] = []

    def rows_moved(self, first: int, bottom: int, count: int) -> None:
        self.told.append((first, bottom, count))

    def before_clear(self) -> None:
        self.told.append("clear")

    def after_clear(self) -> None:
        self.told.append("cleared")

    def before_forgetting(self) -> None:
        self.told.append("forget")

    def before_switch(self) -> None:
        self.told.append("switch")

    def before_resize(self) -> None:
        self.told.append("resize")

    def after_resize(self) -> None:
        self.told.append("resized")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"text\x1b[K\x1b[1;31m\x1b[2;2H\x1b[@\x1b[P\x1b[X", []),
        (b"\r\n" * 5, [(0, 3, 1), (0, 3, 1)]),
        (b"\x1b[4H\n", [(0, 3, 1)]),
        (b"\x1bM\x1b[2T", [(0, 3, -1), (0, 3, -2)]),
        (b"\x1b[2;3r\x1b[2H\x1b[9L\x1b[M", [(1, 2, -2), (1, 2, 1)]),
        (b"x" * 41, [(0, 3, 1)]),
        (b"\x1b[2J\x1b[3J\x1b[H\x1b[J", ["clear", "cleared", "forget", "clear", "cleared"]),
        (b"x\x1b[J", []),
        (b"\x1b[?1049h\x1b[?1049h\x1b[2J\x1b[?1049l\x1b[?47l", ["switch", "clear", "switch"]),
        (b"\x1b[?1049h\x1bc", ["switch", "switch", "clear", "cleared"]),
        (b"\x1bc", ["clear", "cleared"]),
    ],
)
def test_what_happens_to_rows_is_told(data: bytes, told: list[object]) -> None:
    notes = Notes()
    terminal = Terminal(4, 10)
    terminal.observe(notes)
    terminal.feed(data)
    assert notes.told == told
    terminal.observe(None)
    terminal.feed(b"\x1b[2J\n\n\n\n\n")
    assert notes.told == told


def test_a_size_is_told_before_and_behind() -> None:
    notes = Notes()
    terminal = Terminal(4, 10)
    terminal.observe(notes)
    terminal.resize(5, 10)
    assert notes.told == ["resize", "resized"]


@pytest.mark.parametrize("seed", range(4))
def test_the_terminal_does_the_same_whether_it_is_followed_or_not(seed: int) -> None:
    chance = random.Random(seed)
    alone, followed = Terminal(5, 20), Terminal(5, 20)
    followed.observe(Notes())
    for _ in range(30):
        data = b"".join(chance.choices(_PIECES, k=chance.randrange(1, 9)))
        alone.feed(data)
        followed.feed(data)
        assert followed.snapshot() == alone.snapshot()


def test_lines_are_read_with_what_is_above_the_screen_of_the_main_one_alone() -> None:
    terminal = Terminal(3, 10)
    terminal.feed(b"x" * 45)
    assert [(row, height, len(cells)) for row, height, cells in terminal.screen_lines()] == [(-2, 5, 45)]
    terminal.feed(b"\x1b[?1049h\x1b[H\xe6\x97\xa5hello")
    assert [(row, height) for row, height, _ in terminal.screen_lines()] == [(0, 1), (1, 1), (2, 1)]
    assert terminal.read(terminal.screen_lines()[0].cells) == "日hello"


def test_lines_that_left_are_read_from_a_number_on() -> None:
    terminal = Terminal(3, 10)
    terminal.feed(b"".join(b"%d\r\n" % number for number in range(10)))
    assert terminal.scrollback.read_from(5, 4) == ["5", "6", "7"]
    terminal.feed(b"x\r\n")
    assert terminal.scrollback.read_from(8, 4) == ["8"]
    assert terminal.scrollback.first <= 5
    assert terminal.scrollback.read_from(9, 4) == []
