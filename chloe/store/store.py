"""The door of the log: open, append, follow, read, verify, close.

Owns the parts behind it and the order in which they start and stop. Must not know panes, backends or
projections. Everything here is for the loop's own thread; SQLite, hashing and compression happen in others.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from chloe.errors import LogUnusable
from chloe.events.facts import Entry, Record, SpoolPosition
from chloe.store.appending import Appender
from chloe.store.chain import Head
from chloe.store.change_watch import ChangeWatcher, FolderWatcher
from chloe.store.connection import Connection, ReaderPool
from chloe.store.following import Feed
from chloe.store.heads import HeadKeeper
from chloe.store.log_lock import LogLock
from chloe.store.opening import OpenedReadOnly, open_log
from chloe.store.reading import Reader, RecordQuery, translate_errors
from chloe.store.readonly import RefusingWriter
from chloe.store.wal import WalCopier
from chloe.store.write_lock import find_writer
from chloe.store.writer import CLOSE_TIMEOUT, WRITING, Writer
from chloe.tasks import Tasks
from chloe.waits import Waits

if TYPE_CHECKING:
    from chloe.store.checkpoints import Checkpoint, CheckpointRef, Checkpoints
    from chloe.store.integrity import Verdict
    from chloe.store.prune_plan import PruneRange
    from chloe.store.pruning import FoldStart, PruneCut, Pruner
    from chloe.store.repair.losses import Losses

_log = logging.getLogger(__name__)

#: For this long after an own commit its notices are still on their way, in seconds.
_ECHO_WINDOW = 0.02


class Store:
    """The log of one instance. Made by ``open``; every way out must pass ``close``."""

    def __init__(
        self,
        path: Path,
        writer: Writer | RefusingWriter,
        readers: ReaderPool,
        reader: Reader,
        feed: Feed,
        connection: Connection | None,
        appender: Appender | None,
        watcher: FolderWatcher | None,
        heads: HeadKeeper,
        tasks: Tasks,
    ) -> None:
        self.path = path
        #: A sentence about what the log had lost when it was opened; None where it was whole.
        self.loss_notice: str | None = None
        #: Why nothing is written to this log; None where it is. ``append`` raises it.
        self.refusal: str | None = None
        self._heads = heads
        self._heads_file: Path | None = None
        self._guard: LogLock | None = None
        self._writer = writer
        self._readers = readers
        self._reader = reader
        self._feed = feed
        self._tasks = tasks
        self._change_watcher = ChangeWatcher(path, watcher, self._look, self._committing, tasks)
        self._wal = WalCopier(readers, appender, tasks)
        self._connection = connection
        self._appender = appender
        self._subscribers: list[Callable[[str | None], None]] = []
        self._reported_trouble: str | None = None
        feed.on_followed = self._change_watcher.set_active
        writer.on_committed = self._on_committed
        writer.on_trouble = feed.on_trouble = self._report_trouble
        tasks.on_trouble = lambda _: self._report_trouble()

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        instance: str,
        watcher: FolderWatcher | None = None,
        now: Callable[[], int] = time.time_ns,
        heads_file: Path | None = None,
        waits: Waits | None = None,
        unwritable: str = "",
    ) -> Store:
        """Open the log at ``path``, made or brought up to date where needed.

        ``instance`` names this running Chloe in its records. Without a ``watcher``, other instances' commits
        are looked for every 50 ms while anybody follows. To ``heads_file`` a head is added once a minute
        while records are written, and at ``close``. ``waits`` hears what is waited for. Raises
        ``LogUnusable`` for a log that is from a newer Chloe, damaged, locked or no log at all,
        ``HomeUnusable``, ``WaitedTooLong``. A log whose schema isn't Chloe's is opened for reading alone, as
        one that can't be written, for the reason ``unwritable`` or another: ``refusal`` says why.
        """
        log = await open_log(path, instance, now, waits or Waits(_log.warning), heads_file, unwritable)
        if isinstance(log, OpenedReadOnly):
            return await cls._to_read(path, log, watcher, heads_file)
        readers = ReaderPool(path)
        reader = Reader(path, readers)
        feed = Feed(reader, log.last)
        tasks = Tasks()
        writer = Writer(path, log.connection, log.appender, readers, tasks)
        heads = HeadKeeper(path, heads_file, tasks)
        store = cls(path, writer, readers, reader, feed, log.connection, log.appender, watcher, heads, tasks)
        store.loss_notice = log.loss_notice
        store._heads_file, store._guard = heads_file, log.guard
        return store

    @classmethod
    async def _to_read(
        cls, path: Path, log: OpenedReadOnly, watcher: FolderWatcher | None, heads_file: Path | None
    ) -> Store:
        readers = ReaderPool(path, read_only=True)
        reader = Reader(path, readers)
        try:
            feed = Feed(reader, await reader.tip())
        except BaseException:
            await readers.close()
            log.close()
            raise
        nobody = RefusingWriter(log.refusal)
        tasks = Tasks()
        heads = HeadKeeper(path, None, tasks)
        store = cls(path, nobody, readers, reader, feed, None, None, watcher, heads, tasks)
        store.refusal, store.loss_notice = log.refusal, log.notice
        store._heads_file, store._guard = heads_file, log.guard
        return store

    @cached_property
    def _checkpoints(self) -> Checkpoints:
        from chloe.store.checkpoints import Checkpoints

        checkpoints = Checkpoints(self.path, self._connection, self._appender, self._readers)
        if self._readers.closed:
            checkpoints.close()
        return checkpoints

    @cached_property
    def _pruner(self) -> Pruner:
        from chloe.store.pruning import Pruner

        append = partial(self._writer.append, durable=True)
        return Pruner(self._connection, self._appender, self._readers, self._wal, append)

    @property
    def trouble(self) -> str | None:
        """Return why the log can't be written or followed now, or what of its upkeep fails; else None."""
        return self.blockage or self._tasks.trouble

    @property
    def blockage(self) -> str | None:
        """Return why the log can't be written or followed now; None while it can."""
        return self._writer.trouble or self._feed.trouble or self._tasks.trouble_of(WRITING)

    def count_waiting(self) -> tuple[int, int]:
        """Return how many bytes wait for their commit, and the last seq known to be committed."""
        return self._writer.queued, self._feed.tip

    def subscribe(self, callback: Callable[[str | None], None]) -> Callable[[], None]:
        """Call ``callback`` in the loop with each new trouble, then with None; return what ends that."""
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)

    async def append(self, entries: Sequence[Entry], *, durable: bool = False) -> list[Record]:
        """Commit ``entries`` next to each other, in this order; return their records.

        Returns once they are committed: for a ``durable`` one, once they and everything before them are on
        the disk (also without any entries). Calls are committed in the order in which they were made. While
        the log can't be written this waits. Cancelling it doesn't take back what is already queued. Raises
        ``LogUnusable`` when the store is closed before it could be written.
        """
        return await self._writer.append(entries, durable=durable)

    def follow(self, after: int) -> AsyncIterator[Sequence[Record]]:
        """Yield all records committed above ``after``, in order, by any instance.

        Each slice holds at least one. Ends with ``close``.
        """
        return self._feed.follow(after)

    def read(
        self,
        *,
        after: int = 0,
        up_to: int | None = None,
        pane: str | None = None,
        kinds: Collection[str] | None = None,
        since: int | None = None,
        until: int | None = None,
        bodies: bool = True,
    ) -> AsyncIterator[Record]:
        """Yield records with ``after`` < seq <= ``up_to`` (None: the present end), in order.

        All conditions count together: of this ``pane``, of these ``kinds``, ``since`` <= occurred_at <
        ``until`` (nanoseconds since 1970). Without ``bodies`` a fact's data is empty. Raises ``LogUnusable``.
        """
        chosen = None if kinds is None else frozenset(kinds)
        query = RecordQuery(pane=pane, kinds=chosen, since=since, until=until, bodies=bodies)
        return self._reader.read(query, after, up_to)

    def read_outline(self, up_to: int | None = None) -> AsyncIterator[Record]:
        """Yield the records from which the panes and their history follow as from all up to ``up_to``.

        In order and without bodies: everything but output, and of each pane the last output and that right
        before anything else. Its cost doesn't grow with what was printed. Raises ``LogUnusable``.
        """
        return self._reader.outline(up_to)

    def read_present(self, also: Collection[str] = (), *, alive: bool = False) -> AsyncIterator[Record]:
        """Yield the outline of the panes that live or aren't closed, and of those in ``also``, as of now.

        With ``alive`` not of those that ended. Its cost hardly grows with the others. Raises ``LogUnusable``.
        """
        return self._reader.outline(None, also, alive=alive)

    async def spool_position(self, pane: str) -> SpoolPosition | None:
        """Return how far ``pane``'s spool has been committed, by any instance; None if it wasn't."""
        return await self._reader.spool_position(pane)

    async def find_seq_at(self, pane: str, time: int) -> int:
        """Return the last seq of ``pane``'s stream that occurred up to ``time`` (ns since 1970), or 0."""
        return await self._reader.find_seq_at(pane, time)

    async def read_tip(self) -> int:
        """Return the last seq committed by any instance. While the log can't be read this waits."""
        return await self._feed.read_tip()

    async def head(self) -> Head:
        """Return where the chain ends now; seq 0 in an empty log."""
        return await self._reader.head()

    async def save_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint, in place of one of the same pane and seq, if that can be done now.

        It makes no record wait and raises nothing: a checkpoint that couldn't be written isn't there.
        """
        records, size = await self._checkpoints.save(checkpoint)
        if records:
            self._on_committed(records, size)

    async def load_checkpoint(
        self, pane: str, *, emulator: str, seq: int | None = None, lines: int | None = None
    ) -> Checkpoint | None:
        """Return the last of ``pane`` by this ``emulator`` up to ``seq`` and ``lines``, or None."""
        return await self._checkpoints.newest(pane, emulator=emulator, seq=seq, lines=lines)

    async def list_checkpoints(self, pane: str, *, emulator: str) -> list[CheckpointRef]:
        """Return where ``pane`` has checkpoints of this ``emulator``, in order; no state is read."""
        return await self._checkpoints.refs(pane, emulator=emulator)

    async def delete_checkpoints(
        self, pane: str | None = None, *, after: int | None = None, up_to: int | None = None
    ) -> None:
        """Delete the checkpoints of ``pane`` (of all panes) with ``after`` < seq <= ``up_to``."""
        await self._checkpoints.delete(pane, after=after, up_to=up_to)

    async def find_fold_start(self, pane: str) -> FoldStart:
        """Return where a fold of ``pane`` begins: after what was pruned, where a state stands for that.

        An ended pane was pruned without one: its fold begins at its first record. Raises ``LogUnusable``.
        """
        with translate_errors(self.path):
            return await self._pruner.find_fold_start(pane)

    async def plan_pruning(
        self,
        positions: Mapping[str, Sequence[int] | None],
        *,
        before: int | None = None,
        over: int | None = None,
    ) -> list[PruneRange]:
        """Return what could be pruned of the panes in ``positions``, of each up to one of its seqs there.

        None in place of seqs stands for any. All conditions together: made ``before`` (nanoseconds since
        1970) everything else that is left of its pane; and no more, the oldest in the log first, than makes
        what is left fit into ``over`` bytes. Raises ``LogUnusable``.
        """
        from chloe.store.prune_plan import plan

        with translate_errors(self.path):
            return await plan(self._readers, positions, before=before, over=over)

    async def prune(self, cuts: Sequence[PruneCut]) -> None:
        """Say in the log what goes, let it go, and give the space back to the disk.

        Checkpoints within it go as well. Killed anywhere, the log is whole, and ``finish_pruning`` or the
        next ``prune`` goes on. Raises ``LogUnusable``.
        """
        self._refuse()
        for cut in cuts:
            await self.delete_checkpoints(cut.pane, up_to=cut.up_to if cut.kept else None)
        with translate_errors(self.path):
            await self._pruner.prune(cuts)

    async def finish_pruning(self) -> bool:
        """Go on with what a killed ``prune`` left; return whether there was any. Raises ``LogUnusable``."""
        self._refuse()
        with translate_errors(self.path):
            return await self._pruner.finish()

    def find_writer(self) -> str:
        """Name the other process that writes to the log now, for a message; "" where that can't be known."""
        return find_writer(self.path)

    async def measure(self) -> int:
        """Return the bytes of the log, without what its -wal file takes beside. Raises ``LogUnusable``."""
        return await self._reader.size()

    async def verify(self, progress: Callable[[int], None] | None = None) -> Verdict:
        """Walk the chain and compare the log with the heads kept; give ``progress`` a seq now and then."""
        from chloe.store.integrity import verify

        return await verify(self.path, self._readers, self._heads_file, progress)

    async def accept_loss(self, user: str) -> Losses:
        """Record that ``user`` knows of what is missing, if anything; return it. Raises ``LogUnusable``."""
        from chloe.store.repair.losses import find_losses

        with translate_errors(self.path):
            async with self._readers.connection() as connection:
                losses = await connection.run(find_losses, self.path, self._heads_file)
        if losses.lost:
            await self.append([Entry("", losses.acceptance(user), time.time_ns())], durable=True)
        return losses

    async def contains(self, head: Head) -> bool:
        """Return whether the record that ``head`` names is part of the log: an earlier head still is.

        A hash of less than 32 bytes is the beginning of one; with a negative seq it may be any record's.
        Raises ``LogUnusable``.
        """
        return await self._reader.contains(head)

    async def close(self, within: float = CLOSE_TIMEOUT) -> None:
        """Commit what is queued, end every ``follow``, let go of the file.

        Raises ``LogUnusable`` if facts could not be written ``within`` so many seconds: they are lost.
        """
        if "_checkpoints" in self.__dict__:
            self._checkpoints.close()
        await self._change_watcher.close()
        await self._wal.close()
        try:
            if self._appender is not None and self._appender.has_moved():
                # Or SQLite, closing it, would put the old files' state above what others committed since.
                with suppress(LogUnusable, TimeoutError):
                    async with asyncio.timeout(within):
                        await self._writer.append([], durable=True)
            await self._writer.close(within)
        finally:
            await self._heads.close()
            self._feed.close()
            await self._readers.close()
            if self._guard is not None:
                self._guard.close()

    def _refuse(self) -> None:
        if self.refusal is not None:
            raise LogUnusable(self.refusal)

    def _report_trouble(self) -> None:
        if self.trouble != self._reported_trouble:
            self._reported_trouble = self.trouble
            for callback in list(self._subscribers):
                callback(self._reported_trouble)

    def _on_committed(self, records: Sequence[Record], size: int) -> None:
        self._feed.publish(records, size)
        self._heads.on_committed(records)
        self._wal.on_committed(size)

    async def _look(self) -> bool:
        try:
            if self._appender is not None and self._appender.has_moved():
                # What others commit isn't seen by the old files; a commit puts them right.
                await self._writer.append([], durable=True)
            return self._feed.advance_tip(await self._reader.tip())
        except LogUnusable:
            # The next look comes soon; a reader gets the error itself.
            return False

    def _committing(self) -> bool:
        return self._writer.busy or time.monotonic() - self._writer.committed_at < _ECHO_WINDOW
