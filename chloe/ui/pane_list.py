"""The list of panes: indicator, name, unseen output, and the folder where there is room.

Owns the form of an entry and which part of a long list shows. Must not know the engine or keys.
"""

from __future__ import annotations

from collections.abc import Sequence

from chloe.events.panes import Pane
from chloe.events.screens import Screens
from chloe.formatting.folders import format_folder
from chloe.formatting.sizes import format_size_briefly
from chloe.formatting.text import escape_unsafe
from chloe.ui.canvas import Row, fit, make_row
from chloe.ui.glyphs import Glyphs
from chloe.ui.panes.unread import Unread
from chloe.ui.selection import Selection


class PaneList:
    """The list at the left of Instances."""

    def __init__(self, selection: Selection, screens: Screens, unread: Unread, glyphs: Glyphs) -> None:
        self._selection = selection
        self._screens = screens
        self._unread = unread
        self._glyphs = glyphs
        self._top = 0

    def draw(self, width: int, height: int) -> list[Row]:
        """Draw the part of the list around the selected pane: ``height`` rows of ``width`` columns."""
        panes = self._selection.panes
        selected = self._selection.selected
        tall = 2 if len(panes) * 2 <= height else 1
        fit = max(height // tall, 1)
        place = next((at for at, pane in enumerate(panes) if pane is selected), 0)
        self._top = min(max(self._top, place - fit + 1), place, max(len(panes) - fit, 0))
        self._top = max(self._top, place - fit + 1, 0)
        rows: list[Row] = []
        for pane in panes[self._top : self._top + fit]:
            rows += self._draw_entry(pane, pane is selected, width, tall)
        if not panes:
            rows = self._draw_invitation(width)
        return rows[:height] + [make_row([], width, "list")] * (height - len(rows))

    def choose_indicator(self, pane: Pane) -> str:
        """Return the sign of the pane's state for this instance."""
        if not pane.alive:
            return self._glyphs.ended
        if not pane.traits.can_detach:
            return self._glyphs.none
        return self._glyphs.attached if self._selection.is_attached(pane) else self._glyphs.detached

    def _draw_entry(self, pane: Pane, selected: bool, width: int, tall: int) -> Sequence[Row]:
        on = " on" if selected else ""
        unseen = self._unread.count(pane)
        news = f"+{format_size_briefly(unseen)}" if unseen else ""
        bell = self._glyphs.bell if self._unread.has_rung(pane) else ""
        indicator = self.choose_indicator(pane)
        sign_width = 4 if self._glyphs.none == "    " else 3
        room = max(width - sign_width - 3 - len(news) - len(bell) - bool(news), 1)
        name = fit(escape_unsafe(pane.name), room, ellipsis=self._glyphs.ellipsis).decode("utf-8")
        first = make_row(
            [
                ("list" + on, f" {indicator} "),
                ("list name" + on, name),
                ("bell" + on, bell),
                ("unseen" + on, f" {news}" if news else ""),
            ],
            width,
            "list" + on,
        )
        if tall == 1:
            return [first]
        indent = " " * (sign_width + 2)
        below = fit(self._describe(pane), max(width - len(indent) - 1, 0), ellipsis=self._glyphs.ellipsis)
        return [
            first,
            make_row([("list dim" + on, indent + below.decode("utf-8"))], width, "list dim" + on),
        ]

    def _describe(self, pane: Pane) -> str:
        """Return the folder, and what the program calls itself if that says more than the name."""
        terminal = self._screens.drawn(pane.id) if pane.id in self._screens else None
        place = format_folder((terminal.cwd if terminal else "") or pane.cwd)
        title = escape_unsafe(terminal.title) if terminal else ""
        if self._selection.is_foreign(pane):
            return f"of another Chloe  {place}"
        return f"{place}  {title}" if title and title != pane.name else place

    def _draw_invitation(self, width: int) -> list[Row]:
        words = ["", " No panes yet.", "", " c  a direct pane", " t  a tmux pane", " ?  every key"]
        return [make_row([("list dim", word)], width, "list") for word in words]
