"""Logical lines: what a program printed between two line ends, whatever the width of the screen.

Owns the conversion of rows to lines and back. Must not know where lines are kept. Blanks that were
printed belong to a line. Blanks that were erased or never printed don't.

On a screen of one column, a wide character stands in its one cell without its other half. It shows as a
blank there, and has both halves in its line, so that it is back on a wider screen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from chloe.terminal import widths
from chloe.terminal.pens import PLAIN
from chloe.terminal.rows import Row
from chloe.terminal.widths import HALF

#: A wide cluster of several code points; in one column nothing would tell that it is wide.
_WIDE_CLUSTER = re.compile(f"[\U00100000-\U0010ffff](?={HALF})")


class Line(NamedTuple):
    """One logical line: its cells, its style ids (empty where all are plain), the id of what follows."""

    cells: str
    style_ids: str = ""
    fill: str = PLAIN

    def padded(self, size: int) -> Line:
        """Return the line with blank cells up to ``size``."""
        missing = size - len(self.cells)
        if missing <= 0:
            return self
        style_ids = self.style_ids
        if style_ids or self.fill != PLAIN:
            style_ids = (style_ids or PLAIN * len(self.cells)) + self.fill * missing
        return Line(self.cells + " " * missing, style_ids, self.fill)


def is_short(row: Row, below: Row | None, columns: int) -> bool:
    """Return whether a soft-wrapped row lacks its last cell since a wide character begins ``below``."""
    return len(row.text) == columns - 1 and below is not None and below.text[1:2] == HALF


def halved(cells: str) -> str:
    """Return ``cells`` as they stand in one column each: wide characters alone, wide clusters blank."""
    return _WIDE_CLUSTER.sub(" ", cells).replace(HALF, "")


def with_halves(cells: str) -> str:
    """Return what stood in one column each with the other halves of wide characters."""
    if cells.isascii():
        return cells
    return "".join([cell + HALF if widths.width(cell) == 2 else cell for cell in cells])


def _without_halves(line: Line) -> Line:
    style_ids = line.style_ids and "".join(
        [style_id for style_id, cell in zip(line.style_ids, line.cells, strict=True) if cell != HALF]
    )
    return Line(halved(line.cells), style_ids, line.fill)


def _with_halves(line: Line) -> Line:
    style_ids = line.style_ids and "".join(
        [style_id * len(with_halves(cell)) for style_id, cell in zip(line.style_ids, line.cells, strict=True)]
    )
    return Line(with_halves(line.cells), style_ids, line.fill)


def complete(rows: list[Row], columns: int, below: Row | None = None) -> list[Row]:
    """Give the soft-wrapped ``rows`` all cells that their line has there, and return ``rows``.

    The last row goes on in ``below``. A row that goes on has no fill, whatever it was blanked with.
    """
    for place, row in enumerate(rows):
        if row.wrapped:
            after = rows[place + 1] if place + 1 < len(rows) else below
            # Where a wide character didn't fit any more, the last cell is no part of the line.
            row.pad(columns - 1 if is_short(row, after, columns) else columns)
            row.fill = PLAIN
    return rows


def join(rows: list[Row], columns: int, below: Row | None = None) -> Line:
    """Return the line that soft-wrapped ``rows`` make. The last may be open: it goes on in ``below``."""
    if len(rows) == 1 and not rows[0].wrapped:
        row = rows[0]
        line = Line(row.text, row.pens, row.fill)
    else:
        complete(rows, columns, below)
        cells = "".join([row.text for row in rows])
        style_ids = "".join([row.style_ids() for row in rows]) if any(row.pens for row in rows) else ""
        line = Line(cells, style_ids, rows[-1].fill)
    return line if columns > 1 else _with_halves(line)


def lines(rows: Iterable[Row], columns: int) -> Iterator[tuple[Line, list[Row]]]:
    """Yield each line that ``rows`` make, with the rows it is made of."""
    group: list[Row] = []
    for row in rows:
        group.append(row)
        if not row.wrapped:
            yield join(group, columns), group
            group = []
    if group:
        yield join(group, columns), group


def cuts(cells: str, columns: int) -> list[int]:
    """Return where each row but the first begins when ``cells`` are wrapped at ``columns``."""
    size = len(cells)
    if size <= columns:
        return []
    if cells.isascii() or HALF not in cells:
        return list(range(columns, size, columns))
    if columns < 2:
        return [place for place, cell in enumerate(cells) if place and cell != HALF]
    starts: list[int] = []
    place = columns
    while place < size:
        if cells[place] == HALF:
            place -= 1
        starts.append(place)
        place += columns
    return starts


def wrap(line: Line, columns: int) -> list[Row]:
    """Return the rows that show ``line`` at this width."""
    if columns < 2 and HALF in line.cells:
        line = _without_halves(line)
    starts = cuts(line.cells, columns)
    if not starts:
        return [Row(line.cells, line.style_ids, line.fill)]
    edges = [0, *starts, len(line.cells)]
    rows = [
        Row(line.cells[start:end], line.style_ids[start:end], PLAIN, True) for start, end in pairwise(edges)
    ]
    rows[-1].wrapped = False
    rows[-1].fill = line.fill
    return rows
