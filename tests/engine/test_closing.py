"""An engine that is closed at an awkward moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from chloe.actors.supervisor import Supervisor
from chloe.backends.tmux.backend import TmuxBackend
from chloe.config import Config
from chloe.engine import open_engine
from chloe.events.commands import Open
from chloe.events.facts import SpoolPosition

Eventually = Callable[..., Awaitable[None]]


async def test_a_spool_goes_though_the_engine_is_closed_once_its_end_is_recorded(
    config: Config, eventually: Eventually, monkeypatch: pytest.MonkeyPatch, nothing_is_left: None
) -> None:
    closing = asyncio.Event()
    stop, acknowledge = Supervisor.stop, TmuxBackend.acknowledge

    async def announce_and_stop(self: Supervisor) -> None:
        closing.set()
        await stop(self)

    async def acknowledge_late(self: TmuxBackend, position: SpoolPosition) -> None:
        await closing.wait()
        await acknowledge(self, position)

    monkeypatch.setattr(Supervisor, "stop", announce_and_stop)
    monkeypatch.setattr(TmuxBackend, "acknowledge", acknowledge_late)
    async with open_engine(config) as engine:
        pane = await engine.request(Open(backend="tmux", argv=("true",)))
        assert pane is not None
        await eventually(lambda: not engine.projections.panes[pane].alive)
        assert (config.paths.spool / pane).exists()
    assert not (config.paths.spool / pane).exists()
