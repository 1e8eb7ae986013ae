"""The canvas: rows, cursor, margins and pen, and what moves rows.

Owns the state that the operations of ``drawing``, ``editing`` and ``movement`` share, scrolling,
and which rows changed. Must not know sequences or bytes. Rows and columns count from 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from chloe.terminal.charsets import Charsets, Translation
from chloe.terminal.clusters import ClusterTable
from chloe.terminal.modes import Modes
from chloe.terminal.pens import BACKGROUND, PLAIN, PenTable
from chloe.terminal.rows import Row
from chloe.terminal.runs import Links, RowReader
from chloe.terminal.scrollback import Scrollback
from chloe.terminal.tabs import TabStops

if TYPE_CHECKING:
    from chloe.terminal.observing import Observer

Shape = Literal["block", "underline", "bar"]


class SavedCursor(NamedTuple):
    """What DECSC keeps: column (``columns`` where it waits to wrap) and row, pen, charsets, origin mode."""

    x: int = 0
    y: int = 0
    pen: int = 0
    charsets: Charsets = Charsets()
    origin: bool = False


class Canvas:
    """The cells and the cursor.

    ``x`` equals ``columns`` where the last column was just written: the next character wraps. Where the right
    margin was, and columns are behind it, ``x`` is one more than the margin, and ``waits`` is on.
    ``top``, ``bottom``, ``left`` and ``right`` are the margins, inside.
    """

    def __init__(self, rows: int, columns: int, scrollback: int, reader: RowReader | None = None) -> None:
        self.rows = rows
        self.columns = columns
        self.reader = reader or RowReader(PenTable(), ClusterTable(), Links())
        self.pen_table = self.reader.pens
        self.clusters = self.reader.clusters
        self.links = self.reader.links
        self.scrollback = Scrollback(scrollback, self.reader, columns)
        #: The rows that changed since ``revision``, and whether all did.
        self.changed: set[int] = set()
        self.all_changed = True
        self._revision = 0
        #: Who follows what happens to rows, if anybody does.
        self.observer: Observer | None = None
        #: For each row the revision in which it changed last.
        self._row_revisions: list[int] = []
        self.power_on()

    def power_on(self) -> None:
        """Set the state of a fresh terminal; the scrollback stays."""
        self.modes = Modes()
        self.lines = [Row() for _ in range(self.rows)]
        #: The rows of the screen that isn't shown: the main one while the alternate one is, else None.
        self.main_lines: list[Row] | None = None
        self.x = self.y = 0
        self.top, self.bottom = 0, self.rows - 1
        self.left, self.right = 0, self.columns - 1
        #: Whether the cursor waits behind a right margin that isn't the last column.
        self.waits = False
        self.pen = 0
        #: The style id of the pen, or empty until something is drawn with it.
        self.style_id = PLAIN
        self.charsets = Charsets()
        self.translation: Translation = None
        self.draws_plainly = True
        self.saved = SavedCursor()
        #: What DECSC kept on the screen that isn't shown.
        self.other_saved = SavedCursor()
        self.tabs = TabStops(self.columns)
        self.cursor_shape: Shape = "block"
        self.cursor_blink = True
        #: The last character drawn, for REP and for what joins it; empty where it isn't known.
        self.last = ""
        self.all_changed = True

    # The pen.

    def set_pen(self, pen: int) -> None:
        """Draw with ``pen`` from now on."""
        self.pen = pen
        self.style_id = self.pen_table.intern(pen)

    def fill(self) -> str:
        """Return the style id of blank cells: a terminal with BCE erases in the background colour."""
        background = self.pen & BACKGROUND
        return self.pen_table.intern(background) if background else PLAIN

    def set_charsets(self, charsets: Charsets) -> None:
        """Draw with these sets from now on."""
        self.charsets = charsets
        self.update_writing()

    def update_writing(self) -> None:
        """Work out how text goes to the cells, after charsets, insert mode or side margins changed."""
        charsets = self.charsets
        self.translation = translation = charsets.translation
        # Curses programs come by here all the time.
        self.draws_plainly = (
            translation is None
            and charsets.single < 0
            and not self.modes.insert
            and not self.left
            and self.right == self.columns - 1
        )

    @property
    def has_side_margins(self) -> bool:
        """Return whether the left and right margins (DECSLRM) leave columns outside."""
        return self.left > 0 or self.right < self.columns - 1

    def clear_margins(self) -> None:
        """Set the margins to the edges of the screen."""
        self.top, self.bottom = 0, self.rows - 1
        self.left, self.right = 0, self.columns - 1
        self.update_writing()

    # Where the cursor is.

    @property
    def column(self) -> int:
        """Return the column the cursor is seen in."""
        x = self.x
        return x - 1 if self.waits or x == self.columns else x

    def stop_waiting(self) -> None:
        """Forget that the cursor waits to wrap; it stays where it is seen."""
        self.x = self.column
        self.waits = False

    # Moving rows.

    def row_down(self) -> None:
        """Go down one row, and scroll at the bottom margin, where the cursor is between the others."""
        if self.y == self.bottom:
            if self.left <= self.column <= self.right:
                self.scroll_rows_up(self.top, 1)
        elif self.y < self.rows - 1:
            self.y += 1

    def wrap(self) -> None:
        """Go on in the row below, which belongs to the same line; below the margins, in the last row anew."""
        goes_on = not self.has_side_margins and (self.y < self.rows - 1 or self.y == self.bottom)
        self.lines[self.y].wrapped = goes_on
        self.stop_waiting()
        self.row_down()
        self.x = self.left
        if goes_on and self.y:
            self.lines[self.y - 1].wrapped = True  # Scrolling ends the lines at the edges of what moves.

    def scroll_rows_up(self, first: int, count: int, *, keep: bool = True) -> None:
        """Move the rows from ``first`` to the bottom margin up by ``count``, between the side margins.

        What leaves the main screen at its top goes to the scrollback, unless ``keep`` is off.
        """
        lines = self.lines
        bottom = self.bottom
        count = min(count, bottom - first + 1)
        fill = self.fill()
        self.all_changed = True
        if self.observer is not None:
            self.observer.rows_moved(first, bottom, count)
        if self.has_side_margins:
            self._move_rows(first, bottom, count, fill)
            return
        kept = keep and first == 0 and self.main_lines is None
        if bottom < self.rows - 1:
            lines[bottom].wrapped = False  # What it goes on in stays where it is.
        if not kept:
            self.end_line_above(first)
        for _ in range(count):
            gone = lines.pop(first)
            if kept:
                self.scrollback.push(gone)
                lines.insert(bottom, Row("", "", fill))
            else:
                gone.clear(fill)
                lines.insert(bottom, gone)

    def scroll_rows_down(self, first: int, count: int) -> None:
        """Move the rows from ``first`` to the bottom margin down, between the side margins."""
        lines = self.lines
        bottom = self.bottom
        count = min(count, bottom - first + 1)
        fill = self.fill()
        self.all_changed = True
        if self.observer is not None:
            self.observer.rows_moved(first, bottom, -count)
        if self.has_side_margins:
            self._move_rows(first, bottom, -count, fill)
            return
        self.end_line_above(first)
        for _ in range(count):
            gone = lines.pop(bottom)
            gone.clear(fill)
            lines.insert(first, gone)
        lines[bottom].wrapped = False  # What it went on in is gone.

    def _move_rows(self, first: int, bottom: int, count: int, fill: str) -> None:
        """Move what is between the side margins up by ``count`` rows, or down where it is negative.

        No row goes on in another one then: its cells did, and some of them are gone.
        """
        self.end_line_above(first)
        x, end = self.left, self.right + 1
        cells = [row.cut(x, end) for row in self.lines[first : bottom + 1]]
        blank = [(" " * (end - x), fill * (end - x))] * abs(count)
        moved = cells[count:] + blank if count > 0 else blank + cells[: len(cells) + count]
        for row, (text, style_ids) in zip(self.lines[first : bottom + 1], moved, strict=True):
            row.paste(x, text, style_ids)
            row.wrapped = False

    def shift_cells(self, row: Row, x: int, end: int, count: int, fill: str) -> None:
        """Shift the cells of ``row`` from ``x`` up to ``end`` by ``count``, to the left if it is negative."""
        if end < self.columns:
            row.shift(x, end, count, fill)
        elif count < 0:
            row.delete(x, min(-count, end - x), fill, end)
        else:
            row.insert(x, min(count, end - x), fill, end)

    def keep_screen(self) -> None:
        """Put the main screen's rows into the scrollback, before all of them are cleared, if it is shown."""
        if self.observer is not None:
            self.observer.before_clear()
        if self.main_lines is None:
            self.lines = self.scrollback.keep(self.lines)
            if self.observer is not None:
                self.observer.after_clear()

    def end_line_above(self, y: int) -> None:
        """End the line above row ``y``, which doesn't go on in it any more."""
        if y:
            self.lines[y - 1].wrapped = False
        elif self.main_lines is None:
            self.scrollback.end_open()

    # Which rows changed.

    @property
    def revision(self) -> int:
        """Return the number of the last revision: what changed since the one before counts as one more."""
        if self.all_changed:
            self._revision += 1
            self._row_revisions = [self._revision] * self.rows
        elif self.changed:
            self._revision += 1
            for y in self.changed:
                self._row_revisions[y] = self._revision
        self.all_changed = False
        self.changed.clear()
        return self._revision

    def changed_since(self, revision: int) -> set[int]:
        """Return the rows that changed after ``revision``."""
        if self.revision <= revision:
            return set()
        return {y for y, changed in enumerate(self._row_revisions) if changed > revision}
