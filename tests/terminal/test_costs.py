"""Costs grow with the input and with nothing else: counted in steps and bytes, never in seconds."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from functools import partial
from types import FrameType

import pytest

from chloe.terminal import Terminal

#: What may be sent without end, or in numbers.
ENDLESS: dict[str, Callable[[int], bytes]] = {
    "an open title": lambda n: b"\x1b]2;" + b"x" * n,
    "an open device string": lambda n: b"\x1bP" + b"x" * n,
    "an open sequence": lambda n: b"\x1b[" + b"1;" * n,
    "parameters": lambda n: b"\x1b[" + b";" * n + b"m",
    "digits": lambda n: b"\x1b[" + b"9" * n + b"H",
    "one line": lambda n: b"x" * n,
    "one line of wide characters": lambda n: "日".encode() * n,
    "marks": lambda n: b"a" + "\u0301".encode() * n,
    "different clusters": lambda n: "".join(
        f"a{chr(0x300 + i % 100)}{chr(0x300 + i % 89)}" for i in range(n)
    ).encode(),
    "escapes": lambda n: b"\x1b" * n,
    "aborted sequences": lambda n: b"\x1b[1\x18" * n,
    "short device strings": lambda n: b"\x1bPx\x1b\\" * n,
    "private strings": lambda n: b"\x1b_x\x1b\\" * n,
    "new colours": lambda n: b"".join(
        b"\x1b[38;2;%d;%d;%dmx" % (i >> 16 & 255, i >> 8 & 255, i & 255) for i in range(n)
    ),
    "new links": lambda n: b"".join(b"\x1b]8;;http://%d\x1b\\x" % i for i in range(n)),
    "tabs": lambda n: b"\t" * n,
    "repetitions": lambda n: b"x\x1b[65535b" * n,
    "scrolls": lambda n: b"\x1b[65535S" * n,
    "inserted lines": lambda n: b"\x1b[65535L" * n,
    "deleted lines": lambda n: b"\x1b[65535M\x1b[M" * (n // 10),
    "scrolls back": lambda n: b"\x1bM\x1b[65535T" * (n // 10),
    "inserted characters": lambda n: b"x\x1b[65535@\x1b[65535P" * n,
    "columns": lambda n: b"x\x1b[65535'}\x1b[65535'~\x1b[65535 @" * (n // 10),
    "erasures": lambda n: b"x\x1b[2J\x1b[65535X" * n,
    "selective erasures": lambda n: b'\x1b[H\x1b[1"qx\x1b[0"qy\x1b[?2J' * (n // 10),
    "jumps from tab to tab": lambda n: b"\x1b[65535I\x1b[65535Z" * n,
    "tab stops": lambda n: b"\x1b[3C\x1bH" * n,
    "sub-parameters": lambda n: b"\x1b[4" + b":3" * n + b"m",
    "short sequences": lambda n: b"\x1b[" + b"1;" * 30 + b"m" + b"\x1b[1;1H" * n,
    "kept cursors": lambda n: b"\x1b7\x1b[5;5H\x1b8" * n,
    "clipboards": lambda n: (b"\x1b]52;c;" + b"YWJj" * 10_000 + b"\a") * (n // 200),
    "palettes": lambda n: (b"\x1b]4;" + b"1;red;" * 7000 + b"\a") * (n // 200),
    "titles": lambda n: b"".join(b"\x1b]2;%d\a" % i for i in range(n)),
    "screens": lambda n: b"\x1b[?1049h\x1b[?1049l" * n,
    "saved modes": lambda n: b"".join(b"\x1b[?%ds" % (i % 3000) for i in range(n)),
    "keyboards": lambda n: b"\x1b[>1u" * n,
    "queries": lambda n: b"\x1b[c" * n,
    "broken characters": lambda n: b"\xe2\x82" * n,
    "lines": lambda n: b"some line\r\n" * n,
    "coloured lines": lambda n: b"\x1b[31msome\x1b[m line\r\n" * n,
}

#: Of these the terminal keeps some, up to a bound that tens of thousands reach; of the others, none.
KEPT_IN_PART = {
    "an open title",
    "an open device string",
    "one line",
    "one line of wide characters",
    "different clusters",
    "new colours",
    "new links",
    "repetitions",
    "lines",
    "coloured lines",
}

#: Of these each unit draws a screenful: so many are enough to fill what is kept many times.
SCREENFULS = {"repetitions": 600}


def _steps(work: Callable[[], object]) -> int:
    """How many calls ``work`` makes, Python's own among them."""
    steps = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal steps
        steps += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return steps


def _feed(stream: bytes, piece: int) -> Terminal:
    terminal = Terminal(24, 80, scrollback=1000)
    for start in range(0, len(stream), piece):
        terminal.feed(stream[start : start + piece])
    return terminal


@pytest.mark.parametrize("name", ENDLESS)
def test_twice_the_input_takes_twice_the_steps(name: str) -> None:
    make = ENDLESS[name]
    for piece in (1 << 20, 64):
        few, many = (_steps(partial(_feed, make(size), piece)) for size in (500, 2000))
        assert many < 6 * few + 1000


@pytest.mark.parametrize("name", ENDLESS)
def test_what_is_kept_of_endless_input_is_bounded(name: str) -> None:
    # Most where each of 80,000 cells of an open line has a look of its own; else less than 90 bytes each.
    units, most = (40_000, 14_000_000) if name in KEPT_IN_PART else (6_000, 1_000_000)
    stream = ENDLESS[name](SCREENFULS.get(name, units))
    _feed(stream[:10_000], 1 << 16)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        terminal = _feed(stream, 1 << 16)
        terminal.feed(stream)
        assert terminal.rows
        assert tracemalloc.get_traced_memory()[0] - before < most
    finally:
        tracemalloc.stop()


def test_one_line_of_twenty_megabytes_is_kept_in_part() -> None:
    terminal = Terminal(24, 500, scrollback=1000)
    piece = b"x" * (1 << 20)
    tracemalloc.start()
    try:
        for _ in range(20):
            terminal.feed(piece)
        # The characters that a scrollback keeps, one line at the most beyond them, and what packs it.
        assert tracemalloc.get_traced_memory()[1] < 16_000_000
        assert len(terminal.repaint()) < 2_200_000
    finally:
        tracemalloc.stop()


def _full(lines: int) -> Terminal:
    """A terminal with so many lines of scrollback, half of them drawn and half of them flooded."""
    terminal = Terminal(24, 80, scrollback=lines)
    line = b"\x1b[31msome\x1b[m line\r\n"
    for _ in range(lines // 100):
        terminal.feed(line * 50)
    terminal.feed(line * (lines // 2))
    return terminal


def test_another_width_costs_the_same_however_much_scrollback_there_is() -> None:
    few, many = (_steps(partial(_full(lines).resize, 24, 50)) for lines in (2000, 8000))
    assert many < 2 * few


def test_another_height_costs_what_comes_back() -> None:
    few, many = (_steps(partial(_full(8000).resize, rows, 80)) for rows in (300, 1200))
    assert many < 6 * few
    small, large = (_steps(partial(_full(lines).resize, 300, 80)) for lines in (2000, 8000))
    assert large < 4 * small


def test_looking_at_all_of_a_scrollback_costs_what_is_seen() -> None:
    few, many = (_steps(partial(_full(lines).scrollback.rows, 0, lines)) for lines in (2000, 8000))
    assert many < 6 * few


def test_a_wider_screen_costs_what_it_is_wider() -> None:
    stops = b"\x1b[3g" + b"\x1bH\x1b[C" * 4000
    stream = stops + b'\x1b[1"qx\x1b[0"q' + b"\x1b[65535I\x1b[65535Z\x1b[?2J\x1b[65535@" * 10
    few, many = (_steps(partial(Terminal(24, columns).feed, stream)) for columns in (500, 2000))
    assert many < 6 * few
