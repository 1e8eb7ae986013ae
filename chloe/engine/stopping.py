"""Being stopped by Ctrl-Z: a command gives its leases back first, and takes them again when it goes on.

Owns the signal while a command runs. Must not know what the command does; the app does the same by itself,
with its screen.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from chloe.engine.engine import Engine
from chloe.tasks import Tasks


@asynccontextmanager
async def handing_over_when_stopped(engine: Engine, report: Callable[[str], None]) -> AsyncIterator[None]:
    """Let others record what this command records while somebody has stopped it with SIGTSTP.

    ``report`` is given a sentence where that fails: then the command goes on.
    """
    loop = asyncio.get_running_loop()
    tasks = Tasks()
    tasks.on_trouble = lambda trouble: report(trouble) if trouble else None

    async def stop() -> None:
        try:
            await engine.hand_over()
            loop.remove_signal_handler(signal.SIGTSTP)
            os.kill(os.getpid(), signal.SIGTSTP)
        finally:
            loop.add_signal_handler(signal.SIGTSTP, begin)
            engine.take_again()

    def begin() -> None:
        tasks.start("stopping the command", stop)

    # Who ignores it, a script without job control, is never stopped by it.
    if signal.getsignal(signal.SIGTSTP) is not signal.SIG_DFL:
        yield
        return
    loop.add_signal_handler(signal.SIGTSTP, begin)
    try:
        yield
    finally:
        await tasks.close()
        loop.remove_signal_handler(signal.SIGTSTP)
