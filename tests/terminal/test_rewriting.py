"""Frames that are printed, erased and printed again: what is skipped looks as if it had been drawn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chloe.terminal import Terminal
from tests.searching import examples
from tests.terminal.test_properties import LINES, assert_skipped_as_drawn


def erasure(height: int, end: str = "\x1b[G") -> str:
    return "\x1b[2K\x1b[1A" * height + "\x1b[2K" + end


#: Lines that may be skipped, and what is no part of such a line.
_PLAIN = st.sampled_from(
    ["plain", "", "\x1b[31mred", "\x1b[1mbold\x1b[m", "\x1b[m", "╭──╮", "=" * 14, "\x1b[39m" + "=" * 12]
)
_ODD = st.sampled_from(
    [
        *(
            "\x1b[44mblue",
            "e\u0301",
            "\u0301",
            "日本",
            "👍🏽",
            "tab\tbed",
            "=" * 15,
            "=" * 40,
            "\x1b[" + "1;" * 40 + "m",
        ),
        *(
            "\x1b[2;4r",
            "\x1b[?25l",
            "\x1b[4h",
            "\x1b(0",
            "\x1b[3b",
            "\r",
            "\n",
            "\x1b[A",
            "\x1b[?7l",
            "\x1b]0;open",
        ),
    ]
)
_LINES = st.lists(
    st.one_of(_PLAIN, _PLAIN, _PLAIN, _PLAIN, _PLAIN, _PLAIN, LINES, _ODD), min_size=1, max_size=4
)
#: A frame: its lines, how many lines more are erased than it has ends, and how the erasure ends.
_FRAME = st.tuples(
    _LINES,
    st.sampled_from([0, 0, 0, 0, 0, 0, 0, 1, -1]),
    st.sampled_from(["\x1b[G", "\x1b[G", "\x1b[G", "\r", "\r\n", "", "\x1b[2G"]),
)
_BEFORE = st.sampled_from(
    [
        *(
            "",
            "",
            "\x1b[5;1H",
            "\x1b[3;6r\x1b[4H",
            "\x1b[3;6r\x1b[H",
            "\x1b[44m",
            "\x1b[?1049h",
            "\x1b[2J\x1b[H",
        ),
        *("text " * 9, "\n" * 9, "\x1b]0;open", "\n\n\ntext\x1b[44m\x1b[K\x1b[m\x1b[H"),
    ]
)


def frames_of(frames: list[tuple[list[str], int, str]]) -> str:
    printed = []
    for lines, more, end in frames:
        text = "\r\n".join(lines)
        printed.append(text + erasure(max(text.count("\r\n") + more, 0), end))
    return "".join(printed)


@examples()
@given(
    _BEFORE,
    st.lists(_FRAME, min_size=1, max_size=5),
    st.integers(1, 6),
    st.sampled_from(["", "next", "\x1b[3b", "next\r\nframe\x1b[K"]),
    st.tuples(st.integers(4, 9), st.just(14)),
    st.data(),
)
def test_frames_that_are_erased_leave_what_drawn_ones_do(
    before: str,
    frames: list[tuple[list[str], int, str]],
    times: int,
    after: str,
    size: tuple[int, int],
    data: st.DataObject,
) -> None:
    stream = (before + frames_of(frames) * times + after).encode()
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=2))
    assert_skipped_as_drawn(stream, size, 100, *cuts)


@pytest.mark.parametrize(
    "line",
    [
        "\x1b[31mred",
        "\x1b[44mblue",
        "=" * 14,
        "=" * 15,
        "e\u0301",
        "日" * 8,
        "tab\tbed",
        "\x1b[?25l",
        "\x1b[2;4r",
    ],
)
@pytest.mark.parametrize(
    "before",
    [
        *("", "\x1b[4H", "\x1b[5H", "\x1b[2;5r\x1b[3H", "\x1b[3;6r\x1b[H", "\x1b[1;3r\x1b[2H"),
        "\n\ntext\r\n\ntext\x1b[2H",
    ],
)
@pytest.mark.parametrize("after", ["", "next"])
@pytest.mark.parametrize("more", [0, 1, -1])
def test_a_frame_with_an_odd_line_leaves_what_drawn_ones_do(
    line: str, before: str, after: str, more: int
) -> None:
    first, *rest = [(["one", "two", "three"], 0, "\x1b[G"), (["one", line, "four"], more, "\x1b[G")]
    stream = before + frames_of([first, first, *rest, first, *rest]) + after
    assert_skipped_as_drawn(stream.encode(), (6, 14), 100)


@pytest.mark.parametrize("margins", ["4;9r\x1b[1H", "4;9r\x1b[2H", "1;5r\x1b[3H", "1;5r\x1b[4H", "r\x1b[7H"])
def test_frames_that_grow_over_a_margin_leave_what_drawn_ones_do(margins: str) -> None:
    frames = [(list("abcdefg"[:height]), 0, "\x1b[G") for height in (2, 2, 3, 3, 4, 4, 5, 5, 2, 2)]
    assert_skipped_as_drawn(f"\x1b[{margins}{frames_of(frames)}".encode(), (9, 14), 100)


@pytest.mark.parametrize("end", ["\x1b[G", "\r"])
def test_only_the_last_of_many_frames_is_drawn(end: str, drawn: list[int]) -> None:
    frame = "".join(f"\x1b[32m{number}\x1b[39m of a frame\r\n" for number in range(20)) + erasure(20, end)
    terminal = Terminal(24, 80)
    terminal.feed(frame.encode() * 50 + b"the last")
    assert terminal.display[0].rstrip() == "the last"
    assert sum(drawn) < 3 * len(frame)


def test_rows_of_skipped_frames_count_as_changed() -> None:
    terminal = Terminal(24, 80)
    seen = terminal.revision
    terminal.feed(("one\r\ntwo\r\n" + erasure(2)).encode() * 100)
    assert terminal.changed_since(seen) >= {0, 1}
