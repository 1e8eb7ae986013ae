"""Checkpoints come into the store as they were taken, and none that would mislead a fold."""

from __future__ import annotations

import pytest

from chloe.events.screen import StreamPosition
from chloe.events.screens import Screens
from chloe.past.checkpointing import CheckpointWriter
from chloe.terminal import EMULATOR, Terminal
from tests.past.conftest import PANE, Life


@pytest.fixture
def screens() -> Screens:
    return Screens(clock=lambda: 0.0)


async def test_what_was_taken_is_written(life: Life, screens: Screens) -> None:
    await life.begins()
    seq = await life.prints(b"one")
    writer = CheckpointWriter(life.store)
    terminal = Terminal(5, 40)
    terminal.feed(b"one")
    writer.enqueue(screens, PANE, StreamPosition(seq, 3), terminal)
    terminal.feed(b"two")
    await writer.write()
    found = await life.store.load_checkpoint(PANE, emulator=EMULATOR)

    assert found is not None
    assert (found.seq, found.offset, found.lines) == (seq, 3, 0)
    assert Terminal.load(found.state).display[0].rstrip() == "one"


async def test_a_screen_that_lacks_lines_has_no_checkpoint(life: Life, screens: Screens) -> None:
    await life.begins()
    seq = await life.prints(b"one")
    terminal = Terminal(5, 40)
    terminal.feed(b"line\r\n" * 1_000)
    lacking = Terminal.load(terminal.dump(lines=3))
    lacking.resize(50, 40)
    assert lacking.scrollback.incomplete
    writer = CheckpointWriter(life.store)
    writer.enqueue(screens, PANE, StreamPosition(seq, 3), lacking)
    await writer.write()

    assert await life.store.load_checkpoint(PANE, emulator=EMULATOR) is None
