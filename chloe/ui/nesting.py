"""A Chloe that runs inside one of its own panes: what is asked then.

Owns how it is noticed and worded. Must not know what is shown: a pane that shows itself stands still, and
harms nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from chloe.events.panes import Pane


def describe_nesting(environment: Mapping[str, str], panes: Mapping[str, Pane]) -> str:
    """Return what to ask where this runs inside one of ``panes``; "" where it doesn't, or the pane has ended.

    A pane's program has its id in CHLOE_PANE, and so has all that it starts.
    """
    pane = panes.get(environment.get("CHLOE_PANE", ""))
    if pane is None or not pane.alive:
        return ""
    return (
        f"This Chloe runs inside its own pane {pane.name}, which would show itself in here. The Chloe around "
        "it goes on if you leave this one. Go on all the same?"
    )
