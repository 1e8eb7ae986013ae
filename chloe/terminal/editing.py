"""Editing: erasing, inserting and deleting cells and rows.

Owns what ECMA-48 calls editor functions, with pyte's names. Must not know sequences. Where the
cursor waits to wrap, what erases from it on erases nothing: it stands behind the last column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from chloe.terminal.canvas import Canvas
from chloe.terminal.pens import PROTECTED
from chloe.terminal.rows import Row


class Editing(Canvas):
    """The operations that change what is there."""

    def erase_in_line(self, mode: int = 0) -> None:
        """Erase in the row (EL): 0 from the cursor on, 1 up to and with the cursor, 2 all of it."""
        row = self.lines[self.y]
        columns = self.columns
        if mode == 0:
            row.wrapped = False
            row.erase(self.x, columns, self.fill(), columns)
        elif mode == 1:
            row.erase(0, min(self.x + 1, columns), self.fill(), columns)
        elif mode == 2:
            row.clear(self.fill())
        if mode == 2 or (mode == 0 and not self.x):
            self.end_line_above(self.y)
        self.changed.add(self.y)

    def erase_in_display(self, mode: int = 0) -> None:
        """Erase in the screen (ED): 0 from the cursor on, 1 up to and with the cursor, 2 all, 3 the
        scrollback (xterm).

        What clears all of the main screen, 2, or 0 at home, puts it into the scrollback first.
        """
        if mode == 0:
            if self.x == self.y == 0:
                self.keep_screen()
            self.erase_in_line(0)
            self._clear_rows(self.y + 1, self.rows)
        elif mode == 1:
            self._clear_rows(0, self.y)
            self.end_line_above(0)
            self.erase_in_line(1)
            if self.x >= self.columns - 1:
                self.lines[self.y].wrapped = False
        elif mode == 2:
            self.keep_screen()
            self.end_line_above(0)
            self._clear_rows(0, self.rows)
        elif mode == 3:
            if self.observer is not None:
                self.observer.before_forgetting()
            self.scrollback.clear(self.lines if self.main_lines is None else self.main_lines)

    def _clear_rows(self, first: int, end: int) -> None:
        fill = self.fill()
        for row in self.lines[first:end]:
            # Those that came in place of what was kept are new.
            if row.text or row.wrapped or row.fill != fill:
                row.clear(fill)
        self.changed.update(range(first, end))

    def selective_erase_in_line(self, mode: int = 0) -> None:
        """Erase in the row as EL does, except protected cells (DECSEL)."""
        start, end = self._span(mode)
        self.blank_unprotected(self.y, start, end)

    def selective_erase_in_display(self, mode: int = 0) -> None:
        """Erase in the screen as ED does, except protected cells (DECSED)."""
        if mode in (0, 2):
            for y in range(self.y + 1, self.rows):
                self.blank_unprotected(y, 0, self.columns)
        if mode in (1, 2):
            for y in range(self.y):
                self.blank_unprotected(y, 0, self.columns)
        self.selective_erase_in_line(mode)

    def _span(self, mode: int) -> tuple[int, int]:
        if mode == 0:
            return self.x, self.columns
        return 0, min(self.x + 1, self.columns) if mode == 1 else self.columns if mode == 2 else 0

    def blank_unprotected(self, y: int, start: int, end: int) -> None:
        """Blank the cells of row ``y`` from ``start`` up to ``end`` that aren't protected."""
        row = self.lines[y]
        self.changed.add(y)
        fill = self.fill()
        style_ids = row.pens
        is_protected = {
            style_id for style_id in set(style_ids) if self.pen_table.lookup(style_id) & PROTECTED
        }
        if not is_protected:
            row.erase(start, end, fill, self.columns)
            return
        for x in range(start, end):
            if style_ids[x : x + 1] not in is_protected:
                row.erase(x, x + 1, fill, self.columns)

    def erase_characters(self, count: int = 1) -> None:
        """Blank ``count`` cells from the cursor on (ECH)."""
        self.x = x = self.column
        y, columns, end = self.y, self.columns, x + (count or 1)
        self.lines[y].erase(x, end if end < columns else columns, self.fill(), columns)
        self.changed.add(y)

    def insert_characters(self, count: int = 1) -> None:
        """Shift the rest of the row to the right (ICH), up to the right margin."""
        self._shift_rest([self.y], count or 1)

    def delete_characters(self, count: int = 1) -> None:
        """Shift the rest of the row to the left (DCH), up to the right margin."""
        self._shift_rest([self.y], -(count or 1))

    def insert_columns(self, count: int = 1) -> None:
        """Insert characters as ICH does, in every row between the margins (DECIC)."""
        self._shift_rest(self._rows_between_margins(), count or 1)

    def delete_columns(self, count: int = 1) -> None:
        """Delete characters as DCH does, in every row between the margins (DECDC)."""
        self._shift_rest(self._rows_between_margins(), -(count or 1))

    def _shift_rest(self, rows: Iterable[int], count: int) -> None:
        """Shift the cells from the cursor to the right margin; outside the side margins, nothing moves."""
        self.x = x = self.column
        if self.left <= x <= self.right:
            for y in rows:
                self.shift_cells(self.lines[y], x, self.right + 1, count, self.fill())
                self.changed.add(y)

    def scroll_left(self, count: int = 1) -> None:
        """Move every row between the margins to the left (SL)."""
        self.x = self._at_first_column(self.delete_columns, count)

    def scroll_right(self, count: int = 1) -> None:
        """Move every row between the margins to the right (SR)."""
        self.x = self._at_first_column(self.insert_columns, count)

    def back_index(self) -> None:
        """Move left by one; at a left margin, what is between the margins moves right instead (DECBI).

        At the edge of a screen without side margins nothing moves, as in xterm.js and ghostty.
        """
        x = self.column
        if not self.has_side_margins or x != self.left:
            self.x = max(x - 1, 0)
        else:
            self.insert_columns()

    def forward_index(self) -> None:
        """Move right by one; at a right margin, what is between the margins moves left instead (DECFI).

        At the edge of a screen without side margins nothing moves, as with ``back_index``.
        """
        x = self.column
        if not self.has_side_margins or x != self.right:
            self.x = min(x + 1, self.columns - 1)
        else:
            self.x = self.left
            self.delete_columns()
            self.x = x

    def _at_first_column(self, operation: Callable[[int], None], count: int) -> int:
        x, self.x = self.column, self.left
        operation(count)
        return x

    def _rows_between_margins(self) -> Iterable[int]:
        return range(self.top, self.bottom + 1) if self.top <= self.y <= self.bottom else ()

    def insert_lines(self, count: int = 1) -> None:
        """Insert blank rows at the cursor (IL); nothing outside the margins moves."""
        if self._is_between_margins():
            self.scroll_rows_down(self.y, count or 1)

    def delete_lines(self, count: int = 1) -> None:
        """Delete rows at the cursor (DL); nothing outside the margins moves, and nothing goes to the
        scrollback.
        """
        if self._is_between_margins():
            self.scroll_rows_up(self.y, count or 1, keep=False)

    def _is_between_margins(self) -> bool:
        return self.top <= self.y <= self.bottom and self.left <= self.column <= self.right

    def scroll_up(self, count: int = 1) -> None:
        """Move the rows between the margins up (SU)."""
        self.scroll_rows_up(self.top, count or 1)

    def scroll_down(self, count: int = 1) -> None:
        """Move the rows between the margins down (SD)."""
        self.scroll_rows_down(self.top, count or 1)

    def alignment_display(self) -> None:
        """Fill the screen with E, without margins and with the cursor at home (DECALN)."""
        self.end_line_above(0)
        for y in range(self.rows):
            self.lines[y] = Row("E" * self.columns)
        self.clear_margins()
        self.x = self.y = 0
        self.all_changed = True

    def select_protection(self, mode: int = 0) -> None:
        """Choose whether what is drawn is protected from selective erases (DECSCA): 1 yes, 0 and 2 no."""
        self.set_pen(self.pen | PROTECTED if mode == 1 else self.pen & ~PROTECTED)

    @property
    def is_protecting(self) -> bool:
        """Return whether what is drawn is protected."""
        return bool(self.pen & PROTECTED)

    def blank_screen(self) -> list[Row]:
        """Return the rows of an empty screen, in the background colour."""
        fill = self.fill()
        return [Row("", "", fill) for _ in range(self.rows)]
