"""How much of what waits is drawn at once: it is learnt from the time that the last took."""

from __future__ import annotations

import pytest

from chloe.events.screen import Place, Screen
from chloe.terminal import Terminal

DRAWN = b"\x1b[3;4Hx\x1b[K" * 10_000
FLOOD = b"y\r\n" * 100_000


class Slow:
    """A terminal on a machine of its own: what has to be drawn takes 4 us a byte, a flood next to nothing."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.longest = 0.0
        self.fed: list[int] = []
        monkeypatch.setattr("chloe.events.screen.time.monotonic", lambda: self.now)
        feed = Terminal.feed

        def slowly(terminal: Terminal, data: bytes) -> None:
            feed(terminal, data)
            self.fed.append(len(data))
            took = data.count(b"\x1b") * len(DRAWN) / DRAWN.count(b"\x1b") * 4e-6
            self.longest = max(self.longest, took)
            self.now += took

        monkeypatch.setattr(Terminal, "feed", slowly)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    return Slow(monkeypatch)


def test_a_flood_is_fast_again_whatever_was_slow_before(slow: Slow) -> None:
    shown = Screen(Terminal(24, 80))
    shown.print(DRAWN, Place(1, len(DRAWN)))
    shown.settle(None)
    assert slow.fed[-2] < 4096, "what is slow is drawn in small pieces"
    slow.fed.clear()
    shown.print(b"\x1b[m" + FLOOD, Place(2, len(DRAWN) + len(FLOOD)))
    shown.settle(None)
    assert len(slow.fed) < 10
    assert shown.terminal.display[0].rstrip() == "y"


def test_what_has_to_be_drawn_after_a_flood_is_drawn_in_pieces_of_some_milliseconds(slow: Slow) -> None:
    shown = Screen(Terminal(24, 80))
    for turn in range(4):
        shown.print(FLOOD, Place(turn, 0))
        shown.settle(None)
    slow.fed.clear()
    shown.print(DRAWN, Place(9, 0))
    shown.settle(None)
    assert max(slow.fed[1:]) <= 16 * 1024
    assert slow.longest < 0.15


def test_pieces_are_joined_up_to_the_end_of_what_adjoins(slow: Slow) -> None:
    shown = Screen(Terminal(24, 80))
    for turn in range(1000):
        shown.print(b"y\r\n" * 100, Place(turn, 0))
    shown.resize(24, 60, Place(1001, 0))
    shown.print(b"end", Place(1002, 0))
    shown.settle(None)
    assert len(slow.fed) < 12
    assert (shown.terminal.columns, shown.terminal.display[-1].rstrip()) == (60, "end")


def test_what_has_to_be_drawn_begins_with_a_small_piece(slow: Slow) -> None:
    shown = Screen(Terminal(24, 80))
    shown.print(DRAWN, Place(1, len(DRAWN)))
    shown.settle(None)
    assert slow.fed[0] <= 4096
    assert slow.longest < 0.02
