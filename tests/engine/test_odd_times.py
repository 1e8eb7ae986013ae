"""A clock that stands before 1970: all is recorded and told as at any other time."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import pytest

from chloe.actors.states.doing import choose_doing
from chloe.cli.pane_listing import pane_to_json
from chloe.config import Config
from chloe.engine import open_engine
from chloe.events import facts
from chloe.events.commands import Rename, Write
from chloe.events.facts import BackendKind
from chloe.formatting.text import escape_unsafe
from chloe.replay.narrative import describe_all
from tests.panes import open_pane

Eventually = Callable[..., Awaitable[None]]


@pytest.mark.parametrize("backend", ["direct", "tmux"])
@pytest.mark.parametrize("clock", [-1, -(10**18)])
async def test_before_1970_all_is_recorded_and_told(
    config: Config, eventually: Eventually, monkeypatch: pytest.MonkeyPatch, backend: BackendKind, clock: int
) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: clock)
    async with open_engine(config) as engine:
        command = ("sh", "-c", "printf one; read line; printf two; exit 3")
        pane = await open_pane(engine, backend=backend, argv=command)
        await eventually(lambda: engine.projections.panes[pane].output_bytes >= 3)
        await engine.request(Rename(pane, "other"))
        await engine.request(Write(pane, b"\n"))
        await eventually(lambda: not engine.projections.panes[pane].alive)
        known = engine.projections.panes[pane]
        assert known.died is not None
        assert (known.died.status, known.name) == (3, "other")
        assert pane_to_json(known, choose_doing(known, None, 0))["created_at"] <= "1970"  # type: ignore[operator]
        records = [record async for record in engine.store.read(pane=pane)]
        printed = b"".join(record.fact.data for record in records if isinstance(record.fact, facts.Output))
        assert printed.startswith(b"one")
        assert printed.endswith(b"two")
        lines = [line async for line in describe_all(engine.store.read(), type(engine.projections.panes)())]
        assert all(escape_unsafe(line) == line for line in lines)
        assert any(line.startswith("19") for line in lines)
    async with open_engine(config) as engine:
        assert not engine.projections.panes[pane].alive
