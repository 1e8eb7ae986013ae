"""The -wal file: copied into the database now and then, whatever was written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from chloe.store import Store
from chloe.store.wal import MAX_UNCOPIED, MIN_UNCOPIED

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
