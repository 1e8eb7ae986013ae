"""Movement: where the cursor goes.

Owns cursor positioning, tabs, margins, and what DECSC keeps. Must not know sequences. Counts of 0
mean 1, as everywhere in ECMA-48; positions count from 1 here, as they do in sequences.
"""

from __future__ import annotations

from chloe.terminal.canvas import TAB, Canvas, SavedCursor
from chloe.terminal.pens import PLAIN
from chloe.terminal.rows import Row


class Movement(Canvas):
    """The operations that move the cursor and change nothing else."""

    @property
    def column(self) -> int:
        """The column the cursor is seen in."""
        x = self.x
        return x if x < self.columns else self.columns - 1

    def cursor_up(self, count: int = 1) -> None:
        """Move up (CUU), and stop at the top margin unless the cursor is above."""
        y, top = self.y, self.top
        stop = top if y >= top else 0
        y -= count or 1
        self.y = y if y > stop else stop
        self.x = self.column

    def cursor_down(self, count: int = 1) -> None:
        """Move down (CUD, VPR), and stop at the bottom margin unless the cursor is below."""
        stop = self.bottom if self.y <= self.bottom else self.rows - 1
        self.y = min(self.y + (count or 1), stop)
        self.x = self.column

    def cursor_forward(self, count: int = 1) -> None:
        """Move right (CUF, HPR)."""
        x = self.x + (count or 1)
        self.x = x if x < self.columns else self.columns - 1

    def cursor_back(self, count: int = 1) -> None:
        """Move left (CUB)."""
        x = self.column - (count or 1)
        self.x = x if x > 0 else 0

    def cursor_up1(self, count: int = 1) -> None:
        """Move up, and to the first column (CPL)."""
        self.cursor_up(count)
        self.x = 0

    def cursor_down1(self, count: int = 1) -> None:
        """Move down, and to the first column (CNL)."""
        self.cursor_down(count)
        self.x = 0

    def cursor_position(self, line: int = 1, column: int = 1) -> None:
        """Move to a position (CUP, HVP); in origin mode it is counted from the margins, and inside."""
        if self.modes.origin:
            self.cursor_to_line(line)
        else:
            self.y = line - 1 if 0 < line <= self.rows else self.rows - 1 if line else 0
        self.x = column - 1 if 0 < column <= self.columns else self.columns - 1 if column else 0

    def cursor_to_column(self, column: int = 1) -> None:
        """Move to a column (CHA, HPA)."""
        self.x = column - 1 if 0 < column <= self.columns else self.columns - 1 if column else 0

    def cursor_to_line(self, line: int = 1) -> None:
        """Move to a row (VPA); in origin mode it is counted from the margins and kept between them."""
        first, last = (self.top, self.bottom) if self.modes.origin else (0, self.rows - 1)
        self.y = min(first + (line or 1) - 1, last)
        self.x = self.column

    def backspace(self) -> None:
        """Move one column back (BS); with reverse wrap, from the first column to the end of the row above."""
        x = self.column
        if x:
            self.x = x - 1
        elif self.modes.reverse_wrap and self.modes.autowrap and self.y > self.top:
            self.y -= 1
            self.x = self.columns - 1

    def carriage_return(self) -> None:
        """Move to the first column (CR)."""
        self.x = 0

    def index(self) -> None:
        """Move down one row, scrolling at the bottom margin (IND). The row above ends its line here."""
        self.lines[self.y].wrapped = False
        self.row_down()

    def reverse_index(self) -> None:
        """Move up one row, scrolling at the top margin (RI)."""
        if self.y == self.top:
            self.scroll_rows_down(self.top, 1)
        elif self.y:
            self.y -= 1
        self.x = self.column

    def linefeed(self) -> None:
        """Feed a line (LF, VT, FF)."""
        self.index()
        if self.modes.newline:
            self.x = 0

    def next_line(self) -> None:
        """Go to the beginning of the next row (NEL, and CR LF)."""
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
        else:
            self.row_down()
        self.x = 0

    # Tabs.

    def tab(self) -> None:
        """Move to the next tab stop, or to the last column (HT)."""
        if self.x < self.columns:
            self.x = min((stop for stop in self.tabs if stop > self.x), default=self.columns - 1)

    def cursor_forward_tabs(self, count: int = 1) -> None:
        """Move forward by ``count`` tab stops (CHT)."""
        if self.x < self.columns:
            ahead = sorted(stop for stop in self.tabs if stop > self.x)
            self.x = ahead[(count or 1) - 1] if (count or 1) <= len(ahead) else self.columns - 1

    def cursor_back_tabs(self, count: int = 1) -> None:
        """Move back by ``count`` tab stops (CBT)."""
        behind = sorted(stop for stop in self.tabs if stop < self.column)
        self.x = behind[-(count or 1)] if (count or 1) <= len(behind) else 0

    def set_tab_stop(self) -> None:
        """Set a tab stop at the cursor (HTS)."""
        self.tabs.add(self.column)

    def clear_tab_stop(self, mode: int = 0) -> None:
        """Clear tab stops (TBC): 0 the one at the cursor, 3 all."""
        if mode == 0:
            self.tabs.discard(self.column)
        elif mode == 3:
            self.tabs.clear()

    def reset_tab_stops(self) -> None:
        """Set a tab stop every eight columns (DECST8C)."""
        self.tabs = set(range(TAB, self.columns, TAB))

    # Margins, and what is kept.

    def set_margins(self, top: int = 1, bottom: int = 0) -> None:
        """Set the margins (DECSTBM), two rows at the least; the cursor goes home."""
        first = max(top, 1) - 1
        last = min(bottom or self.rows, self.rows) - 1
        if first < last:
            self.top, self.bottom = first, last
            self.cursor_position()

    def save_cursor(self) -> None:
        """Save the cursor (DECSC)."""
        self.saved = SavedCursor(self.column, self.y, self.pen, self.charsets, self.modes.origin)

    def restore_cursor(self) -> None:
        """Restore the cursor (DECRC); it goes home and is plain where nothing was saved."""
        saved = self.saved
        self.modes.origin = saved.origin
        first, last = (self.top, self.bottom) if saved.origin else (0, self.rows - 1)
        self.y = max(first, min(saved.y, last))
        self.x = min(saved.x, self.columns - 1)
        self.set_pen(saved.pen)
        self.set_charsets(saved.charsets)
