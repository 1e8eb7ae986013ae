"""Lines by their numbers: those that a window no longer holds, from the log."""

from __future__ import annotations

import pytest

from chloe.past.checkpointing import CheckpointWriter
from chloe.past.scrollback import MAX_LINES, ScrollbackReader
from chloe.past.walker import Walker
from chloe.terminal import Terminal
from tests.past.conftest import PANE, Life


def reader(life: Life) -> ScrollbackReader:
    return ScrollbackReader(
        lambda pane: Walker(life.store, pane, scrollback=MAX_LINES, checkpoints=CheckpointWriter(life.store))
    )


async def numbers(lines: ScrollbackReader, first: int, count: int) -> list[int]:
    found = await lines.lines(PANE, first, count, 40)
    return [int(row[0][0].text) for row in found.rows]


async def many_lines(life: Life) -> None:
    """Have the pane print 2,000 lines, a hundred a record."""
    await life.begins()
    for start in range(0, 2_000, 100):
        await life.prints(b"".join(b"%d\r\n" % number for number in range(start, start + 100)))


@pytest.mark.parametrize("with_checkpoints", [True, False])
async def test_any_page_is_found(life: Life, often: None, with_checkpoints: bool) -> None:
    await many_lines(life)
    if with_checkpoints:
        await life.keeps_checkpoints()
    lines = reader(life)
    for first in (0, 1_500, 700, 690, 1_990, 1):
        expected = [number for number in range(first, first + 24) if number < 1_996]
        assert await numbers(lines, first, 24) == expected


async def test_a_page_begins_where_the_log_does(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    # Each body is a series, so that the log may begin anywhere.
    monkeypatch.setattr("chloe.store.packing.SERIES_BODIES", 1)
    await many_lines(life)
    await life.is_pruned(11)
    found = await reader(life).lines(PANE, 5, 10, 40)

    assert found.first == 996
    assert await numbers(reader(life), 5, 10) == list(range(996, 1_006))


async def test_a_page_beside_the_last_one_folds_nothing(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    await many_lines(life)
    lines = reader(life)
    await numbers(lines, 1_000, 24)

    def fail(*_: object) -> None:
        raise AssertionError("it is folded again")

    monkeypatch.setattr(Terminal, "feed", fail)
    assert await numbers(lines, 1_024, 24) == list(range(1_024, 1_048))
    assert await numbers(lines, 976, 24) == list(range(976, 1_000))


async def test_lines_that_can_not_be_read_are_not_there(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    await many_lines(life)
    monkeypatch.setattr(Terminal, "feed", lambda *_: [].pop())

    assert await numbers(reader(life), 0, 24) == []
