"""The outline of the log: the few records from which the panes and their history follow.

Owns which those are and how they are found. Must not know what is folded from them. Most of a log is
``Output``, and of output the panes and the history take only how far it came, from the last one. So an
outline is

- every record that is neither ``Output`` nor ``Checkpointed``,
- before each of those, the record of its pane that stands directly before it,
- the last record of each pane,

and ``Checkpointed`` counts for nothing: it says what was kept of a screen, not what happened to a pane. An
``Output`` of a later Chloe, from which nothing can be taken, counts as something else that happened.

Finding them costs an index look-up for each record of the first kind, however much was printed.
"""

from __future__ import annotations

import sqlite3
from array import array

#: Which records stand in the index ``record_outline``, in its own words, or SQLite can't use it.
IN_OUTLINE = "(kind <> 'Output' OR version <> 1) AND kind <> 'Checkpointed'"

#: The seqs of an outline through ?1, in no order. SQLite would rather walk along the whole table in the order
#: of seq than use ``record_outline``, hence INDEXED BY.
SEQS = f"""
WITH RECURSIVE
outlined (seq, pane) AS MATERIALIZED (
    SELECT seq, pane FROM record INDEXED BY record_outline WHERE {IN_OUTLINE} AND seq <= ?1
),
panes (pane) AS (
    SELECT min(pane) FROM record
    UNION ALL
    SELECT (SELECT min(pane) FROM record WHERE record.pane > panes.pane) FROM panes WHERE pane IS NOT NULL
)
SELECT seq FROM outlined
UNION ALL
SELECT (
    SELECT seq FROM record INDEXED BY record_pane
    WHERE record.pane = outlined.pane AND record.seq < outlined.seq AND kind <> 'Checkpointed'
    ORDER BY seq DESC LIMIT 1
) FROM outlined
UNION ALL
SELECT (
    SELECT seq FROM record INDEXED BY record_pane
    WHERE record.pane = panes.pane AND record.seq <= ?1 AND kind <> 'Checkpointed'
    ORDER BY seq DESC LIMIT 1
) FROM panes
"""  # noqa: S608 (only words from here)


def outline_seqs(connection: sqlite3.Connection, through: int) -> array[int]:
    """The seqs of the outline, in order."""
    found = {seq for (seq,) in connection.execute(SEQS, (through,)).fetchall() if seq is not None}
    return array("q", sorted(found))
