"""The one wait for a child of this process.

Owns the moment and the status of a child's end: by a pidfd in the event loop where the kernel has
one (Linux 5.3), by a thread elsewhere; never by SIGCHLD, which a library may want for itself. Must
not know what the child was or who cares.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable


class Reaper:
    """Waits for one child, reaps it, and calls ``on_exit`` in the loop, once.

    ``on_exit`` gets the status as ``os.waitpid`` has it, or None where somebody else reaped the child.
    """

    def __init__(
        self, pid: int, on_exit: Callable[[int | None], None], loop: asyncio.AbstractEventLoop
    ) -> None:
        self._pid = pid
        self._on_exit = on_exit
        self._loop = loop
        #: Set before ``on_exit`` is called, so that no signal goes to a number that another process may have.
        self._reaped = False
        self._pidfd = _pidfd(pid)
        if self._pidfd is None:
            threading.Thread(target=self._wait, name=f"wait for {pid}", daemon=True).start()
        else:
            loop.add_reader(self._pidfd, self._on_pidfd_readable)

    def signal(self, number: signal.Signals) -> bool:
        """Send the child a signal; False where it is gone."""
        if self._reaped:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, number)
        return True

    def _on_pidfd_readable(self) -> None:
        assert self._pidfd is not None
        self._loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        self._pidfd = None
        self._on_exit(self._reap())

    def _wait(self) -> None:
        status = self._reap()
        with contextlib.suppress(RuntimeError):  # The loop is closed: nobody waits any more.
            self._loop.call_soon_threadsafe(self._on_exit, status)

    def _reap(self) -> int | None:
        status: int | None
        try:
            _, status = os.waitpid(self._pid, 0)
        except ChildProcessError:
            status = None
        self._reaped = True
        return status


def _pidfd(pid: int) -> int | None:
    """Return a descriptor that turns readable when the child ends, or None: no such call, or none left."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None
