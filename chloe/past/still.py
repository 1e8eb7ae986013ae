"""One pane's screen as it was at one moment, as values.

Owns what of a terminal a moment keeps. Must not know how it is printed, or who asks.
"""

from __future__ import annotations

from chloe.past.walker import Walker
from chloe.quick import dataclass
from chloe.store.extended import RecordSource
from chloe.terminal import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Still:
    """A screen: its rows as runs of one look each, and what stands beside them."""

    rows: tuple[tuple[Run, ...], ...]
    #: What is on each row, as a person reads it, without the blanks at its end.
    lines: tuple[str, ...]
    columns: int
    #: Where the cursor is, row and column from 0, and whether it shows.
    cursor: tuple[int, int]
    is_cursor_visible: bool
    title: str
    is_alternate: bool


async def take_still(source: RecordSource, pane: str, time: int | None = None) -> Still | None:
    """Return the pane's screen as it was at a time, in nanoseconds since 1970, or as it is now.

    None where it had none yet, or where the emulator fails on what came before. Raises ``LogUnusable``.
    """
    walker = Walker(source, pane)
    await walker.at(time=time)
    terminal = walker.terminal
    if terminal is None:
        return None
    return walker.contain(
        lambda: Still(
            rows=tuple(terminal.line(y) for y in range(terminal.rows)),
            lines=tuple(line.rstrip() for line in terminal.display),
            columns=terminal.columns,
            cursor=(terminal.cursor.y, terminal.cursor.x),
            is_cursor_visible=terminal.cursor.visible,
            title=terminal.title,
            is_alternate=terminal.modes.alternate_screen,
        ),
        "read",
    )
