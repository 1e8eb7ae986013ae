"""Moving what was committed from the -wal file into the database, beside the writer.

Owns when that is done. Must not know what is written. SQLite would do it inside every thousandth
page's commit, with two fsyncs while everything waits; here a thread of the readers' does it, so that
commits stay short, and where it can in a moment of quiet, so that a burst doesn't pay for it. (SQLite
calls it a checkpoint. In Chloe a checkpoint is folded state: see ``checkpoints``.)
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING

from chloe.errors import LogUnusable
from chloe.store.connection import PAGE_SIZE, ReaderPool
from chloe.store.reserve import keep_reserve
from chloe.tasks import Tasks

if TYPE_CHECKING:
    from chloe.store.appending import Appender

#: From this many committed bytes on copying is worth it, as soon as nothing has been committed for
#: QUIET_SECONDS; from MAX_UNCOPIED bytes on it doesn't wait for that. After a crash SQLite reads as much
#: again.
MIN_UNCOPIED = 4 * 1024 * 1024
MAX_UNCOPIED = 32 * 1024 * 1024
QUIET_SECONDS = 0.1

#: What a commit adds to the -wal file beside its bytes, about: at the least the last page of three trees.
COMMIT_OVERHEAD = 3 * PAGE_SIZE

#: From this size on the -wal file is begun anew, for which commits have to wait a moment: while they never
#: pause, what copies beside them never reaches its end.
MAX_WAL = 64 * 1024 * 1024

#: How long emptying the -wal file may wait for readers, and make commits wait, in milliseconds.
_TRUNCATE_TIMEOUT = 20


class WalCopier:
    """Copies the -wal file into the database after every so many bytes."""

    def __init__(self, readers: ReaderPool, appender: Appender | None, tasks: Tasks) -> None:
        self._readers = readers
        self._appender = appender
        self._uncopied = 0
        self._written = asyncio.Event()
        self._tasks = tasks
        self._task = tasks.repeat("copying the log's -wal file", self._copy, self._due)

    def on_committed(self, size: int) -> None:
        """Take note of a committed transaction with about ``size`` bytes."""
        self._uncopied += size + COMMIT_OVERHEAD
        if self._uncopied >= MIN_UNCOPIED:
            self._written.set()

    async def close(self) -> None:
        """End the copying; SQLite copies once more when the last connection is closed."""
        await self._tasks.end(self._task)
        if self._appender is not None:
            await asyncio.to_thread(keep_reserve, self._appender.path)

    async def _due(self) -> None:
        """Wait until copying is worth it."""
        await self._written.wait()
        await self._quiet()
        self._uncopied = 0

    async def _copy(self) -> None:
        # Nothing is lost where it can't be done, and the writer, which meets the same, says so. It is due
        # again after as many bytes; a commit copies by itself where it comes to the worst (schema).
        with suppress(sqlite3.Error, LogUnusable, OSError):
            async with self._readers.connection() as connection:
                if self._appender is not None:
                    await connection.run(copy_wal, self._appender)
                    await asyncio.to_thread(keep_reserve, self._appender.path)

    async def _quiet(self) -> None:
        """Wait for a pause in the commits, or until there is too much to wait any longer."""
        while self._uncopied < MAX_UNCOPIED:
            self._written.clear()
            try:
                async with asyncio.timeout(QUIET_SECONDS):
                    await self._written.wait()
            except TimeoutError:
                return


def copy_wal(connection: sqlite3.Connection, appender: Appender) -> None:
    """Copy into the database what can be copied without making anyone wait; all of it where it is a lot.

    Nothing where the log's files aren't those that were opened: an old index may lead to others' pages.
    """
    if appender.has_moved():
        return
    _, frames, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    (page_size,) = connection.execute("PRAGMA page_size").fetchone()
    if frames * page_size > MAX_WAL:
        with appender.exclusive():
            if not appender.has_moved():
                connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
                appender.check_index_in_place()


def copy_where_tight(connection: sqlite3.Connection, appender: Appender) -> None:
    """Copy the -wal file where the disk has hardly room for it to grow: then it is begun anew."""
    disk = os.statvfs(appender.path.parent)
    if disk.f_bavail * disk.f_frsize < MAX_UNCOPIED:
        copy_wal(connection, appender)


def truncate_wal(connection: sqlite3.Connection, appender: Appender) -> bool:
    """Copy all of it and cut the -wal file to nothing; return whether nobody was in the way.

    Commits wait meanwhile, so that hardly anything is left to copy by then, and readers are not waited for.
    """
    copy_wal(connection, appender)
    (waits,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute(f"PRAGMA busy_timeout = {_TRUNCATE_TIMEOUT}")
    try:
        with appender.exclusive():
            if appender.has_moved():
                return False
            is_busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            appender.check_index_in_place()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {waits}")
    return not is_busy


def database_size(connection: sqlite3.Connection) -> int:
    """Return the bytes of the database as of the last commit: what the -wal file has of it counts once."""
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (page_size,) = connection.execute("PRAGMA page_size").fetchone()
    return int(pages * page_size)
