"""Floods that begin or break where it hurts: what is skipped looks as if it had been drawn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chloe.terminal import Terminal
from tests.searching import examples
from tests.terminal.streams import SIZES
from tests.terminal.test_properties import LINES, assert_skipped_as_drawn, short_floods_skipped

_LINES = b"".join(b"\x1b[3%dmline %d\x1b[0m\r\n" % (number % 8, number) for number in range(400))
_DOUBLED = _LINES.replace(b"\r\n", b"\r\r\n")
_REGION = b"\x1b[2;6r\x1b[2;1H" + b"region\r\n" * 9 + b"\x1b[r"


@pytest.mark.parametrize("lines", [_LINES, _DOUBLED])
@pytest.mark.parametrize("cut", range(2000, 2040))
def test_a_piece_may_begin_within_a_line_end_or_break_off_after_its_first(lines: bytes, cut: int) -> None:
    stream = lines + _REGION
    pieces, drawn = Terminal(24, 80), Terminal(24, 80)
    pieces.feed(stream[:cut])
    pieces.feed(stream[cut:])
    for start in range(0, len(stream), 100):
        drawn.feed(stream[start : start + 100])
    assert pieces.snapshot() == drawn.snapshot()


@pytest.mark.parametrize("columns", [1, 20, 46, 59, 200])
@pytest.mark.parametrize("size", [2048, 300_000])
def test_a_flood_is_skipped_however_narrow_the_screen_and_small_or_large_the_piece(
    columns: int, size: int, drawn: list[int]
) -> None:
    terminal = Terminal(24, columns)
    for _ in range(4):
        terminal.feed((b"y\r\n" * size)[:size])
    assert sum(drawn) < 4 * size // 3


def test_what_skims_is_told_from_what_has_to_be_drawn() -> None:
    terminal = Terminal(24, 80)
    assert terminal.is_skippable(_LINES)
    assert terminal.is_skippable("日本語\r\n".encode() * 100 + b"\x1b[3")
    assert not terminal.is_skippable(b"")
    assert not terminal.is_skippable(b"\x1b[3;4Hx" * 100)
    assert not terminal.is_skippable(b"x" * 10_000), "one long line is drawn"
    terminal.feed(b"\x1b[2;9r")
    assert not terminal.is_skippable(_LINES), "between margins all is drawn"


#: Line ends that belong together by chance only, which no flood may have.
@pytest.mark.parametrize("odd", [b"a\rb\nc", b"a\r\r\nb", b"a\nb", b"\x1b[Ka\r\n", b"\x1b[31;\r\nm"])
def test_what_looks_nearly_like_lines_is_drawn(odd: bytes) -> None:
    for lines in (_LINES, b"a line\r\n" * 400):
        assert_skipped_as_drawn(lines + odd + lines + b"\r\nbetween\r\n" + odd, (24, 80), 1000, 700, 7000)


_CLEARS = st.sampled_from(
    [
        "\x1b[2J\x1b[3J\x1b[H",
        "\x1b[H\x1b[2J",
        "\x1b[H\x1b[J",
        "\x1bc",
        "\x1b[3J",
        "\x1b[2J",
        "\x1b[44m\x1b[2J\x1b[H",
    ]
)
#: What stands between frames: erasures of what was there, the end of a line, a mode, and what isn't text.
_BETWEEN = st.sampled_from(
    [
        "",
        "\x1b[2K\x1b[1A" * 9 + "\x1b[G",
        "\r",
        "\n",
        "x" * 70,
        "日",
        "\x1b[?2026h",
        "\x1b[2;5r",
        "\x1b[?1049h",
        "\x1b[?1049l",
        "\x1b]0;title\a",
        "\x1b[6n",
        "\x1b]0;open",
        "\x1b7\x1b[3;3H\x1b8",
    ]
)
#: A frame: lines, over and over, behind a clear, and a line that isn't complete. Up to 125 lines, since no
#: screen here has more than 8 rows; more would only make a search longer.
_FRAMES = st.tuples(
    _CLEARS, _BETWEEN, st.lists(LINES, min_size=1, max_size=5), st.integers(0, 25), LINES
).map(
    lambda frame: (
        f"{frame[0]}{frame[1]}{''.join(line + chr(13) + chr(10) for line in frame[2] * frame[3])}{frame[4]}"
    )
)


@examples()
@given(st.lists(_FRAMES, max_size=6), SIZES, st.integers(0, 300), st.data())
def test_frames_of_which_much_is_skipped_leave_what_drawn_ones_do(
    frames: list[str], size: tuple[int, int], limit: int, data: st.DataObject
) -> None:
    stream = "".join(frames).encode()
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=3))
    assert_skipped_as_drawn(stream, size, limit, *cuts)


def test_frames_are_skipped_whatever_clears_them(drawn: list[int]) -> None:
    lines = b"".join(b"\x1b[3%dmline %d\x1b[39m of a frame\r\n" % (n % 8, n) for n in range(1000))
    for clear in (b"\x1b[2J\x1b[3J\x1b[H", b"\x1b[H\x1b[2J", b"\x1b[2K\x1b[1A" * 1000 + b"\x1b[G"):
        terminal = Terminal(24, 80)
        drawn.clear()
        for _ in range(4):
            terminal.feed((clear + lines) * 4)
        assert sum(drawn) < len(lines) // 8 * 16 + 16 * len(clear)


def test_the_pen_behind_a_flood_is_the_one_selected_last() -> None:
    lines = b"".join(b"\x1b[3%dmline\x1b[%dm\r\n" % (n % 3, (22, 1)[n % 2]) for n in range(400)) + b"\x1b[30m"
    assert_skipped_as_drawn(lines + b"\x1b[31m\x1b[30mafter\r\n" * 60 + b"and", (24, 80), 1000)


@examples()
@given(st.lists(LINES, min_size=1, max_size=5), st.integers(1, 40), SIZES)
def test_lines_are_taken_out_as_they_are_read(lines: list[str], times: int, size: tuple[int, int]) -> None:
    # Reading costs some 0.1 ms a line: 1,200 of them, as many as are skipped in a true flood, took half of a
    # search, and show nothing that 200 don't where floods of 4 lines are skipped as well.
    stream = "\r\n".join(lines * times).encode() + b"\r\n"
    terminal, fresh = Terminal(*size), Terminal(*size)
    with short_floods_skipped():
        for each in (terminal, fresh):
            each.feed(stream)
    scrollback = terminal.scrollback
    read = [
        "".join(run.text for row in rows for run in row).rstrip()
        for rows in scrollback.numbered(scrollback.first, scrollback.lines, 10_000)
    ]
    assert fresh.scrollback.drain() == read[: scrollback.lines - scrollback.is_open]
