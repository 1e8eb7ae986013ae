"""What follows from being shown: a pane has its screen, and the size of its slot; and which panes one sees.

Owns the loop over the slots after each frame. Must not know views, keys or how a slot is drawn.
"""

from __future__ import annotations

from chloe.events.panes import Pane
from chloe.ui.panes.pane_input import PaneInput
from chloe.ui.panes.slots import Slots
from chloe.ui.requests import AppEngine, Requests


class VisiblePanes:
    """Minds the panes in the slots."""

    def __init__(
        self,
        slots: Slots,
        engine: AppEngine,
        requests: Requests,
        pane_input: PaneInput,
    ) -> None:
        self._slots = slots
        self._engine = engine
        self._requests = requests
        self._pane_input = pane_input

    def sync(self) -> None:
        """Do what the slots ask for."""
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
            # The first of several slots gives the pane its size; the others show a part, or leave room.
            if slot.is_live and pane.id not in sized:
                sized.add(pane.id)
                self._pane_input.fit(pane, (slot.rows, slot.columns))

    def list_seen(self) -> list[Pane]:
        """Return the panes of which a slot shows what there is now: the screen, or why there is none."""
        panes, screens = self._engine.projections.panes, self._engine.projections.screens
        ids = {slot.pane for slot in self._slots if slot.view.shows_screen or slot.pane in screens.broken}
        return [panes[id] for id in ids & panes.keys()]
