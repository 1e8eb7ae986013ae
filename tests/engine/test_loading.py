"""Screens that are loaded when somebody looks: up to where the live fold is, and not over and over."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from chloe.engine.fault_files import FaultFiles
from chloe.engine.loading import ScreenLoader
from chloe.past.checkpointing import CheckpointWriter
from chloe.past.walker import Walker
from chloe.terminal import Terminal
from tests.past.conftest import PANE, Life, life, shown

__all__ = ["life"]


@pytest.fixture
def loader(life: Life, tmp_path: Path) -> ScreenLoader:
    faults = FaultFiles(tmp_path / "damaged")
    return ScreenLoader(life.store, 1_000, CheckpointWriter(life.store), faults, time.monotonic)


async def test_a_screen_is_loaded_up_to_where_the_fold_has_come_meanwhile(
    life: Life, loader: ScreenLoader
) -> None:
    await life.begins()
    seqs = [await life.prints(b"%d\r\n" % number) for number in range(3)]
    asked = iter([seqs[0], seqs[1], seqs[1], seqs[2], seqs[2], seqs[2]])
    walker = await loader.load(PANE, lambda: next(asked))

    assert shown(walker) == ["0", "1", "2"]
    assert loader.can_complete(PANE)
    assert not loader.broken


async def test_a_pane_whose_screen_can_not_be_drawn_is_noted(
    life: Life, loader: ScreenLoader, monkeypatch: pytest.MonkeyPatch
) -> None:
    await life.begins()
    seq = await life.prints(b"one")
    monkeypatch.setattr(Terminal, "feed", lambda *_: [].pop())
    walker = await loader.load(PANE, lambda: seq)

    assert walker.fault is not None
    assert loader.broken == {PANE}


async def test_a_screen_that_lacks_lines_wherever_its_walk_begins_is_not_loaded_for_them_again(
    life: Life, loader: ScreenLoader, monkeypatch: pytest.MonkeyPatch
) -> None:
    await life.begins()
    seq = await life.prints(b"one")
    monkeypatch.setattr(Walker, "lacks_lines", property(lambda _: True))
    walker = await loader.load(PANE, lambda: seq)

    assert shown(walker) == ["one"]
    assert not loader.can_complete(PANE)
