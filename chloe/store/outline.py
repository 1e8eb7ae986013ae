"""The outline of the log: the few records from which the panes and their history follow.

Owns which those are and how they are found. Must not know what is folded from them. Most of a log is
``Output``, and of output the panes and the history take only how far it came, from the last one. So an
outline is

- every record that is neither ``Output`` nor of a kind that is passed over,
- before each of those, the record of its pane that stands directly before it,
- the last record of each pane,
- the last record of each pane of each kind of which only the last counts (``facts.LAST_COUNTS``).

Otherwise these count for nothing, and neither do records of the kinds on demand (``facts.ON_DEMAND``), since
nothing that is folded changes by them. An ``Output`` of a later Chloe, from which nothing can be taken,
counts as something else that happened.

Finding them costs some index look-ups for each kind, each pane and each record of the first sort, however
much was printed and however many records are passed over.
"""

from __future__ import annotations

import sqlite3
from array import array

from chloe.events import facts

#: Which records stand in the index ``record_outline``, in its own words, or SQLite can't use it.
INDEXED = "(kind <> 'Output' OR version <> 1)"

#: The kinds that are passed over, as SQL has them in a list, and those of which the last counts, as a table.
PASSED_OVER = ", ".join(f"'{kind.__name__}'" for kind in (*facts.ON_DEMAND, *facts.LAST_COUNTS))
_LAST_COUNTS = "(VALUES {})".format(", ".join(f"('{kind.__name__}')" for kind in facts.LAST_COUNTS))
#: Selects the seqs of the latter, through ?1, of the panes in a table ``panes``.
LAST_COUNTED = f"""
SELECT (
    SELECT seq FROM record INDEXED BY record_history
    WHERE record.pane = panes.pane AND record.kind = counted.column1 AND kind <> 'Output' AND seq <= ?1
    ORDER BY seq DESC LIMIT 1
) FROM panes CROSS JOIN {_LAST_COUNTS} AS counted
"""  # noqa: S608 (only words from here)

#: The seqs of an outline through ?1, in no order. The index is asked for one kind after the other, so that
#: records that are passed over aren't walked through. SQLite would rather walk along the whole table in the
#: order of seq than use ``record_outline``, hence INDEXED BY.
SEQS = f"""
WITH RECURSIVE
kinds (name) AS (
    SELECT min(kind) FROM record INDEXED BY record_outline WHERE {INDEXED}
    UNION ALL
    SELECT (
        SELECT min(kind) FROM record INDEXED BY record_outline WHERE {INDEXED} AND record.kind > kinds.name
    ) FROM kinds WHERE name IS NOT NULL
),
outlined (seq, pane) AS MATERIALIZED (
    SELECT record.seq, record.pane FROM kinds CROSS JOIN record INDEXED BY record_outline
    WHERE {INDEXED} AND record.kind = kinds.name AND kinds.name NOT IN ({PASSED_OVER}) AND record.seq <= ?1
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
    WHERE record.pane = outlined.pane AND record.seq < outlined.seq AND kind NOT IN ({PASSED_OVER})
    ORDER BY seq DESC LIMIT 1
) FROM outlined
UNION ALL
SELECT (
    SELECT seq FROM record INDEXED BY record_pane
    WHERE record.pane = panes.pane AND record.seq <= ?1 AND kind NOT IN ({PASSED_OVER})
    ORDER BY seq DESC LIMIT 1
) FROM panes
UNION ALL
{LAST_COUNTED}
"""  # noqa: S608 (only words from here)


def outline_seqs(connection: sqlite3.Connection, up_to: int) -> array[int]:
    """Return the seqs of the outline, in order."""
    seqs = {seq for (seq,) in connection.execute(SEQS, (up_to,)).fetchall() if seq is not None}
    return array("q", sorted(seqs))
