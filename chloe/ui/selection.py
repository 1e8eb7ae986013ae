"""What is on the user's selection: the tab, the selected pane, who has the keyboard, what is zoomed.

Owns the choices of one run and keeps them sensible while panes come and go. Must not know widgets,
keys or how a pane is made.
"""

from __future__ import annotations

from typing import Literal

from chloe.events.history import Life
from chloe.events.panes import Pane
from chloe.events.projections import Projections

Tab = Literal["instances", "history"]


class Selection:
    """The state of the app that isn't in the log."""

    def __init__(self, instance: str, projections: Projections) -> None:
        self.instance = instance
        self._projections = projections
        self.tab: Tab = "instances"
        #: The selected pane of Instances, and the place it had in the list.
        self._selected: str | None = None
        self._place = 0
        #: The pane that has the keyboard. It keeps it when its program ends, so that what is still typed
        #: then doesn't become commands.
        self.typing_into: str | None = None
        self.zoomed = False
        #: The selected line of History.
        self.line = 0
        #: The pane of History whose last screen is shown.
        self.viewed: str | None = None
        self._learned = -1
        self._panes: list[Pane] = []
        self._past: list[Life] | None = None

    @property
    def panes(self) -> list[Pane]:
        """The panes of Instances, oldest first."""
        self._learn()
        return self._panes

    @property
    def past(self) -> list[Life]:
        """The lives of History, the latest first."""
        self._learn()
        if self._past is None:
            self._past = self._projections.history.past()
        return self._past

    def _learn(self) -> None:
        """Make the lists anew where something happened that they are made of; panes may be thousands."""
        if self._learned != self._projections.history.seq:
            self._learned = self._projections.history.seq
            self._panes = [pane for pane in self._projections.panes.values() if not pane.closed]
            self._past = None

    def pane(self, pane: str) -> Pane:
        """Any pane by its id."""
        return self._projections.panes[pane]

    @property
    def typing(self) -> bool:
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

    def step_line(self, by: int) -> None:
        """Select the line of History ``by`` places further down, as far as there are any."""
        self.line = min(max(self.line + by, 0), max(len(self.past) - 1, 0))

    @property
    def selected_life(self) -> Life | None:
        """The selected line of History."""
        past = self.past
        if not past:
            return None
        self.line = min(self.line, len(past) - 1)
        return past[self.line]

    # What may be done with a pane ------------------------------------------------------------------

    def is_attached(self, pane: Pane) -> bool:
        """Whether this instance shows the pane."""
        return self.instance in pane.attached or (pane.backend == "direct" and not self.is_foreign(pane))

    def is_foreign(self, pane: Pane) -> bool:
        """Whether it is a direct pane of another instance, which nobody else can type into."""
        return pane.backend == "direct" and pane.owner != self.instance

    def takes_keys(self, pane: Pane) -> bool:
        """Whether the user can type into the pane."""
        return pane.alive and self.is_attached(pane)
