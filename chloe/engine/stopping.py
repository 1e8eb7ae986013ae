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
from functools import partial
from pathlib import Path

from chloe.backends.tmux import leases
from chloe.engine.engine import Engine
from chloe.tasks import Tasks


class Stopping:
    """What happens when somebody stops this command with SIGTSTP.

    ``leases_file`` is where its leases are. ``report`` is given a sentence where they can't be given back:
    then the command goes on.
    """

    def __init__(self, leases_file: Path, report: Callable[[str], None]) -> None:
        self._leases_file = leases_file
        self._loop = asyncio.get_running_loop()
        self._engine: Engine | None = None
        self._is_due = False
        self._tasks = Tasks()
        self._tasks.on_trouble = lambda trouble: report(trouble) if trouble else None

    @asynccontextmanager
    async def with_leases_of(self, engine: Engine) -> AsyncIterator[None]:
        """Have the leases of ``engine`` given back inside, and once it was stopped while that was opened."""
        self._engine = engine
        if self._is_due:
            self.begin()
        try:
            yield
        finally:
            self._engine = None
            await self._tasks.close()

    def begin(self) -> None:
        """Stop once no lease is held: while an engine is opened or closed they can't be given back."""
        self._is_due = False
        if self._engine is not None:
            self._tasks.start("stopping the command", partial(self._hand_over_and_stop, self._engine))
        elif self._holds_leases():
            self._is_due = True
        else:
            self._stop()

    async def _hand_over_and_stop(self, engine: Engine) -> None:
        try:
            await engine.hand_over()
            self._stop()
        finally:
            engine.take_again()

    def _stop(self) -> None:
        self._loop.remove_signal_handler(signal.SIGTSTP)
        try:
            os.kill(os.getpid(), signal.SIGTSTP)
        finally:
            self._loop.add_signal_handler(signal.SIGTSTP, self.begin)

    def _holds_leases(self) -> bool:
        # Where the kernel doesn't tell, some may be held.
        return not Path("/proc/self/fdinfo").exists() or bool(
            leases.find_recorders(self._leases_file, [os.getpid()])
        )


@asynccontextmanager
async def handing_over_when_stopped(
    leases_file: Path, report: Callable[[str], None]
) -> AsyncIterator[Stopping]:
    """Let others record what this command records while somebody has stopped it with SIGTSTP.

    To be entered before any lease is taken, and left after all are given back.
    """
    stopping = Stopping(leases_file, report)
    # Who ignores it, a script without job control, is never stopped by it.
    if signal.getsignal(signal.SIGTSTP) is not signal.SIG_DFL:
        yield stopping
        return
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTSTP, stopping.begin)
    try:
        yield stopping
    finally:
        loop.remove_signal_handler(signal.SIGTSTP)
