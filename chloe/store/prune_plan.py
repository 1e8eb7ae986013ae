"""What there is to prune, and how much of it, before anything goes.

Owns the walk along the bodies. A cut lies where a series begins, since nobody could read the rest of one
whose beginning went. Must not know why something may go: it is told in which panes, up to where, and how old
or how much.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from chloe.store.connection import ReaderPool

#: Bodies looked at in one piece of work: some 10 ms in a reader's thread.
_SLICE = 4096

_BODIES = (
    "SELECT body.seq, pane, occurred_at, first_seq, length(bytes) "
    "FROM body CROSS JOIN record ON record.seq = body.seq "
    "WHERE body.seq > ?1 ORDER BY body.seq LIMIT ?2"
)
_BODIES_OF_PANE = (
    "SELECT record.seq, pane, occurred_at, first_seq, length(bytes) "
    "FROM record CROSS JOIN body ON body.seq = record.seq "
    "WHERE pane = ?3 AND record.seq > ?1 ORDER BY record.seq LIMIT ?2"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneRange:
    """Bodies of ``pane`` in its records ``first`` through ``up_to``: how many, and the bytes they take."""

    pane: str
    first: int
    up_to: int
    bodies: int
    size: int


class _PaneRange:
    """The bodies of one pane so far. It may be cut at ``positions`` only, or anywhere where that is None.

    A position within a series stands for where that begins. The last series of a pane with positions may
    still be written, so it stays.
    """

    def __init__(self, positions: Sequence[int] | None) -> None:
        self._positions = None if positions is None else sorted(positions, reverse=True)
        self._pending = _Bodies()
        #: The last series and all bodies since it began; empty before there is one.
        self._series = _Bodies()
        self._cuttable = _Bodies()
        self.up_to = 0
        #: It met what is too young: nothing behind that goes.
        self.closed = False

    @property
    def first(self) -> int:
        """Return the first body that can go."""
        return self._cuttable.first

    @property
    def bodies(self) -> int:
        """Return how many bodies can go."""
        return self._cuttable.count

    @property
    def size(self) -> int:
        """Return how many bytes they take."""
        return self._cuttable.size

    def advance(self, seq: int | None, begins_series: bool) -> int:
        """Come to ``seq`` (None: the end); return the bytes that can be cut off in addition."""
        if self._positions is None:
            if begins_series or seq is None:
                self._pending.take(self._series)
            return self._cut(self._pending.last)
        gained = 0
        while self._positions and (seq is None or self._positions[-1] < seq):
            position = self._positions.pop()
            if begins_series and position >= self._series.last:
                self._pending.take(self._series)
            gained += self._cut(self._series.first - 1 if self._series.count else position)
        if begins_series:
            self._pending.take(self._series)
        return gained

    def add(self, seq: int, size: int, begins_series: bool) -> int:
        """Add a body; return the bytes that can be cut off in addition."""
        if begins_series or self._series.count:
            self._series.add(seq, size)
            return 0
        self._pending.add(seq, size)
        return self._cut(seq) if self._positions is None else 0

    def _cut(self, position: int) -> int:
        gained = self._pending.size
        if self._pending.count:
            self.up_to = position
            self._cuttable.take(self._pending)
        return gained


class _Bodies:
    """Some bodies in a row: the seqs of the first and the last, how many, and the bytes they take."""

    __slots__ = ("count", "first", "last", "size")

    def __init__(self) -> None:
        self.first = self.last = self.count = self.size = 0

    def add(self, seq: int, size: int) -> None:
        """Add the next one."""
        self.first = self.first or seq
        self.last = seq
        self.count += 1
        self.size += size

    def take(self, other: _Bodies) -> None:
        """Add all of ``other``, which follow, and leave it empty."""
        if other.count:
            self.first = self.first or other.first
            self.last = other.last
            self.count += other.count
            self.size += other.size
            other.first = other.last = other.count = other.size = 0


class _Walk:
    """How far the walk has come, in the order of the log. ``slice`` runs in a reader's thread."""

    def __init__(
        self, positions: Mapping[str, Sequence[int] | None], before: int | None, enough: int | None
    ) -> None:
        self.panes = {pane: _PaneRange(where) for pane, where in positions.items()}
        self._before = before
        self._left = enough
        self._seq = 0
        self._pane: str | None = next(iter(positions)) if len(positions) == 1 else None

    def slice(self, connection: sqlite3.Connection) -> bool:
        """Walk a bit further; return whether there is more."""
        sql, arguments = _BODIES, [self._seq, _SLICE]
        parameters: Sequence[object] = arguments
        if self._pane is not None:
            sql, parameters = _BODIES_OF_PANE, [*arguments, self._pane]
        count = 0
        with closing(connection.execute(sql, parameters)) as rows:
            for seq, pane, occurred_at, first_seq, size in rows:
                count += 1
                self._seq = seq
                self._visit(seq, pane, occurred_at, size, first_seq == seq)
                if self._has_enough():
                    return False
        if count == _SLICE:
            return True
        for pane_range in self.panes.values():
            if not pane_range.closed and not self._has_enough():
                self._count(pane_range.advance(None, False))
        return False

    def _visit(self, seq: int, pane: str, occurred_at: int, size: int, begins_series: bool) -> None:
        pane_range = self.panes.get(pane)
        if pane_range is None or pane_range.closed:
            return
        self._count(pane_range.advance(seq, begins_series))
        if self._has_enough():
            return
        if self._before is not None and occurred_at >= self._before:
            pane_range.closed = True
            return
        self._count(pane_range.add(seq, size, begins_series))

    def _count(self, size: int) -> None:
        if self._left is not None:
            self._left -= size

    def _has_enough(self) -> bool:
        return self._left is not None and self._left <= 0


async def plan(
    readers: ReaderPool,
    positions: Mapping[str, Sequence[int] | None],
    *,
    before: int | None,
    over: int | None,
) -> list[PruneRange]:
    """Return what could go of these panes, see ``Store.plan_pruning``. Raises ``sqlite3.Error``."""
    enough = None
    if over is not None:
        async with readers.connection() as connection:
            enough = await connection.run(_used) - over
        if enough <= 0:
            return []
    walk = _Walk(positions, before, enough)
    more = bool(positions)
    while more:
        async with readers.connection() as connection:
            more = await connection.run(walk.slice)
    return [
        PruneRange(
            pane=pane,
            first=pane_range.first,
            up_to=pane_range.up_to,
            bodies=pane_range.bodies,
            size=pane_range.size,
        )
        for pane, pane_range in walk.panes.items()
        if pane_range.bodies
    ]


def _used(connection: sqlite3.Connection) -> int:
    """Return how many bytes of the database hold something."""
    numbers = [
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "freelist_count", "page_size")
    ]
    return int((numbers[0] - numbers[1]) * numbers[2])
