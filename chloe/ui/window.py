"""The whole window: header, list, pane and footer in whatever size there is.

Owns the layout and who gets how many columns. Must not know the engine or keys: it shows the selection.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import urwid

from chloe.events.panes import Pane
from chloe.events.projections import Projections
from chloe.ui import status_bars
from chloe.ui.canvas import Cells, Row, RowsCanvas, Run, columns_of, fitted, row_of
from chloe.ui.glyphs import Glyphs
from chloe.ui.keymap import HISTORY, INSTANCES, VIEWER, hints, shown
from chloe.ui.messages import Messages
from chloe.ui.pane_list import PaneList
from chloe.ui.panes.pane_view import PaneView
from chloe.ui.panes.unread import Unread
from chloe.ui.selection import Selection
from chloe.ui.views.history import HistoryView
from chloe.ui.words import compact, ending, folder, moment, printable, pruned

#: Smaller than this, there is no room for a pane and its surroundings.
_LEAST_COLUMNS, _LEAST_ROWS = 24, 6


@dataclass(frozen=True, slots=True)
class Layout:
    """Who gets how much: the width of the list (0: no list), and the size of the pane's view."""

    list_width: int
    columns: int
    rows: int


def layout(columns: int, rows: int, *, list_width: int, zoomed: bool) -> Layout | None:
    """The layout of a window; None where it is too small for any."""
    if columns < _LEAST_COLUMNS or rows < _LEAST_ROWS:
        return None
    if zoomed or columns < 40:
        return Layout(0, columns, rows - 2)
    width = min(list_width, max(columns // 4, 18))
    return Layout(width, columns - width - 1, rows - 3)


class Window(urwid.Widget):
    """The root of all widgets."""

    _sizing = frozenset([urwid.BOX])
    _selectable = True

    def __init__(
        self,
        selection: Selection,
        projections: Projections,
        unread: Unread,
        messages: Messages,
        glyphs: Glyphs,
        *,
        list_width: int,
        release: str,
        trouble: Callable[[], str | None],
        log_size: Callable[[], int],
        leaving: Callable[[], bool],
    ) -> None:
        super().__init__()
        self._selection = selection
        self._projections = projections
        self._unread = unread
        self._messages = messages
        self._glyphs = glyphs
        self._list_width = list_width
        self._release = shown(release)
        self._trouble = trouble
        self._log_size = log_size
        self._leaving = leaving
        self._list = PaneList(selection, projections.screens, unread, glyphs)
        self.view = PaneView()
        self.viewer = PaneView()
        self.history = HistoryView(selection, glyphs)
        #: Where the selected pane's view begins in the window, as (column, row), and how many rows of it
        #: nothing covers.
        self._origin, self._uncovered = (0, 0), 0

    def view_size(self, columns: int, rows: int) -> tuple[int, int]:
        """Rows and columns that a pane has in a window of this size; at least one of each."""
        found = layout(columns, rows, list_width=self._list_width, zoomed=self._selection.zoomed)
        return (max(found.rows, 1), max(found.columns, 1)) if found else (1, 1)

    def is_too_small(self, columns: int, rows: int) -> bool:
        """Whether a window of this size has no room for anything."""
        return layout(columns, rows, list_width=self._list_width, zoomed=self._selection.zoomed) is None

    @property
    def shown_view(self) -> tuple[str, PaneView] | None:
        """The pane whose screen shows, and the view of it."""
        selection = self._selection
        if selection.tab == "history":
            return (selection.viewed, self.viewer) if selection.viewed is not None else None
        return (selection.selected.id, self.view) if selection.selected is not None else None

    @property
    def shows_live(self) -> bool:
        """Whether the selected pane's screen shows as it is now."""
        return self._uncovered > 0 and self.view.is_live

    def pane_cell(self, column: int, row: int, *, nearest: bool = False) -> tuple[int, int] | None:
        """The row and column of the selected pane's screen that show at this place of the window.

        Where none does, the ``nearest`` that shows, or None.
        """
        column, row = column - self._origin[0], row - self._origin[1]
        last = self._uncovered - 1
        if last < 0 or (row > last and not nearest):
            return None
        return self.view.cell(column, min(row, last), nearest=nearest)

    def keypress(self, size: tuple[int, int], key: str) -> str | None:  # type: ignore[override]
        """Keys go through the keymap, never through widgets."""
        return key

    def render(self, size: tuple[int, int], focus: bool = False) -> RowsCanvas:  # type: ignore[override]
        """The window as it is now. Never cached: what it shows changes without it being told."""
        columns, rows = size
        found = layout(columns, rows, list_width=self._list_width, zoomed=self._selection.zoomed)
        self._uncovered = 0
        if found is None:
            return _Fresh(_too_small(columns, rows), columns)
        cursor = None
        if self._selection.tab == "history":
            body, cursor = self._history(columns, rows - 2)
        else:
            body, cursor = self._instances(found, columns)
        footer = self._footer(columns)
        if self._selection.tab == "instances":
            self._origin = (found.list_width + 1, 2) if found.list_width else (0, 1)
            self._uncovered = found.rows + 1 - len(footer)
        # A long message covers the last rows of the pane for a while.
        shown_rows = [*body[: len(body) + 1 - len(footer)], *footer]
        if len(shown_rows) < rows:
            header = status_bars.header(self._selection, self._unread, columns, log_size=self._log_size())
            shown_rows.insert(0, header)
            cursor = cursor and (cursor[0], cursor[1] + 1)
        return _Fresh(shown_rows, columns, cursor if self._selection.typing else None)

    # Instances -------------------------------------------------------------------------------------

    def _instances(self, found: Layout, columns: int) -> tuple[list[Row], tuple[int, int] | None]:
        selection, glyphs = self._selection, self._glyphs
        pane = selection.selected
        on = " on" if selection.typing else ""
        title = self._title(pane, found.columns)
        view = self._pane_rows(pane, found)
        cursor = self.view.cursor
        if not found.list_width:
            return [title, *view], cursor and (cursor[0], cursor[1] + 1)
        edge: Run = (f"frame{on}", None, Cells.of(glyphs.vertical, 1))
        corner: Run = (f"frame{on}", None, Cells.of(glyphs.tee, 1))
        listed = self._list.rows(found.list_width, found.rows)
        top = row_of([("frame", glyphs.horizontal * found.list_width)], found.list_width)
        rows: list[Row] = [[*top, corner, *title]]
        rows += [[*left, edge, *right] for left, right in zip(listed, view, strict=True)]
        return rows, cursor and (cursor[0] + found.list_width + 1, cursor[1] + 1)

    def _title(self, pane: Pane | None, width: int) -> Row:
        on = " on" if self._selection.typing else ""
        line = self._glyphs.horizontal
        if pane is None:
            return row_of([("frame", line * width)], width)
        name = f" {printable(pane.name)} "
        parts: list[tuple[str, str]] = [(f"frame{on}", line), ("title on" if on else "name", name)]
        scrolled = self.view.scrolled
        if scrolled and self._shows_screen(pane):
            parts.append(("scrolled", f" line {scrolled[0]:,} of {scrolled[1]:,} "))
        if pane.pruned and (self.view.is_first or not pane.alive) and self._shows_screen(pane):
            parts.append(("scrolled", f" {pruned(pane)} "))
        terminal = self.view.terminal
        about = [folder((terminal.folder if terminal else "") or pane.cwd)]
        if not pane.alive:
            about.insert(0, f"{ending(pane)}, {moment(pane.died_at)}")
        elif terminal and terminal.title and terminal.title != pane.name:
            about.insert(0, printable(terminal.title))
        parts.append(("title", f" {'  '.join(about)} "))
        taken = sum(columns_of(text) for _, text in parts)
        parts.append((f"frame{on}", line * max(width - taken, 0)))
        return row_of(parts, width)

    def _shows_screen(self, pane: Pane) -> bool:
        return self._selection.is_attached(pane) or not pane.alive or self._selection.is_foreign(pane)

    def _pane_rows(self, pane: Pane | None, found: Layout) -> list[Row]:
        screens = self._projections.screens
        if pane is not None and self._shows_screen(pane) and pane.id in screens:
            self.view.show(screens.peek(pane.id))
            return self.view.rows(found.columns, found.rows)
        self.view.show(None)
        return _on_blank(self._card(pane), self.view.rows(found.columns, found.rows), found.columns)

    def _card(self, pane: Pane | None) -> list[tuple[str, str]]:
        if pane is None:
            return []
        if self._shows_screen(pane):
            if pane.id in self._projections.screens.broken:
                return [("name", printable(pane.name)), ("card", ""), *self._fault(pane)]
            return [("card dim", "reading what it printed …")]
        unseen = self._unread.count(pane)
        return [
            ("name", printable(pane.name)),
            ("card dim", folder(pane.cwd)),
            ("card", ""),
            ("card", "Detached: it runs on in the background."),
            ("card", f"It printed {compact(unseen)} bytes since." if unseen else "It printed nothing since."),
            ("card", ""),
            ("card", "a attaches it again."),
        ]

    def _fault(self, pane: Pane) -> list[tuple[str, str]]:
        """Say why a pane has no screen, and what there is all the same."""
        fault = self._projections.screens.broken[pane.id]
        goes_on = [
            ("card", "The program runs on, what it prints"),
            ("card", "is recorded, and keys reach it."),
        ]
        return [
            ("card", "Chloe can't draw what it printed"),
            ("card", f"from byte {fault.offset:,} on ({fault.error})."),
            ("card", ""),
            *(goes_on if pane.alive else ()),
            ("card", "`chloe export-log` has every byte;"),
            ("card", "`chloe doctor` says what to report."),
        ]

    # History ---------------------------------------------------------------------------------------

    def _history(self, columns: int, height: int) -> tuple[list[Row], tuple[int, int] | None]:
        viewed = self._selection.viewed
        if viewed is None:
            return self.history.rows(columns, height), None
        pane = self._selection.pane(viewed)
        screens = self._projections.screens
        self.viewer.show(screens.peek(viewed) if viewed in screens else None)
        rows = self.viewer.rows(columns, height - 1)
        scrolled = self.viewer.scrolled
        place = f"line {scrolled[0]:,} of {scrolled[1]:,}" if scrolled else "its last screen"
        if viewed in screens.broken:
            place = "can't be drawn"
            rows = _on_blank(self._fault(pane), rows, columns)
        elif viewed not in screens:
            place = "reading what it printed …"
        if pane.pruned:
            place = f"{place}  {pruned(pane)}"
        title = row_of(
            [
                ("name", f" {printable(pane.name)} "),
                ("title", f" {ending(pane)}, {moment(pane.died_at)}  {place}"),
            ],
            columns,
        )
        return [title, *rows], None

    # The last line ---------------------------------------------------------------------------------

    def _footer(self, columns: int) -> list[Row]:
        selection = self._selection
        pane = selection.selected
        keymap = INSTANCES if selection.tab == "instances" else VIEWER if selection.viewed else HISTORY
        return status_bars.footer(
            columns,
            trouble=self._trouble(),
            message=self._messages.current,
            typing_into=pane.name if pane is not None and selection.typing else None,
            leaving=self._leaving(),
            release=self._release,
            hints=hints(keymap),
        )


class _Fresh(RowsCanvas):
    """A canvas that urwid doesn't keep: the window changes without telling it."""

    cacheable = False


def _on_blank(card: list[tuple[str, str]], rows: list[Row], columns: int) -> list[Row]:
    """``card`` as text on blank rows, a third of the way down."""
    start = max((len(rows) - len(card)) // 3, 0)
    for at, (name, text) in enumerate(card[: len(rows)]):
        rows[start + at] = row_of([(name, f"  {text}")], columns)
    return rows


def _too_small(columns: int, rows: int) -> list[Row]:
    words = [f"Chloe needs {_LEAST_COLUMNS}x{_LEAST_ROWS}.", f"This is {columns}x{rows}."]
    if columns < 20:
        words = [f"{_LEAST_COLUMNS}x{_LEAST_ROWS}", "needed"]
    shown_rows: list[Row] = [[(None, None, fitted(word, columns))] for word in words[:rows]]
    return shown_rows + [[(None, None, Cells.blank(columns))] for _ in range(rows - len(shown_rows))]
