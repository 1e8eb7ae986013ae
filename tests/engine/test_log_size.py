"""The size of the log as the app shows it: what was written counts once, wherever it stands."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from sqlite3 import connect

from chloe.engine import Engine
from chloe.events.facts import Entry, Output
from tests.ids import id_of

Eventually = Callable[..., Awaitable[None]]


async def test_what_was_written_counts_once_and_the_wal_not_at_all(
    engine: Engine, eventually: Eventually
) -> None:
    path = engine.store.path
    size = 1024 * 1024
    printed = [Output(offset=size * n, length=size, data=os.urandom(size)) for n in range(3)]
    before = engine.log_size()
    for fact in printed:
        await engine.store.append([Entry(id_of("pane"), fact, time.time_ns())])
    # Most of it is in the -wal file, together with pages that were written again and again.
    await eventually(lambda: engine.log_size() > before + 3 * size, "it was measured")
    assert engine.log_size() < before + 4 * size
    with closing(connect(path)) as log:
        (pages,), (page_size,) = (
            log.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size")
        )
    assert pages * page_size == await engine.store.measure()
