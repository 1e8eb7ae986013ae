"""What there is to prune, and how much of it, before anything goes.

Owns the walk along the bodies. Must not know why something may go: it is told in which panes, up to where,
and how old or how much.
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
    "SELECT body.seq, pane, occurred_at, length(bytes) "
    "FROM body CROSS JOIN record ON record.seq = body.seq "
    "WHERE body.seq > ?1 ORDER BY body.seq LIMIT ?2"
)
_BODIES_OF_PANE = (
    "SELECT record.seq, pane, occurred_at, length(bytes) "
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
    """What was met of one pane. It may be cut at ``places`` only, or anywhere where that is None."""

    def __init__(self, places: Sequence[int] | None) -> None:
        self._places = None if places is None else sorted(places, reverse=True)
        self._pending_first = self._pending_bodies = self._pending_size = 0
        self.first = self.up_to = self.bodies = self.size = 0
        #: It met what is too young: nothing behind that goes.
        self.closed = False

    def advance(self, seq: int | None) -> int:
        """Come to ``seq`` (None: the end); return the bytes that can be cut off in addition."""
        if self._places is None:
            return 0
        gained = 0
        while self._places and (seq is None or self._places[-1] < seq):
            place = self._places.pop()
            gained += self._cut(place)
        return gained

    def add(self, seq: int, size: int) -> int:
        """Meet a body; the bytes that can be cut off since then."""
        self._pending_first = self._pending_first or seq
        self._pending_bodies += 1
        self._pending_size += size
        return self._cut(seq) if self._places is None else 0

    def _cut(self, place: int) -> int:
        gained = self._pending_size
        if self._pending_bodies:
            self.first = self.first or self._pending_first
            self.up_to = place
            self.bodies += self._pending_bodies
            self.size += gained
            self._pending_first = self._pending_bodies = self._pending_size = 0
        return gained


class _Walk:
    """How far the walk has come, in the order of the log. ``slice`` runs in a reader's thread."""

    def __init__(
        self, places: Mapping[str, Sequence[int] | None], before: int | None, enough: int | None
    ) -> None:
        self.heaps = {pane: _PaneRange(where) for pane, where in places.items()}
        self._before = before
        self._left = enough
        self._seq = 0
        self._pane: str | None = next(iter(places)) if len(places) == 1 else None

    def slice(self, connection: sqlite3.Connection) -> bool:
        """Walk a bit further; whether there is more."""
        sql, arguments = _BODIES, [self._seq, _SLICE]
        parameters: Sequence[object] = arguments
        if self._pane is not None:
            sql, parameters = _BODIES_OF_PANE, [*arguments, self._pane]
        count = 0
        with closing(connection.execute(sql, parameters)) as rows:
            for seq, pane, occurred_at, size in rows:
                count += 1
                self._seq = seq
                self._meet(seq, pane, occurred_at, size)
                if self._has_enough():
                    return False
        if count == _SLICE:
            return True
        for heap in self.heaps.values():
            if not heap.closed and not self._has_enough():
                self._take(heap.advance(None))
        return False

    def _meet(self, seq: int, pane: str, occurred_at: int, size: int) -> None:
        heap = self.heaps.get(pane)
        if heap is None or heap.closed:
            return
        self._take(heap.advance(seq))
        if self._has_enough():
            return
        if self._before is not None and occurred_at >= self._before:
            heap.closed = True
            return
        self._take(heap.add(seq, size))

    def _take(self, size: int) -> None:
        if self._left is not None:
            self._left -= size

    def _has_enough(self) -> bool:
        return self._left is not None and self._left <= 0


async def plan(
    readers: ReaderPool,
    places: Mapping[str, Sequence[int] | None],
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
    walk = _Walk(places, before, enough)
    more = bool(places)
    while more:
        async with readers.connection() as connection:
            more = await connection.run(walk.slice)
    return [
        PruneRange(pane=pane, first=heap.first, up_to=heap.up_to, bodies=heap.bodies, size=heap.size)
        for pane, heap in walk.heaps.items()
        if heap.bodies
    ]


def _used(connection: sqlite3.Connection) -> int:
    """Return how many bytes of the database hold something."""
    numbers = [
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "freelist_count", "page_size")
    ]
    return int((numbers[0] - numbers[1]) * numbers[2])
