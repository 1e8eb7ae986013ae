"""What is recorded for an instance of Chloe that quits, and for one that ended without a word.

Owns what becomes of the panes that it held. Must not know how it is found out that an instance is gone.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from chloe.events import facts
from chloe.events.facts import Entry
from chloe.events.panes import Pane, Panes


def facts_at_quitting(panes: Panes, ending: Iterable[str], instance: str) -> list[Entry]:
    """Return what ``instance`` records of its panes as it quits; ``ending`` are those that end with it."""
    now = time.time_ns()
    return [
        Entry(pane.id, facts.Detached(instance=instance, reason=facts.QUIT), now)
        for pane in panes.values()
        if instance in pane.attached and pane.alive and pane.traits.can_detach
    ] + [Entry(pane, facts.Closed(), now) for pane in ending if not panes[pane].closed]


def facts_for_departed(panes: Iterable[Pane], gone: str) -> list[Entry]:
    """Return the facts that an instance, ``gone`` without a word, left unrecorded of its panes."""
    now = time.time_ns()
    words = []
    for pane in panes:
        if not pane.traits.outlives_chloe and pane.owner == gone and pane.alive:
            died = facts.Died(status=None, signal=None, reason=facts.CHLOE_ENDED)
            words += [Entry(pane.id, died, now), Entry(pane.id, facts.Closed(), now)]
        elif pane.traits.can_detach and gone in pane.attached:
            words.append(Entry(pane.id, facts.Detached(instance=gone, reason=facts.CHLOE_ENDED), now))
    return words
