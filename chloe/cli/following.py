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

from chloe.waits import poll_until

#: Seconds between two checks that the reader is there, and between two tries to write more.
_READER_POLL_INTERVAL, _WRITE_RETRY_INTERVAL = 0.2, 0.02

#: What a pipe that is ready takes without waiting (PIPE_BUF of pipe(7)).
_CHUNK_SIZE = 4096

WriteText = Callable[[str], Awaitable[None]]


async def print_while_read(work: Callable[[WriteText], Awaitable[None]]) -> None:
    """Do ``work``, given the way to print. Raises ``BrokenPipeError`` (in a group) once nobody reads."""
    sys.stdout.flush()
    descriptor = sys.stdout.fileno()
    encoding, errors = sys.stdout.encoding, sys.stdout.errors or "strict"

    async def write(text: str) -> None:
        data = memoryview(text.encode(encoding, errors))
        while data:
            await poll_until(
                lambda: _poll(descriptor, select.POLLOUT) & select.POLLOUT, every=_WRITE_RETRY_INTERVAL
            )
            data = data[os.write(descriptor, data[:_CHUNK_SIZE]) :]
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        watching = group.create_task(_watch_reader(descriptor), name="watch the reader")
        await work(write)
        watching.cancel()


async def _watch_reader(descriptor: int) -> None:
    await poll_until(
        lambda: _poll(descriptor, 0) & (select.POLLERR | select.POLLHUP), every=_READER_POLL_INTERVAL
    )
    raise BrokenPipeError


def _poll(descriptor: int, events_mask: int) -> int:
    """Return what poll(2) says at once; it says unasked that the reader is gone."""
    poll = select.poll()
    poll.register(descriptor, events_mask)
    return next((events for _, events in poll.poll(0)), 0)
