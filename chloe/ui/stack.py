"""Which view one is in: the tabs, what was opened over each, and the boxes over everything.

Owns the order of views and when one is closed. Must not know any one view, what it draws, or keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chloe.engine import Change
from chloe.ui.view import View

#: Smaller than this, there is no room for a pane and its surroundings.
MIN_COLUMNS, MIN_ROWS = 24, 6


class Stack:
    """The views of one run. ``tabs`` are there from the start; others come and go over them."""

    def __init__(self, tabs: Sequence[View]) -> None:
        self.tabs = tuple(tabs)
        self._tab = 0
        #: The views open over each tab; they are there again when the user comes back to the tab.
        self._over: list[list[View]] = [[] for _ in tabs]
        self._overlays: list[View] = []

    @property
    def tab(self) -> View:
        """Return the tab one is in."""
        return self.tabs[self._tab]

    @property
    def place(self) -> View:
        """Return the view that fills the window."""
        return (self._over[self._tab] or [self.tab])[-1]

    @property
    def overlays(self) -> Sequence[View]:
        """Return the boxes over it, the lowest first."""
        return self._overlays

    @property
    def top(self) -> View:
        """Return the view that gets the keys."""
        return (self._overlays or [self.place])[-1]

    def __iter__(self) -> Iterator[View]:
        """Yield every view there is."""
        yield from self.tabs
        for over in self._over:
            yield from over
        yield from self._overlays

    def open(self, view: View) -> None:
        """Show a view over the one that is there."""
        (self._overlays if view.is_overlay else self._over[self._tab]).append(view)

    def step_tab(self, by: int) -> None:
        """Go ``by`` tabs on; from the last, to the first."""
        self._tab = (self._tab + by) % len(self.tabs)

    def go_to_tab(self, place: int) -> None:
        """Go to a tab by its place, from 0."""
        self._tab = place

    def go_to_panes(self) -> None:
        """Go to where panes run and are typed into: the first tab."""
        self._tab = 0

    def close_done(self) -> None:
        """Close the views that are done."""
        for views in (*self._over, self._overlays):
            views[:] = [view for view in views if not view.is_done]

    def on_change(self, change: Change) -> None:
        """Tell every view what changed."""
        for view in self:
            view.on_change(change)

    # Sizes -----------------------------------------------------------------------------------------

    @staticmethod
    def is_too_small(columns: int, rows: int) -> bool:
        """Return whether a window of this size has no room for anything."""
        return columns < MIN_COLUMNS or rows < MIN_ROWS

    @staticmethod
    def rows_for(view: View, columns: int, rows: int) -> int:
        """Return the rows that a view has in a window of this size: a line stands below, often one above."""
        return rows - (1 if view.is_bare(columns) else 2)

    def pane_size(self, columns: int, rows: int) -> tuple[int, int]:
        """Return the rows and columns that a new pane gets in a window of this size."""
        if not self.is_too_small(columns, rows):
            for view in (self.place, *self.tabs):
                size = view.pane_size(columns, self.rows_for(view, columns, rows))
                if size is not None:
                    return max(size[0], 1), max(size[1], 1)
        return 24, 80
