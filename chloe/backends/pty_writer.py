"""What is typed into a terminal of this process: all of it and in order, without ever blocking.

Owns the bytes that the terminal doesn't take yet. Must not know what they mean, or who opens the terminal.
"""

from __future__ import annotations

import asyncio
import os

from chloe.backends.pending_input import PendingInput

#: Bytes that one write(2) hands over: more than a terminal's input queue takes (N_TTY_BUF_SIZE).
WRITE_SIZE = 8192


class PtyWriter(PendingInput):
    """Writes to a terminal once it is open; what is written before is kept for it."""

    def __init__(self) -> None:
        super().__init__()
        self._fd = -1
        self._loop: asyncio.AbstractEventLoop
        self._is_waiting = self._is_closed = False

    def open(self, fd: int, loop: asyncio.AbstractEventLoop) -> None:
        """Write to the terminal ``fd``, which doesn't block, from now on."""
        self._fd, self._loop = fd, loop
        self._write_pending()

    def write(self, data: bytes) -> None:
        """Write ``data`` behind what is pending; nothing once closed."""
        if self._is_closed:
            return
        was_waiting = bool(self._pending)
        self._pending += data
        if not was_waiting and self._fd >= 0:
            self._write_pending()

    def close(self) -> None:
        """Drop what is pending: the terminal goes, and there is nobody left to type to."""
        self._is_closed = True
        self._stop_waiting()
        self._pending.clear()
        self._drained.set()
        self._fd = -1

    def _write_pending(self) -> None:
        try:
            while self._pending:
                del self._pending[: os.write(self._fd, self._pending[:WRITE_SIZE])]
        except BlockingIOError:
            if not self._is_waiting:
                self._is_waiting = True
                self._loop.add_writer(self._fd, self._write_pending)
            return
        except OSError:  # EIO: there is nobody to type to.
            self._pending.clear()
        self._drained.set()
        self._stop_waiting()

    def _stop_waiting(self) -> None:
        if self._is_waiting:
            self._is_waiting = False
            self._loop.remove_writer(self._fd)
