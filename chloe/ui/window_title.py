"""The title of the user's terminal: the pane one is at, and how many panes want one.

Owns its words, and how often a program's own title comes into it. Must not know how a terminal is told.
"""

from __future__ import annotations

from collections.abc import Callable

from chloe.events.panes import Pane
from chloe.ui.announcer import Allowance
from chloe.ui.state import AppState


class WindowTitle:
    """The title of one run's terminal."""

    def __init__(self, state: AppState, clock: Callable[[], float]) -> None:
        self._state = state
        self._allowance = Allowance(clock)
        #: The title of its own that each pane's program had when it was passed on last.
        self._own: dict[str, str] = {}

    def compose(self, pane: Pane | None) -> str:
        """Return the title while one is at ``pane``."""
        others = sum(self._state.wants(other) for other in self._state.selection.panes if other is not pane)
        wanting = f"({others}) " if others else ""
        return f"{wanting}{self._describe(pane)}Chloe"

    def _describe(self, pane: Pane | None) -> str:
        if pane is None:
            return ""
        own = self._find_own(pane)
        return f"{pane.name}: {own} - " if own and own != pane.name else f"{pane.name} - "

    def _find_own(self, pane: Pane) -> str:
        """Return the title that the pane's program gave itself, as of when it might last be passed on."""
        screens = self._state.choose_screens(pane.id)
        own = screens.drawn(pane.id).title if pane.id in screens else ""
        if own != self._own.get(pane.id, "") and self._allowance.take(pane.id):
            self._own[pane.id] = own
        return self._own.get(pane.id, "")
