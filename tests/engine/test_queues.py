"""What waits in an engine is counted: for the log's writer, for the fold, and in each pane's actor."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing

from chloe.actors.queues import ActorQueues
from chloe.config import Config
from chloe.engine import Queues
from tests.panes import open_pane
from tests.ui.pilot import open_fake_engine

Eventually = Callable[..., Awaitable[None]]


async def test_what_waits_is_counted_where_it_waits_and_then_no_more(
    config: Config, eventually: Eventually
) -> None:
    async with open_fake_engine(config) as engine:
        engine.projections.screens.follows_new = False
        pane = await open_pane(engine, backend="direct", argv=["sh"])
        program = engine._supervisor._running[pane].backend
        await engine.catch_up()
        await eventually(lambda: engine.projections.panes[pane].output_bytes)
        prompt = engine.projections.panes[pane].output_bytes
        at_rest = Queues(0, 0, {pane: prompt}, {pane: ActorQueues(0, 0, 0)})
        await eventually(lambda: engine.measure_queues() == at_rest)
        with closing(sqlite3.connect(engine.store.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            program.prints(b"a" * 5000)  # type: ignore[attr-defined]
            await eventually(lambda: engine.measure_queues().uncommitted_bytes >= 5000)
            assert engine.measure_queues().unfolded_bytes == {pane: prompt}
            other.execute("ROLLBACK")
        at_rest = Queues(0, 0, {pane: prompt + 5000}, {pane: ActorQueues(0, 0, 0)})
        await eventually(lambda: engine.measure_queues() == at_rest)
        engine.store._feed.advance_tip(engine.projections.seq + 3)
        assert engine.measure_queues().unfolded_records == 3
