"""The scrollback: logical lines, wrapped when shown, bounded, small."""

from __future__ import annotations

import doctest
import tracemalloc

import pytest

import chloe.terminal
import chloe.terminal.terminal
from chloe.terminal import Terminal


def fed(stream: str, rows: int = 3, columns: int = 10, scrollback: int = 10_000) -> Terminal:
    terminal = Terminal(rows, columns, scrollback=scrollback)
    terminal.feed(stream.encode())
    return terminal


def shown(terminal: Terminal, start: int = 0, stop: int = 10**9) -> list[str]:
    return ["".join(run.text for run in row).rstrip() for row in terminal.scrollback.rows(start, stop)]


@pytest.mark.parametrize("module", [chloe.terminal, chloe.terminal.terminal])
def test_the_examples_in_the_documentation_hold(module: object) -> None:
    failed, tried = doctest.testmod(module)  # type: ignore[arg-type]
    assert tried and not failed


def test_lines_that_left_the_screen_are_there_oldest_first() -> None:
    terminal = fed("".join(f"line {n}\r\n" for n in range(6)))
    assert shown(terminal) == ["line 0", "line 1", "line 2", "line 3"]
    assert shown(terminal, 1, 3) == ["line 1", "line 2"]
    assert (terminal.scrollback.lines, terminal.scrollback.height) == (4, 4)


def test_a_long_line_is_one_line_and_several_rows() -> None:
    terminal = fed("x" * 25 + "\r\n" * 4)
    assert (terminal.scrollback.lines, terminal.scrollback.height) == (2, 4)


def test_a_line_that_goes_on_on_the_screen_counts() -> None:
    terminal = fed("x" * 45)
    assert (terminal.scrollback.lines, terminal.scrollback.height) == (1, 2)


def test_another_width_wraps_the_same_lines_anew() -> None:
    terminal = fed("x" * 25 + "\r\n" + "y" * 5 + "\r\n" * 4)
    terminal.resize(3, 30)
    assert shown(terminal)[:2] == ["x" * 25, "y" * 5]
    terminal.resize(3, 5)
    assert shown(terminal)[:6] == ["xxxxx"] * 5 + ["yyyyy"]


def test_the_looks_of_a_line_are_kept() -> None:
    terminal = fed("a\x1b[31mred\x1b[m" + "\r\n" * 4)
    runs = terminal.scrollback.rows(0, 1)[0]
    assert [(run.text.rstrip(), run.attributes.foreground) for run in runs] == [
        ("a", None),
        ("red", 1),
        ("", None),
    ]


@pytest.mark.parametrize("limit", [0, 1, 7, 500])
@pytest.mark.parametrize("piece", [100, 1 << 20])
def test_no_more_lines_are_kept_than_the_limit_whether_a_flood_was_skipped_or_not(
    limit: int, piece: int
) -> None:
    stream = "".join(f"line {n}\r\n" for n in range(5000)).encode()
    terminal = Terminal(3, 10, scrollback=limit)
    for start in range(0, len(stream), piece):
        terminal.feed(stream[start : start + piece])
    assert terminal.scrollback.lines == limit
    assert shown(terminal) == [f"line {n}" for n in range(4998 - limit, 4998)]


def test_a_skipped_flood_keeps_its_colours_when_many_others_come_before_it_is_looked_at() -> None:
    terminal = Terminal(3, 10, scrollback=20_000)
    terminal.feed(b"\x1b[38;2;1;2;3m" + b"flood\r\n" * 1000)
    for red in range(60):
        terminal.feed(b"\x1b[H")
        terminal.feed(b"".join(b"\x1b[38;2;%d;%d;0mx\x1b[D" % (red, green) for green in range(250)))
    for row in terminal.scrollback.rows(100, 900):
        assert [run.attributes.foreground for run in row] == [(1, 2, 3), None]


def test_margins_keep_lines_out_of_the_scrollback_unless_they_begin_at_the_top() -> None:
    assert fed("\x1b[2;3ra\r\nb\r\nc\r\nd\r\n").scrollback.lines == 0
    assert fed("\x1b[1;2ra\r\nb\r\nc\r\nd\r\n").scrollback.lines == 3


def test_deleted_lines_are_gone() -> None:
    assert fed("a\r\nb\x1b[H\x1b[2M").scrollback.lines == 0


def test_the_cursor_stays_with_its_text_when_the_width_changes() -> None:
    terminal = fed("$ " + "word " * 5)
    terminal.resize(3, 40)
    assert terminal.cursor.x == 27 and terminal.display[terminal.cursor.y].startswith("$ word")
    terminal.feed(b"!")
    assert terminal.display[terminal.cursor.y].rstrip() == "$ " + "word " * 5 + "!"


def test_a_taller_screen_shows_what_had_left_it() -> None:
    terminal = fed("".join(f"line {n}\r\n" for n in range(6)))
    terminal.resize(5, 10)
    assert [row.rstrip() for row in terminal.display] == ["line 2", "line 3", "line 4", "line 5", ""]
    assert terminal.cursor.y == 4


def test_the_alternate_screen_is_cropped_while_the_main_one_is_wrapped() -> None:
    terminal = fed("0123456789abc\x1b[?1049h\x1b[H0123456789")
    terminal.resize(3, 5)
    assert terminal.display[0] == "01234"
    terminal.feed(b"\x1b[?1049l")
    assert [row.rstrip() for row in terminal.display] == ["01234", "56789", "abc"]


def _kilobytes(stream: bytes, piece: int = 64 * 1024) -> float:
    """What one terminal takes once all that terminals share is warm: the least of several, since what is
    shared is emptied when it is full, and fills again."""

    def make() -> Terminal:
        terminal = Terminal(24, 80)
        for start in range(0, len(stream), piece):
            terminal.feed(stream[start : start + piece])
        return terminal

    def taken() -> float:
        make()
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            kept = make()
            assert kept.rows
            return (tracemalloc.get_traced_memory()[0] - before) / 1024
        finally:
            tracemalloc.stop()

    return min(taken() for _ in range(3))


def test_a_full_screen_of_mixed_colours_takes_at_most_60_kb() -> None:
    cells = "".join(
        f"\x1b[{30 + n % 8};{40 + n % 7}m{chr(33 + n % 90)}\x1b[38;5;{n % 256}m." for n in range(960)
    )
    assert _kilobytes(cells.encode()) < 60


def test_an_idle_shell_takes_at_most_30_kb() -> None:
    assert _kilobytes(b"\x1b[?2004h\x1b[01;32muser@host\x1b[00m:\x1b[01;34m~\x1b[00m$ ") < 30


@pytest.mark.parametrize("rendition", ["", "\x1b[32m"])
@pytest.mark.parametrize("piece", [2048, 64 * 1024])
def test_ten_thousand_lines_take_at_most_3_mb(rendition: str, piece: int) -> None:
    log = "".join(f"{rendition}{n:06}\x1b[m {'x' * 72}\r\n" for n in range(12_000))
    assert _kilobytes(log.encode(), piece) < 3 * 1024
