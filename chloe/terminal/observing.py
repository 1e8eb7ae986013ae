"""Observing: what somebody is told who follows what a program does to the screen, and how he reads it.

Owns the hooks that operations call, and the screen as lines of cells. Must not know who listens. Nothing is
called where nobody does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from chloe.terminal.logical import lines

if TYPE_CHECKING:
    from chloe.terminal.canvas import Canvas


class Observer(Protocol):
    """Is told before or after what a program does, at once: the terminal may be read, and not changed."""

    def rows_moved(self, first: int, bottom: int, count: int) -> None:
        """Note that the rows from ``first`` to ``bottom`` move up by ``count``, down where it is negative."""

    def before_clear(self) -> None:
        """Look at the screen that is cleared next; the main one goes to the scrollback first."""

    def after_clear(self) -> None:
        """Note that what stood on the main screen is in the scrollback, unless it was cleared before."""

    def before_forgetting(self) -> None:
        """Look at the scrollback, which is cleared next."""

    def before_switch(self) -> None:
        """Look at the screen, before the other one is shown."""

    def before_resize(self) -> None:
        """Look at the screen, before its size changes."""

    def after_resize(self) -> None:
        """Note that the size has changed; any row may be another one."""


class ScreenLine(NamedTuple):
    """Soft-wrapped rows as one line: the first row, below 0 where it is above the screen; how many; cells."""

    row: int
    height: int
    cells: str


def read_lines(screen: Canvas) -> list[ScreenLine]:
    """Return the lines of the screen that is shown, what of the first one is above the screen included."""
    rows = screen.lines
    above = 0
    if screen.main_lines is None and screen.scrollback.is_open:
        opened = screen.scrollback.open_rows()
        above = len(opened)
        rows = opened + rows
    if not above and not any(row.wrapped for row in rows):
        return [ScreenLine(y, 1, row.text) for y, row in enumerate(rows)]
    found = []
    place = -above
    for line, group in lines([row.copy() for row in rows], screen.columns):
        found.append(ScreenLine(place, len(group), line.cells))
        place += len(group)
    return found
