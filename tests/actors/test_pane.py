"""The pane actor: whoever asks it for something gets an answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from chloe.actors import pane
from chloe.actors.gathering import Gathering
from chloe.actors.pane import _FLOOD, PaneActor
from chloe.backends import flood_pause
from chloe.backends.backend import BackendEvent, Exited, OutputRead
from chloe.backends.flood_pause import FloodPause
from chloe.events.commands import Kill
from chloe.events.facts import Entry, Record


class _EndsWhileItIsKilled:
    """A program that ends by itself while the command to its session is under way."""

    def __init__(self) -> None:
        self._killed = asyncio.Event()

    async def read(self) -> Sequence[BackendEvent]:
        await self._killed.wait()
        return [Exited(None, 9, "", time.time_ns(), None)]

    async def kill(self) -> None:
        self._killed.set()
        await asyncio.Event().wait()


class _Log:
    async def append(self, entries: Sequence[Entry], *, durable: bool = False) -> list[Record]:
        return []


async def _from_the_start() -> int:
    return 0


async def test_a_kill_is_answered_though_the_program_ends_while_it_is_killed() -> None:
    backend: Any = _EndsWhileItIsKilled()
    actor = PaneActor("p", backend, _Log(), Gathering(), begin=_from_the_start)
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        group.create_task(actor.run())
        await actor.mailbox.request(Kill("p"))


class _Flood:
    """A program that prints as fast as it is read."""

    def __init__(self) -> None:
        self.reads = 0

    async def read(self) -> Sequence[BackendEvent]:
        self.reads += 1
        return [OutputRead(bytes(_FLOOD), time.time_ns())]


async def test_a_flood_is_not_read_on_while_an_echo_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, eventually: Callable[..., Awaitable[None]]
) -> None:
    monkeypatch.setattr(flood_pause, "LONGEST", 60.0)
    monkeypatch.setattr(pane, "_GATHER", 0)
    floods = FloodPause()
    flood: Any = _Flood()
    floods.begin("typed into")
    actor = PaneActor("p", flood, _Log(), Gathering(floods), begin=_from_the_start)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(actor.run())
        await eventually(lambda: flood.reads, "it is read")
        for _ in range(100):
            await asyncio.sleep(0)
        assert flood.reads == 1
        floods.on_printed("typed into")
        await eventually(lambda: flood.reads > 1, "it is read on")
        running.cancel()
