"""Reprinting: bytes that have a fresh terminal scroll lines off its screen as they once left another's.

Owns how a line of the scrollback is printed so that it wraps as it did. Must not know what is on the screen:
that is ``repaint``.
"""

from __future__ import annotations

from chloe.terminal.interpreter import Interpreter
from chloe.terminal.logical import Line, cuts, is_short, wrap
from chloe.terminal.pens import PLAIN
from chloe.terminal.repaint import Repaint
from chloe.terminal.rows import Row
from chloe.terminal.scrollback import MAX_LINE_ROWS
from chloe.terminal.sizes import MAX_CELLS
from chloe.terminal.widths import HALF


def reprint(screen: Interpreter, most: int) -> tuple[bytes, int]:
    """Return bytes that print the last ``most`` lines that ended, and how many these are; then the screen is
    blank."""
    lines = _last_lines(screen, most)
    if not lines:
        return b"", 0
    painter = Repaint(screen)
    count = 0
    for line in lines:
        rows = wrap(line, screen.columns)
        _print_line(painter, rows, screen.columns)
        painter.select_pen(0)
        painter.emit("\r\n")
        count += len(rows)
    # What is left on the screen follows; the cursor stands below it.
    painter.emit(f"\x1b[{screen.rows}H" + "\n" * min(count, screen.rows - 1) + "\x1b[H")
    return "".join(painter.parts).encode("utf-8", "surrogateescape"), len(lines)


def _last_lines(screen: Interpreter, most: int) -> list[Line]:
    lines = [line for block in screen.scrollback.tail(most) for line in block.lines()]
    cells = 0
    for place in range(len(lines) - 1, -1, -1):
        line = lines[place].cells
        # An empty line takes a row as well.
        cells += max(len(line), screen.columns)
        # No screen takes more back, and no longer line.
        if cells > MAX_CELLS or len(cuts(line, screen.columns)) >= MAX_LINE_ROWS:
            return lines[place + 1 :]
    return lines


def _print_line(painter: Repaint, rows: list[Row], columns: int) -> None:
    """Print a line from the start of a row; it wraps by itself."""
    for place, row in enumerate(rows[:-1]):
        size = columns - 1 if is_short(row, rows[place + 1], columns) else columns
        painter.print_cells(row.text.ljust(size), row.full_style_ids(columns))
    last = rows[-1]
    text, style_ids = last.text, last.style_ids()
    painter.print_cells(text, style_ids)
    # A row that a wrap begins is blanked in the look of what is printed then.
    if last.fill == PLAIN and len(rows) == 1:
        return
    # Behind a full row nothing can be erased: its last cell is, then it is printed once more. By ECH, since
    # EL in the first column ends the line above.
    kept = len(text) if len(text) < columns else columns - (2 if text.endswith(HALF) else 1)
    painter.select_pen(painter.screen.pen_table.lookup(last.fill))
    painter.emit(f"\x1b[{kept + 1}G\x1b[{columns - kept}X")
    painter.print_cells(text[kept:], style_ids[kept:])
