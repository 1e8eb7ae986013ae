"""Snapshots: everything about a terminal that can be seen or will matter, comparable with ``==``.

Owns what belongs to a state and what is mere storage. Must not know how a state is restored.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from chloe.terminal.canvas import SavedCursor
from chloe.terminal.charsets import Charsets
from chloe.terminal.interpreter import Interpreter
from chloe.terminal.logical import Line, join
from chloe.terminal.modes import Modes
from chloe.terminal.pens import LINK_SHIFT, PROTECTED, Attributes, attributes
from chloe.terminal.rows import Row
from chloe.terminal.runs import Run
from chloe.terminal.titles import Kept


class SeenRow(NamedTuple):
    """A row: its runs, and whether its line goes on in the row below.

    ``size``: how many of its cells are text; the blanks behind them were erased or never written,
    look like ``beyond``, and are no part of the line when it is wrapped anew. The alternate screen's
    rows never are, and count as full.
    ``protected``: the columns that selective erases leave alone.
    """

    runs: tuple[Run, ...]
    wrapped: bool
    size: int
    beyond: Attributes
    protected: tuple[int, ...]


class SeenCursor(NamedTuple):
    """What DECSC kept: column (``columns`` where it waits to wrap), row, look, sets, origin mode."""

    x: int
    y: int
    attributes: Attributes
    protecting: bool
    charsets: Charsets
    origin: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of a terminal. Two that are equal look the same and will react the same.

    ``cursor``: row and column, the column being ``columns`` where the next character wraps, or the one behind
    the right margin; and whether it waits there.
    ``margins``: top, bottom, left and right.
    ``tabs``: the stops, and the column from which on they are the default ones.
    ``titles``: the window's, the icon's, and those that are kept.
    ``repeatable``: the character that REP would repeat.
    ``open_line``: what left the screen of the line that goes on in the top row.
    ``cleared``: what tells the text of the last screen that was cleared, see ``Scrollback.keep``.
    ``pending``: bytes of a sequence or a character that isn't complete.
    """

    rows: int
    columns: int
    main: tuple[SeenRow, ...]
    alternate: tuple[SeenRow, ...] | None
    cursor: tuple[int, int, bool]
    shape: str
    blink: bool
    attributes: Attributes
    protecting: bool
    charsets: Charsets
    repeatable: str
    saved: SeenCursor
    other_saved: SeenCursor
    modes: Modes
    saved_modes: tuple[tuple[int, bool], ...]
    keyboard: tuple[tuple[int, ...], tuple[int, ...]]
    margins: tuple[int, int, int, int]
    dresses_rectangle: bool
    tabs: tuple[tuple[int, ...], int]
    titles: tuple[str, str, tuple[Kept, ...]]
    cwd: str
    pending: bytes
    open_line: SeenRow | None
    scrollback: tuple[tuple[Run, ...], ...]
    cleared: str

    def without_scrollback(self) -> Snapshot:
        """Return the same without the complete lines that left the screen, and what is known of them."""
        return replace(self, scrollback=(), cleared="")


def snapshot(screen: Interpreter) -> Snapshot:
    """Return the state of ``screen`` as it is now."""
    main = screen.lines if screen.main_lines is None else screen.main_lines
    opened = screen.scrollback.open_rows()
    open_line = join(opened, screen.columns, main[0]) if opened else None
    alternate = None
    if screen.main_lines is not None:
        alternate = tuple([row._replace(size=screen.columns) for row in _rows(screen, screen.lines)])
    return Snapshot(
        rows=screen.rows,
        columns=screen.columns,
        main=_rows(screen, main),
        alternate=alternate,
        cursor=(screen.y, screen.x, screen.waits),
        shape=screen.cursor_shape,
        blink=screen.cursor_blink,
        attributes=_attributes(screen, screen.pen),
        protecting=screen.is_protecting,
        charsets=screen.charsets,
        repeatable=screen.last if screen.is_printing else "",
        saved=_seen_cursor(screen, screen.saved),
        other_saved=_seen_cursor(screen, screen.other_saved),
        modes=replace(screen.modes),
        saved_modes=tuple(sorted(screen.saved_modes.items())),
        keyboard=(tuple(screen.kitty_stack), (*screen.other_kitty_stack, screen.other_kitty_flags)),
        margins=(screen.top, screen.bottom, screen.left, screen.right),
        dresses_rectangle=screen.dresses_rectangle,
        tabs=screen.tabs.described(),
        titles=(screen.titles.window, screen.titles.icon, tuple(screen.titles.stack)),
        cwd=screen.cwd,
        pending=screen.tokenizer.pending,
        open_line=None if open_line is None else _row(screen, Row(*open_line), len(open_line.cells)),
        scrollback=tuple(_line(screen, line) for line in screen.scrollback.closed()),
        cleared=screen.scrollback.cleared,
    )


def _rows(screen: Interpreter, rows: list[Row]) -> tuple[SeenRow, ...]:
    return tuple(_row(screen, row, screen.columns) for row in rows)


def _row(screen: Interpreter, row: Row, columns: int) -> SeenRow:
    is_protected = {
        style_id: bool(screen.pen_table.lookup(style_id) & PROTECTED) for style_id in set(row.pens)
    }
    return SeenRow(
        screen.reader.runs(row, columns),
        row.wrapped,
        len(row.text),
        screen.reader.attributes(row.fill),
        tuple(x for x, style_id in enumerate(row.pens) if is_protected[style_id]),
    )


def _line(screen: Interpreter, line: Line) -> tuple[Run, ...]:
    row = Row(*line)
    # One cell more than it has, so that what follows it counts as well.
    return screen.reader.runs(row, len(line.cells) + 1)


def _attributes(screen: Interpreter, pen: int) -> Attributes:
    return attributes(pen, screen.links.address(pen >> LINK_SHIFT))


def _seen_cursor(screen: Interpreter, saved: SavedCursor) -> SeenCursor:
    return SeenCursor(
        saved.x,
        saved.y,
        _attributes(screen, saved.pen),
        bool(saved.pen & PROTECTED),
        saved.charsets,
        saved.origin,
    )
