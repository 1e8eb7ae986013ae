"""The FIFO that a holder types from, seen from Chloe's side.

Owns the bytes that the holder doesn't take yet. Must not know what they mean. The FIFO is open only
while there is something to write, so an idle pane costs no descriptor.
"""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from pathlib import Path

from chloe.backends.pending_input import PendingInput

#: Seconds for which what is typed waits at the most, for the size under which it is meant.
_MAX_HOLD = 0.5
#: Seconds until what the system refused for the moment is tried again: no descriptor is free, say.
_RETRY_DELAY = 0.2

_NOT_READING = "its program doesn't read"


class InputFifo(PendingInput):
    """Writes to the FIFO ``path``, all and in order, without ever blocking."""

    def __init__(self, path: Path, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._path = path
        self._loop = loop
        self._fd: int | None = None
        self._retry_timer: asyncio.TimerHandle | None = None
        #: Ends a hold; None where there is none.
        self._hold_timer: asyncio.TimerHandle | None = None
        #: Why what is pending isn't taken, in words.
        self.pending_reason = _NOT_READING

    def write(self, data: bytes) -> None:
        """Type ``data`` behind what is kept."""
        self._pending += data
        if self._fd is None:
            self.retry()

    def hold(self) -> None:
        """Keep what is typed until ``release``, but not for long."""
        if self._hold_timer is None:
            self._close()
            self._hold_timer = self._loop.call_later(_MAX_HOLD, self.release)

    def release(self) -> None:
        """Write again."""
        if self._hold_timer is not None:
            self._hold_timer.cancel()
            self._hold_timer = None
            self.retry()

    def retry(self) -> None:
        """Write what is kept, as far as it goes; what has nobody to read it yet is kept on."""
        if self._hold_timer is not None:
            return
        if self._retry_timer is not None:
            self._retry_timer.cancel()
            self._retry_timer = None
        try:
            while self._pending:
                if self._fd is None:
                    self._fd = self._open()
                    self._loop.add_writer(self._fd, self.retry)
                    self.pending_reason = _NOT_READING
                written = os.write(self._fd, memoryview(self._pending)[: 64 * 1024])
                del self._pending[:written]
        except BlockingIOError:
            return
        except OSError as error:
            self.pending_reason = self._explain(error)
            # ENXIO: no holder has it open, not yet or not any more. The caller retries or discards.
            if error.errno not in (errno.ENXIO, errno.ENOENT, errno.EPIPE):
                self._retry_timer = self._loop.call_later(_RETRY_DELAY, self.retry)
        self._close()
        if not self._pending:
            self._drained.set()

    def discard(self) -> None:
        """Drop what is kept: there is nobody to type to any more."""
        self._pending.clear()
        if self._retry_timer is not None:
            self._retry_timer.cancel()
        if self._hold_timer is not None:
            self._hold_timer.cancel()
        self._close()
        self._drained.set()

    def _open(self) -> int:
        """Open the FIFO, and nothing else that lies in its place: what is typed may be a password."""
        fd = os.open(self._path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NOCTTY)
        if not stat.S_ISFIFO(os.fstat(fd).st_mode):
            os.close(fd)
            raise OSError(errno.ENXIO, "no FIFO")
        return fd

    def _explain(self, error: OSError) -> str:
        match error.errno:
            case errno.ENOENT | errno.ENOTDIR:
                return f"{self._path} isn't there: its spool was moved away or removed"
            case errno.ENXIO | errno.EPIPE:
                return f"no holder reads {self._path}"
        return f"{self._path} can't be written to ({error.strerror})"

    def _close(self) -> None:
        if self._fd is not None:
            self._loop.remove_writer(self._fd)
            os.close(self._fd)
            self._fd = None
