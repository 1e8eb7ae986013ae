"""The lock that lets one instance write at a time, even where SQLite's own locks are gone.

Owns the lock on the log's folder. Must not know what is done under it.

SQLite's locks in WAL mode lie in the -shm file. Where that is removed, the next to open the log makes another
one, and neither side waits for the other any more. So all that writes to the log, or puts its files in order,
holds this lock as well, and checks that the files are in place while it holds it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chloe.store.connection import BUSY_TIMEOUT
from chloe.waits import find_lock_holder

#: Seconds between two tries: the first, and the longest.
_FIRST, _LONGEST = 0.0002, 0.005

#: What a file system without locks says (flock(2)).
NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL})


def find_writer(path: Path) -> str:
    """Name the other process that keeps the log at ``path`` from being written; "" where unknown."""
    # A writer has this byte of the -shm file locked (https://sqlite.org/walformat.html, 2.3.1).
    return (
        find_lock_holder(path.with_name(f"{path.name}-shm"), 120)
        or find_lock_holder(path)
        or find_lock_holder(path.parent)
    )


class WriteLock:
    """The lock of all instances on the log in ``folder``, for every thread of this one.

    The folder stays open while the lock isn't held: a commit must not need a descriptor that isn't there.
    Raises ``OSError`` where there is no such folder.
    """

    def __init__(self, folder: Path) -> None:
        self._descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        # What is locked by one descriptor is locked for all threads that have it.
        self._among_threads = threading.Lock()

    def is_at(self, folder: Path) -> bool:
        """Return whether ``folder`` is the one that was opened. Raises ``OSError`` where none is there."""
        return os.path.samestat(os.fstat(self._descriptor), folder.stat())

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock inside.

        Waits as long as SQLite waits for a lock, then raises ``sqlite3.OperationalError``. Raises ``OSError``
        where the file system has no locks.
        """
        if not self._among_threads.acquire(timeout=BUSY_TIMEOUT):
            raise _busy()
        try:
            self._lock()
            try:
                yield
            finally:
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        finally:
            self._among_threads.release()

    def close(self) -> None:
        """Close the folder; the lock can't be held any more."""
        with self._among_threads:
            if self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1

    def _lock(self) -> None:
        pause, deadline = _FIRST, 0.0
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                now = time.monotonic()
                deadline = deadline or now + BUSY_TIMEOUT
                if now > deadline:
                    raise _busy() from None
                time.sleep(pause)
                pause = min(pause * 2, _LONGEST)
            else:
                return


@contextmanager
def write_locked(folder: Path) -> Iterator[None]:
    """Hold the lock once. Raises what ``WriteLock`` raises."""
    write_lock = WriteLock(folder)
    try:
        with write_lock.held():
            yield
    finally:
        write_lock.close()


def _busy() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return error


@contextmanager
def pretend_shared(path: Path) -> Iterator[None]:
    """Have SQLite think, while it closes the database at ``path``, that another process still has it open.

    The last to close it copies the -wal file into it and removes that: by an index that may lack what others
    have committed. Where the platform has no such locks, nothing is done. No connection may be opened inside.
    """
    command = getattr(fcntl, "F_OFD_SETLK", None)
    if command is None:
        yield
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        # A share in the bytes that SQLite's own shares are in (its os_unix.c: SHARED_FIRST, SHARED_SIZE).
        share = struct.pack("hhqqi", fcntl.F_RDLCK, os.SEEK_SET, 0x40000002, 510, 0)
        fcntl.fcntl(descriptor, command, share)
        yield
    finally:
        os.close(descriptor)
