"""Movement: where the cursor goes.

Owns cursor positioning, tabs, margins, and what DECSC keeps. Must not know sequences. Counts of 0
mean 1, as everywhere in ECMA-48; positions count from 1 here, as they do in sequences.
"""

from __future__ import annotations

from chloe.terminal.canvas import Canvas, SavedCursor
from chloe.terminal.pens import PLAIN
from chloe.terminal.rows import Row
from chloe.terminal.tabs import TabStops


class Movement(Canvas):
    """The operations that move the cursor and change nothing else."""

    def cursor_up(self, count: int = 1) -> None:
        """Move up (CUU), and stop at the top margin unless the cursor is above."""
        y, top = self.y, self.top
        stop = top if y >= top else 0
        y -= count or 1
        self.y = y if y > stop else stop
        self.x = self.column

    def cursor_down(self, count: int = 1) -> None:
        """Move down (CUD), and stop at the bottom margin unless the cursor is below."""
        stop = self.bottom if self.y <= self.bottom else self.rows - 1
        self.y = min(self.y + (count or 1), stop)
        self.x = self.column

    def cursor_forward(self, count: int = 1) -> None:
        """Move right (CUF), and stop at the right margin unless the cursor is behind."""
        stop = self.right if self.column <= self.right else self.columns - 1
        x = self.x + (count or 1)
        self.x = x if x < stop else stop

    def cursor_back(self, count: int = 1) -> None:
        """Move left (CUB), and stop at the left margin unless the cursor is before; reverse wrap goes on."""
        if self.modes.autowrap and (self.modes.reverse_wrap or self.modes.reverse_wrap_around):
            self._go_back(count or 1)
            return
        stop = self.left if self.column >= self.left else 0
        self.x = max(self.column - (count or 1), stop)

    def _go_back(self, count: int) -> None:
        """Move left by ``count``, from the first column to the end of the row above.

        As xterm has it since patch 383: with mode 45 only where the line goes on, with 1045 always, and from
        the top margin to the bottom one. A cursor that waits to wrap stands behind the last column.
        """
        if self.waits or self.x == self.columns:
            self.stop_waiting()
            count -= 1
        while count > 0:
            stop = self.left if self.x >= self.left else 0
            moved = min(self.x - stop, count)
            self.x -= moved
            count -= moved
            if not count:
                return
            if self.y == self.top or not self.y:
                if not self.modes.reverse_wrap_around:
                    return
                self.y = self.bottom
            elif self.modes.reverse_wrap_around or self.lines[self.y - 1].wrapped:
                self.y -= 1
            else:
                return
            self.x = self.right
            count -= 1

    def cursor_up1(self, count: int = 1) -> None:
        """Move up, and to the first column (CPL)."""
        self.cursor_up(count)
        self.carriage_return()

    def cursor_down1(self, count: int = 1) -> None:
        """Move down, and to the first column (CNL)."""
        self.cursor_down(count)
        self.carriage_return()

    def cursor_position(self, line: int = 1, column: int = 1) -> None:
        """Move to a position (CUP, HVP); in origin mode it is counted from the margins, and inside."""
        if self.modes.origin:
            self.cursor_to_line(line)
            self.cursor_to_column(column)
            return
        self.y = line - 1 if 0 < line <= self.rows else self.rows - 1 if line else 0
        self.x = column - 1 if 0 < column <= self.columns else self.columns - 1 if column else 0

    def cursor_to_column(self, column: int = 1) -> None:
        """Move to a column (CHA, HPA); in origin mode it is counted from the left margin, and inside."""
        first, last = (self.left, self.right) if self.modes.origin else (0, self.columns - 1)
        self.x = min(first + (column or 1) - 1, last)

    def cursor_to_line(self, line: int = 1) -> None:
        """Move to a row (VPA); in origin mode it is counted from the margins and kept between them."""
        first, last = (self.top, self.bottom) if self.modes.origin else (0, self.rows - 1)
        y = first + line - 1 if line else first
        self.y = y if y < last else last
        if self.waits or self.x == self.columns:
            self.x -= 1

    def cursor_right(self, count: int = 1) -> None:
        """Move right, whatever the margins, but for origin mode (HPR)."""
        last = self.right if self.modes.origin else self.columns - 1
        self.x = min(self.column + (count or 1), last)

    def cursor_lower(self, count: int = 1) -> None:
        """Move down, whatever the margins, but for origin mode (VPR)."""
        last = self.bottom if self.modes.origin else self.rows - 1
        self.y = min(self.y + (count or 1), last)
        self.x = self.column

    def backspace(self) -> None:
        """Move one column back (BS)."""
        self.cursor_back()

    def carriage_return(self) -> None:
        """Move to the left margin, or to the first column where the cursor is before it (CR)."""
        self.x = self.left if self.x >= self.left or self.modes.origin else 0

    def index(self) -> None:
        """Move down one row, scrolling at the bottom margin (IND). The row above ends its line here."""
        self.lines[self.y].wrapped = False
        self.x = self.column
        self.row_down()

    def reverse_index(self) -> None:
        """Move up one row, scrolling at the top margin (RI)."""
        self.x = self.column
        if self.y == self.top:
            if self.left <= self.x <= self.right:
                self.scroll_rows_down(self.top, 1)
        elif self.y:
            self.y -= 1

    def linefeed(self) -> None:
        """Feed a line (LF, VT, FF)."""
        self.index()
        if self.modes.newline:
            self.carriage_return()

    def index_and_return(self) -> None:
        """Move down one row as IND does, then to the left margin (NEL)."""
        self.index()
        self.carriage_return()

    def next_line(self) -> None:
        """Go to the beginning of the next row (CR LF)."""
        y = self.y
        lines = self.lines
        lines[y].wrapped = False
        if (
            self.bottom == y == len(lines) - 1
            and not self.top
            and self.main_lines is None
            and self.draws_plainly
        ):
            # Most output is this: a line, and the screen goes up by one.
            self.scrollback.push(lines.pop(0))
            lines.append(Row("", "", self.fill() if self.pen else PLAIN))
            self.all_changed = True
            if self.observer is not None:
                self.observer.rows_moved(0, y, 1)
        elif self.draws_plainly or not self.has_side_margins:
            self.row_down()
        else:
            self.waits = False
            self.carriage_return()
            self.row_down()
            return
        self.x = 0

    # Tabs.

    def tab(self) -> None:
        """Move to the next tab stop, or to the last column (HT); behind a full row only with mode 41."""
        if self.x == self.columns and self.modes.wraps_before_tab and self.modes.autowrap:
            self.wrap()
        if self.x < self.columns:
            self.x = self.tabs.next(self.x, self._last_tab())

    def _last_tab(self) -> int:
        return self.right if self.x <= self.right else self.columns - 1

    def cursor_forward_tabs(self, count: int = 1) -> None:
        """Move forward by ``count`` tab stops (CHT)."""
        if self.x < self.columns:
            last = self._last_tab()
            ahead = self.tabs.after(self.x, last)
            self.x = ahead[(count or 1) - 1] if (count or 1) <= len(ahead) else last

    def cursor_back_tabs(self, count: int = 1) -> None:
        """Move back by ``count`` tab stops (CBT); in origin mode, to the left margin at most."""
        behind = self.tabs.before(self.column)
        x = behind[-(count or 1)] if (count or 1) <= len(behind) else 0
        self.x = max(x, min(self.left, self.column)) if self.modes.origin else x

    def set_tab_stop(self) -> None:
        """Set a tab stop at the cursor (HTS)."""
        self.tabs.stops.add(self.column)

    def clear_tab_stop(self, mode: int = 0) -> None:
        """Clear tab stops (TBC): 0 the one at the cursor, 3 all."""
        if mode == 0:
            self.tabs.stops.discard(self.column)
        elif mode == 3:
            self.tabs.clear()

    def reset_tab_stops(self) -> None:
        """Set a tab stop every eight columns (DECST8C)."""
        self.tabs = TabStops(self.columns)

    # Margins, and what is kept.

    def set_margins(self, top: int = 1, bottom: int = 0) -> None:
        """Set the margins (DECSTBM), two rows at the least; the cursor goes home."""
        first = max(top, 1) - 1
        last = min(bottom or self.rows, self.rows) - 1
        if first < last:
            self.top, self.bottom = first, last
            self.cursor_position()

    def set_side_margins(self, left: int = 1, right: int = 0) -> None:
        """Set the left and right margins where mode 69 allows them (DECSLRM); the cursor goes home.

        Without that mode, the sequence saves the cursor (SCOSC).
        """
        if not self.modes.side_margins:
            self.save_cursor()
            return
        first = max(left, 1) - 1
        last = min(right or self.columns, self.columns) - 1
        if first < last:
            self.waits = False
            self.left, self.right = first, last
            self.update_writing()
            self.cursor_position()

    def save_cursor(self) -> None:
        """Save the cursor (DECSC), and whether it waits to wrap behind the last column."""
        x = self.column if self.waits else self.x
        self.saved = SavedCursor(x, self.y, self.pen, self.charsets, self.modes.origin)

    def restore_cursor(self) -> None:
        """Restore the cursor (DECRC); it goes home and is plain where nothing was saved."""
        saved = self.saved
        self.waits = False
        self.modes.origin = saved.origin
        rows = (self.top, self.bottom) if saved.origin else (0, self.rows - 1)
        self.y = max(rows[0], min(saved.y, rows[1]))
        self.x = min(saved.x, self.columns)
        if saved.origin and self.has_side_margins:
            self.x = max(self.left, min(self.x, self.right))
        self.set_pen(saved.pen)
        self.set_charsets(saved.charsets)
