"""What holds for any stream, tried on what real programs sent, with mistakes in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.searching import examples
from tests.terminal.streams import SIZES, TOKENS
from tests.terminal.test_properties import (
    LINES,
    assert_repainted_goes_on,
    assert_same_however_split,
    assert_skipped_as_drawn,
    assert_sound,
    fed,
)
from tests.terminal.test_state import Steps, assert_loaded_goes_on

_RECORDED = [
    path.read_bytes() for path in sorted((Path(__file__).parent.parent / "recordings").glob("*/output.bin"))
]
#: Bytes of a recording that are looked at together, and of one that stray into another.
_WINDOW = 2048
_STRAY = 256
_REAL_SIZES = SIZES | st.sampled_from([(24, 80), (20, 60), (14, 44)])
_examples = examples(50)


def _pieces(longest: int) -> st.SearchStrategy[bytes]:
    """Any piece of any recording: it may begin and end within a sequence or a character."""

    def piece(stream: bytes, start: int, length: int) -> bytes:
        start %= len(stream)
        return stream[start : start + length]

    starts = st.integers(0, max(map(len, _RECORDED)))
    return st.builds(piece, st.sampled_from(_RECORDED), starts, st.integers(0, longest))


def _replaced(stream: bytes, place: int, length: int, by: bytes) -> bytes:
    place %= len(stream) + 1
    return stream[:place] + by + stream[place + length :]


def _again(stream: bytes, place: int, length: int, times: int) -> bytes:
    place %= len(stream) + 1
    return stream[:place] + stream[place : place + length] * times + stream[place:]


def _swapped(stream: bytes, place: int, first: int, second: int) -> bytes:
    place %= len(stream) + 1
    middle, end = place + first, place + first + second
    return stream[:place] + stream[middle:end] + stream[place:middle] + stream[end:]


def _flipped(stream: bytes, place: int, bit: int) -> bytes:
    place %= len(stream) + 1
    return stream[:place] + bytes(byte ^ 1 << bit for byte in stream[place : place + 1]) + stream[place + 1 :]


def _broken_off(stream: bytes, which: int, after: int, length: int) -> bytes:
    """A sequence that lacks its end, and maybe what came next its beginning."""
    places = [place for place, byte in enumerate(stream) if byte == 0x1B] or [0]
    place = places[which % len(places)] + after
    return stream[:place] + stream[place + length :]


_TABLE_SIZE = st.integers(0, _WINDOW)
_LENGTHS = st.integers(0, 64)
_JUNK = st.binary(max_size=8) | TOKENS.map(str.encode) | _pieces(_STRAY)
_MISTAKES = st.one_of(
    st.tuples(st.just(_replaced), _TABLE_SIZE, _LENGTHS, st.just(b"") | _JUNK),
    st.tuples(st.just(_replaced), _TABLE_SIZE, st.just(0), _JUNK),
    st.tuples(st.just(_again), _TABLE_SIZE, _LENGTHS, st.integers(1, 3)),
    st.tuples(st.just(_swapped), _TABLE_SIZE, _LENGTHS, _LENGTHS),
    st.tuples(st.just(_flipped), _TABLE_SIZE, st.integers(0, 7)),
    st.tuples(st.just(_broken_off), _TABLE_SIZE, st.integers(1, 6), st.integers(1, 8)),
)


def _mistaken(stream: bytes, mistakes: list[tuple[Any, ...]]) -> bytes:
    for mistake, *how in mistakes:
        stream = mistake(stream, *how)
    return stream


_STREAMS = st.builds(_mistaken, _pieces(_WINDOW), st.lists(_MISTAKES, max_size=8))


@_examples
@given(_STREAMS, _REAL_SIZES, st.lists(_TABLE_SIZE, max_size=4))
def test_a_mistaken_stream_gives_the_same_however_it_is_split(
    stream: bytes, size: tuple[int, int], cuts: list[int]
) -> None:
    assert_sound(fed(size, stream))
    assert_same_however_split(stream, size, cuts)


@_examples
@given(_STREAMS, _STREAMS, _REAL_SIZES, st.none() | _REAL_SIZES, st.sampled_from([0, 3, 300]))
def test_a_terminal_repainted_amid_a_mistaken_stream_goes_on_the_same(
    stream: bytes, more: bytes, size: tuple[int, int], resized: tuple[int, int] | None, limit: int
) -> None:
    assert_repainted_goes_on(stream, size, resized or size, more, limit)


_MIXED = st.lists(_STREAMS | _REAL_SIZES, min_size=1, max_size=3)


@_examples
@given(_MIXED, _MIXED, _REAL_SIZES, st.sampled_from([0, 3, 300]), st.sampled_from([0, 5, 300]))
def test_a_terminal_loaded_amid_a_mistaken_stream_goes_on_the_same(
    before: Steps, after: Steps, size: tuple[int, int], lines: int, limit: int
) -> None:
    assert_loaded_goes_on(before, after, size, lines, limit)


@_examples
@given(
    _STREAMS,
    # What is in force when most floods begin: nothing.
    st.sampled_from([b"", b"\x18\x1b[!p\x1b[4l"]),
    st.lists(LINES, min_size=3, max_size=8),
    _STREAMS,
    st.integers(30, 90),
    _REAL_SIZES,
    st.integers(1, 300),
    st.lists(st.integers(0, 30_000), max_size=3),
)
def test_a_flood_amid_a_mistaken_stream_is_skipped_as_it_would_be_drawn(
    before: bytes,
    ready: bytes,
    lines: list[str],
    after: bytes,
    times: int,
    size: tuple[int, int],
    limit: int,
    cuts: list[int],
) -> None:
    flooded = "\r\n".join(["", *lines * times, ""]).encode()
    assert_skipped_as_drawn(before + ready + flooded + after, size, limit, *cuts)
