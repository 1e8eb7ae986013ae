"""Logical lines: what a program printed between two line ends, whatever the width of the screen.

Owns the way from rows to lines and back. Must not know where lines are kept. Blanks that were
printed belong to a line; blanks that were never printed, or erased, don't.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from chloe.terminal.pens import PLAIN
from chloe.terminal.rows import Row
from chloe.terminal.widths import HALF

_WIDE = re.compile(f".{HALF}")


class Line(NamedTuple):
    """One logical line: a cell string, its marks (empty where all are plain), the mark of what follows."""

    cells: str
    marks: str = ""
    fill: str = PLAIN

    def padded(self, size: int) -> Line:
        """With blank cells up to ``size``."""
        missing = size - len(self.cells)
        if missing <= 0:
            return self
        marks = self.marks
        if marks or self.fill != PLAIN:
            marks = (marks or PLAIN * len(self.cells)) + self.fill * missing
        return Line(self.cells + " " * missing, marks, self.fill)


def join(rows: list[Row], columns: int) -> Line:
    """The line that soft-wrapped ``rows`` make; the last of them may be open."""
    if len(rows) == 1 and not rows[0].wrapped:
        row = rows[0]
        return Line(row.text, row.pens, row.fill)
    cells: list[str] = []
    marks: list[str] = []
    plain = True
    for place, row in enumerate(rows):
        if row.wrapped:
            size = columns
            if len(row.text) == columns - 1 and place + 1 < len(rows) and rows[place + 1].text[1:2] == HALF:
                size -= 1  # A wide character didn't fit any more: that cell is no part of the line.
            row.pad(size)
        plain = plain and not row.pens
        cells.append(row.text)
        marks.append(row.marks())
    line = Line("".join(cells), "" if plain else "".join(marks))
    # Nothing follows a row that goes on, whatever it was blanked with.
    return line if rows[-1].wrapped else line._replace(fill=rows[-1].fill)


def lines(rows: Iterable[Row], columns: int) -> Iterator[tuple[Line, list[Row]]]:
    """Each line that ``rows`` make, with the rows it is made of."""
    group: list[Row] = []
    for row in rows:
        group.append(row)
        if not row.wrapped:
            yield join(group, columns), group
            group = []
    if group:
        yield join(group, columns), group


def cuts(cells: str, columns: int) -> list[int]:
    """Where each row but the first begins when ``cells`` are wrapped at ``columns``."""
    size = len(cells)
    if size <= columns:
        return []
    if cells.isascii() or HALF not in cells or columns < 2:
        return list(range(columns, size, columns))
    found: list[int] = []
    place = columns
    while place < size:
        if cells[place] == HALF:
            place -= 1
        found.append(place)
        place += columns
    return found


def wrap(line: Line, columns: int) -> list[Row]:
    """The rows that show ``line`` at this width. In one column, a wide character goes blank."""
    if columns < 2 and HALF in line.cells:
        line = line._replace(cells=_WIDE.sub("  ", line.cells))
    found = cuts(line.cells, columns)
    if not found:
        return [Row(line.cells, line.marks, line.fill)]
    edges = [0, *found, len(line.cells)]
    rows = [Row(line.cells[start:end], line.marks[start:end], PLAIN, True) for start, end in pairwise(edges)]
    rows[-1].wrapped = False
    rows[-1].fill = line.fill
    return rows
