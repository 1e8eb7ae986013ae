"""The canvas: rows, cursor, margins and pen, and what moves rows.

Owns the state that the operations of ``drawing``, ``editing`` and ``movement`` share, scrolling,
and which rows changed. Must not know sequences or bytes. Rows and columns count from 0.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from chloe.terminal.charsets import Charsets, Translation
from chloe.terminal.clusters import ClusterTable
from chloe.terminal.modes import Modes
from chloe.terminal.pens import BACKGROUND, PLAIN, PenTable
from chloe.terminal.rows import Row
from chloe.terminal.runs import Links, RowReader
from chloe.terminal.scrollback import Scrollback

TAB = 8
Shape = Literal["block", "underline", "bar"]


class SavedCursor(NamedTuple):
    """What DECSC keeps: column and row, the pen, the charsets, and the origin mode."""

    x: int = 0
    y: int = 0
    pen: int = 0
    charsets: Charsets = Charsets()
    origin: bool = False


class Canvas:
    """The cells and the cursor.

    ``x`` equals ``columns`` where the last column was just written: the next character wraps.
    ``top`` and ``bottom`` are the margins, both inside.
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
        self.pen = 0
        #: The style id of the pen, or empty until something is drawn with it.
        self.style_id = PLAIN
        self.charsets = Charsets()
        self.translation: Translation = None
        self.draws_plainly = True
        self.saved = SavedCursor()
        #: What DECSC kept on the screen that isn't shown.
        self.other_saved = SavedCursor()
        self.tabs = set(range(TAB, self.columns, TAB))
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
        """Work out how text goes to the cells, after the charsets or the insert mode changed."""
        charsets = self.charsets
        self.translation = translation = charsets.translation
        self.draws_plainly = translation is None and charsets.single < 0 and not self.modes.insert

    # Moving rows.

    def row_down(self) -> None:
        """Go down one row, and scroll at the bottom margin."""
        if self.y == self.bottom:
            self.scroll_rows_up(self.top, 1)
        elif self.y < self.rows - 1:
            self.y += 1

    def scroll_rows_up(self, first: int, count: int, *, keep: bool = True) -> None:
        """Move the rows from ``first`` to the bottom margin up by ``count``.

        What leaves the main screen at its top goes to the scrollback, unless ``keep`` is off.
        """
        lines = self.lines
        bottom = self.bottom
        count = min(count, bottom - first + 1)
        fill = self.fill()
        kept = keep and first == 0 and self.main_lines is None
        for _ in range(count):
            gone = lines.pop(first)
            if kept:
                self.scrollback.push(gone)
                lines.insert(bottom, Row("", "", fill))
            else:
                gone.clear(fill)
                lines.insert(bottom, gone)
        self.all_changed = True

    def scroll_rows_down(self, first: int, count: int) -> None:
        """Move the rows from ``first`` to the bottom margin down."""
        lines = self.lines
        bottom = self.bottom
        fill = self.fill()
        for _ in range(min(count, bottom - first + 1)):
            gone = lines.pop(bottom)
            gone.clear(fill)
            lines.insert(first, gone)
        lines[bottom].wrapped = False  # What it went on in is gone.
        self.all_changed = True

    # Which rows changed.

    @property
    def revision(self) -> int:
        """The number of the last revision: what changed since the one before is counted as one more."""
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
