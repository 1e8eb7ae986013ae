"""Resizing: the main screen's lines wrapped anew, the cursor with its text.

Owns what a change of size does. Must not know sequences. The alternate screen is cropped or
extended, since its program paints it anew; the main one is wrapped from its logical lines, the open
line in the scrollback among them.

Theory: rows that a resize pushes out come back when there is room again (``Scrollback.borrowed`` counts
their lines), so that narrowing and widening back changes nothing. Beyond these, the scrollback
fills the screen only where the text reached its bottom.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from chloe.terminal.canvas import SavedCursor
from chloe.terminal.interpreter import Interpreter
from chloe.terminal.logical import Line, complete, cuts, halved, lines, with_halves, wrap
from chloe.terminal.pens import PLAIN
from chloe.terminal.rows import Row
from chloe.terminal.scrollback import Scrollback
from chloe.terminal.widths import HALF


@dataclass(slots=True)
class _Flow:
    """Rows on their way to another width, and the cursor among them."""

    rows: list[Row]
    y: int
    x: int


def resize(screen: Interpreter, rows: int, columns: int) -> None:
    """Give ``screen`` this size."""
    if (rows, columns) == (screen.rows, screen.columns):
        return
    before = screen.columns
    if screen.waits:
        screen.stop_waiting()
    if screen.main_lines is None:
        flow = _reflow(screen.lines, screen.y, screen.x, screen.scrollback, before, rows, columns)
        screen.lines, screen.y, screen.x = flow.rows, flow.y, flow.x
    else:
        saved = screen.other_saved
        flow = _reflow(screen.main_lines, saved.y, saved.x, screen.scrollback, before, rows, columns)
        screen.main_lines = flow.rows
        screen.other_saved = saved._replace(y=flow.y, x=flow.x)
        screen.lines, screen.y = _cropped(screen.lines, screen.y, before, rows, columns)
        screen.x = min(screen.x, columns - 1)
    screen.saved = _clamped(screen.saved, rows, before, columns)
    # That of the main screen went with its text.
    is_placed = screen.main_lines is not None
    screen.other_saved = _clamped(screen.other_saved, rows, columns if is_placed else before, columns)
    screen.rows, screen.columns = rows, columns
    screen.clear_margins()
    screen.is_printing = screen.is_printing and screen.cell_before_cursor() == (
        screen.last,
        screen.pen_table.intern(screen.pen),
    )
    screen.tabs.widen(columns)
    screen.changed.intersection_update(range(rows))
    screen.all_changed = True


def _clamped(saved: SavedCursor, rows: int, before: int, columns: int) -> SavedCursor:
    """Return a kept cursor on the screen; one that waited to wrap behind the last column does so there."""
    last = columns if saved.x == before >= columns else columns - 1
    return saved._replace(y=min(saved.y, rows - 1), x=min(saved.x, last))


def _cropped(lines: list[Row], y: int, before: int, rows: int, columns: int) -> tuple[list[Row], int]:
    """Return the rows of the alternate screen at another size; what is below the cursor goes first."""
    gone = max(y - rows + 1, 0)
    kept = lines[gone : gone + rows]
    for row in kept:
        if before < 2:
            row.pens *= len(with_halves(row.text))
            row.text = with_halves(row.text)
        elif columns < 2 and row.text[1:2] == HALF:
            row.text, row.pens = halved(row.text[:2]), row.pens[:1]
        row.crop(columns)
    kept += [Row() for _ in range(rows - len(kept))]
    kept[-1].wrapped = False
    return kept, y - gone


def _reflow(
    shown: list[Row], y: int, x: int, scrollback: Scrollback, before: int, rows: int, columns: int
) -> _Flow:
    """Return the rows of the main screen at another size; what doesn't fit goes to the scrollback."""
    borrowed = scrollback.borrowed
    opened = complete(scrollback.pop_open(), before, shown[0])
    flow = _Flow(opened + shown, y + len(opened), x)
    blank_below = _drop_blank(flow)
    if before != columns:
        _wrap_anew(flow, before, columns)
    scrollback.resize(columns)
    while len(flow.rows) < rows and (borrowed > 0 or not blank_below):
        line = scrollback.pop_last()
        if line is None:
            break
        borrowed = max(borrowed - 1, 0)
        back = wrap(line, columns)
        flow.rows[:0] = back
        flow.y += len(back)
    gone = min(max(len(flow.rows) - rows, 0), flow.y)
    for row in flow.rows[:gone]:
        scrollback.push(row)
        borrowed += not row.wrapped
    scrollback.borrowed = borrowed
    kept = flow.rows[gone : gone + rows]
    kept += [Row() for _ in range(rows - len(kept))]
    kept[-1].wrapped = False
    return _Flow(kept, flow.y - gone, flow.x)


def _drop_blank(flow: _Flow) -> int:
    """Drop the blank rows below the cursor; returns how many."""
    size = len(flow.rows)
    while len(flow.rows) - 1 > flow.y and _is_blank(flow.rows[-1]) and not flow.rows[-2].wrapped:
        flow.rows.pop()
    return size - len(flow.rows)


def _is_blank(row: Row) -> bool:
    return row.fill == PLAIN and not row.pens.strip(PLAIN) and not row.text.rstrip(" ")


def _wrap_anew(flow: _Flow, before: int, columns: int) -> None:
    """Wrap each line at ``columns``; the cursor stays at its place in its line."""
    wrapped: list[Row] = []
    first = 0
    place: tuple[int, int] | None = None
    for line, group in lines(flow.rows, before):
        if place is None and first + len(group) > flow.y:
            offset = _offset(group, flow.y - first, flow.x, before)
            line = line.padded(offset)
            place = _place(line, offset, columns, len(wrapped))
        first += len(group)
        rewrapped = wrap(line, columns)
        if group[-1].wrapped:
            rewrapped[-1].wrapped = True
        wrapped += rewrapped
    flow.rows = wrapped
    flow.y, flow.x = place or (0, 0)


def _offset(group: list[Row], y: int, x: int, columns: int) -> int:
    """Return how many cells of their line are before the cursor, in column ``x`` of the row ``y`` of it."""
    if columns > 1:
        return sum(len(row.text) for row in group[:y]) + x
    return sum(len(with_halves(row.text)) for row in group[: y + x])


def _place(line: Line, offset: int, columns: int, above: int) -> tuple[int, int]:
    """Return where the cursor is that stood ``offset`` cells into ``line``."""
    edges = [0, *cuts(line.cells, columns)]
    down = bisect_right(edges, offset) - 1
    return above + down, min(offset - edges[down], columns)
