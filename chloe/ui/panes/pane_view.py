"""A pane's terminal as rows of a given size: its screen, or a place in its scrollback.

Owns which part of a screen shows where there is room for less. The rows are ``live_screens``', which views
of one terminal share; how far back the user looks is ``scrolling``'s. Must not know panes or the engine:
it is given a terminal.
"""

from __future__ import annotations

from collections.abc import Sequence

from chloe.terminal import Terminal
from chloe.ui.canvas import Cells, Row, Run, cut, measure
from chloe.ui.panes.live_screens import LiveScreen, LiveScreens
from chloe.ui.panes.marking import Mark, Place, Unit, mark_rows, read_text
from chloe.ui.panes.scrolling import MissingLines, Rows, Scrolling


class NotDrawable(Exception):
    """A terminal can't be drawn; the cause says why."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__("a terminal can't be drawn")
        self.terminal = terminal


class PaneView:
    """The view of one terminal at a time."""

    def __init__(self, screens: LiveScreens | None = None) -> None:
        self._screens = LiveScreens() if screens is None else screens
        self._terminal: Terminal | None = None
        self._screen: LiveScreen | None = None
        self._scrolling: Scrolling | None = None
        self._height = 1
        #: The first column and row of the screen that show, and how many of each; None where it doesn't.
        self._part: tuple[int, int, int, int] | None = None
        #: The rows that were drawn last, without the mark, and whether the line of each goes on in the next.
        self._rows: list[Row] = []
        self._goes_on: Sequence[bool] = ()
        self._mark: Mark | None = None
        #: The rows that were marked, until they change.
        self._marked_rows: list[Row] | None = None
        #: Where the cursor stands in the view, as (column, row); None where it doesn't show.
        self.cursor: tuple[int, int] | None = None

    def show(self, terminal: Terminal | None) -> None:
        """Show this terminal from now on."""
        if terminal is not self._terminal:
            self._terminal = terminal
            self._screen = None if terminal is None else self._screens[terminal]
            self._scrolling = None if terminal is None else Scrolling(terminal)

    @property
    def terminal(self) -> Terminal | None:
        """Return the terminal that is shown."""
        return self._terminal

    # Scrolling -------------------------------------------------------------------------------------

    @property
    def scrolled(self) -> tuple[int, int] | None:
        """Return the line at the top of the view, from 1, and how many there are; None on the live screen."""
        return self._scrolling.place if self._scrolling else None

    @property
    def is_first(self) -> bool:
        """Return whether the first row that the log has stands at the top."""
        return self._scrolling is not None and self._scrolling.is_first

    @property
    def missing(self) -> MissingLines | None:
        """Return the lines that the view needs and only the log has."""
        return self._scrolling.missing if self._scrolling else None

    def supply(
        self, terminal: Terminal | None, missing: MissingLines, first: int, lines: Sequence[Rows]
    ) -> None:
        """Take what was ``missing`` of this terminal, from line ``first`` on."""
        if self._scrolling is not None and terminal is self._terminal:
            self._scrolling.supply(missing, first, lines)

    def scroll_page(self, pages: int) -> None:
        """Look so many pages further back, or on where negative, a row of each kept."""
        if self._scrolling is not None:
            rows = abs(pages) * max(self._height - 1, 1)
            if pages > 0:
                self._scrolling.up(rows)
            else:
                self._scrolling.down(rows)

    def scroll_rows(self, rows: int) -> None:
        """Look so many rows further back, or on where negative."""
        if self._scrolling is not None:
            if rows > 0:
                self._scrolling.up(rows)
            else:
                self._scrolling.down(-rows)

    def scroll_to_top(self) -> None:
        """Look at the first line that the log has."""
        if self._scrolling is not None:
            self._scrolling.to_top()

    def scroll_to_bottom(self) -> None:
        """Look at the live screen."""
        if self._scrolling is not None:
            self._scrolling.to_bottom()

    # Rows ------------------------------------------------------------------------------------------

    def draw(self, width: int, height: int) -> list[Row]:
        """Draw ``height`` rows of ``width`` columns, and set ``cursor``. Raises ``NotDrawable``."""
        self._height = height
        self.cursor = self._part = None
        terminal, screen = self._terminal, self._screen
        if terminal is None or screen is None:
            self._mark = None
            return [_make_blank_row(width)] * height
        try:
            self._rows = self._draw_rows(terminal, screen, width, height)
        except Exception as error:
            raise NotDrawable(terminal) from error
        return self._rows if self._mark is None else self._draw_mark(self._mark)

    def _draw_rows(self, terminal: Terminal, screen: LiveScreen, width: int, height: int) -> list[Row]:
        back = self._scrolling.find_rows(height) if self._scrolling else None
        if back is not None:
            self._goes_on = self._scrolling.goes_on if self._scrolling else ()
            return [_fit(screen.make_row(row), terminal.columns, 0, width) for row in back]
        screen.refresh()
        x, y, visible = screen.cursor
        # A terminal larger than the view shows the part around its cursor.
        top = min(max(y - height + 1, 0), max(terminal.rows - height, 0))
        left = x - width + 1 if visible and x >= width else 0
        self._part = left, top, min(width, terminal.columns - left), min(height, terminal.rows - top)
        if visible and y - top < height:
            self.cursor = (min(x - left, width - 1), y - top)
        self._goes_on = ()
        shown = [_fit(row, terminal.columns, left, width) for row in screen.rows[top : top + height]]
        return shown + [_make_blank_row(width)] * (height - len(shown))

    # Marking ---------------------------------------------------------------------------------------

    def mark(self, anchor: Place, head: Place, unit: Unit) -> None:
        """Mark the text between two places of the view, in these units, until it changes."""
        if not self._rows:
            return
        last, width = len(self._rows) - 1, sum(measure(text) for _, _, text in self._rows[0])
        begin, end = ((min(max(y, 0), last), min(max(x, 0), width - 1)) for y, x in (anchor, head))
        self._mark, self._marked_rows = Mark(begin, end, unit), None

    def unmark(self) -> None:
        """Mark nothing any more."""
        self._mark = None

    @property
    def marked_text(self) -> str:
        """Return what is marked, as text; "" where nothing is."""
        if self._mark is None:
            return ""
        goes_on = self._goes_on
        if self._part is not None and self._terminal is not None:
            _, top, _, height = self._part
            goes_on = [self._terminal.goes_on(y) for y in range(top, top + height)]
        return read_text(self._rows, self._mark.find_spans(self._rows), goes_on)

    def _draw_mark(self, mark: Mark) -> list[Row]:
        first, last = sorted((mark.anchor[0], mark.head[0]))
        marked = self._rows[first : last + 1]
        if self._marked_rows is None:
            self._marked_rows = marked
        if marked != self._marked_rows or last >= len(self._rows):
            self._mark = None
            return self._rows
        return mark_rows(self._rows, mark.find_spans(self._rows))

    @property
    def shows_screen(self) -> bool:
        """Return whether the rows made last were of the screen as it is now."""
        return self._part is not None

    @property
    def hidden(self) -> tuple[int, int]:
        """Return how many rows and columns of the screen there was no room for; none where the past shows."""
        if self._part is None or self._terminal is None:
            return 0, 0
        _, _, width, height = self._part
        return self._terminal.rows - height, self._terminal.columns - width

    def find_cell(self, column: int, row: int, *, nearest: bool = False) -> tuple[int, int] | None:
        """Return the row and column of the screen that show at this place of the view.

        Where none does, the ``nearest`` that shows, or None.
        """
        if self._part is None:
            return None
        left, top, width, height = self._part
        at = min(max(column, 0), width - 1), min(max(row, 0), height - 1)
        if at != (column, row) and not nearest:
            return None
        return top + at[1], left + at[0]

    @property
    def is_waiting(self) -> bool:
        """Return whether a frame of the program is unfinished, and the one before it is shown."""
        return self._screen is not None and self._screen.is_waiting


def _make_blank_row(width: int) -> Row:
    return [(None, None, Cells.blank(width))] if width else []


def _fit(row: Row, columns: int, left: int, width: int) -> Row:
    """Return the part of a row of ``columns`` from ``left`` on, in exactly ``width`` columns."""
    if columns == width and left == 0:
        return row
    shown: list[Run] = []
    column = 0
    for style, charset, text in row:
        after = column + measure(text)
        if after > left and column < left + width and isinstance(text, Cells):
            shown.append(
                (style, charset, cut(text, max(left - column, 0), min(left + width - column, text.width)))
            )
        column = after
    if column < left + width:
        shown.append(("outside", None, Cells.blank(left + width - max(column, left))))
    return shown
