"""Pruning: bodies that nobody needs any more leave the log, and the disk gets their space back.

Owns the order of the steps, and which bodies a ``Pruned`` record still has to take. Must not know who decides
what goes, or what a state means. The order makes a kill harmless anywhere:

1. The ``Pruned`` records are on the disk. From here on the log says itself what may be missing.
2. The bodies go, a few in a transaction, each range from its beginning to its end: so the last body of a
   range tells whether all are gone, and ``finish`` can go on from there.
3. The free pages are cut off the end of the file, a few in a transaction (SQLite: ``incremental_vacuum``).
4. The -wal file is copied back and cut to nothing, where no reader is in its way.

2 and 3 are done on the writer's connection, between commits, with a pause after each transaction in which
other instances get the lock. Heads and hashes stay: the chain holds as before.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

from chloe.errors import LogUnusable
from chloe.events.codec import decode_record
from chloe.events.facts import Entry, Pruned, Record
from chloe.store.appending import Appender, LogMoved
from chloe.store.bodies import COLUMNS, BodyUnreadable, Unpacker
from chloe.store.checkpoints import Checkpoint
from chloe.store.connection import Connection, ReaderPool
from chloe.store.ranges import Ranges
from chloe.store.side_transaction import async_commit, side_transaction
from chloe.store.wal import WalCopier, copy_where_tight, truncate_wal

_R = TypeVar("_R")

#: The most bodies, and about the most bytes of them, that go in one transaction: some milliseconds.
_BODY_BATCH = 64
_BYTE_BATCH = 512 * 1024

#: Bodies that are looked up at a time.
_LOOKUP_BATCH = 4096

#: Pages cut off in one transaction.
_PAGE_BATCH = 256

#: The lock is left free for as long as it was held, and for so many seconds at least: others look for it
#: after 1, 2, 5, 10, 15 ms and so on (https://sqlite.org/c3ref/busy_timeout.html).
_PAUSE = 0.004

#: How often the -wal file is tried to be emptied, and the seconds between: a reader may be in the way.
_TRUNCATE_TRIES = 10
_TRUNCATE_RETRY_DELAY = 0.1

#: The newest ``Pruned`` records of a pane that are surely among those which the trigger ``body_delete`` looks
#: at: half of them, so that as many may be appended meanwhile.
_ASKED = 32

#: Free pages from which on ``finish`` takes them for what a killed prune left behind.
_MIN_FREE_PAGES = 512

_EVERY_PRUNED = (
    "SELECT seq, pane, instance, version, head FROM record INDEXED BY record_pruned WHERE kind = 'Pruned'"
)
_WITH_STATE = (
    "SELECT record.seq, pane, instance, version, head FROM record INDEXED BY record_pruned "
    "CROSS JOIN body ON body.seq = record.seq WHERE kind = 'Pruned' AND pane = ?"
)
_STATE = f"SELECT {COLUMNS} FROM body WHERE seq = ?"  # noqa: S608 (only words from here)
_LAST = (
    "SELECT seq FROM record WHERE pane = ?3 AND seq >= ?1 AND seq <= ?2 AND body_sha256 IS NOT NULL "
    "ORDER BY seq DESC LIMIT 1"
)
_IS_THERE = "SELECT 1 FROM body WHERE seq = ?"
_ANY = "SELECT 1 FROM body WHERE seq >= ? AND seq <= ? LIMIT 1"
_NEXT_OF_PANE = (
    "SELECT record.seq, length(bytes) FROM record CROSS JOIN body ON body.seq = record.seq "
    "WHERE pane = ?4 AND record.seq >= ?1 AND record.seq <= ?2 ORDER BY record.seq LIMIT ?3"
)
_NEXT = "SELECT seq, length(bytes) FROM body WHERE seq >= ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3"
_NEXT_IN_SERIES = (
    "SELECT first_seq FROM record CROSS JOIN body ON body.seq = record.seq "
    "WHERE pane = ? AND record.seq > ? AND first_seq IS NOT NULL ORDER BY record.seq LIMIT 1"
)
_BEGINS_SERIES = "SELECT 1 FROM body JOIN record USING (seq) WHERE seq = ? AND first_seq = seq AND pane = ?"
_DELETE = "DELETE FROM body WHERE seq IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneCut:
    """Bodies of ``pane`` in ``first`` through ``up_to`` shall go. ``kept`` is the checkpoint that stands
    there, where a fold of the rest has to begin with it."""

    pane: str
    first: int
    up_to: int
    reason: str
    kept: Checkpoint | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldStart:
    """Where a fold of a pane begins: after record ``after``, with the terminal's ``state`` as of there.

    ``offset`` bytes of the stream are before it, and ``lines`` logical lines had left the screen. Without a
    state it is the very beginning.
    """

    after: int = 0
    offset: int = 0
    lines: int = 0
    state: bytes | None = None


class _Range(NamedTuple):
    pane: str
    first: int
    up_to: int
    #: Which of the newest ``Pruned`` records say that it goes; else one has to say so again.
    said: bool


class Pruner:
    """Takes bodies out of the log. ``append`` commits facts durably."""

    def __init__(
        self,
        connection: Connection | None,
        appender: Appender | None,
        readers: ReaderPool,
        wal: WalCopier,
        append: Callable[[Sequence[Entry]], Awaitable[Sequence[Record]]],
    ) -> None:
        self._connection = connection
        self._appender = appender
        self._readers = readers
        self._wal = wal
        self._append = append

    async def find_fold_start(self, pane: str) -> FoldStart:
        """Return where a fold of ``pane`` begins."""
        fact = await self._read(_newest_state, pane)
        if fact is None:
            return FoldStart()
        return FoldStart(after=fact.through, offset=fact.offset, lines=fact.lines, state=fact.state)

    async def prune(self, cuts: Sequence[PruneCut]) -> None:
        """Let the bodies of ``cuts`` go, and what is left of earlier ones.

        Raises ``ValueError`` for one that would leave the rest of a series, which nobody could read.
        """
        for cut in cuts:
            if await self._read(_divides_series, cut):
                raise ValueError(f"record {cut.up_to} lies within a series")
        entries = [entry for cut in cuts for entry in await self._entries(cut)]
        if entries:
            await self._append(entries)
        await self._delete_left()
        await self._vacuum()
        await self._empty_wal()

    async def finish(self) -> bool:
        """Go on with what a killed prune has left; return whether there was anything."""
        was_any = await self._delete_left()
        if was_any or await self._read(_free_pages) >= _MIN_FREE_PAGES:
            await self._vacuum()
            await self._empty_wal()
            return True
        return False

    async def _entries(self, cut: PruneCut) -> list[Entry]:
        now = time.time_ns()
        fact = Pruned(first=cut.first, through=cut.up_to, reason=cut.reason)
        if cut.kept is None:
            return [Entry(cut.pane, fact, now)]
        state = cut.kept.state
        fact = Pruned(
            first=cut.first,
            through=cut.up_to,
            reason=cut.reason,
            offset=cut.kept.offset,
            lines=cut.kept.lines,
            length=len(state),
            state=state,
        )
        # States of earlier ones that stand behind the cut: this one takes their place.
        old = [seq for seq, _ in await self._read(_with_state, cut.pane) if seq > cut.up_to]
        superseded = [Pruned(first=seq, through=seq, reason="a later state is kept") for seq in old]
        return [Entry(cut.pane, pruned, now) for pruned in (fact, *superseded)]

    async def _delete_left(self) -> bool:
        """Delete every body that a ``Pruned`` record covers; return whether there were any."""
        # First what the newest records say: what has to be said again makes them older.
        ranges = sorted(await self._read(_unfinished), key=lambda part: not part.said)
        for part in ranges:
            if not part.said:
                again = Pruned(first=part.first, through=part.up_to, reason="it was to go before")
                await self._append([Entry(part.pane, again, time.time_ns())])
            after = part.first - 1
            while bodies := await self._read(_next, part, after):
                for seqs, size in _bundles(bodies):
                    await self._write(side_transaction, _delete, seqs)
                    self._wal.on_committed(size // 8)
                after = bodies[-1][0]
        return bool(ranges)

    async def _vacuum(self) -> None:
        before: int | None = None
        while True:
            free = await self._write(_cut_off, _PAGE_BATCH)
            if not free or (before is not None and free >= before):
                # Nothing left, or others free as many meanwhile: those are used again by what comes.
                return
            before = free
            self._wal.on_committed(_PAGE_BATCH * 512)

    async def _empty_wal(self) -> None:
        for _ in range(_TRUNCATE_TRIES):
            if self._appender is None or await self._read(truncate_wal, self._appender):
                return
            await asyncio.sleep(_TRUNCATE_RETRY_DELAY)

    async def _read(self, work: Callable[..., _R], *args: object) -> _R:
        async with self._readers.connection() as connection:
            return await connection.run(work, *args)

    async def _write(self, work: Callable[..., _R], *args: object) -> _R:
        """Do ``work`` between two commits, then pause."""
        if self._connection is None or self._appender is None:
            raise LogUnusable("the log is only read")
        try:
            done, took = await self._connection.run(_timed, work, self._appender, *args)
        except LogMoved:
            # A commit has the files put right.
            await self._append([])
            done, took = await self._connection.run(_timed, work, self._appender, *args)
        await self._read(copy_where_tight, self._appender)
        await asyncio.sleep(max(took, _PAUSE))
        return done


def _timed(
    connection: sqlite3.Connection, work: Callable[..., _R], appender: Appender, *args: object
) -> tuple[_R, float]:
    began = time.monotonic()
    done = work(connection, appender, *args)
    return done, time.monotonic() - began


def _with_state(connection: sqlite3.Connection, pane: str) -> list[tuple[int, Pruned]]:
    """Return the ``Pruned`` records whose states are still there, with their seqs and without the states.

    A log from elsewhere may have very many, each of which unpacks to a megabyte.
    """
    found = []
    for seq, about, instance, version, head in connection.execute(_WITH_STATE, (pane,)):
        fact = decode_record(about, instance, "Pruned", version, head, None)
        if isinstance(fact, Pruned) and fact.length:
            found.append((seq, fact))
    return found


def _newest_state(connection: sqlite3.Connection, pane: str) -> Pruned | None:
    """Return the ``Pruned`` record with the last state of a pane that can be read."""
    unpacker = Unpacker()
    candidates = _with_state(connection, pane)
    for seq, fact in sorted(candidates, key=lambda each: (each[1].through, each[0]), reverse=True):
        stored = connection.execute(_STATE, (seq,)).fetchone()
        # ``verify`` tells of one that can't be read. The fold begins at an earlier one, or at what is left of
        # the stream.
        if stored is None or stored[2] is None:
            continue
        codec, _, packed = stored
        with suppress(BodyUnreadable):
            if len(state := unpacker.unpack(codec, packed)) == fact.length:
                return replace(fact, state=state)
    return None


def _unfinished(connection: sqlite3.Connection) -> list[_Range]:
    """Return the ranges of ``Pruned`` records whose last body is still there, merged by pane.

    However many records there are and however they lie, no record of the log is looked at twice.
    """
    told: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for seq, pane, instance, version, head in connection.execute(_EVERY_PRUNED):
        fact = decode_record(pane, instance, "Pruned", version, head, None)
        if isinstance(fact, Pruned):
            told[pane].append((max(fact.first, 1), min(fact.through, seq - 1)))
    found = []
    for pane, ranges in told.items():
        left = _left_of(connection, pane, ranges) if pane else _left_of_all(connection, ranges)
        said = set(Ranges(left & set(ranges[-_ASKED:])))
        found += [_Range(pane, *each, each in said) for each in Ranges(left)]
    return found


def _left_of(
    connection: sqlite3.Connection, pane: str, ranges: Iterable[tuple[int, int]]
) -> set[tuple[int, int]]:
    """Return those of ``ranges`` whose last body of ``pane`` is still there."""
    left = set()
    looked_at, last, is_there = 0, 0, False
    for first, up_to in sorted(set(ranges), key=lambda each: each[1]):
        if up_to > looked_at:
            found = connection.execute(_LAST, (looked_at + 1, up_to, pane)).fetchone()
            looked_at = up_to
            if found is not None:
                last = found[0]
                is_there = connection.execute(_IS_THERE, found).fetchone() is not None
        if is_there and first <= last:
            left.add((first, up_to))
    return left


def _left_of_all(connection: sqlite3.Connection, ranges: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return those of ``ranges`` in which there is still any body."""
    return {each for each in set(ranges) if connection.execute(_ANY, each).fetchone()}


def _next(connection: sqlite3.Connection, within: _Range, after: int) -> list[tuple[int, int]]:
    """Return the next bodies of a range: seq and bytes."""
    bounds = (after + 1, within.up_to, _LOOKUP_BATCH)
    if within.pane:
        return connection.execute(_NEXT_OF_PANE, (*bounds, within.pane)).fetchall()
    return connection.execute(_NEXT, bounds).fetchall()


def _bundles(found: Sequence[tuple[int, int]]) -> list[tuple[list[int], int]]:
    """Return the seqs that go in each transaction, and how many bytes they take."""
    bundles: list[tuple[list[int], int]] = []
    seqs: list[int] = []
    total = 0
    for seq, size in found:
        seqs.append(seq)
        total += size
        if len(seqs) >= _BODY_BATCH or total >= _BYTE_BATCH:
            bundles.append((seqs, total))
            seqs, total = [], 0
    return [*bundles, (seqs, total)] if seqs else bundles


def _delete(connection: sqlite3.Connection, seqs: Sequence[int]) -> None:
    connection.execute(_DELETE, (json.dumps(list(seqs)),))


def _divides_series(connection: sqlite3.Connection, cut: PruneCut) -> bool:
    following = connection.execute(_NEXT_IN_SERIES, (cut.pane, cut.up_to)).fetchone()
    # What names a body that begins no series can't be read anyway.
    return (
        following is not None
        and following[0] <= cut.up_to
        and connection.execute(_BEGINS_SERIES, (*following, cut.pane)).fetchone() is not None
    )


def _free_pages(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA freelist_count").fetchone()[0])


def _cut_off(connection: sqlite3.Connection, appender: Appender, pages: int) -> int:
    """Take free pages off the end of the file; return how many are left."""
    # Each step of the statement frees one page, and ``execute`` takes one step where there are no columns.
    with async_commit(connection), appender.exclusive():
        appender.check_in_place()
        connection.executescript(f"PRAGMA incremental_vacuum({pages})")
        appender.check_index_in_place()
    return _free_pages(connection)
