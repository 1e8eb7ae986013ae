"""Sizes of a terminal: what one can be.

Owns the bounds and what is made of a size beyond them. Must not know who asks for a size.
"""

from __future__ import annotations

#: Three screens of 4K side by side, upright and with the smallest font, have fewer. What is asked for beyond
#: comes of a mistake, or of someone who wants Chloe's memory.
MAX_ROWS, MAX_COLUMNS = 2_000, 10_000
#: Cells of one screen: with two screens and all that a cell may show, these take some tens of MB.
MAX_CELLS = 1_000_000


def fits(rows: object, columns: object) -> bool:
    """Return whether a terminal may have this size: two integers within the bounds."""
    return (
        type(rows) is int
        and type(columns) is int
        and 1 <= rows <= MAX_ROWS
        and 1 <= columns <= MAX_COLUMNS
        and rows * columns <= MAX_CELLS
    )


def clamp(rows: int, columns: int) -> tuple[int, int]:
    """Return the size nearest to the one asked for that a terminal may have; rows give way first."""
    columns = min(max(columns, 1), MAX_COLUMNS)
    rows = min(max(rows, 1), MAX_ROWS, MAX_CELLS // columns)
    return rows, columns
