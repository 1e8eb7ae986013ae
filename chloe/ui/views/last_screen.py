"""The view of a pane's last screen, and of what it printed before, from History.

Owns the line over it and its keys. Must not know how a screen comes from the log.
"""

from __future__ import annotations

from chloe.events.panes import Pane
from chloe.formatting.text import escape_unsafe
from chloe.formatting.times import format_time_briefly
from chloe.ui.canvas import make_row
from chloe.ui.card import NOT_LOGGED, lay_on_blank, make_fault_card
from chloe.ui.labels import label_outcome, label_pruning
from chloe.ui.panes.pane_view import PaneView
from chloe.ui.state import AppState
from chloe.ui.view import Action, Binding, Drawn, Slot, View, always


class LastScreen(View):
    """What a pane that has ended left."""

    name = "last_screen"
    title = "A last screen"
    bindings = (
        Binding(("escape", "q", "enter"), "last_screen.close", "back"),
        Binding(("page_up", "up", "k", "b"), "last_screen.up", "back in time"),
        Binding(("page_down", "down", "j", "space"), "last_screen.down"),
        Binding(("g", "home"), "last_screen.top"),
        Binding(("G", "end"), "last_screen.bottom"),
        Binding(("?",), "help", "help"),
    )

    def __init__(self, state: AppState, pane: str) -> None:
        self._state = state
        self._pane = pane
        self._screen = PaneView(state.screens)

    @property
    def pane(self) -> Pane:
        """Return the pane that is shown."""
        return self._state.projections.panes[self._pane]

    def draw(self, columns: int, rows: int) -> Drawn:
        """Draw the line over the screen, and the screen."""
        pane, screens = self.pane, self._state.choose_screens(self._pane)
        is_read = pane.id in screens
        self._screen.show(screens.drawn(pane.id) if is_read else None)
        screen = self._screen.draw(columns, rows - 1)
        scrolled = self._screen.scrolled
        place = f"line {scrolled[0]:,} of {scrolled[1]:,}" if scrolled else "its last screen"
        fault = screens.broken.get(pane.id)
        if fault is not None:
            place = "can't be drawn"
            screen = lay_on_blank(make_fault_card(fault, pane), screen, columns)
        elif not is_read:
            place = "reading what it printed …"
        if self._state.is_ahead(pane.id):
            place = f"{place}  {NOT_LOGGED}"
        if pane.pruned:
            place = f"{place}  {label_pruning(pane)}"
        title = make_row(
            [
                ("name", f" {escape_unsafe(pane.name)} "),
                ("title", f" {label_outcome(pane)}, {format_time_briefly(pane.died_at)}  {place}"),
            ],
            columns,
        )
        slot = Slot(pane.id, 1, 0, rows - 1, columns, is_live=False, view=self._screen)
        return Drawn([title, *screen], slots=(slot,))

    def look_up(self) -> None:
        """Look a page back in time."""
        self._screen.scroll_page(1)

    def look_down(self) -> None:
        """Look a page on."""
        self._screen.scroll_page(-1)

    def look_at_top(self) -> None:
        """Look at the beginning of what is kept."""
        self._screen.scroll_to_top()

    def look_at_bottom(self) -> None:
        """Look at the last screen."""
        self._screen.scroll_to_bottom()

    actions = (
        Action("last_screen.close", "Go back to History.", View.close, always),
        Action("last_screen.up", "Look back.", look_up, always),
        Action("last_screen.down", "Look on.", look_down, always),
        Action("last_screen.top", "Look at the beginning of the scrollback.", look_at_top, always),
        Action("last_screen.bottom", "Look at the last screen.", look_at_bottom, always),
    )
