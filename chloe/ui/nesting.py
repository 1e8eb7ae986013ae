"""A Chloe that runs inside one of its own panes: what is said of that.

Owns how it is noticed and worded. Must not know what is shown: a pane that shows itself stands still, and
harms nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from chloe.events.panes import Pane


def describe_nesting(environment: Mapping[str, str], panes: Mapping[str, Pane]) -> str:
    """Return a sentence where this runs inside one of ``panes``; "" where it doesn't, or the pane has ended.

    A pane's program has its id in CHLOE_PANE, and so has all that it starts.
    """
    pane = panes.get(environment.get("CHLOE_PANE", ""))
    if pane is None or not pane.alive:
        return ""
    return (
        f"this Chloe runs inside its own pane {pane.name}, which would show itself in here: q quits this "
        "one, and the Chloe around it goes on"
    )
