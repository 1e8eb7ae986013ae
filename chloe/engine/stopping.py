"""Being stopped by Ctrl-Z: a command gives its leases back first, and takes them again when it goes on.

Owns the signal while a command runs. Must not know what the command does; the app does the same by itself,
with its screen.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from chloe.engine.engine import Engine


@contextmanager
def handing_over_when_stopped(engine: Engine) -> Iterator[None]:
    """Let others record what this command records while somebody has stopped it with SIGTSTP."""
    loop = asyncio.get_running_loop()
    stopping: set[asyncio.Task[None]] = set()

    async def stop() -> None:
        await engine.hand_over()
        loop.remove_signal_handler(signal.SIGTSTP)
        os.kill(os.getpid(), signal.SIGTSTP)
        loop.add_signal_handler(signal.SIGTSTP, begin)
        engine.take_again()

    def begin() -> None:
        task = loop.create_task(stop(), name="stop")
        stopping.add(task)
        task.add_done_callback(stopping.discard)

    # Who ignores it, a script without job control, is never stopped by it.
    if signal.getsignal(signal.SIGTSTP) is not signal.SIG_DFL:
        yield
        return
    loop.add_signal_handler(signal.SIGTSTP, begin)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTSTP)
        for task in stopping:
            task.cancel()
