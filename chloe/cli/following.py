"""Printing for as long as somebody reads: what a command that follows does.

Owns standard output meanwhile. It is never waited for in a way that keeps the loop from recording, and a
reader that is gone ends the command also where there is nothing to print. Must not know what is printed.
"""

from __future__ import annotations

import asyncio
import os
import select
import sys
from collections.abc import Awaitable, Callable

from chloe.waits import until

#: Seconds between two looks whether the reader is there, and whether it takes more.
_LOOK_AGAIN, _TRY_AGAIN = 0.2, 0.02

#: What a pipe that is ready takes without waiting (PIPE_BUF of pipe(7)).
_PIECE = 4096

Write = Callable[[str], Awaitable[None]]


async def while_read(work: Callable[[Write], Awaitable[None]]) -> None:
    """Do ``work``, given the way to print. Raises ``BrokenPipeError`` (in a group) once nobody reads."""
    sys.stdout.flush()
    descriptor = sys.stdout.fileno()
    encoding, errors = sys.stdout.encoding, sys.stdout.errors or "strict"

    async def write(text: str) -> None:
        data = memoryview(text.encode(encoding, errors))
        while data:
            await until(lambda: _events(descriptor, select.POLLOUT) & select.POLLOUT, every=_TRY_AGAIN)
            data = data[os.write(descriptor, data[:_PIECE]) :]
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        watching = group.create_task(_watch(descriptor), name="watch the reader")
        await work(write)
        watching.cancel()


async def _watch(descriptor: int) -> None:
    await until(lambda: _events(descriptor, 0) & (select.POLLERR | select.POLLHUP), every=_LOOK_AGAIN)
    raise BrokenPipeError


def _events(descriptor: int, wanted: int) -> int:
    """What poll(2) says of it at once; a reader that is gone it says unasked."""
    poll = select.poll()
    poll.register(descriptor, wanted)
    return next((events for _, events in poll.poll(0)), 0)
