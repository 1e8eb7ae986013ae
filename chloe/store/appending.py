"""One transaction of the log: what the writer's thread does with a batch.

Owns the order seq, chain, rows, commit. Must not know the event loop or what is waiting: it is given
requests, and either all of them are in the log when ``commit`` returns or none is.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from chloe.events.codec import encode
from chloe.events.facts import Entry, Record
from chloe.store.chain import GENESIS, link
from chloe.store.connection import file_identity
from chloe.store.packing import Series
from chloe.store.packing_line import PackingLine, Request
from chloe.store.write_lock import WriteLock

_LAST = "SELECT seq, committed_at, hash FROM record ORDER BY seq DESC LIMIT 1"
_RECORD = (
    "INSERT INTO record "
    "(seq, committed_at, occurred_at, pane, instance, kind, version, head, body_sha256, hash) VALUES "
)
_BODY = "INSERT INTO body (seq, codec, first_seq, bytes) VALUES "
_PRINTED_BY_ANOTHER = (
    "SELECT 1 FROM record WHERE pane = ? AND seq > ? AND kind = 'Output' AND instance <> ? LIMIT 1"
)

# The GIL is let go at each step of an SQL statement. Where the loop is busy, getting it back takes up to
# ``sys.getswitchinterval()`` each time, 5 ms unless set: with a statement for each, 64 small records would
# wait 128 times.

#: Rows a statement: the fewest statements that can be kept compiled.
_BATCH_SIZES = (64, 8, 1)


class LogMoved(OSError):
    """The file at the log's path is not the one that was opened: what is written would be lost."""


class WalMoved(LogMoved):
    """The -wal file at its path is not the one that was opened: commits would go into one without a name."""


class IndexMoved(LogMoved):
    """The -shm file at its path is not the one that was opened: others have locks of their own in another."""


class Appender:
    """Commits requests on the connection that it is called with. For one thread only."""

    def __init__(self, path: Path, instance: str, now: Callable[[], int]) -> None:
        #: The log.
        self.path = path
        self._instance = instance
        self._instance_bytes = instance.encode()
        self.now = now
        #: What waits to be committed. Who calls ``commit`` has put it there.
        self.line = PackingLine(instance)
        #: The last seq that was committed here, and the last one that others are known to have committed.
        self._last_seq = 0
        self._last_of_others = 0
        self._wal_path = path.with_name(f"{path.name}-wal")
        self._index_path = path.with_name(f"{path.name}-shm")
        #: What was committed when the index was moved, so that others may have overwritten it.
        self._in_doubt: tuple[Sequence[Request], list[list[Record]]] | None = None
        self._wal_descriptor = -1
        self._write_lock: WriteLock | None = None
        self._full = False
        self.bind_files()

    def bind_files(self) -> None:
        """Take the files that are at their paths now as the ones to write to."""
        self.close()
        with suppress(OSError):
            self._write_lock = WriteLock(self.path.parent)
        self._file = file_identity(self.path)
        self._wal: tuple[int, int] | None = None
        self._open_wal()
        self._index = file_identity(self._index_path)
        here = _open_here()
        if here is not None:
            self._file = self._file if self._file in here else _NONE
            self._index = self._index if self._index in here else _NONE

    def close(self) -> None:
        """Let go of the -wal file and of the folder."""
        if self._write_lock is not None:
            self._write_lock.close()
            self._write_lock = None
        if self._wal_descriptor >= 0:
            os.close(self._wal_descriptor)
            self._wal_descriptor = -1

    def _open_wal(self) -> None:
        # SQLite has no lock on the -wal file that would go when this is closed.
        with suppress(OSError):
            self._wal_descriptor = os.open(self._wal_path, os.O_RDONLY | os.O_CLOEXEC)
            status = os.fstat(self._wal_descriptor)
            self._wal = status.st_dev, status.st_ino

    @property
    def wal_is_empty(self) -> bool:
        """Return whether the -wal file that was opened holds nothing, wherever it is now.

        Then another instance had it copied into the database.
        """
        return self._wal_descriptor >= 0 and os.fstat(self._wal_descriptor).st_size == 0

    def commit(self, connection: sqlite3.Connection, requests: Sequence[Request]) -> list[list[Record]]:
        """Commit ``requests``, the first ones of the line, in one transaction; return the records of each.

        With a durable one among them the transaction, and every one before it, is on the disk afterwards.
        Raises ``sqlite3.Error`` or ``LogMoved``; then none of it is in the log.
        """
        try:
            return self._commit(connection, requests)
        except BaseException:
            self.line.begin_anew()
            raise

    def _commit(self, connection: sqlite3.Connection, requests: Sequence[Request]) -> list[list[Record]]:
        self.line.pack(requests)
        with self.exclusive():
            # Before SQLite looks: it says of a moved file that it is read-only. Where another instance
            # has put the -wal file back and written to it, the index, which both use, names pages that the
            # old file lacks: an I/O error at every try.
            self.check_in_place()
            self._synchronous(connection, full=any(request.durable for request in requests))
            connection.execute("BEGIN IMMEDIATE")
            try:
                # Again, now that nobody else can write: an instance that finds the file gone and then waits
                # for the lock knows that nothing more gets into it (``relink``).
                self.check_in_place()
                already = self._already_committed(connection, requests)
                written = already or self._write(connection, requests)
                connection.execute("COMMIT")
            except BaseException:
                # A full disk may have rolled back by itself.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            self._in_doubt = requests, written
            self.check_index_in_place()
            self._in_doubt = None
        self.line.on_committed(requests, written)
        if already:
            self.line.begin_anew()
        self._last_seq = next((records[-1].seq for records in reversed(written) if records), self._last_seq)
        return written

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Have the log for oneself inside, among all instances. Raises ``LogMoved``, ``sqlite3.Error``."""
        if self._write_lock is None:
            try:
                self._write_lock = WriteLock(self.path.parent)
            except FileNotFoundError as error:
                raise LogMoved(f"the folder {self.path.parent} was moved or removed") from error
        with self._write_lock.held():
            yield

    def has_name(self) -> bool:
        """Return whether the file that was opened still is on the disk, by whatever name."""
        return self._file is not None and (_open_here() or {}).get(self._file, 0) > 0

    def folder_replaced(self) -> bool:
        """Return whether another folder stands where the log was opened. Raises ``OSError``."""
        return self._write_lock is not None and not self._write_lock.is_at(self.path.parent)

    def has_moved(self) -> bool:
        """Return whether other files stand at the log's paths than were opened. For any thread."""
        return (
            file_identity(self.path) != self._file
            or (self._wal is not None and file_identity(self._wal_path) != self._wal)
            or file_identity(self._index_path) != self._index
        )

    def _check_index(self) -> None:
        if file_identity(self._index_path) != self._index:
            raise IndexMoved(f"the file {self._index_path} was moved, removed or replaced")

    def check_index_in_place(self) -> None:
        """Raise ``IndexMoved`` where what was just written is in doubt; the lock is still held.

        An instance that opened the log meanwhile has made another index, which may lack what was written, and
        would write over it. So that index is removed as well, before that instance gets the lock.
        """
        try:
            self._check_index()
        except IndexMoved:
            with suppress(OSError):
                self._index_path.unlink()
            raise

    def _already_committed(
        self, connection: sqlite3.Connection, requests: Sequence[Request]
    ) -> list[list[Record]] | None:
        """Return what was committed of ``requests`` before, if that was in doubt and is in the log."""
        if self._in_doubt is None or list(self._in_doubt[0]) != list(requests):
            return None
        written = self._in_doubt[1]
        last = next((records[-1] for records in reversed(written) if records), None)
        if last is None:
            return None
        row = connection.execute("SELECT hash FROM record WHERE seq = ?", (last.seq,)).fetchone()
        return written if row is not None and row[0] == last.hash else None

    def _check_database(self) -> None:
        if file_identity(self.path) != self._file:
            raise LogMoved(f"the file {self.path} was moved, removed or replaced")

    def check_in_place(self) -> None:
        """Raise ``LogMoved`` where what is written wouldn't be found again."""
        self._check_database()
        if self._wal is None:
            self._open_wal()
        elif file_identity(self._wal_path) != self._wal:
            raise WalMoved(f"the file {self._wal_path} was moved, removed or replaced")
        self._check_index()

    def append_within(
        self,
        connection: sqlite3.Connection,
        entries: Sequence[Entry],
        instance: str | None = None,
        *,
        in_series: bool = False,
    ) -> list[Record]:
        """Append in the transaction that ``connection`` is in; the records, once that is committed.

        They are of ``instance``, if given, else of this one. With ``in_series`` output is compressed with
        what came before: only for a caller who uses nothing of it where the transaction fails.
        """
        encoded = [encode(entry.fact) for entry in entries]
        request = Request(entries, encoded, 0, durable=False)
        request.packed = self.line.pack_apart(entries, encoded, (instance or "") if in_series else None)
        (records,) = self._write(connection, [request], instance)
        if in_series:
            self.line.take_note(records)
        return records

    def _repack_taken_over(self, connection: sqlite3.Connection, requests: Sequence[Request]) -> None:
        """Begin a series for each pane that another instance has recorded since, whatever comes next of it.

        A series of one recorder's isn't interrupted by another's, so that a pane can be cut between two.
        """
        going_on: dict[str, Series] = {}
        for request in requests:
            for entry, packed in zip(request.entries, request.packed, strict=True):
                series = (packed and packed.series) or self.line.get_series(entry.pane)
                if series is not None and series.first_seq and series.last_seq < self._last_of_others:
                    going_on[entry.pane] = series
        for pane, series in going_on.items():
            last = (pane, series.last_seq, self._instance)
            if connection.execute(_PRINTED_BY_ANOTHER, last).fetchone():
                self.line.repack(requests, pane)

    def _write(
        self, connection: sqlite3.Connection, requests: Sequence[Request], of: str | None = None
    ) -> list[list[Record]]:
        seq, committed_at, previous = connection.execute(_LAST).fetchone() or (0, 0, GENESIS)
        if of is None:
            if seq != self._last_seq:
                self._last_of_others = seq
            self._repack_taken_over(connection, requests)
        # The clock may be set back; the log's time isn't.
        committed_at = max(committed_at, self.now())
        instance = self._instance if of is None else of
        instance_bytes = self._instance_bytes if of is None else of.encode()
        rows: list[tuple[object, ...]] = []
        bodies: list[tuple[object, ...]] = []
        written: list[list[Record]] = []
        for request in requests:
            records: list[Record] = []
            for entry, encoded, packed in zip(request.entries, request.encoded, request.packed, strict=True):
                seq += 1
                pane, occurred_at = entry.pane, entry.occurred_at
                kind, version, head, _ = encoded
                digest = None
                if packed is not None:
                    digest, codec, stored, series = packed
                    first_seq = None
                    if series is not None:
                        if series.first_seq is None:
                            series.first_seq = seq
                        first_seq = series.first_seq
                    bodies.append((seq, codec, first_seq, stored))
                previous = link(
                    previous,
                    seq,
                    committed_at,
                    occurred_at,
                    pane.encode(),
                    instance_bytes,
                    kind.encode(),
                    version,
                    head.encode(),
                    digest,
                )
                rows.append(
                    (seq, committed_at, occurred_at, pane, instance, kind, version, head, digest, previous)
                )
                records.append(Record(seq, committed_at, occurred_at, pane, instance, entry.fact, previous))
            written.append(records)
        if rows:
            _insert(connection, _RECORD, rows)
            _insert(connection, _BODY, bodies)
        else:
            # A durable request without entries asks for the disk: writing a number as it is makes a commit.
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            connection.execute(f"PRAGMA user_version = {version}")
        return written

    def _synchronous(self, connection: sqlite3.Connection, *, full: bool) -> None:
        if full != self._full:
            connection.execute(f"PRAGMA synchronous = {'FULL' if full else 'NORMAL'}")
            self._full = full


#: Stands for a file that isn't open here.
_NONE = (-1, -1)


def _open_here() -> dict[tuple[int, int], int] | None:
    """Return the files that this process has open, and how many names each has on the disk.

    What stands at a path may have been replaced since it was opened. None where the system doesn't tell.
    """
    try:
        names = os.listdir("/dev/fd")  # noqa: PTH208 (numbers, not paths)
    except OSError:
        return None
    files = {}
    for name in names:
        with suppress(OSError):
            status = os.fstat(int(name))
            files[status.st_dev, status.st_ino] = status.st_nlink
    return files


def _insert(connection: sqlite3.Connection, into: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Insert ``rows``, in order, with as few statements as can be kept compiled."""
    start = 0
    for size in _BATCH_SIZES:
        while len(rows) - start >= size:
            chunk = rows[start : start + size]
            start += size
            places = f"({', '.join('?' * len(chunk[0]))})"
            connection.execute(into + ", ".join([places] * size), [value for row in chunk for value in row])
