"""Another program holds the database: it is said why nothing moves, nothing is lost, it goes on by itself."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing

from chloe.config import Config
from chloe.engine import open_engine
from chloe.events.commands import Open, Write
from chloe.export.raw import encode_raw
from tests.torture.conftest import KILLS

#: Seconds for which it is held: longer than SQLite itself waits, and a minute in ``make torture``.
HELD = 60.0 if KILLS else 7.0

Eventually = Callable[..., Awaitable[None]]


async def test_a_database_that_another_program_locks_costs_no_byte(
    config: Config, eventually: Eventually
) -> None:
    troubles: list[str | None] = []
    program = ("sh", "-c", "stty -echo; printf ready; while read n; do seq 1 $n; done")
    async with open_engine(config) as engine:
        panes = [await engine.request(Open(backend=backend, argv=program)) for backend in ("direct", "tmux")]
        known = [engine.projections.panes[pane] for pane in panes if pane is not None]
        await eventually(lambda: all(pane.output_bytes == 5 for pane in known))
        engine.store.subscribe(troubles.append)
        loop = asyncio.get_running_loop()
        with closing(sqlite3.connect(config.paths.database, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            locked_at = loop.time()
            for pane in known:
                engine.send(Write(pane.id, b"3000\n"))
            await eventually(lambda: engine.trouble is not None, "it is said that it is locked")
            assert "locked" in (engine.trouble or "")
            while (left := locked_at + HELD - loop.time()) > 0:
                async with asyncio.timeout(left + 5):
                    await asyncio.sleep(min(left, 0.5))
                assert engine.trouble is not None
            other.execute("ROLLBACK")
        wanted = b"ready" + b"".join(b"%d\r\n" % number for number in range(1, 3001))
        await eventually(lambda: all(pane.output_bytes == len(wanted) for pane in known), "all is in the log")
        for pane in known:
            assert b"".join([piece async for piece in encode_raw(engine.store, pane.id)]) == wanted  # type: ignore[misc]
        assert engine.trouble is None
        assert troubles[-1] is None
        assert (await engine.store.verify()).intact
