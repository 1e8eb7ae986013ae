"""Taking in: what spools hold comes into the log, and the pane is let go of again.

Owns the order in which that is done, and how many at a time. Must not know which panes are due, nor commands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from chloe.actors.pane import Log, PaneActor
from chloe.backends.backend import Backend
from chloe.waits import HOLDER, Waits

#: Spools that are taken in side by side: each costs descriptors, a folder that is watched, and memory.
_AT_ONCE = 8


@dataclass(slots=True)
class Cared:
    """One pane that this instance looks after."""

    actor: PaneActor
    backend: Backend
    task: asyncio.Task[None]


async def take_in(cared: Cared) -> None:
    """Wait until the log has what the pane's spool holds now; at once where another instance records it."""
    from chloe.backends.tmux import TmuxBackend

    if not (isinstance(cared.backend, TmuxBackend) and cared.backend.try_to_lease()):
        return
    async with asyncio.TaskGroup() as group:
        taken_in = group.create_task(cared.actor.taken_in(cared.backend.drained_predicate()))
        # However it ends, nothing more of it is taken in then.
        await asyncio.wait((taken_in, cared.task), return_when=asyncio.FIRST_COMPLETED)
        if cared.actor.ended:
            await asyncio.wait([cared.task])  # Why it failed comes into the log.
        taken_in.cancel()


async def leave(cared: Cared, log: Log, held: list[Backend]) -> None:
    """Look after the pane no longer. Its lease is given back once all that was read is in the log."""
    held.append(cared.backend)
    cared.task.cancel()
    await asyncio.wait([cared.task])
    if cared.actor.under_way:
        await log.append((), durable=True)
    held.remove(cared.backend)
    await cared.backend.close()


async def end(all_cared: list[Cared], farewell: str) -> None:
    """End these panes' programs and wait until the log has said so, with ``farewell`` as the reason."""
    for cared in all_cared:
        cared.actor.farewell = farewell
        await cared.backend.kill()
    if all_cared:
        await asyncio.wait([cared.task for cared in all_cared])


async def type_into(backend: Backend, name: str, data: bytes, waits: Waits) -> None:
    """Type into a program that is not looked after, and let go of it."""
    try:
        backend.write(data)
        await flush(backend, name, len(data), waits)
    finally:
        await backend.close()


async def flush(backend: Backend, name: str, size: int, waits: Waits) -> None:
    """Wait until the last ``size`` bytes that were typed are on their way: who typed them may end then."""

    def left() -> str:
        taken = max(size - backend.pending_input, 0)
        return f"its program doesn't read: {taken or 'none'} of {size} bytes were taken, the rest isn't typed"

    async with waits.on(f"{name} to take what is typed", HOLDER, left=left):
        await backend.flush()


async def in_turns(due: list[str], work: Callable[[str], Awaitable[None]]) -> None:
    """Do ``work`` for each pane of ``due``, which is empty afterwards, a few at a time."""

    async def some() -> None:
        while due:
            await work(due.pop())

    async with asyncio.TaskGroup() as group:
        for _ in range(min(_AT_ONCE, len(due))):
            group.create_task(some())
