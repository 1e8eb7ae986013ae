"""The wall: the panes that show side by side, each in a tile with its title, around the selected one.

Owns which of the listed panes are on it, and what draws each. How large a tile is, is ``tiling``'s. Must not
know the list beside it, keys, or what follows from being shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chloe.events.panes import Pane
from chloe.formatting.text import escape_unsafe
from chloe.ui.canvas import Cells, Row, Run, make_row
from chloe.ui.card import INVITATION, Line, lay_on_blank, make_fault_card
from chloe.ui.pane_title import draw_pane_title
from chloe.ui.panes.pane_view import PaneView
from chloe.ui.state import AppState
from chloe.ui.tiling import Band, Layout, Tile, choose_first, count_fitting, lay_out
from chloe.ui.view import Slot


@dataclass(frozen=True, slots=True)
class DrawnWall:
    """What the wall looks like: rows, where panes show, and which of the rows are titles."""

    rows: Sequence[Row]
    slots: tuple[Slot, ...]
    titles: frozenset[int]


class Wall:
    """The right side of Instances."""

    def __init__(self, state: AppState) -> None:
        self._state = state
        self._arrangement = state.arrangement
        self._selection = state.selection
        #: What draws each pane that is on the wall, and the selected one where there is none.
        self._views: dict[str, PaneView] = {}
        self._nothing = PaneView(state.screens)
        #: The place in the list of the first pane on the wall.
        self._first = 0
        #: The tiles that were drawn last, each with its pane.
        self._tiles: list[tuple[Tile, Pane]] = []
        self._has_list = True

    @property
    def view(self) -> PaneView:
        """Return what draws the selected pane."""
        selected = self._selection.selected
        return self._views.get(selected.id, self._nothing) if selected is not None else self._nothing

    # Which panes ------------------------------------------------------------------------------------

    def find_peeked(self) -> Pane | None:
        """Return the pane that is looked at beside the selected one; None where there is none."""
        panes = {pane.id: pane for pane in self._selection.panes}
        peeked, selected = panes.get(self._arrangement.peeked or ""), self._selection.selected
        return self._selection.find_last() if peeked is not None and peeked is selected else peeked

    def choose_panes(self, rows: int, columns: int, *, alone: bool) -> tuple[Layout, Sequence[Pane]]:
        """Return how the panes on a wall of this size are laid out, and which they are, in the list's order.

        ``alone`` says that the selected one has all of it.
        """
        selected, listed = self._selection.selected, self._selection.listed
        if selected is None:
            return "one", ()
        layout: Layout = self._arrangement.layout
        peeked = self.find_peeked() if layout == "one" else None
        if alone or (layout == "one" and peeked is None):
            return "one", (selected,)
        if peeked is not None:
            pair = [pane for pane in self._selection.panes if pane is selected or pane is peeked]
            fits = count_fitting("grid", len(pair), rows, columns) == len(pair)
            return ("grid", pair) if fits else ("one", (selected,))
        fitting = count_fitting(layout, len(listed), rows, columns)
        place = next((at for at, pane in enumerate(listed) if pane is selected), 0)
        self._first = choose_first(self._first, len(listed), fitting, place)
        return layout, listed[self._first : self._first + fitting]

    def find_size_of_new(self, rows: int, columns: int, *, alone: bool) -> tuple[int, int]:
        """Return the rows and columns that one more pane, at the list's end, gets on a wall of this size."""
        layout, others = self._arrangement.layout, self._selection.listed
        if layout == "one":
            peeked = self.find_peeked()
            layout, others = ("grid", [peeked]) if peeked is not None else ("one", [])
        fitting = count_fitting(layout, len(others) + 1, rows, columns)
        if alone or fitting == 1:
            return rows - 1, columns
        weights = [self._arrangement.weigh(pane.id) for pane in others[len(others) + 1 - fitting :]]
        bands = lay_out(layout, [*weights, 1.0], len(weights), rows, columns)
        return bands[-1][-1].rows - 1, bands[-1][-1].columns

    def find_at(self, column: int, row: int) -> Pane | None:
        """Return the pane whose tile is at this place of the wall, its title among it."""
        return next((pane for tile, pane in self._tiles if tile.contains(column, row)), None)

    # Drawing ----------------------------------------------------------------------------------------

    def draw(self, rows: int, columns: int, *, alone: bool, has_list: bool) -> DrawnWall:
        """Draw it in this size. The first slot is the selected pane's.

        ``has_list`` says that the list stands beside it, with the signs of each pane.
        """
        self._has_list = has_list
        layout, panes = self.choose_panes(rows, columns, alone=alone)
        self._views = {pane.id: self._views.get(pane.id) or PaneView(self._state.screens) for pane in panes}
        if not panes:
            return self._draw_nothing(rows, columns)
        selected = self._selection.selected
        place = next((at for at, pane in enumerate(panes) if pane is selected), 0)
        weights = [self._arrangement.weigh(pane.id) for pane in panes]
        drawn: list[Row] = []
        slots: dict[str, Slot] = {}
        bands = lay_out(layout, weights, place, rows, columns)
        self._tiles = [(tile, panes[tile.place]) for band in bands for tile in band]
        for band in bands:
            drawn += self._draw_band(band, panes, slots)
        first = slots.pop(panes[place].id)
        return DrawnWall(drawn, (first, *slots.values()), frozenset(band[0].top for band in bands))

    def _draw_nothing(self, rows: int, columns: int) -> DrawnWall:
        self._tiles = []
        self._nothing.show(None)
        title = make_row([("frame", self._state.glyphs.horizontal * columns)], columns)
        says_so = not (self._has_list or self._selection.filter)
        card: list[Line] = [("card dim", words) for words in INVITATION] if says_so else []
        blank = self._nothing.draw(columns, rows - 1)
        return DrawnWall([title, *lay_on_blank(card, blank, columns)], (), frozenset({0}))

    def _draw_band(self, band: Band, panes: Sequence[Pane], slots: dict[str, Slot]) -> Sequence[Row]:
        """Draw tiles that stand side by side, and note the slots of those that show a screen."""
        if len(band) == 1:
            return self._draw_tile(band[0], panes, slots)
        glyphs = self._state.glyphs
        edge: Run = ("frame", None, Cells.of(glyphs.vertical, 1))
        corner: Run = ("frame", None, Cells.of(glyphs.tee, 1))
        tiles = [self._draw_tile(tile, panes, slots) for tile in band]
        drawn: list[Row] = []
        for parts in zip(*tiles, strict=True):
            row = list(parts[0])
            for part in parts[1:]:
                row += (edge if drawn else corner, *part)
            drawn.append(row)
        return drawn

    def _draw_tile(self, tile: Tile, panes: Sequence[Pane], slots: dict[str, Slot]) -> list[Row]:
        pane, view = panes[tile.place], self._views[panes[tile.place].id]
        rows: list[Row] = []
        if tile.rows > 1:
            rows = self._draw_screen(pane, view, tile.rows - 1, tile.columns)
            # What has ended shows as it is now.
            is_live = self._selection.is_attached(pane) or not pane.alive
            slots[pane.id] = Slot(
                pane.id, tile.top + 1, tile.left, tile.rows - 1, tile.columns, is_live, view
            )
        # After the screen: what stands over it depends on what it shows.
        is_selected = len(panes) > 1 and pane is self._selection.selected
        title = draw_pane_title(
            self._state,
            pane,
            view if tile.rows > 1 else None,
            tile.columns,
            line=self._state.glyphs.heavy if is_selected else self._state.glyphs.horizontal,
            is_typed_into=self._selection.typing_into == pane.id,
            has_list=self._has_list and len(panes) == 1,
        )
        return [title, *rows]

    def _draw_screen(self, pane: Pane, view: PaneView, rows: int, columns: int) -> list[Row]:
        screens = self._state.choose_screens(pane.id)
        terminal = screens.drawn(pane.id) if pane.id in screens else None
        view.show(terminal)
        drawn = view.draw(columns, rows)
        if terminal is not None:
            return drawn
        fault = screens.broken.get(pane.id)
        card: list[Line] = [("card dim", "reading what it printed …")]
        if fault is not None:
            card = [("name", escape_unsafe(pane.name)), ("card", ""), *make_fault_card(fault, pane)]
        return lay_on_blank(card, drawn, columns)
