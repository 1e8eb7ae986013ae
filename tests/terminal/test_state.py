"""A state: a terminal made from one goes on as the other would have; line numbers that last."""

from __future__ import annotations

import json
import tracemalloc
import zlib
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chloe.terminal import EMULATOR, StateUnusable, Terminal
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


def _flood(count: int) -> bytes:
    return b"".join(b"\x1b[3%dmline %d\x1b[m\r\n" % (n % 8, n) for n in range(count))


def test_lines_that_scrolled_through_undrawn_are_in_a_state() -> None:
    terminal = Terminal(4, 30)
    terminal.feed(b"\x1b[44m" + _flood(5000))
    assert_same(terminal, Terminal.load(terminal.dump(70)))


def test_a_state_with_too_few_lines_says_so_once_they_are_missed() -> None:
    terminal = Terminal(4, 30)
    terminal.feed(_flood(100))
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
    terminal.feed(_flood(100))
    loaded = Terminal.load(Terminal.load(terminal.dump(5)).dump(5))
    for each in (terminal, loaded):
        each.resize(9, 30)
    assert not loaded.scrollback.incomplete
    loaded.resize(10, 30)
    assert loaded.scrollback.incomplete


def test_lines_that_the_program_cleared_are_not_missed() -> None:
    terminal = Terminal(4, 30)
    terminal.feed(_flood(100) + b"\x1b[3J")
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


# Bytes that are no state.


def _state() -> bytes:
    terminal = Terminal(3, 12)
    terminal.feed("\x1b]8;;http://a\x1b\\ab日e\u0301\x1b[38;2;1;2;3m\r\n\n\n\x1b[?1049hx\x1b[3".encode())
    terminal.feed(_flood(5))
    return terminal.dump()


_STATE = _state()
_OPENING = EMULATOR.encode() + b"\n"


def _with_crc(body: bytes) -> bytes:
    return _OPENING + zlib.crc32(body).to_bytes(4, "big") + body


def _try(state: bytes) -> None:
    """Either it is refused, or it is a sound terminal."""
    try:
        terminal = Terminal.load(state, scrollback=50)
    except StateUnusable:
        return
    for _ in range(2):
        assert all(
            sum(run.width for run in terminal.line(y)) == terminal.columns for y in range(terminal.rows)
        )
        terminal.snapshot()
        terminal.repaint()
        terminal.dump()
        assert len(terminal.scrollback.rows(0, 1000)) == terminal.scrollback.height
        terminal.feed(
            "\x1b[?1049lab日e\u0301\x1b8\x1b[5b\r\n\x1b[3X\x1b[?J\x1b[4hx\x1b[2L".encode() + _flood(90)
        )
        terminal.resize(5, 7)


@pytest.mark.parametrize(
    "state",
    [b"", b"x", _OPENING, _OPENING + b"1234", _STATE[:-1], _STATE + b"x", b"x" + _STATE],
)
def test_bytes_that_are_no_state_are_refused(state: bytes) -> None:
    with pytest.raises(StateUnusable):
        Terminal.load(state)


def test_a_state_of_another_version_is_refused() -> None:
    with pytest.raises(StateUnusable):
        Terminal.load(_STATE.replace(EMULATOR.encode(), EMULATOR.encode() + b"0", 1))


@_examples
@given(st.integers(0, len(_STATE) - 1), st.integers(1, 255))
def test_a_damaged_state_is_refused(place: int, damage: int) -> None:
    damaged = bytearray(_STATE)
    damaged[place] ^= damage
    with pytest.raises(StateUnusable):
        Terminal.load(bytes(damaged))


_JUNK = st.binary(max_size=8) | st.sampled_from(
    [
        b"-1",
        b"0",
        b"1e999",
        b"99999999999",
        b"true",
        b"null",
        b'""',
        b"[]",
        b"{}",
        b"[" * 5000,
        b"9" * 5000,
        b"\0",
    ]
)


@examples(400)
@given(st.lists(st.tuples(st.integers(0, len(_STATE)), st.integers(0, 9), _JUNK), min_size=1, max_size=3))
def test_a_forged_state_is_refused_or_sound(edits: list[tuple[int, int, bytes]]) -> None:
    body = _STATE[len(_OPENING) + 4 :]
    for place, length, junk in edits:
        body = body[:place] + junk + body[place + length :]
    _try(_with_crc(body))


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 70_000) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=6,
)


@examples(400)
@given(st.data())
def test_forged_fields_are_refused_or_sound(data: st.DataObject) -> None:
    told, _, texts = _STATE[len(_OPENING) + 4 :].decode("utf-8", "surrogatepass").partition("\0")
    found = json.loads(told)
    where: dict[str, object] | list[object] = found
    key: str | int = data.draw(st.sampled_from(sorted(found)))
    while isinstance(inner := where[key], dict | list) and inner and data.draw(st.booleans()):  # type: ignore[index]
        where = inner
        key = data.draw(st.sampled_from(sorted(inner) if isinstance(inner, dict) else range(len(inner))))
    where[key] = data.draw(_VALUES)  # type: ignore[index]
    forged = json.dumps(found, ensure_ascii=False) + "\0" + texts
    _try(_with_crc(forged.encode("utf-8", "surrogatepass")))


@pytest.mark.parametrize(
    "size", [(65_536, 65_536), (2_001, 1), (1, 10_001), (2_000, 501), (0, 80), (24, True)]
)
def test_a_state_of_a_size_that_no_terminal_has_takes_no_memory(size: tuple[int, int]) -> None:
    told, _, texts = _STATE[len(_OPENING) + 4 :].decode("utf-8", "surrogatepass").partition("\0")
    forged = json.dumps(json.loads(told) | {"size": size}, ensure_ascii=False) + "\0" + texts
    tracemalloc.start()
    try:
        with pytest.raises(StateUnusable):
            Terminal.load(_with_crc(forged.encode("utf-8", "surrogatepass")))
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


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
def test_a_line_keeps_its_number_in_a_flood(piece: int, limit: int) -> None:
    terminal = Terminal(3, 20, scrollback=limit)
    stream = _flood(5000)
    for start in range(0, len(stream), piece):
        terminal.feed(stream[start : start + piece])
    assert (terminal.scrollback.first, terminal.scrollback.total) == (max(4998 - limit, 0), 4998)
    assert _line(terminal, 4995) == "line 4995"


def test_numbers_go_on_when_lines_are_cleared_or_drained() -> None:
    terminal = Terminal(3, 20)
    terminal.feed(_flood(12))
    assert (terminal.scrollback.first, terminal.scrollback.total) == (0, 10)
    terminal.feed(b"\x1b[3J")
    assert (terminal.scrollback.first, terminal.scrollback.total) == (10, 10)
    terminal.feed(_flood(5))
    assert len(terminal.scrollback.drain()) == 5
    assert (terminal.scrollback.first, terminal.scrollback.total) == (15, 15)


def test_a_line_that_comes_back_gives_its_number_back() -> None:
    terminal = Terminal(3, 20)
    terminal.feed(_flood(12))
    terminal.resize(5, 20)
    assert terminal.scrollback.total == 8


@pytest.mark.parametrize("limit", [0, 3])
def test_a_line_without_an_end_is_counted_once_in_a_while(limit: int) -> None:
    terminal = Terminal(2, 10, scrollback=limit)
    terminal.feed(b"x" * 10 * (2 * 4096 + 2))
    assert terminal.scrollback.total == 2


def test_numbering_may_begin_anywhere() -> None:
    terminal = Terminal(3, 20, first=1000)
    terminal.feed(_flood(12))
    assert (terminal.scrollback.first, terminal.scrollback.total) == (1000, 1010)
    assert _line(terminal, 1009) == "line 9"
