"""Looks and clusters without number: what a cell shows never depends on what was shown before."""

from __future__ import annotations

from itertools import islice, product

from hypothesis import given
from hypothesis import strategies as st

from chloe.terminal import Terminal, pens
from tests.terminal.test_state import assert_same

#: More than a program had to show at once before any of it was lost.
_MANY = 70_000
_COLUMNS = 100


def _colours(first: int, count: int) -> bytes:
    """So many cells of a colour that none before had, in whole lines."""
    cells = (
        b"\x1b[38;2;%d;%d;%dmx" % (number >> 16, number >> 8 & 255, number & 255)
        for number in range(first, first + count)
    )
    return b"".join(b"".join(line) + b"\r\n" for line in iter(lambda: list(islice(cells, _COLUMNS)), []))


def _clusters(first: int, count: int) -> bytes:
    """So many different cells of a letter and two marks, in whole lines."""
    marks = [chr(code) for code in range(0x300, 0x330)]
    letters = [chr(code) for code in range(0x21, 0x7F)]
    every = ("".join(each) for each in product(letters, marks, marks))
    cells = islice(every, first, first + count)
    return "".join(
        "".join(line) + "\r\n" for line in iter(lambda: list(islice(cells, _COLUMNS)), [])
    ).encode()


def _fed(stream: bytes) -> Terminal:
    terminal = Terminal(4, _COLUMNS, scrollback=2000)
    for start in range(0, len(stream), 1000):  # None of it is skipped as a flood.
        terminal.feed(stream[start : start + 1000])
    return terminal


_SAYABLE = st.integers(0, 256)


@given(_SAYABLE, _SAYABLE, st.booleans(), st.booleans())
def test_a_look_out_of_the_palette_is_said_by_its_mark(
    foreground: int, background: int, bold: bool, reverse: bool
) -> None:
    table = pens.PenTable()
    pen = foreground << pens.FOREGROUND_SHIFT | background << pens.BACKGROUND_SHIFT
    pen |= bold * pens.BOLD | reverse * pens.REVERSE
    assert table.lookup(table.intern(pen)) == pen
    assert not table.size and not table.table_ids(table.intern(pen))


def test_a_screen_on_which_each_cell_looks_different_shows_them_all() -> None:
    terminal = Terminal(_MANY // _COLUMNS + 1, _COLUMNS)
    terminal.feed(_colours(0, _MANY))
    shown = [run.attributes.foreground for y in range(terminal.rows - 1) for run in terminal.line(y)]
    assert shown == [(number >> 16, number >> 8 & 255, number & 255) for number in range(_MANY)]


def test_a_loaded_terminal_goes_on_the_same_after_ever_new_colours() -> None:
    terminal = _fed(_colours(0, _MANY))
    loaded = Terminal.load(terminal.dump(), scrollback=2000)
    for each in (terminal, loaded):
        each.feed(_colours(_MANY, 1000))
    assert_same(terminal, loaded)
    assert terminal.line(0)[0].attributes.foreground == (1, 20, 44)


def test_a_loaded_terminal_goes_on_the_same_after_ever_new_clusters() -> None:
    terminal = _fed(_clusters(0, _MANY))
    loaded = Terminal.load(terminal.dump(), scrollback=2000)
    for each in (terminal, loaded):
        each.feed(_clusters(_MANY, 1000))
    assert_same(terminal, loaded)
    assert "\ufffd" not in "".join(terminal.display)


def test_ever_new_colours_are_kept_as_far_as_there_is_room_and_the_last_lines_of_them() -> None:
    terminal = _fed(_colours(0, 2 * _MANY))
    kept = terminal.scrollback.lines * _COLUMNS
    assert 60_000 < kept < 150_000
    last = terminal.scrollback.numbered(terminal.scrollback.first, 10**6, _COLUMNS)
    colours = [run.attributes.foreground for rows in last for run in rows[0]]
    first = terminal.scrollback.first * _COLUMNS
    assert colours == [
        (number >> 16, number >> 8 & 255, number & 255) for number in range(first, first + kept)
    ]


def test_a_look_at_lines_that_passed_undrawn_takes_nothing_from_the_screen() -> None:
    terminal = Terminal(4, _COLUMNS, scrollback=2000)
    terminal.feed(_clusters(0, _MANY))
    assert len(terminal.scrollback.rows(0, 10**6)) == _MANY // _COLUMNS - 3
    terminal.feed(_clusters(_MANY, 200))
    assert "\ufffd" not in "".join(terminal.display)
