"""The tab History: what ran and what runs, when, how it ended, how much it printed, and what it shows.

Owns the columns of the table, the selected line, the filter and the order. Must not know the engine, or what
may be done to a pane. Which panes there are, by sections, is ``history_table``'s.
"""

from __future__ import annotations

from collections.abc import Sequence

from chloe.engine import Change
from chloe.events.panes import Pane
from chloe.formatting.folders import format_folder
from chloe.formatting.sizes import format_size_briefly
from chloe.formatting.text import escape_unsafe, format_command
from chloe.formatting.times import format_clock, format_duration
from chloe.ui.canvas import Cells, Row, fit, make_row, measure_text
from chloe.ui.card import lay_on_blank, make_fault_card
from chloe.ui.history_table import HistoryTable, TableEntry
from chloe.ui.labels import label_outcome, label_tags
from chloe.ui.panes.pane_view import PaneView
from chloe.ui.signs import find_sign
from chloe.ui.state import AppState
from chloe.ui.view import Action, Binding, Drawn, Slot, View, always

#: The columns up to the last, which takes what is left: title, and the least and the most columns of each.
_COLUMNS = (
    ("ended", 8, 8),
    ("name", 8, 40),
    ("how", 10, 24),
    ("ran", 5, 9),
    ("printed", 7, 8),
    ("folder", 12, 48),
)
#: Where it is narrow, these go, the first first; the command keeps so many columns as long as there are any.
_DROPPED, _LEAST_COMMAND = ("folder", "printed", "ran"), 20
#: From so many columns on, what the selected pane shows stands beside the table, which keeps so many.
_WITH_PREVIEW, _LEAST_TABLE = 130, 84


class HistoryList(View):
    """What ran and what runs, in one table; days are headings."""

    name = "history"
    title = "History"
    has_tab = True
    has_global_keys = True
    bindings = (
        Binding(("enter",), "open_selected", "look"),
        Binding(("a",), "reopen", "reopen"),
        Binding(("o",), "relaunch", "once more"),
        Binding(("K",), "kill"),
        Binding(("T",), "tag"),
        Binding(("h",), "hide", "hide"),
        Binding(("/",), "filter", "filter"),
        Binding(("escape",), "go_back"),
        Binding(("S",), "history.sort"),
        Binding(("H",), "history.show_hidden"),
        Binding(("up", "k"), "history.previous"),
        Binding(("down", "j"), "history.next"),
        Binding(("page_up",), "history.page_up"),
        Binding(("page_down",), "history.page_down"),
        Binding(("g", "home"), "history.first"),
        Binding(("G", "end"), "history.last"),
    )

    def __init__(self, state: AppState) -> None:
        self._state = state
        self._table = HistoryTable(state.projections)
        #: The selected entry, by its pane, its place, and the line at the top.
        self._selected = ""
        self._place = self._top = 0
        self._height = self._width = 1
        self._screen = PaneView(state.screens)

    def on_change(self, change: Change) -> None:
        """List anew where more happened than output."""
        self._table.note_change()

    @property
    def entries(self) -> Sequence[TableEntry]:
        """Return what is listed."""
        return self._table.entries

    @property
    def pane(self) -> Pane | None:
        """Return the pane of the selected line. One that is gone leaves its place to the next."""
        entries = self.entries
        place = self._table.find(self._selected)
        self._place = min(self._place if place is None else place, max(len(entries) - 1, 0))
        if not entries:
            return None
        pane = entries[self._place].pane
        if pane.id != self._selected:
            self._selected = pane.id
        return pane

    @property
    def why_no_pane(self) -> str:
        """Return why nothing is listed."""
        if self._table.filter:
            return "Nothing fits the words of the filter: / changes them"
        return "Nothing has run yet"

    # Drawing ---------------------------------------------------------------------------------------

    def draw(self, columns: int, rows: int) -> Drawn:
        """Draw the table around the selected line, and beside it what that pane shows."""
        pane = self.pane
        width = columns
        if columns >= _WITH_PREVIEW and pane is not None:
            width = max(columns - (pane.columns + 1), columns // 2, _LEAST_TABLE)
        drawn = self._draw_table(width, rows)
        if width == columns or pane is None:
            return Drawn(drawn)
        beside, slot = self._draw_preview(pane, rows, width + 1, columns - width - 1)
        edge = ("frame", None, Cells.of(self._state.glyphs.vertical, 1))
        return Drawn(
            [[*left, edge, *right] for left, right in zip(drawn, beside, strict=True)], slots=(slot,)
        )

    def _draw_preview(self, pane: Pane, rows: int, left: int, columns: int) -> tuple[list[Row], Slot]:
        screens = self._state.choose_screens(pane.id)
        self._screen.show(screens.drawn(pane.id) if pane.id in screens else None)
        screen = self._screen.draw(columns, rows - 1)
        if (fault := screens.broken.get(pane.id)) is not None:
            screen = lay_on_blank(make_fault_card(fault, pane), screen, columns)
        about = "as it is now" if pane.alive else "its last screen"
        title = make_row([("name", f" {escape_unsafe(pane.name)} "), ("title", f" {about}")], columns)
        slot = Slot(pane.id, 1, left, rows - 1, columns, is_live=False, view=self._screen)
        return [title, *screen], slot

    def _draw_table(self, width: int, rows: int) -> list[Row]:
        self._height, self._width = max(rows - 1, 1), width
        lines = self._table.lines
        line = next((at for at, each in enumerate(lines) if each == self._place), 0)
        above = line - (line > 0 and isinstance(lines[line - 1], str))
        self._top = max(min(self._top, above), line - self._height + 1, 0)
        shown = lines[self._top : self._top + self._height]
        cells = {at: self._format_cells(self.entries[at]) for at in shown if isinstance(at, int)}
        widths = self._choose_widths(list(cells.values()), width)
        titles = [(title, "list dim") for title, _, _ in _COLUMNS]
        notes = "  ".join(self._table.notes)
        drawn = [
            self._draw_row(
                [*titles, (f"command{f'   {notes}' if notes else ''}", "list dim")], widths, width, ""
            )
        ]
        for each in shown:
            if isinstance(each, str):
                drawn.append(make_row([("group", f" {each} ")], width, "list"))
            else:
                on = " on" if each == self._place else ""
                drawn.append(self._draw_row(cells[each], widths, width, on))
        if not lines:
            drawn.append(make_row([("list dim", f" {self.why_no_pane}")], width, "list"))
        return drawn[:rows] + [make_row([], width, "list")] * (rows - len(drawn))

    def _format_cells(self, entry: TableEntry) -> list[tuple[str, str]]:
        """Return the words of a line, each with its style."""
        pane = entry.pane
        sign = find_sign(self._state.find_doing(pane))
        until = pane.died_at or entry.at
        tags = label_tags(pane)
        command = format_command(pane.argv)
        return [
            (format_clock(pane.died_at) if pane.died is not None else "-", "list dim"),
            (escape_unsafe(pane.name), "list name"),
            ("still runs" if pane.alive else label_outcome(pane), sign.style if sign else "list"),
            (format_duration(until - pane.created_at) if pane.died is not None else "", "list"),
            (format_size_briefly(pane.output_bytes), "list"),
            (format_folder(pane.cwd), "list dim"),
            (f"{command}  {tags}" if tags else command, "list"),
        ]

    def _choose_widths(self, cells: Sequence[Sequence[tuple[str, str]]], width: int) -> dict[str, int]:
        """Return the columns of each but the last: as its words need, unless the command lacks room."""
        widths = {
            title: min(max([least, *(measure_text(row[at][0]) for row in cells)]), most)
            for at, (title, least, most) in enumerate(_COLUMNS)
        }
        for title in _DROPPED:
            if 1 + sum(widths.values()) + len(widths) + _LEAST_COMMAND > width:
                del widths[title]
        return widths

    def _draw_row(self, cells: Sequence[tuple[str, str]], widths: dict[str, int], width: int, on: str) -> Row:
        ellipsis = self._state.glyphs.ellipsis
        parts = [("list" + on, " ")]
        for (title, _, _), (word, style) in zip(_COLUMNS, cells, strict=False):
            if title in widths:
                ends = title == "folder"
                text = fit(word, widths[title], ellipsis=ellipsis, keep_end=ends).decode("utf-8")
                parts.append((style + on, f"{text} "))
        left = max(width - sum(measure_text(text) for _, text in parts), 0)
        word, style = cells[-1]
        parts.append((style + on, fit(word, left, ellipsis=ellipsis).decode("utf-8")))
        return make_row(parts, width, "list" + on)

    def click(self, column: int, row: int) -> bool:
        """Select the line at this row."""
        line, lines = self._top + row - 1, self._table.lines
        place = lines[line] if row >= 1 and line < len(lines) and column < self._width else ""
        if isinstance(place, str):
            return False
        self._place, self._selected = place, self.entries[place].pane.id
        return True

    # What one can do in it -------------------------------------------------------------------------

    @property
    def filter(self) -> str:
        """Return words that each listed pane fits; "" lists all."""
        return self._table.filter

    def set_filter(self, words: str) -> None:
        """List only panes that fit these words, split at blanks; "" lists all."""
        self._table.set_filter(words)

    def step(self, by: int, *, wraps: bool = False) -> None:
        """Select the line ``by`` places further down, as far as there are any, or wrap around."""
        if self.pane is None:
            return
        count = len(self.entries)
        place = (self._place + by) % count if wraps else min(max(self._place + by, 0), count - 1)
        self._place, self._selected = place, self.entries[place].pane.id
        self._screen = PaneView(self._state.screens)

    def sort(self) -> None:
        """Order the table by something else."""
        self._state.messages.notify(f"History is ordered by {self._table.step_order()}")

    def show_hidden(self) -> None:
        """List what is hidden as well, or not any more."""
        self._table.toggle_hidden()

    @property
    def _page(self) -> int:
        """Return lines that one page of the table has."""
        return max(self._height - 1, 1)

    actions = (
        Action("history.previous", "Select the line above.", lambda view: view.step(-1), always),
        Action("history.next", "Select the line below.", lambda view: view.step(1), always),
        Action("history.page_up", "Go a page up.", lambda view: view.step(-view._page), always),
        Action("history.page_down", "Go a page down.", lambda view: view.step(view._page), always),
        Action("history.first", "Go to the first line.", lambda view: view.step(-len(view.entries)), always),
        Action("history.last", "Go to the last line.", lambda view: view.step(len(view.entries)), always),
        Action("history.sort", "Order it by date, name, command, folder or how it ended.", sort, always),
        Action("history.show_hidden", "List what is hidden as well, or not any more.", show_hidden, always),
    )
