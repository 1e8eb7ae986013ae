"""Whether the bodies in series are what was written: pane by pane, since their series lie among each other.

Owns the walk along them and the first that is wrong. Must not know the chain: hashes were walked before.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

from chloe.store.bodies import MAX_BODY, SERIES
from chloe.store.series import Key, Member, SeriesReader

#: A slice of the walk: about 10 ms in the reader's thread.
_SLICE_ROWS = 2048
_SLICE_BYTES = 4 * 1024 * 1024

#: The first pane behind ?1 in the order of their ids.
_NEXT_PANE = "SELECT min(pane) FROM record WHERE pane > CAST(?1 AS TEXT)"
_ROWS = (
    "SELECT record.seq, head, body_sha256, first_seq, "  # noqa: S608 (only words from here)
    f"CASE WHEN length(bytes) <= {MAX_BODY} THEN bytes END "
    "FROM record CROSS JOIN body ON body.seq = record.seq WHERE pane = CAST(?1 AS TEXT) "
    f"AND record.seq > ?2 AND record.seq <= ?3 AND codec = {SERIES} ORDER BY record.seq LIMIT {_SLICE_ROWS}"
)


class SeriesWalk:
    """How far the walk has come. ``slice`` runs in a reader's thread, with text as bytes.

    ``is_pruned`` says of a pane and a seq whether its body may be missing, and with it what its series needs.
    """

    def __init__(self, up_to: int, is_pruned: Callable[[bytes, int], bool]) -> None:
        #: Bytes of bodies that are right, and how many are of no use since their series is being pruned.
        self.bodies = 0
        self.pruned = 0
        #: The first seq whose body isn't what was written.
        self.bad: int | None = None
        self._up_to = up_to
        self._is_pruned = is_pruned
        # One pane after the other has one series after the other.
        self._reader = SeriesReader(most=1)
        self._pane: bytes = b""
        self._seq = 0

    def slice(self, connection: sqlite3.Connection) -> bool:
        """Walk a bit further, in one read transaction; return whether there is more."""
        members: dict[Key, list[Member]] = {}
        size, last = 0, self._seq
        is_whole = True
        with closing(connection.execute(_ROWS, (self._pane, self._seq, self._up_to))) as rows:
            for count, (seq, head, digest, first_seq, stored) in enumerate(rows, 1):
                member = Member.of(seq, head, digest, stored)
                key = (self._pane, first_seq if isinstance(first_seq, int) and 0 < first_seq <= seq else 0)
                members.setdefault(key, []).append(member)
                size += max(member.length, 0)
                last = seq
                if count >= _SLICE_ROWS or size >= _SLICE_BYTES:
                    is_whole = False
                    break
        found = self._reader.unpack(connection, members, after=self._seq, through=last)
        self.bodies += sum(map(len, found.values()))
        wrong = [each.seq for wanted in members.values() for each in wanted if each.seq not in found]
        for seq in wrong:
            if self._is_pruned(self._pane, seq):
                self.pruned += 1
            elif self.bad is None or seq < self.bad:
                self.bad = seq
                self._up_to = seq - 1
        self._seq = last
        return not is_whole or self._next_pane(connection)

    def _next_pane(self, connection: sqlite3.Connection) -> bool:
        (pane,) = connection.execute(_NEXT_PANE, (self._pane,)).fetchone()
        if pane is None:
            return False
        self._pane, self._seq = pane, 0
        return True
