"""A state: a terminal made from one goes on as the other would have; line numbers that last."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chloe.terminal import EMULATOR, Terminal
from tests.searching import examples
from tests.terminal.streams import ROUGH_STREAMS, SIZES

_RECORDINGS = sorted(
    path.parent for path in (Path(__file__).parent.parent / "recordings").glob("*/size.json")
)
_examples = examples()
#: Lines that scroll away, so that there is something to take back.
_LINES = st.lists(
    st.sampled_from(
        [
            *["abc", "x" * 30, "日本", "e\u0301", "   ", "\x1b[44m", "\x1b[38;2;1;2;3mrgb", "\x1b[m"],
            *["\r\n"] * 8,
        ]
    ),
    max_size=60,
).map(lambda words: "".join(words).encode())
#: What happens to a terminal: bytes, or another size.
_MIXED = st.lists(ROUGH_STREAMS | _LINES | SIZES, max_size=5)
Steps = list[bytes | tuple[int, int]]


def _go_on(terminal: Terminal, steps: Steps) -> None:
    for step in steps:
        if isinstance(step, bytes):
            terminal.feed(step)
        else:
            terminal.resize(*step)


def assert_same(one: Terminal, other: Terminal) -> None:
    """Equal but for the lines that only the first keeps; whatever is numbered is the same line."""
    assert one.snapshot().without_scrollback() == other.snapshot().without_scrollback()
    assert one.scrollback.total == other.scrollback.total
    assert one.scrollback.borrowed == other.scrollback.borrowed
    first = other.scrollback.first
    assert one.scrollback.first <= first
    assert one.scrollback.numbered(first, 10**9, 80) == other.scrollback.numbered(first, 10**9, 80)
    assert len(other.scrollback.numbered(first, 10**9, 80)) == other.scrollback.total - first


@_examples
@given(_MIXED, _MIXED, SIZES, st.integers(0, 5) | st.just(300), st.sampled_from([0, 1, 5, 300]))
def test_a_loaded_terminal_is_the_same_and_goes_on_the_same(
    before: Steps, after: Steps, size: tuple[int, int], lines: int, limit: int
) -> None:
    assert_loaded_goes_on(before, after, size, lines, limit)


def assert_loaded_goes_on(before: Steps, after: Steps, size: tuple[int, int], lines: int, limit: int) -> None:
    terminal = Terminal(*size, scrollback=limit)
    _go_on(terminal, before)
    state = terminal.dump(lines)
    loaded = Terminal.load(state, scrollback=limit)
    assert_same(terminal, loaded)
    assert _fields(loaded.dump(lines)) == _fields(state)

    terminal.take_replies()
    for step in after:
        _go_on(terminal, [step])
        _go_on(loaded, [step])
        if loaded.scrollback.incomplete:
            assert not terminal.scrollback.incomplete
            return
        assert_same(terminal, loaded)
        assert terminal.take_replies() == loaded.take_replies()


def _fields(state: bytes) -> tuple[dict[str, object], str]:
    """What is in a state, but for the looks that nothing has yet."""
    told, _, texts = state[len(EMULATOR) + 5 :].decode("utf-8", "surrogatepass").partition("\0")
    return {name: value for name, value in json.loads(told).items() if name != "pens"}, texts


def _steps(recording: Path) -> Steps:
    """A recording in some 40 pieces, with its changes of size in between."""
    stream = (recording / "output.bin").read_bytes()
    resizes = json.loads((recording / "size.json").read_text()).get("resizes", [])
    sizes = {offset: (rows, columns) for offset, rows, columns in resizes}
    edges = sorted({*range(0, len(stream), max(len(stream) // 40, 1)), *sizes, len(stream)})
    found: Steps = []
    for start, end in pairwise(edges):
        found += [sizes[start]] if start in sizes else []
        found.append(stream[start:end])
    return found


@pytest.mark.parametrize("recording", _RECORDINGS, ids=lambda path: path.name)
def test_a_recording_goes_on_from_a_state_at_any_place(recording: Path) -> None:
    size = json.loads((recording / "size.json").read_text())
    terminal = Terminal(size["rows"], size["columns"])
    loaded: list[Terminal] = []
    for step in _steps(recording):
        for each in (terminal, *loaded):
            _go_on(each, [step])
        for each in loaded:
            assert_same(terminal, each)
        loaded = [*loaded[-3:], Terminal.load(terminal.dump())]


def test_a_state_of_a_state_is_the_same_bytes() -> None:
    terminal = Terminal(4, 10)
    terminal.feed("".join(f"\x1b[38;2;{n};0;0mline {n} e\u0301日本\r\n" for n in range(50)).encode())
    state = terminal.dump()
    assert Terminal.load(state).dump() == state


def test_a_state_says_nothing_that_the_program_asked_or_said() -> None:
    terminal = Terminal(4, 10)
    terminal.feed(b"\x1b[c\x07\x1b]2;title\x07")
    loaded = Terminal.load(terminal.dump())
    assert (loaded.take_replies(), loaded.take_notices(), loaded.title) == (b"", [], "title")


def flood(count: int) -> bytes:
    return b"".join(b"\x1b[3%dmline %d\x1b[m\r\n" % (n % 8, n) for n in range(count))


def test_lines_that_scrolled_through_undrawn_are_in_a_state() -> None:
    terminal = Terminal(4, 30)
    terminal.feed(b"\x1b[44m" + flood(5000))
    assert_same(terminal, Terminal.load(terminal.dump(70)))


def test_a_state_with_too_few_lines_says_so_once_they_are_missed() -> None:
    terminal = Terminal(4, 30)
    terminal.feed(flood(100))
    loaded = Terminal.load(terminal.dump(5))
    for each in (terminal, loaded):
        each.resize(9, 30)
    assert not loaded.scrollback.incomplete
    assert_same(terminal, loaded)

    for each in (terminal, loaded):
        each.resize(10, 30)
    assert loaded.scrollback.incomplete and not terminal.scrollback.incomplete
    assert Terminal.load(loaded.dump()).scrollback.incomplete


def test_a_state_of_a_state_misses_what_the_first_lacked() -> None:
    terminal = Terminal(4, 30)
    terminal.feed(flood(100))
    loaded = Terminal.load(Terminal.load(terminal.dump(5)).dump(5))
    for each in (terminal, loaded):
        each.resize(9, 30)
    assert not loaded.scrollback.incomplete
    loaded.resize(10, 30)
    assert loaded.scrollback.incomplete


def test_lines_that_the_program_cleared_are_not_missed() -> None:
    terminal = Terminal(4, 30)
    terminal.feed(flood(100) + b"\x1b[3J")
    for each in (terminal, Terminal.load(terminal.dump())):
        each.resize(10, 30)
        assert not each.scrollback.incomplete


def test_a_state_stays_small_whatever_it_scrolled_through() -> None:
    terminal = Terminal(4, 100, scrollback=1000)
    colours = b"".join(b"\x1b[38;2;%d;%d;%dmx" % (n % 256, n // 256, n % 7) for n in range(40_000))
    for start in range(0, len(colours), 1000):
        terminal.feed(colours[start : start + 1000])
    terminal.feed(b"\r\n" + b"y" * 1_000_000 + b"\r\n" * 5)
    state = terminal.dump()
    assert len(state) < 500_000
    assert_same(terminal, Terminal.load(state, scrollback=1000))


# Line numbers.


@_examples
@given(st.lists(ROUGH_STREAMS | _LINES, max_size=6), SIZES, st.sampled_from([0, 1, 5, 40]))
def test_numbers_are_those_of_an_unlimited_scrollback(
    pieces: list[bytes], size: tuple[int, int], limit: int
) -> None:
    bounded, unlimited = Terminal(*size, scrollback=limit), Terminal(*size, scrollback=10**6)
    for piece in pieces:
        for terminal in (bounded, unlimited):
            terminal.feed(piece)
        _assert_numbered(unlimited, bounded)


@_examples
@given(_MIXED, SIZES)
def test_numbers_last_over_resizes(steps: Steps, size: tuple[int, int]) -> None:
    bounded, unlimited = Terminal(*size, scrollback=200), Terminal(*size, scrollback=10**6)
    for step in steps:
        for terminal in (bounded, unlimited):
            _go_on(terminal, [step])
        _assert_numbered(unlimited, bounded)


def _assert_numbered(unlimited: Terminal, bounded: Terminal) -> None:
    total, first = bounded.scrollback.total, bounded.scrollback.first
    assert total == unlimited.scrollback.total
    assert bounded.scrollback.numbered(first, 10**9, 80) == unlimited.scrollback.numbered(first, 10**9, 80)
    assert bounded.scrollback.numbered(0, 10**9, 80) == bounded.scrollback.numbered(first, 10**9, 80)
    assert len(bounded.scrollback.numbered(first, 10**9, 80)) == total - first
    assert total - first + bounded.scrollback.is_open >= bounded.scrollback.lines


def _line(terminal: Terminal, number: int) -> str:
    return "".join(run.text for row in terminal.scrollback.numbered(number, 1, 80)[0] for run in row).rstrip()


@pytest.mark.parametrize("piece", [100, 1 << 20])
@pytest.mark.parametrize("limit", [7, 500, 10_000])
def test_a_line_keeps_its_number_in_aflood(piece: int, limit: int) -> None:
    terminal = Terminal(3, 20, scrollback=limit)
    stream = flood(5000)
    for start in range(0, len(stream), piece):
        terminal.feed(stream[start : start + piece])
    assert (terminal.scrollback.first, terminal.scrollback.total) == (max(4998 - limit, 0), 4998)
    assert _line(terminal, 4995) == "line 4995"


def test_numbers_go_on_when_lines_are_cleared_or_drained() -> None:
    terminal = Terminal(3, 20)
    terminal.feed(flood(12))
    assert (terminal.scrollback.first, terminal.scrollback.total) == (0, 10)
    terminal.feed(b"\x1b[3J")
    assert (terminal.scrollback.first, terminal.scrollback.total) == (10, 10)
    terminal.feed(flood(5))
    assert len(terminal.scrollback.drain()) == 5
    assert (terminal.scrollback.first, terminal.scrollback.total) == (15, 15)


def test_a_line_that_comes_back_gives_its_number_back() -> None:
    terminal = Terminal(3, 20)
    terminal.feed(flood(12))
    terminal.resize(5, 20)
    assert terminal.scrollback.total == 8


@pytest.mark.parametrize("limit", [0, 3])
def test_a_line_without_an_end_is_counted_once_in_a_while(limit: int) -> None:
    terminal = Terminal(2, 10, scrollback=limit)
    terminal.feed(b"x" * 10 * (2 * 4096 + 2))
    assert terminal.scrollback.total == 2


def test_numbering_may_begin_anywhere() -> None:
    terminal = Terminal(3, 20, first=1000)
    terminal.feed(flood(12))
    assert (terminal.scrollback.first, terminal.scrollback.total) == (1000, 1010)
    assert _line(terminal, 1009) == "line 9"
