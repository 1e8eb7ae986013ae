"""The screen at a cut: any terminal understands it, and nothing else is taken for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from chloe.events.cut import CutUnusable, cut, restored
from chloe.terminal import Terminal

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings").glob("*/output.bin"))


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.parent.name)
def test_a_screen_goes_on_from_its_cut_as_if_nothing_had_been_cut(recording: Path) -> None:
    data = recording.read_bytes()
    for end in range(0, len(data), max(len(data) // 5, 1)):
        whole = Terminal(24, 80)
        whole.feed(data[:end])
        found = restored(cut(whole), scrollback=100)
        assert found.snapshot().without_scrollback() == whole.snapshot().without_scrollback()
        assert found.scrollback.total == whole.scrollback.total
        for terminal in (whole, found):
            terminal.feed(data[end : end + 2_000])
        assert found.snapshot().without_scrollback() == whole.snapshot().without_scrollback()
        assert found.scrollback.total == whole.scrollback.total


@pytest.mark.parametrize("state", [b"", b"24 80\n", b"24 80 x\n", b"999999 80 1\n", b"\x1b[c"])
def test_what_is_no_screen_is_refused(state: bytes) -> None:
    with pytest.raises(CutUnusable):
        restored(state, scrollback=10)
