"""Scope: which panes an instance looks after, and for how long.

Owns the choice alone. Must not know how panes are looked after. The app looks after every pane for as long
as it runs. A command ingests what it has to know, and no more: one that is about a single pane touches no
other, so that it takes no longer where there are a thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Literal

from chloe.events.panes import Panes
from chloe.quick import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """``chosen`` gives the ids of the panes; None stands for all of them."""

    chosen: Callable[[Panes], Collection[str]] | None = None
    #: Which are left out: those that have ended and were closed, all that have ended, or none.
    leaves_out: Literal["past", "ended", "none"] = "none"
    #: Of a scope that leaves them out: whether it is clear without them which panes are meant.
    is_clear: Callable[[Panes], bool] = lambda _: True
    #: Whether they are recorded from then on, and those that come; else what their spools hold is ingested.
    stays: bool = False

    def of(self, panes: Panes) -> Collection[str]:
        """Return the ids of the panes that it reaches, of those there are."""
        return panes.keys() if self.chosen is None else self.chosen(panes)


#: Every pane, for as long as the instance runs.
RECORDING = Scope(stays=True)

#: What the spools hold now, of every pane.
INGESTING = Scope()

#: The same where nobody asks for what is past.
PRESENT = Scope(leaves_out="past")


def named(text: str) -> Scope:
    """Return the scope of the panes that ``text`` may mean, so that it is clear which it does."""
    return Scope(
        lambda panes: panes.candidates(text), leaves_out="ended", is_clear=lambda panes: panes.is_used(text)
    )


#: None: what isn't there yet needs no look at the others.
NOTHING = Scope(lambda _: (), leaves_out="ended")

#: None, though every pane is known: where there is no room for what the spools hold.
ALL_UNTOUCHED = Scope(lambda _: ())
