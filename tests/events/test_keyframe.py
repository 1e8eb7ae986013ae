"""The screen at a cut: any terminal understands it, and nothing else is taken for one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chloe.events.keyframe import MAX_KEYFRAME, KeyframeError, decode_keyframe, encode_keyframe
from chloe.terminal import Terminal
from tests.terminal.streams import SIZES, STREAMS

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings").glob("*/output.bin"))


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.parent.name)
def test_a_screen_goes_on_from_its_cut_as_if_nothing_had_been_cut(recording: Path) -> None:
    data = recording.read_bytes()
    for end in range(0, len(data), max(len(data) // 5, 1)):
        whole = Terminal(24, 80)
        whole.feed(data[:end])
        found = decode_keyframe(encode_keyframe(whole), scrollback=100)
        assert found.snapshot().without_scrollback() == whole.snapshot().without_scrollback()
        assert found.scrollback.total == whole.scrollback.total
        for terminal in (whole, found):
            terminal.feed(data[end : end + 2_000])
        assert found.snapshot().without_scrollback() == whole.snapshot().without_scrollback()
        assert found.scrollback.total == whole.scrollback.total


@pytest.mark.parametrize("size", [(24, 80), (10, 33), (3, 7), (10, 2), (24, 1)], ids=str)
@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.parent.name)
def test_a_screen_that_becomes_higher_takes_back_what_it_would_have(
    recording: Path, size: tuple[int, int]
) -> None:
    data = recording.read_bytes()
    rows, columns = size
    whole = Terminal(rows, columns)
    whole.feed(data[: len(data) * 3 // 5])
    found = decode_keyframe(encode_keyframe(whole, above=60), scrollback=100)
    assert found.scrollback.total == whole.scrollback.total
    for height, width in ((rows + 7, columns), (60, columns), (60, 90), (20, columns)):
        for terminal in (whole, found):
            terminal.resize(height, width)
        assert found.snapshot().without_scrollback() == whole.snapshot().without_scrollback()


def test_what_a_smaller_size_pushed_out_is_taken_back_whatever_stands_below() -> None:
    whole = Terminal(24, 80)
    whole.feed(b"".join(b"line %d\r\n" % number for number in range(40)))
    whole.resize(4, 9)
    whole.feed(b"\x1b[2H\x1b[J")
    assert whole.scrollback.borrowed
    found = decode_keyframe(encode_keyframe(whole, above=60), scrollback=100)
    for size in ((6, 9), (24, 80), (60, 80)):
        for terminal in (whole, found):
            terminal.resize(*size)
        assert found.snapshot() == whole.snapshot()
    forged = b"24 80 0\n\x1b_pushed out 99999\x1b\\line\r\n"
    assert decode_keyframe(forged, scrollback=100).scrollback.borrowed == 0


def test_what_a_wrap_blanks_is_blanked_so_where_the_line_left_the_screen() -> None:
    whole = Terminal(2, 1)
    whole.feed(b"\x1b[44mabc\x1b[m\r\nd\r\n")
    for columns in (2, 1, 5):
        found = decode_keyframe(encode_keyframe(whole, above=9), scrollback=100)
        for terminal in (whole, found):
            terminal.resize(9, columns)
        assert found.snapshot() == whole.snapshot()


@given(STREAMS, SIZES)
def test_lines_above_any_screen_are_there(stream: bytes, size: tuple[int, int]) -> None:
    whole = Terminal(*size)
    whole.feed(stream * 2)
    found = decode_keyframe(encode_keyframe(whole, above=100), scrollback=1000)
    assert found.snapshot().without_scrollback() == whole.snapshot().without_scrollback()
    held, total = whole.scrollback.first, whole.scrollback.total
    assert found.scrollback.total == total
    assert found.scrollback.numbered(held, total, 30) == whole.scrollback.numbered(held, total, 30)


@pytest.mark.parametrize(
    "state",
    [
        b"",
        b"24 80\n",
        b"24 80 x\n",
        b"999999 80 1\n",
        b"0 80 1\n",
        b"2001 1 1\n",
        b"2000 9999 1\n",
        b"24 80 999999999999999999\n",
        b"\x1b[c",
        b"24 80 1\n" + b"x" * MAX_KEYFRAME,
    ],
    ids=lambda state: repr(state[:12]),
)
def test_what_is_no_screen_is_refused(state: bytes) -> None:
    with pytest.raises(KeyframeError):
        decode_keyframe(state, scrollback=10)


@given(st.binary(max_size=200), st.sampled_from([b"", b"24 80 1\n", b"1 1 0\n", b"3 4 999999999999\n"]))
def test_any_bytes_are_a_screen_or_refused(data: bytes, opening: bytes) -> None:
    try:
        terminal = decode_keyframe(opening + data, scrollback=10)
    except KeyframeError:
        return
    terminal.feed(b"more\r\n" * 5)
    terminal.resize(7, 9)
    assert len(terminal.display) == 7
    decode_keyframe(encode_keyframe(terminal), scrollback=10)
