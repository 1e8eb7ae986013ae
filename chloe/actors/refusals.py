"""Refusals: what can't be asked of a pane, and what can be done instead.

Owns the words. Must not know how a command is carried out.
"""

from __future__ import annotations

from chloe.errors import PaneRefused
from chloe.events.panes import Pane


def must_live(pane: Pane) -> None:
    """Raises ``PaneRefused`` for a pane whose program has ended."""
    if not pane.alive:
        raise PaneRefused(f"{pane.name} has ended ({pane.outcome}); `chloe export-log` has what it printed")


def must_be_tmux(pane: Pane, what: str, way_out: str) -> None:
    """Raises ``PaneRefused`` for a direct pane, which can't be ``what``."""
    if pane.backend != "tmux":
        raise PaneRefused(f"{pane.name} is a direct pane and can't be {what}: {way_out}")
