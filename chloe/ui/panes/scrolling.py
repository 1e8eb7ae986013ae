"""How far back the user looks in what a pane printed, and the rows that show there.

Owns the place of the view, which is a line and a row of it, and the lines that were fetched from the log
because the terminal's window no longer holds them. Must not know the engine: what is missing is
``missing``, and given later. Until then the view stays as it is.

Lines are named by their numbers, as ``Scrollback`` counts them: what is printed meanwhile moves
nothing. After the last one comes what is on the screen, as if it were one line more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from chloe.terminal import Run, Terminal

#: One row of a line, as the terminal gives it.
TerminalRow = tuple[Run, ...]
#: The rows that show one line.
Rows = Sequence[TerminalRow]

#: Lines asked for at once, and how many of them lie before the one that is missing.
_FETCH_SIZE, _FETCH_BEFORE = 300, 200

#: Lines kept at the most.
_MAX_FETCHED = 5_000

#: Lines taken from the terminal's window at once, and how many of them lie before the one that is needed:
#: what is packed is unpacked for all of them together.
_UNPACK_SIZE, _UNPACK_BEFORE = 256, 128


@dataclass(frozen=True, slots=True)
class MissingLines:
    """Lines of the log that the view can't do without, wrapped at ``columns``."""

    first: int
    count: int
    columns: int


class _Place(NamedTuple):
    line: int
    row: int


class Scrolling:
    """The place of one view in one terminal's past."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._columns = terminal.columns
        self._height = 1
        #: The top row of the view; None on the live screen.
        self._top: _Place | None = None
        #: Rows still to go back, once the lines there are known.
        self._pending_rows = 0
        self._earliest = 0
        self._fetched: dict[int, Rows] = {}
        #: Lines of the window that were unpacked, and the window they are of.
        self._unpacked: dict[int, Rows] = {}
        self._window: tuple[int, ...] = ()
        self._shown: list[TerminalRow] = []
        #: Whether the line of each row that shows goes on in the next one.
        self.goes_on: list[bool] = []
        #: What is missing for the view that the user asked for.
        self.missing: MissingLines | None = None

    @property
    def place(self) -> tuple[int, int] | None:
        """Return the line at the top, counted from 1, and how many there are; None on the live screen."""
        if self._top is None:
            return None
        total = self._terminal.scrollback.total
        return min(self._top.line, total) + 1, total + 1

    @property
    def is_first(self) -> bool:
        """Return whether the first row that there is stands at the top."""
        return self._top is not None and self._top <= _Place(self._earliest, 0)

    # Moving ----------------------------------------------------------------------------------------

    def up(self, rows: int) -> None:
        """Look so many rows further back."""
        if self._top is None:
            below = len(self._screen()) - self._height
            self._top = _Place(self._terminal.scrollback.total, max(below, 0))
        self._pending_rows += rows
        self._go()

    def down(self, rows: int) -> None:
        """Look so many rows further on; the live screen is the end."""
        self._pending_rows = 0
        if self._top is not None:
            self._top = self._top._replace(row=self._top.row + rows)
            self._normalize()
            is_last = self._top.line >= self._terminal.scrollback.total
            if is_last and self._top.row >= len(self._screen()) - self._height:
                self.to_bottom()

    def to_top(self) -> None:
        """Look at the first line that there is."""
        self._pending_rows = 0
        self._top = _Place(self._earliest, 0)

    def to_bottom(self) -> None:
        """Look at the live screen."""
        self._pending_rows = 0
        self._top = self.missing = None

    def _go(self) -> None:
        """Go back as far as is owed and known."""
        assert self._top is not None
        line, row = self._top
        while self._pending_rows > row and line > self._earliest:
            line_rows = self._line(line - 1)
            if line_rows is None:
                break
            self._pending_rows -= row
            line -= 1
            row = len(line_rows)
        else:
            row = max(row - self._pending_rows, 0)
            self._pending_rows = 0
        self._top = _Place(line, row)

    def _normalize(self) -> None:
        """Name the place by the line that it is in now, since lines leave the screen meanwhile."""
        assert self._top is not None
        line, row = self._top
        total = self._terminal.scrollback.total
        while line < total:
            line_rows = self._line(line)
            if line_rows is None or row < len(line_rows):
                break
            row -= len(line_rows)
            line += 1
        self._top = _Place(min(line, total), row)

    # Rows ------------------------------------------------------------------------------------------

    def find_rows(self, height: int) -> list[TerminalRow] | None:
        """Find the ``height`` rows that show; None on the live screen, and where the view reaches it."""
        self._height = height
        if self._top is None:
            return None
        if self._terminal.columns != self._columns:
            self._columns = self._terminal.columns
            self._fetched.clear()
            self._top = self._top._replace(row=0)
        if self._pending_rows:
            self._go()
        self._normalize()
        following: list[TerminalRow] = []
        goes_on: list[bool] = []
        for rows in self._following(self._top.line):
            if rows is None:
                # Not known yet: what was shown before stays.
                return (self._shown + [()] * height)[:height]
            following += rows
            goes_on += [True] * (len(rows) - 1) + [False]
            if len(following) >= self._top.row + height:
                break
        self._shown = following[self._top.row : self._top.row + height]
        self.goes_on = goes_on[self._top.row : self._top.row + height]
        if len(self._shown) < height:
            self.to_bottom()
            return None
        return self._shown

    def _following(self, line: int) -> Iterator[Rows | None]:
        """Yield the rows of each line from here on, and then those on the screen, a line each."""
        total = self._terminal.scrollback.total
        for number in range(line, total):
            yield self._line(number)
        yield from self._list_screen_lines()

    def _list_screen_lines(self) -> Iterator[Rows]:
        rows, height = self._screen(), self._terminal.rows
        line: list[TerminalRow] = []
        for at, row in enumerate(rows):
            line.append(row)
            y = at - (len(rows) - height)
            if y >= 0 and not self._terminal.goes_on(y):
                yield line
                line = []
        if line:
            yield line

    def _line(self, number: int) -> Rows | None:
        """Return the rows of a line; None where the log has to be asked."""
        scrollback = self._terminal.scrollback
        if number >= scrollback.total:
            return self._screen()
        if number >= scrollback.first:
            return self._from_window(number)
        if number not in self._fetched:
            first = max(number - _FETCH_BEFORE, 0)
            self.missing = MissingLines(first, min(_FETCH_SIZE, scrollback.first - first), self._columns)
        return self._fetched.get(number)

    def _from_window(self, number: int) -> Rows:
        scrollback = self._terminal.scrollback
        # A resize takes lines back onto the screen; others get their numbers later.
        window = (scrollback.total, scrollback.first, self._terminal.rows, self._columns)
        if self._window != window:
            self._window = window
            self._unpacked.clear()
        if number not in self._unpacked:
            first = max(number - _UNPACK_BEFORE, scrollback.first)
            lines = scrollback.numbered(first, _UNPACK_SIZE, self._columns)
            self._unpacked = dict(enumerate(lines, start=first))
        return self._unpacked[number]

    def _screen(self) -> Rows:
        """Return what is on the screen, and before it the part of its first line that is not."""
        terminal = self._terminal
        above = len(terminal.scrollback.open_rows())
        height = terminal.scrollback.height if above else 0
        opened = terminal.scrollback.rows(height - above, height) if above else []
        return [*opened, *(terminal.line(y) for y in range(terminal.rows))]

    # From the log ----------------------------------------------------------------------------------

    def supply(self, missing: MissingLines, first: int, lines: Sequence[Rows]) -> None:
        """Take what was ``missing``, from line ``first`` on, as far as the log has it."""
        if self.missing == missing:
            self.missing = None
        if missing.columns != self._columns:
            return
        if len(self._fetched) > _MAX_FETCHED:
            self._fetched.clear()
        self._fetched |= dict(enumerate(lines, start=first))
        # A stopped recorder's spool has lines that the log lacks: nothing before them can be read.
        is_short = first + len(lines) < missing.first + missing.count
        if first > missing.first or is_short:
            # The log begins later.
            self._earliest = self._terminal.scrollback.first if is_short else first
            if self._top is not None and self._top.line < self._earliest:
                self._top = _Place(self._earliest, 0)
                self._pending_rows = 0
