"""Floods that begin or break where it hurts: what is skipped looks as if it had been drawn."""

from __future__ import annotations

import pytest

from chloe.terminal import Terminal

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
