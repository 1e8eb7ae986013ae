"""The -wal file: copied into the database now and then, whatever was written."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from chloe.events.facts import Entry, Output
from chloe.store import Store
from chloe.store.wal import MAX_UNCOPIED, MIN_UNCOPIED
from tests.ids import id_of

Eventually = Callable[..., Awaitable[None]]


async def test_many_small_commits_are_copied_as_a_few_large_ones_are(
    store: Store, path: Path, printed: Any, eventually: Eventually
) -> None:
    wal = path.with_name("log.db-wal")
    for turn in range(1, 4):
        for number in range(700):
            await store.append([printed(b"x", 700 * turn + number)])
        await eventually(lambda turn=turn: path.stat().st_size > turn * 60_000, "they are in the database")
    assert MIN_UNCOPIED / 2 < wal.stat().st_size < MAX_UNCOPIED


async def test_lines_of_many_panes_write_little_beside_their_bytes(store: Store, path: Path) -> None:
    panes = [id_of(f"pane {number}") for number in range(30)]
    line = b"compiled src/module.c, 0 warnings, 0 errors\r\n"

    async def print_lines(first: int) -> None:
        """One line of each, as they are gathered: a few in a commit."""
        for number in range(first, first + 10):
            for start in range(0, len(panes), 3):
                output = Output(offset=number * len(line), length=len(line), data=line)
                await store.append([Entry(pane, output, 1) for pane in panes[start : start + 3]])

    await print_lines(0)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        # While somebody reads, the file is not begun anew: all that is written makes it longer.
        reader.execute("BEGIN")
        reader.execute("SELECT max(seq) FROM record").fetchone()
        size = path.with_name("log.db-wal").stat().st_size
        await print_lines(10)
        written = path.with_name("log.db-wal").stat().st_size - size
    # With pages of 4096 bytes it is 250 KB, with 2048 it is 150.
    assert written / 10 < 180_000
