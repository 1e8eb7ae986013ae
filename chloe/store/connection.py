"""SQLite connections, each with a thread of its own.

Owns how a connection is opened and how work reaches its thread. Must not know tables. aiosqlite
makes one hop to the thread and back for each statement; a transaction of the log is many statements
and takes one hop here: a plain function that is given the ``sqlite3.Connection``.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar, cast

import aiosqlite

from chloe.errors import LogUnusable
from chloe.small_files import FileRefused, check_regular
from chloe.store.bodies import MAX_VALUE
from chloe.store.untouched import database_uri, open_untouched
from chloe.tasks import shielded

_P = ParamSpec("_P")
_R = TypeVar("_R")

#: How long SQLite itself waits for another process's lock, in seconds, before it says BUSY.
BUSY_TIMEOUT = 1.0

#: Bytes of a page of a log that is made; one with others is used as it is. A commit writes each page whole
#: that it changes, and each pane's entries of the index by pane are on a page of their own: with 4096, which
#: SQLite takes, many panes that print a line now and then write nearly twice as much into the -wal file. With
#: 1024 what prints much takes longer to append.
PAGE_SIZE = 2048

#: Bytes that the -wal file keeps when it is begun anew.
_WAL_KEPT = 16 * 1024 * 1024

#: How many readers are at work at the same time; each is a thread.
READERS = 4

#: How many readers are kept open while nobody reads.
_IDLE_READERS = 2

#: How long the end waits for what is being read, in seconds. A page takes some milliseconds.
_RETURN_TIMEOUT = 5.0


class Connection(aiosqlite.Connection):
    """An aiosqlite connection that also runs whole functions in its thread."""

    async def run(
        self, work: Callable[Concatenate[sqlite3.Connection, _P], _R], *args: _P.args, **kwargs: _P.kwargs
    ) -> _R:
        """Run ``work(sqlite connection, …)`` in the connection's thread, after what was asked before.

        aiosqlite's own queue is used through its protected ``_execute``, since its public calls carry one
        statement each: 64 records a transaction would make some 130 hops of 30 us. When the waiting
        is cancelled, ``work`` is carried out all the same. Where text isn't UTF-8 it is done once more, and
        given U+FFFD for what can't be read.
        """
        execute = cast("Callable[..., asyncio.Future[_R]]", self._execute)
        return await execute(_run_replacing_bad_text, self._conn, work, *args, **kwargs)

    #: Which database and which -wal file it reads, as far as known.
    files: tuple[tuple[int, ...] | None, ...] = (None, None, None)
    #: Whether ``reopen`` has closed the one and couldn't open the other.
    disconnected = False

    def reopen(self) -> None:
        """Close the SQLite connection and open another one at the same path, in the connection's thread.

        Where that raises, everything on the connection fails until it has been repeated.
        """
        self.disconnected = True
        self._conn.close()
        self._connection = self._connector()
        self.disconnected = False


def _run_replacing_bad_text(
    connection: sqlite3.Connection,
    work: Callable[Concatenate[sqlite3.Connection, _P], _R],
    *args: _P.args,
    **kwargs: _P.kwargs,
) -> _R:
    """Do ``work``, and once more with what isn't UTF-8 replaced where it came upon such text."""
    try:
        return work(connection, *args, **kwargs)
    except sqlite3.OperationalError as error:
        if "decode to UTF-8" not in str(error) or connection.in_transaction:
            raise
    usual = connection.text_factory
    connection.text_factory = lambda stored: stored.decode("utf-8", "replace")
    try:
        return work(connection, *args, **kwargs)
    finally:
        connection.text_factory = usual


def is_busy(error: sqlite3.Error) -> bool:
    """Return whether ``error`` says that another program has the database locked."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


async def connect(path: Path, *, create: bool = False, read_only: bool = False) -> Connection:
    """Connect to the database at ``path``, in autocommit mode: BEGIN and COMMIT are executed explicitly.

    Unless ``create``, a file that isn't there is an error and not an empty database. No memory-mapped
    reading: a file that another program cuts short would kill the process (SIGBUS). With ``read_only``
    nothing is changed on disk and no file is left behind, which SQLite would do even for reading.
    """

    def connector() -> sqlite3.Connection:
        check_files(path)
        if read_only:
            opened = open_untouched(path, timeout=BUSY_TIMEOUT)
        else:
            uri = database_uri(path, "mode=rwc" if create else "mode=rw")
            opened = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT, isolation_level=None)
        try:
            _prepare(opened)
        except BaseException:
            opened.close()
            raise
        return opened

    connection = Connection(connector, iter_chunk_size=64)
    try:
        # Neither opening nor closing is cut short: a connection that is still open later isn't the last to be
        # closed, and then the -wal file stays.
        await shielded(_opened(connection))
    except BaseException:
        await shielded(_shut(connection))
        raise
    return connection


def check_files(path: Path) -> None:
    """Check that SQLite, which opens whatever there is, will neither hang nor write into a strange file.

    The log itself may be a link to a regular file; the files that SQLite makes beside it are none. Nothing is
    opened, since closing it again would drop this process's locks. Raises ``LogUnusable``.
    """
    log = Path(os.path.realpath(path))
    for end in ("", "-wal", "-shm", "-journal"):
        file = log.with_name(f"{log.name}{end}") if end else path
        try:
            check_regular(file, follow=not end)
        except FileRefused as error:
            raise LogUnusable(f"{file} {error.strerror}: move it away, then try again") from error
        except OSError:
            continue  # It isn't there, or SQLite will say why it can't be opened.


async def _opened(connection: Connection) -> None:
    await connection


async def _shut(connection: Connection) -> None:
    """Close what was opened, if it was, and wait for its thread: it would speak to a loop that is closed."""
    await connection.close()
    if connection._thread.ident is not None:
        await asyncio.to_thread(connection._thread.join)


def guard(connection: sqlite3.Connection) -> None:
    """Have ``connection`` take what is in the file for data: nothing in it is run, nor endlessly large."""
    # A view or a trigger that came with the file calls no function that does more than compute.
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE)
    if sys.version_info >= (3, 12):
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)


def _prepare(connection: sqlite3.Connection) -> None:
    guard(connection)
    # Damage is then found where it is, and not where it leads.
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA synchronous = NORMAL")
    # What a flood left of the -wal file is given back once that is begun anew.
    connection.execute(f"PRAGMA journal_size_limit = {_WAL_KEPT}")


class ReaderPool:
    """Lends connections for reading, a few at a time, and closes every one of them at the end."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._path = path
        self._read_only = read_only
        self._identify = content_identity if read_only else file_identity
        # Where nothing is to change, what is closed may stay open (``untouched``): no more than are in use.
        self._max_idle = READERS if read_only else _IDLE_READERS
        self._idle: list[Connection] = []
        self._places = asyncio.Semaphore(READERS)
        self.closed = False

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend a connection for one short piece of work. Raises ``LogUnusable`` once closed."""
        self._refuse_when_closed()
        async with self._places:
            self._refuse_when_closed()
            connection = self._idle.pop() if self._idle else None
            if connection is not None and self._stale(connection):
                await shielded(connection.close())
                connection = None
            if connection is None:
                connection = await self._connect()
            failed = False
            try:
                yield connection
            except sqlite3.Error:
                # It may have kept pages that were read wrongly.
                failed = True
                raise
            finally:
                if failed or self.closed or len(self._idle) >= self._max_idle:
                    await shielded(connection.close())
                else:
                    self._idle.append(connection)

    @asynccontextmanager
    async def exclusive(self) -> AsyncIterator[None]:
        """Wait until nobody reads and keep all connections closed, so that the files can be put in order."""
        async with AsyncExitStack() as stack:
            for _ in range(READERS):
                await stack.enter_async_context(self._places)
            await self._close_idle()
            yield

    async def close(self) -> None:
        """Close what is idle, and what is lent as it comes back: that is waited for, but not for ever."""
        if self.closed:
            return
        self.closed = True
        await self._close_idle()
        with suppress(TimeoutError):
            async with asyncio.timeout(_RETURN_TIMEOUT):
                for _ in range(READERS):
                    await self._places.acquire()

    def _refuse_when_closed(self) -> None:
        if self.closed:
            raise LogUnusable(f"the log {self._path} is closed")

    async def _close_idle(self) -> None:
        while self._idle:
            await shielded(self._idle.pop().close())

    async def _connect(self) -> Connection:
        connection = await connect(self._path, read_only=self._read_only)
        connection.files = self._files()
        return connection

    def _files(self) -> tuple[tuple[int, ...] | None, ...]:
        beside = (self._path.with_name(self._path.name + end) for end in ("-wal", "-shm"))
        return tuple(map(self._identify, (self._path, *beside)))

    def _stale(self, connection: Connection) -> bool:
        """Return whether other files stand where those were that ``connection`` reads.

        Where nothing on the disk is to change, also whether they were written to: what was read without
        SQLite's locks isn't looked at again then.
        """
        now = self._files()
        if self._read_only:
            return connection.files != now
        stale = any(old and new and old != new for old, new in zip(connection.files, now, strict=True))
        if not stale:
            connection.files = tuple(old or new for old, new in zip(connection.files, now, strict=True))
        return stale


def file_identity(path: Path) -> tuple[int, int] | None:
    """Return device and inode of the file at ``path``; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 (once a commit: a fifth of Path.stat's time)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def content_identity(path: Path) -> tuple[int, int, int, int] | None:
    """Return device, inode, size and time of change of the file at ``path``; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 (as above)
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
