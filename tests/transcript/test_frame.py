"""What a person reads of a screen."""

from __future__ import annotations

import pytest

from chloe.terminal import Terminal
from chloe.transcript.frame import FrameLine, clean, read_frame


def frame(data: bytes, rows: int = 6, columns: int = 60) -> list[FrameLine]:
    terminal = Terminal(rows, columns)
    terminal.feed(data)
    return read_frame(terminal, range(rows), 1)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("plain  ", "plain"),
        ("    indented", "    indented"),
        ("│ in a box │", " in a box"),
        ("╭─ title ───╮", " title"),
        ("text      █", "text"),
        ("────────────", ""),
        ("  > ", ""),
        ("~", ""),
        ("$ ", ""),
        ("}", "}"),
        ("52% ━━━━━━━━━ 5/10", "52% ━━━━━━━━━ 5/10"),
        ("日本語 é", "日本語 é"),
    ],
)
def test_frames_and_scroll_bars_are_no_text(raw: str, text: str) -> None:
    assert clean(raw) == text


def test_soft_wrapped_rows_are_one_line_and_one_begins_above_the_screen() -> None:
    (line,) = frame(b"x" * 90)
    assert (line.row, line.text, line.name, line.at_cursor) == (0, "x" * 90, 0, True)
    (line,) = frame(b"x" * 150, rows=2)
    assert (line.row, len(line.text), line.name) == (-1, 150, 0)


def test_wide_characters_stand_once_and_what_is_combined_stays_whole() -> None:
    text = "日本語 and e\u0301 and 👩‍🚀"
    assert [line.text for line in frame(text.encode())] == [text]


def test_a_screen_is_cut_at_upright_lines_but_for_rows_without_them() -> None:
    row = b"%-29s\xe2\x94\x82%-29s\r\n"
    lines = frame(
        b"a menu over all\r\n" + b"".join(row % (b"l%d" % n, b"r%d" % n) for n in range(4)) + b"a status"
    )
    assert [(line.panel, line.text.strip()) for line in lines] == [
        *((0, "a menu over all"), (1, "l0"), (1, "l1"), (1, "l2"), (1, "l3")),
        *((2, "r0"), (2, "r1"), (2, "r2"), (2, "r3"), (0, "a status")),
    ]


def test_wide_characters_beside_an_upright_line_are_cut_where_they_end() -> None:
    row = "日本語の行です、長い行。".ljust(18).encode() + b"\xe2\x94\x82" + b"%-29s\r\n"
    lines = frame(b"".join(row % b"right side" for _ in range(5)))
    assert {(line.panel, line.text.strip()) for line in lines} == {
        (1, "日本語の行です、長い行。"),
        (2, "right side"),
    }
