"""Ingestion: what spools hold comes into the log, and the pane is released again.

Owns the order in which that is done, and how many at a time. Must not know which panes are due, nor commands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from chloe.actors.delivery import Delivery
from chloe.actors.gathering import MAX_DELAY
from chloe.actors.pane import Log, PaneActor
from chloe.backends.backend import Backend, PersistentBackend
from chloe.events.commands import Type, Write
from chloe.events.facts import CHLOE_ENDED, SpoolPosition
from chloe.events.panes import Panes
from chloe.waits import Waits

#: Spools that are ingested side by side: each costs descriptors, a folder that is watched, and memory.
_MAX_CONCURRENT = 8

#: Seconds that another instance gets to commit what it has read: it does so within a third of that.
_PATIENCE = 3 * MAX_DELAY
_POLL_INTERVAL = 0.01
_NOWHERE = SpoolPosition(-1, 0)


@dataclass(slots=True)
class RunningActor:
    """One pane that this instance looks after."""

    actor: PaneActor
    backend: Backend
    task: asyncio.Task[None]

    async def deliver(self, command: Write | Type, name: str, waits: Waits) -> None:
        """Have the actor type into the pane called ``name``. Raises ``PaneRefused`` once it has ended."""

        async def write(data: bytes) -> Backend:
            await self.actor.mailbox.request(Write(self.actor.pane, data))
            return self.backend

        await Delivery(name, command, inspect=self.backend.inspect_input, waits=waits).run(write)


async def ingest(running: RunningActor) -> bool:
    """Wait until the log has what the pane's spool holds now. False, at once: another instance records it."""
    if not isinstance(running.backend, PersistentBackend):
        return True
    if not running.backend.try_to_lease():
        return False
    async with asyncio.TaskGroup() as group:
        ingesting = group.create_task(running.actor.wait_until_ingested(running.backend.drained_predicate()))
        # However it ends, nothing more of it is ingested then.
        await asyncio.wait((ingesting, running.task), return_when=asyncio.FIRST_COMPLETED)
        if running.actor.ended:
            await asyncio.wait([running.task])  # Why it failed comes into the log.
        ingesting.cancel()
    return True


async def wait_for_recorders(
    ends: Mapping[str, SpoolPosition], panes: Panes, catch_up: Callable[[], Awaitable[None]]
) -> None:
    """Wait until other instances have committed their panes' spools up to these ``ends``.

    For a moment only: they do so soon by themselves, unless they are stopped or can't.
    """

    def has_all() -> bool:
        return all((panes[pane].spool or _NOWHERE) >= end for pane, end in ends.items())

    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            while not has_all():
                await asyncio.sleep(_POLL_INTERVAL)
                await catch_up()


async def release(running: RunningActor, log: Log, held: list[Backend]) -> None:
    """Look after the pane no longer. Its lease is given back once all that was read is in the log."""
    held.append(running.backend)
    running.task.cancel()
    await asyncio.wait([running.task])
    if running.actor.has_uncommitted:
        await log.append((), durable=True)
    held.remove(running.backend)
    await running.backend.close()


async def end_programs(ending: list[RunningActor], recorded: list[RunningActor]) -> None:
    """End the programs of ``ending``, because Chloe ends, and wait until the log has said so.

    ``recorded`` are actors whose program's end is in the log: those that record get to remove its spool.
    """
    for running in ending:
        running.actor.exit_reason = CHLOE_ENDED
        await running.backend.kill()
    awaited = ending + [running for running in recorded if running.actor.recording.is_set()]
    if awaited:
        await asyncio.wait([running.task for running in awaited])


async def run_bounded(
    due: list[str], work: Callable[[str], Awaitable[SpoolPosition | None]]
) -> dict[str, SpoolPosition]:
    """Do ``work`` for each pane of ``due``, which is empty afterwards, a few at a time; what it returned."""
    found: dict[str, SpoolPosition] = {}

    async def work_off() -> None:
        while due:
            pane = due.pop()
            if (end := await work(pane)) is not None:
                found[pane] = end

    async with asyncio.TaskGroup() as group:
        for _ in range(min(_MAX_CONCURRENT, len(due))):
            group.create_task(work_off())
    return found
