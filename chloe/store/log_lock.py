"""The lock of a log: who has it open, and who is alone with it.

Owns the file ``log.lock`` beside the log. Must not know what an instance does that is alone.

Each instance that has the log open holds a shared lock on that file. An instance that gets an exclusive lock
is alone, and may put a damaged log aside or bring an older one up to date.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path

from chloe.errors import LogUnusable
from chloe.small_files import open_regular
from chloe.waits import LOG_TIMEOUT, find_lock_holder

#: Seconds between two tries to get a share in the log.
RETRY_DELAY = 0.02


class LogLock:
    """This instance's lock on the file beside the log at ``path``. Raises ``OSError``.

    Unless ``writable``, a file that isn't there isn't made.
    """

    def __init__(self, path: Path, *, writable: bool = True) -> None:
        file = path.with_name(f"{path.stem}.lock")
        #: The file that is locked.
        self.file = file
        self._descriptor = open_regular(
            file, os.O_RDWR | os.O_CREAT if writable else os.O_RDONLY, follow=False
        )

    def try_share(self) -> bool:
        """Take a shared lock; return False while another instance is alone with the log, and salvages it."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def try_exclusive(self) -> bool:
        """Take the lock exclusively, until ``share``; return whether that could be done."""
        with suppress(BlockingIOError):
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        # Refused, the share may be gone as well (flock(2)).
        deadline = time.monotonic() + LOG_TIMEOUT
        while not self.try_share():
            if time.monotonic() > deadline:
                raise LogUnusable(f"{self.file} is locked by another Chloe; wait for it, then try again")
            time.sleep(RETRY_DELAY)
        return False

    def share(self) -> None:
        """Let others open the log again."""
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def release(self) -> None:
        """Let others be alone with the log for a while, in which nothing is done with it."""
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def find_sharer(self) -> str:
        """Name a process that has the log open as well; "" where none can be named."""
        return find_lock_holder(self.file, shared=True)

    def close(self) -> None:
        """Give the share back."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
