"""The outline of the log: the few records from which the panes and their history follow.

Owns which those are and how they are found. Must not know what is folded from them. Most of a log is
``Output``, and of output the panes and the history take only how far it came, from the last one. So an
outline is

- every record that isn't ``Output``,
- before each of those, the record of its pane that stands directly before it,
- the last record of each pane.

Finding them costs an index look-up for each record that isn't ``Output``, however much was printed.
"""

from __future__ import annotations

import sqlite3
from array import array

#: The seqs of an outline through ?1, in no order. SQLite would rather walk along the whole table in the order
#: of seq than use ``record_told``, hence INDEXED BY.
SEQS = """
WITH RECURSIVE
told (seq, pane) AS MATERIALIZED (
    SELECT seq, pane FROM record INDEXED BY record_told WHERE kind <> 'Output' AND seq <= ?1
),
panes (pane) AS (
    SELECT min(pane) FROM record
    UNION ALL
    SELECT (SELECT min(pane) FROM record WHERE record.pane > panes.pane) FROM panes WHERE pane IS NOT NULL
)
SELECT seq FROM told
UNION ALL
SELECT (SELECT max(seq) FROM record WHERE record.pane = told.pane AND record.seq < told.seq) FROM told
UNION ALL
SELECT (SELECT max(seq) FROM record WHERE record.pane = panes.pane AND record.seq <= ?1) FROM panes
"""


def outline_seqs(connection: sqlite3.Connection, through: int) -> array[int]:
    """The seqs of the outline, in order."""
    found = {seq for (seq,) in connection.execute(SEQS, (through,)).fetchall() if seq is not None}
    return array("q", sorted(found))
