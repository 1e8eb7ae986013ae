"""Tab stops outlive a narrow moment (DEC STD 070; xterm)."""

from __future__ import annotations

from itertools import pairwise

import pytest

from chloe.terminal import Terminal

EVERY_FOUR = b"\x1b[3g" + b"".join(b"\x1b[%dG\x1bH" % column for column in range(5, 40, 4)) + b"\r"


def stops(terminal: Terminal) -> list[int]:
    """Where tabs lead from the first column on."""
    terminal.feed(b"\r")
    found = [0]
    while True:
        terminal.feed(b"\t")
        if terminal.cursor.x in (found[-1], terminal.columns - 1):
            return found[1:]
        found.append(terminal.cursor.x)


def through(setting: bytes, *widths: int) -> Terminal:
    terminal = Terminal(2, widths[0])
    terminal.feed(setting)
    for width in widths[1:]:
        terminal.resize(2, width)
    return terminal


@pytest.mark.parametrize(
    ("setting", "widths", "expected"),
    [
        (b"", (20,), [8, 16]),
        (b"", (20, 40), [8, 16, 24, 32]),
        (EVERY_FOUR, (40, 20), [4, 8, 12, 16]),
        (EVERY_FOUR, (40, 20, 40), list(range(4, 37, 4))),
        (b"\x1b[3g", (20, 40), []),
        (b"\x1b[9G\x1b[g", (20, 40), [16, 24, 32]),
        (b"\x1b[3g\x1b[?5W", (20, 40), [8, 16, 24, 32]),
        (b"\x1bP2$t3/11/31\x1b\\", (20, 40), [2, 10, 30]),
        (b"\x1bP2$t0/x/99999999/3\x1b\\", (20,), [2]),
    ],
)
def test_stops_are_kept_over_a_resize(setting: bytes, widths: tuple[int, ...], expected: list[int]) -> None:
    assert stops(through(setting, *widths)) == expected


@pytest.mark.parametrize("setting", [b"", EVERY_FOUR, b"\x1b[3g", b"\x1b[17G\x1b[g\x1b[12G\x1bH"])
def test_a_repaint_and_a_state_carry_stops_beyond_the_edge(setting: bytes) -> None:
    widths = (40, 12, 60, 7, 100)
    for before, after in pairwise(range(1, len(widths) + 1)):
        terminal = through(setting, *widths[:before])
        painted = Terminal(terminal.rows, terminal.columns)
        painted.feed(terminal.repaint())
        loaded = Terminal.load(terminal.dump())
        for each in (terminal, painted, loaded):
            each.resize(2, widths[after - 1])
        assert stops(painted) == stops(loaded) == stops(terminal)
