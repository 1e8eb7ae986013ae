"""The present: the panes that live, or that nobody has closed, among all that the log has ever known.

Owns how they and their outline are found. Must not know what is folded from it. A log that is used for a year
knows ten thousand panes, of which a command wants a few: those that have ended and were closed cost it a look
at an index, and nothing of them is read.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Collection

from chloe.store.outline import LAST_COUNTED, PASSED_OVER

#: The panes that live: those that haven't died since they were last reopened. SQLite wouldn't take the index
#: by itself.
ALIVE = """
SELECT pane FROM record INDEXED BY record_history WHERE kind <> 'Output' GROUP BY pane
HAVING max(CASE kind WHEN 'Died' THEN seq ELSE 0 END) <= max(CASE kind WHEN 'Reopened' THEN seq ELSE 0 END)
"""

#: And those that weren't closed since.
PRESENT = f"""{ALIVE}
    OR max(CASE kind WHEN 'Closed' THEN seq ELSE 0 END)
        <= max(CASE WHEN kind IN ('Reopened', 'Restored') THEN seq ELSE 0 END)
"""

#: The seqs of the outline (see the module of this name) through ?1 of the panes in the JSON list ?2.
SEQS = f"""
WITH
panes (pane) AS MATERIALIZED (SELECT value FROM json_each(?2)),
outlined (seq, pane) AS MATERIALIZED (
    SELECT record.seq, record.pane FROM panes CROSS JOIN record INDEXED BY record_history
    WHERE record.pane = panes.pane AND kind <> 'Output' AND kind NOT IN ({PASSED_OVER}) AND record.seq <= ?1
)
SELECT seq FROM outlined
UNION ALL
SELECT (
    SELECT seq FROM record INDEXED BY record_pane
    WHERE record.pane = outlined.pane AND record.seq < outlined.seq
        AND kind NOT IN ({PASSED_OVER}) AND (kind <> 'Output' OR version = 1)
    ORDER BY seq DESC LIMIT 1
) FROM outlined
UNION ALL
SELECT (
    SELECT seq FROM record INDEXED BY record_pane
    WHERE record.pane = panes.pane AND record.seq <= ?1
        AND kind NOT IN ({PASSED_OVER}) AND (kind <> 'Output' OR version = 1)
    ORDER BY seq DESC LIMIT 1
) FROM panes
UNION ALL
{LAST_COUNTED}
"""  # noqa: S608 (only words from here)


def present_seqs(
    connection: sqlite3.Connection, up_to: int, also: Collection[str], *, alive: bool
) -> array[int]:
    """Find the seqs of the outline of the present (or living) panes and of those in ``also``, in order."""
    panes = {pane for (pane,) in connection.execute(ALIVE if alive else PRESENT)} | set(also)
    rows = connection.execute(SEQS, (up_to, json.dumps(sorted(panes))))
    return array("q", sorted({seq for (seq,) in rows if seq is not None}))
