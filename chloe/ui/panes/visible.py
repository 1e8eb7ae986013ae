"""What follows from being shown: a pane has its screen, it is read, it has the size of its slot.

Owns the loop over the slots after each frame. Must not know views, keys or how a slot is drawn.
"""

from __future__ import annotations

from chloe.events.panes import Pane
from chloe.ui.panes.pane_input import PaneInput
from chloe.ui.panes.slots import Slots
from chloe.ui.panes.unread import Unread
from chloe.ui.requests import AppEngine, Requests


class VisiblePanes:
    """Minds the panes in the slots."""

    def __init__(
        self,
        slots: Slots,
        engine: AppEngine,
        unread: Unread,
        requests: Requests,
        pane_input: PaneInput,
    ) -> None:
        self._slots = slots
        self._engine = engine
        self._unread = unread
        self._requests = requests
        self._pane_input = pane_input

    def sync(self) -> bool:
        """Do what the slots ask for. Return whether what was drawn beside them is out of date by that."""
        was_unread = False
        sized: set[str] = set()
        self._engine.look_at(frozenset(slot.pane for slot in self._slots))
        for slot in self._slots:
            pane = self._engine.projections.panes.get(slot.pane)
            if pane is None:
                continue
            screens = self._engine.projections.screens
            if pane.id not in screens and pane.id not in screens.broken:
                self._requests.load(pane.id)
            self._requests.fetch(pane.id, slot.view)
            if slot.is_live:
                was_unread |= self._mark_read(pane)
                # The first of several slots gives the pane its size; the others show a part, or leave room.
                if pane.id not in sized:
                    sized.add(pane.id)
                    self._pane_input.fit(pane, (slot.rows, slot.columns))
        return was_unread

    def mark_read(self, pane: Pane) -> bool:
        """Mark a pane that changed as read where it is shown. Return whether it is."""
        if not self._slots.find_live(pane.id):
            return False
        self._mark_read(pane)
        return True

    def _mark_read(self, pane: Pane) -> bool:
        was_unread = bool(self._unread.count(pane)) or self._unread.has_rung(pane)
        self._unread.mark_read(pane)
        return was_unread
