"""What the user selected: a pane of those in use, and the pane that has the keyboard.

Owns the choices that hold in the whole app, and keeps them sensible while panes come and go. Must not know
views, keys or how a pane is made.
"""

from __future__ import annotations

from chloe.engine import why_not_type
from chloe.events.panes import Pane
from chloe.events.projections import Projections


class Selection:
    """The state of the app that isn't in the log, but for what a single view keeps."""

    def __init__(self, instance: str, projections: Projections) -> None:
        self.instance = instance
        self._projections = projections
        #: The selected pane, and the place it had in the list.
        self._selected: str | None = None
        self._place = 0
        #: The pane that has the keyboard. It keeps the keyboard when its program ends, so that what is still
        #: typed then isn't taken for commands.
        self.typing_into: str | None = None
        self._seq = -1
        self._panes: list[Pane] = []

    @property
    def panes(self) -> list[Pane]:
        """The panes in use, oldest first; made anew where something happened, since they may be thousands."""
        if self._seq != self._projections.history.seq:
            self._seq = self._projections.history.seq
            self._panes = [pane for pane in self._projections.panes.values() if not pane.closed]
        return self._panes

    @property
    def is_typing(self) -> bool:
        """Whether the selected pane has the keyboard."""
        return self.typing_into is not None

    @property
    def selected(self) -> Pane | None:
        """The selected pane. One that is gone leaves its place to the next, or else the one before."""
        panes = self.panes
        for place, pane in enumerate(panes):
            if pane.id == self._selected:
                self._place = place
                return pane
        if not panes:
            self._selected = None
            return None
        self._place = min(self._place, len(panes) - 1)
        self._selected = panes[self._place].id
        return panes[self._place]

    def select(self, pane: str) -> None:
        """Select a pane."""
        self._selected = pane

    def step(self, by: int) -> None:
        """Select the pane ``by`` places further down, as far as there are any."""
        panes = self.panes
        if self.selected is not None:
            self._place = min(max(self._place + by, 0), len(panes) - 1)
            self._selected = panes[self._place].id

    # How a pane stands here -------------------------------------------------------------------------

    def is_attached(self, pane: Pane) -> bool:
        """Return whether this instance shows the pane."""
        return self.instance in pane.attached or (not pane.traits.can_detach and not self.is_foreign(pane))

    def is_foreign(self, pane: Pane) -> bool:
        """Return whether it takes input from another instance alone, the one that made it."""
        return not pane.traits.takes_input_from_others and pane.owner != self.instance

    def accepts_keys(self, pane: Pane) -> bool:
        """Return whether the user can type into the pane."""
        return why_not_type(pane, self.instance) is None
