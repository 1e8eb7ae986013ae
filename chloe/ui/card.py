"""What stands in place of a screen: a few lines of text on blank rows.

Owns their place, and the words for a screen that can't be drawn or isn't all in the log. Must not know views.
"""

from __future__ import annotations

from collections.abc import Sequence

from chloe.events.faults import Fault
from chloe.events.panes import Pane
from chloe.ui.canvas import Row, make_row

#: Marks a screen that is ahead of the log, since the pane's recorder is stopped.
NOT_LOGGED = "not all in the log yet"

#: What there is to press where there is no pane yet.
INVITATION = (" No panes yet.", "", " c  a direct pane", " t  a tmux pane", " ?  every key")

#: A line: its style and its text.
Line = tuple[str, str]


def lay_on_blank(card: Sequence[Line], rows: list[Row], columns: int) -> list[Row]:
    """Return ``rows``, which are blank, with the lines a third of the way down."""
    start = max((len(rows) - len(card)) // 3, 0)
    for at, (style, text) in enumerate(card[: len(rows)]):
        rows[start + at] = make_row([(style, f"  {text}")], columns)
    return rows


def make_fault_card(fault: Fault, pane: Pane) -> list[Line]:
    """Return why a pane has no screen, and what there is all the same."""
    goes_on = [
        ("card", "The program runs on, what it prints"),
        ("card", "is recorded, and keys reach it."),
    ]
    return [
        ("card", "Chloe can't draw what it printed"),
        ("card", f"from byte {fault.offset:,} on ({fault.error})."),
        ("card", ""),
        *(goes_on if pane.alive else ()),
        ("card", "`chloe export-log` has every byte;"),
        ("card", "`chloe doctor` says what to report."),
    ]
