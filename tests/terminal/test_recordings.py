"""Recordings of real programs: each must show what tmux showed, in text, cursor and looks."""

from __future__ import annotations

import random
import time
from itertools import pairwise
from typing import TYPE_CHECKING

from chloe.terminal import Attributes, Terminal

if TYPE_CHECKING:
    from tests.terminal.conftest import Peer, Recording

#: Seconds that tmux may take to draw.
_PATIENCE = 10.0
#: At how many points of a recording a repaint is shown to tmux.
_POINTS = 6


def replayed(recording: Recording, cuts: list[int]) -> Terminal:
    """The terminal after the recording, fed in pieces that end at the cuts."""
    terminal = recording.terminal()
    for start, end in pairwise([0, *cuts, len(recording.stream)]):
        recording.feed(terminal, start, end)
    return terminal


def text(terminal: Terminal) -> str:
    return "\n".join(row.rstrip() for row in terminal.display).rstrip() + "\n"


def test_a_recording_shows_what_tmux_showed(recording: Recording) -> None:
    assert text(replayed(recording, [])) == recording.screen


def test_a_recording_split_anywhere_gives_the_same(recording: Recording) -> None:
    whole = replayed(recording, []).snapshot()
    length = len(recording.stream)
    chance = random.Random(recording.name)
    for cuts in (
        list(range(1, length)),
        list(range(7, length, 7)),
        *(sorted(chance.sample(range(length), length // 300)) for _ in range(3)),
    ):
        assert replayed(recording, cuts).snapshot() == whole


def test_a_recording_cut_anywhere_can_be_repainted_and_goes_on(recording: Recording) -> None:
    length = len(recording.stream)
    terminal = recording.terminal()
    for start, end in pairwise([0, *range(137, length, max(length // 40, 1)), length]):
        recording.feed(terminal, start, end)
        copy = Terminal(terminal.rows, terminal.columns)
        copy.feed(terminal.repaint())
        assert copy.snapshot().without_scrollback() == terminal.snapshot().without_scrollback()


def marks(terminal: Terminal) -> bytes:
    """Bytes that put a dot at each row's end, whatever was in force.

    tmux captures a row up to the last cell that was printed on: with a dot there, what was erased as well.
    """
    ready = "\x18\x1b[?6l\x1b[r\x1b[4l\x1b[?7l\x1b(B\x0f\x1b[m"
    dots = (f"\x1b[{y + 1};{terminal.columns}H." for y in range(terminal.rows))
    return (ready + "".join(dots)).encode()


def looks(terminal: Terminal) -> list[list[tuple[str, Attributes]]]:
    """Each row's characters and looks, without the blanks at its end."""
    found = []
    for y in range(terminal.rows):
        row = [(char, run.attributes) for run in terminal.line(y) for char in run.text]
        while row and row[-1][0] == " ":
            row.pop()
        found.append(row)
    return found


def assert_agrees(peer: Peer, expected: Terminal) -> None:
    """That tmux comes to show what we do, within the time it may take to draw."""
    deadline = time.monotonic() + _PATIENCE
    ours = looks(expected)
    while (theirs := looks(peer.shown(expected.rows, expected.columns))) != ours:
        assert time.monotonic() < deadline, [
            (y, one, other) for y, (one, other) in enumerate(zip(theirs, ours, strict=True)) if one != other
        ]


def test_colours_and_attributes_of_a_recording_are_tmux_s(recording: Recording, peer: Peer) -> None:
    """Before each resize as well, where both have to be equally far."""
    terminal = recording.terminal()
    peer.start(terminal.rows, terminal.columns)
    ends = [offset for offset, _, _ in recording.sizes[1:]] + [len(recording.stream)]
    for (start, rows, columns), end in zip(recording.sizes, ends, strict=True):
        if (rows, columns) != (terminal.rows, terminal.columns):
            terminal.resize(rows, columns)
            peer.resize(rows, columns)
        terminal.feed(recording.stream[start:end])
        peer.feed(recording.stream[start:end])
        assert_agrees(peer, terminal)
    dots = marks(terminal)
    terminal.feed(dots)
    peer.feed(dots)
    assert_agrees(peer, terminal)


def test_a_repaint_gives_tmux_the_same_screen(recording: Recording, peer: Peer) -> None:
    for point in range(_POINTS + 1):
        terminal = recording.terminal()
        end = len(recording.stream) * point // _POINTS
        # Not within a character: what is left of one shows here as U+FFFD, and in tmux as nothing.
        while recording.stream[end - 1] >= 0x80 and recording.stream[end : end + 1] >= b"\x80":
            end -= 1
        recording.feed(terminal, 0, end)
        dots = marks(terminal)
        peer.start(terminal.rows, terminal.columns)
        peer.feed(terminal.repaint() + dots)
        terminal.feed(dots)
        assert_agrees(peer, terminal)
