"""How a wall of panes is laid out: from a layout, a number of panes and a size to rectangles.

Owns the arithmetic. A wall is bands, one below the other, and a band is tiles side by side with a line
between them; the first row of a tile is for its title. Must not know panes, or how a tile is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

Layout = Literal["one", "grid", "columns", "stack"]
#: In the order in which a key goes through them.
LAYOUTS: tuple[Layout, ...] = get_args(Layout)

#: The fewest columns and rows of a tile that shows a screen, its title among them.
LEAST_COLUMNS, LEAST_ROWS = 24, 5
#: The shape that a tile of a grid comes as near to as it can: that of most programs' screens.
_COLUMNS, _ROWS = 80, 25


@dataclass(frozen=True, slots=True)
class Tile:
    """A rectangle of a wall. ``place`` is that of its pane among those on the wall, from 0.

    The first of its ``rows`` is its title; one of a single row is nothing else.
    """

    place: int
    top: int
    left: int
    rows: int
    columns: int

    def contains(self, column: int, row: int) -> bool:
        """Return whether this place of the wall is in it."""
        return 0 <= column - self.left < self.columns and 0 <= row - self.top < self.rows


#: Tiles side by side, of as many rows each.
Band = tuple[Tile, ...]


def count_fitting(layout: Layout, count: int, rows: int, columns: int) -> int:
    """Return how many of ``count`` panes have a place on a wall of this size: one at least."""
    across, down = max((columns + 1) // (LEAST_COLUMNS + 1), 1), max(rows // LEAST_ROWS, 1)
    room = {"one": 1, "grid": across * down, "columns": across, "stack": max(rows - LEAST_ROWS + 1, 1)}
    return min(count, room[layout])


def choose_first(first: int, count: int, fitting: int, selected: int) -> int:
    """Return which of ``count`` panes is the first on a wall that has places for ``fitting`` of them.

    It stays what it was, ``first``, as long as the selected one is on the wall.
    """
    first = min(max(first, selected - fitting + 1), selected)
    return max(min(first, count - fitting), 0)


def lay_out(layout: Layout, weights: Sequence[float], selected: int, rows: int, columns: int) -> list[Band]:
    """Lay out a wall for panes of these weights, no more than fit. The selected one shows its screen."""
    if not weights:
        return []
    if layout == "stack":
        return _stack(weights, selected, rows, columns)
    count = len(weights)
    across = _choose_across(count, rows, columns) if layout == "grid" else count
    bands: list[range] = []
    begin, down = 0, -(-count // across)
    for at in range(down):
        end = begin + (count - begin) // (down - at) + bool((count - begin) % (down - at))
        bands.append(range(begin, end))
        begin = end
    heights = _share(rows, [max(weights[place] for place in band) for band in bands], LEAST_ROWS)
    laid_out = []
    top = 0
    for band, height in zip(bands, heights, strict=True):
        widths = _share(columns - len(band) + 1, [weights[place] for place in band], LEAST_COLUMNS)
        left, tiles = 0, []
        for place, width in zip(band, widths, strict=True):
            tiles.append(Tile(place, top, left, height, width))
            left += width + 1
        laid_out.append(tuple(tiles))
        top += height
    return laid_out


def _choose_across(count: int, rows: int, columns: int) -> int:
    """Return how many tiles of a grid stand side by side, so that each is as near to its shape as can be."""
    most = max(min((columns + 1) // (LEAST_COLUMNS + 1), count), 1)
    least = min(-(-count // max(rows // LEAST_ROWS, 1)), most)

    def judge(across: int) -> float:
        return min((columns + 1) / across / _COLUMNS, rows / -(-count // across) / _ROWS)

    return max(range(least, most + 1), key=judge)


def _stack(weights: Sequence[float], selected: int, rows: int, columns: int) -> list[Band]:
    """Lay tiles one below the other; where there is no room, those far from the selected are titles only."""
    count = len(weights)
    showing = min(max((rows - count) // (LEAST_ROWS - 1), 1), count)
    first = min(max(selected - showing // 2, 0), count - showing)
    shown = range(first, first + showing)
    heights = _share(rows - count + showing, [weights[place] for place in shown], LEAST_ROWS)
    bands: list[Band] = []
    top = 0
    for place in range(count):
        height = heights[place - first] if place in shown else 1
        bands.append((Tile(place, top, 0, height, columns),))
        top += height
    return bands


def _share(total: int, weights: Sequence[float], least: int) -> list[int]:
    """Share ``total`` by weight, so that each gets ``least`` of it where there is enough."""
    count = len(weights)
    least = min(least, total // count)
    spare, whole = total - least * count, sum(weights)
    shares, before, given = [], 0.0, 0
    for weight in weights:
        before += weight
        upto = round(spare * before / whole)
        shares.append(least + upto - given)
        given = upto
    shares[-1] += spare - given
    return shares
