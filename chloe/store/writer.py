"""The one writer of an instance: what is committed when, and what happens while nothing can be.

Owns the queue, the grouping, the retries and the trouble. Must not know rows or SQL.

Batches form by themselves: what arrives while a commit is under way waits, and goes together into the next.
While the log can't be written the batch is kept and tried again, until it is in or the store is closed. A
request that was taken into the queue is committed even if its caller has stopped waiting.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from chloe.errors import LogUnusable
from chloe.events.codec import encode
from chloe.events.facts import Entry, Record
from chloe.store.appending import Appender, LogMoved
from chloe.store.connection import Connection, ReaderPool
from chloe.store.limits import explain_limit
from chloe.store.packing_line import Request
from chloe.tasks import Tasks, shielded

#: The most bytes that wait in the queue; a caller with more waits for room first.
QUEUE_BYTES = 16 * 1024 * 1024

#: The most bytes in a transaction: bounds how long one takes, and how long another instance waits.
TRANSACTION_BYTES = 4 * 1024 * 1024

#: What an entry takes in memory beside its bytes, roughly.
ENTRY_OVERHEAD = 512

#: From so many bytes on a request is packed while another is committed: smaller ones wait no time for it.
_PACKED_AHEAD = 64 * 1024

#: The first and the longest pause between two attempts, in seconds.
_PAUSES = (0.05, 1.0)

#: How long ``close`` waits for a commit before it gives up, in seconds.
CLOSE_TIMEOUT = 5.0

#: What the writer's task does, for a sentence.
WRITING = "writing to the log"

_log = logging.getLogger(__name__)

_Waiting = tuple[Request, "asyncio.Future[list[Record]]"]


class Writer:
    """Takes entries in order, commits them in groups, tells of each group in the loop."""

    def __init__(
        self, path: Path, connection: Connection, appender: Appender, readers: ReaderPool, tasks: Tasks
    ) -> None:
        self._path = path
        self._readers = readers
        self._connection = connection
        self._appender = appender
        #: Told, in the loop, of what was committed and of about how many bytes of memory it takes.
        self.on_committed: Callable[[Sequence[Record], int], None] | None = None
        self._queue: deque[_Waiting] = deque()
        self._taken: deque[_Waiting] = deque()
        self._lost = 0
        self._queued = 0
        self._space_waiters: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._wake = asyncio.Event()
        self._given_up = asyncio.Event()
        self._closing = False
        #: Why nothing can be committed, or None; and the callback, in the loop, for when that changes.
        self.trouble: str | None = None
        self.on_trouble: Callable[[], None] | None = None
        #: Transactions so far.
        self.commits = 0
        #: When the last one ended, by ``time.monotonic``.
        self.committed_at = 0.0
        self._tasks = tasks
        self._task = tasks.repeat(WRITING, self._commit_next, self._due)
        self._is_ahead_due = asyncio.Event()
        self._ahead = tasks.repeat("compressing for the log", self._pack_ahead, self._is_ahead_due.wait)

    @property
    def busy(self) -> bool:
        """Return whether something is being committed or waits for it."""
        return self._queued > 0

    @property
    def queued(self) -> int:
        """Return the bytes taken in and not committed yet."""
        return self._queued

    async def append(self, entries: Sequence[Entry], *, durable: bool) -> list[Record]:
        """Wait for room, then for the commit. Cancelled while waiting for room, nothing is appended."""
        if not entries and not durable:
            return []
        encoded = [encode(entry.fact) for entry in entries]
        size = (
            sum(len(fact.body or b"") + len(fact.head) + ENTRY_OVERHEAD for fact in encoded) or ENTRY_OVERHEAD
        )
        await self._reserve(size)
        written: asyncio.Future[list[Record]] = asyncio.get_running_loop().create_future()
        request = Request(entries, encoded, size, durable)
        self._appender.line.join(request)
        self._queue.append((request, written))
        self._wake.set()
        if self._taken and size >= _PACKED_AHEAD:
            self._is_ahead_due.set()
        return await written

    async def _reserve(self, size: int) -> None:
        """Reserve ``size`` bytes of the queue, in the order of the calls; a larger request gets it alone."""
        self._refuse_when_closing()
        if not self._space_waiters and self._fits(size):
            self._queued += size
            return
        space: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._space_waiters.append((size, space))
        try:
            await space
        except asyncio.CancelledError:
            if space.done() and not space.cancelled() and space.exception() is None:
                self._release(size)
                self._wake.set()
            raise

    def _fits(self, size: int) -> bool:
        return not self._queued or self._queued + size <= QUEUE_BYTES

    def _release(self, size: int) -> None:
        self._queued -= size
        while self._space_waiters:
            needed, space = self._space_waiters[0]
            if not space.cancelled():
                if not self._fits(needed):
                    return
                self._queued += needed
                space.set_result(None)
            self._space_waiters.popleft()

    def _refuse_when_closing(self) -> None:
        if self._closing:
            raise LogUnusable(f"the log {self._path} is closed")

    async def _due(self) -> None:
        """Wait until something is to be committed, or nothing more will be."""
        while not self._queue and not self._is_over():
            self._wake.clear()
            await self._wake.wait()

    def _is_over(self) -> bool:
        return self._given_up.is_set() or (self._closing and not self._queued)

    async def _commit_next(self) -> bool:
        """Commit the next group; return whether that was the last."""
        if not self._taken and self._queue and not self._given_up.is_set():
            # Where the last attempt failed, the group is still there.
            self._taken.extend(self._take())
        if self._taken:
            await self._commit(list(self._taken))
        return self._is_over()

    async def _pack_ahead(self) -> None:
        """Pack what waits while something is committed."""
        self._is_ahead_due.clear()
        await shielded(asyncio.to_thread(self._appender.line.pack_ahead))

    def _take(self) -> list[_Waiting]:
        taken = [self._queue.popleft()]
        size = taken[0][0].size
        while self._queue and size + self._queue[0][0].size <= TRANSACTION_BYTES:
            taken.append(self._queue.popleft())
            size += taken[-1][0].size
        return taken

    async def _commit(self, taken: Sequence[_Waiting]) -> None:
        requests = [request for request, _ in taken]
        pause, longest = _PAUSES
        while True:
            try:
                written = await self._connection.run(self._appender.commit, requests)
                break
            except LogMoved as moved:
                if self.trouble is None:
                    self._set_trouble(f"the log can't be written: {moved}")
                if await self._put_files_back(moved):
                    continue
            except Exception as error:
                if not _is_transient(error):
                    await self._refuse(taken, error)
                    return
                self._set_trouble(f"the log can't be written: {_reason(error, self._path)} ({self._path})")
            if await self._gave_up_within(pause):
                return
            pause = min(pause * 2, longest)
        self.commits += 1
        self.committed_at = time.monotonic()
        try:
            self._set_trouble(None)
            if self.on_committed is not None:
                size = sum(request.size for request in requests)
                self.on_committed([record for records in written for record in records], size)
        finally:
            # They are in the log, even where a listener failed.
            for (request, waiting), records in zip(taken, written, strict=True):
                self._taken.popleft()
                self._release(request.size)
                if not waiting.done():
                    waiting.set_result(records)

    async def _put_files_back(self, moved: LogMoved) -> bool:
        """Put the log's files back where they belong; return whether that could be done."""
        from chloe.store.repair.relink import restore_files

        try:
            async with self._readers.exclusive():
                await self._connection.run(restore_files, self._connection, self._appender, self._path, moved)
                self._appender.bind_files()
        except LogMoved as still:
            self._set_trouble(f"the log can't be written: {still}")
            return False
        except Exception as error:
            if not _is_transient(error):
                raise
            self._set_trouble(
                f"the log can't be written: {moved}, and can't be put back: {_reason(error, self._path)}"
            )
            return False
        _log.warning("%s; it was put back with all its records", moved)
        return True

    async def _refuse(self, taken: Sequence[_Waiting], error: Exception) -> None:
        """Find what in ``taken`` can't be stored at all, raise that to its caller, and commit the others."""
        if len(taken) > 1:
            for pair in taken:
                await self._commit([pair])
                if self._given_up.is_set():
                    return
            return
        request, waiting = self._taken.popleft()
        self._appender.line.refuse_first()
        self._release(request.size)
        if not waiting.done():
            waiting.set_exception(error)

    async def _gave_up_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._given_up.wait()
        except TimeoutError:
            return False
        return True

    def _reject_all(self) -> None:
        """Raise to all callers that what waits now will never be in the log."""
        reason = f"not written to the log: {self.trouble or 'it was closed'}"
        for request, waiting in [*self._taken, *self._queue]:
            self._lost += len(request.entries)
            if not waiting.done():
                waiting.set_exception(LogUnusable(reason))
        for _, place in self._space_waiters:
            if not place.done():
                place.set_exception(LogUnusable(reason))
        self._taken.clear()
        self._queue.clear()
        self._space_waiters.clear()

    def _set_trouble(self, trouble: str | None) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            if self.on_trouble is not None:
                self.on_trouble()

    async def close(self, within: float = CLOSE_TIMEOUT) -> None:
        """Commit what is queued, then stop.

        Raises ``LogUnusable`` if nothing could be committed for ``within`` seconds.
        """
        self._closing = True
        self._wake.set()
        before = -1
        while not self._task.done() and before != self.commits:
            before = self.commits
            await asyncio.wait({self._task}, timeout=within)
        self._given_up.set()
        self._wake.set()
        # An attempt that is under way is bounded by SQLite's own waiting; a hung file system is not.
        await asyncio.wait({self._task}, timeout=within)
        self._task.cancel()
        await asyncio.wait({self._task})
        await self._tasks.end(self._ahead)
        # Nobody is left waiting for it.
        self._reject_all()
        await self._connection.close()
        self._appender.close()
        if self._lost:
            raise LogUnusable(
                f"{self._lost} facts were not written when the log was closed: "
                f"{self.trouble or 'it stopped'}; what ran in tmux is still in its spool, and is taken "
                "in at the next start"
            )


def _is_transient(error: Exception) -> bool:
    """Return whether trying again can help: not where the entries themselves can't be stored."""
    if isinstance(error, sqlite3.Error):
        return not isinstance(
            error,
            sqlite3.IntegrityError | sqlite3.DataError | sqlite3.InterfaceError | sqlite3.ProgrammingError,
        )
    return isinstance(error, OSError)


def _reason(error: Exception, path: Path) -> str:
    """Return the reason in a user's words."""
    if limited := explain_limit(path, error):
        return limited
    if not isinstance(error, sqlite3.Error):
        return str(error)
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_FULL:
            return "the disk is full"
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return "another program has locked it"
        case sqlite3.SQLITE_READONLY:
            return "it is read-only"
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return f"it is damaged: {error}"
        case sqlite3.SQLITE_IOERR:
            return f"the disk fails: {error}"
    return str(error)
