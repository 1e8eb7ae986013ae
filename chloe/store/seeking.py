"""Which record of a pane stands last at a time.

Owns the search along a pane's records for one that occurred then. Must not know what is done with it. Records
are in the order of their commits. Times go up along it, as long as no clock is set back, so halving what is
left at each look-up in ``record_pane`` finds the place without an index by time. Where a clock was set back,
several places would do; a later time never gives an earlier place.
"""

from __future__ import annotations

import sqlite3

#: The last record of pane ?1 up to ?2 that its screen follows from, and whether it occurred up to ?3. Other
#: facts about a pane (a checkpoint, pruning) may occur long after what they stand behind.
_NEAREST = (
    "SELECT seq, typeof(occurred_at) = 'integer' AND occurred_at <= ?3 FROM record INDEXED BY record_pane "
    "WHERE pane = ?1 AND seq <= ?2 AND kind IN "
    "('Created', 'Output', 'Resized', 'TerminalReset', 'Repainted', 'Gap', 'Died') "
    "ORDER BY seq DESC LIMIT 1"
)
_LAST = "SELECT max(seq) FROM record INDEXED BY record_pane WHERE pane = ?"


def find_seq_at(connection: sqlite3.Connection, pane: str, time: int) -> int:
    """Return the last seq of ``pane``'s stream that occurred up to ``time``, or 0.

    ``time`` is in nanoseconds since 1970.
    """
    time = max(min(time, 2**63 - 1), -(2**63))
    (last,) = connection.execute(_LAST, (pane,)).fetchone()
    nearest_seq, low, high = 0, 0, last or 0
    # Nothing behind ``high`` occurred up to then; what stands up to ``low`` did.
    while low < high:
        middle = (low + high + 1) // 2
        nearest = connection.execute(_NEAREST, (pane, middle, time)).fetchone()
        if nearest is None or nearest[0] <= low:
            low = middle
        elif nearest[1]:
            nearest_seq, low = nearest[0], middle
        else:
            high = nearest[0] - 1
    return nearest_seq
