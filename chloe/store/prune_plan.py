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
    """The bodies of one pane so far. It may be cut at ``positions`` only, or anywhere where that is None."""

    def __init__(self, positions: Sequence[int] | None) -> None:
        self._positions = None if positions is None else sorted(positions, reverse=True)
        self._pending_first = self._pending_bodies = self._pending_size = 0
        self.first = self.up_to = self.bodies = self.size = 0
        #: It met what is too young: nothing behind that goes.
        self.closed = False

    def advance(self, seq: int | None) -> int:
        """Come to ``seq`` (None: the end); return the bytes that can be cut off in addition."""
        if self._positions is None:
            return 0
        gained = 0
        while self._positions and (seq is None or self._positions[-1] < seq):
            position = self._positions.pop()
            gained += self._cut(position)
        return gained

    def add(self, seq: int, size: int) -> int:
        """Add a body; return the bytes that can be cut off in addition."""
        self._pending_first = self._pending_first or seq
        self._pending_bodies += 1
        self._pending_size += size
        return self._cut(seq) if self._positions is None else 0

    def _cut(self, position: int) -> int:
        gained = self._pending_size
        if self._pending_bodies:
            self.first = self.first or self._pending_first
            self.up_to = position
            self.bodies += self._pending_bodies
            self.size += gained
            self._pending_first = self._pending_bodies = self._pending_size = 0
        return gained


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
            for seq, pane, occurred_at, size in rows:
                count += 1
                self._seq = seq
                self._visit(seq, pane, occurred_at, size)
                if self._has_enough():
                    return False
        if count == _SLICE:
            return True
        for pane_range in self.panes.values():
            if not pane_range.closed and not self._has_enough():
                self._count(pane_range.advance(None))
        return False

    def _visit(self, seq: int, pane: str, occurred_at: int, size: int) -> None:
        pane_range = self.panes.get(pane)
        if pane_range is None or pane_range.closed:
            return
        self._count(pane_range.advance(seq))
        if self._has_enough():
            return
        if self._before is not None and occurred_at >= self._before:
            pane_range.closed = True
            return
        self._count(pane_range.add(seq, size))

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
