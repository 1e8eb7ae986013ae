"""Floods that begin or break where it hurts: what is skipped looks as if it had been drawn."""

from __future__ import annotations

import pytest

from chloe.terminal import Terminal
from chloe.terminal.interpreter import Interpreter

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


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many characters are drawn each time."""
    counted: list[int] = []
    interpret = Interpreter.interpret

    def count(screen: Interpreter, text: str) -> None:
        counted.append(len(text))
        interpret(screen, text)

    monkeypatch.setattr(Interpreter, "interpret", count)
    return counted


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
