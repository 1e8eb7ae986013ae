"""The pane actor: whoever asks it for something gets an answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from chloe.actors.gathering import Gathering
from chloe.actors.pane import PaneActor
from chloe.backends.backend import BackendEvent, Exited
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
