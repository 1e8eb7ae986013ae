"""Text that is marked by the mouse: which cells that are, how they look, and what is copied of them.

Owns the rules: a mark of cells goes on like text, from its beginning to its end; one of words or lines takes
whole ones at both ends. Must not know a terminal or the mouse: it is given rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from chloe.terminal import Attributes
from chloe.terminal.widths import split_clusters
from chloe.ui.canvas import Row, cut_row

Unit = Literal["cell", "word", "line"]
#: A row and a column of a view.
Place = tuple[int, int]

#: What one word is: letters, digits, and what paths and addresses have beside them.
_WORD = re.compile(r"[\w.~/@%+:=?&#-]+|\s+|.")


@dataclass(frozen=True, slots=True)
class Mark:
    """What is marked in a view: from where the button was pressed to where the mouse is, in these units."""

    anchor: Place
    head: Place
    unit: Unit = "cell"

    def find_spans(self, rows: Sequence[Row]) -> dict[int, tuple[int, int]]:
        """Return the columns that are marked of each row, as the first and the one after the last."""
        begin, end = sorted((self.anchor, self.head))
        width = sum(len(_list_cells([run])) for run in rows[0]) if rows else 0
        first, last = (begin[1], end[1] + 1) if self.unit == "cell" else (0, width)
        if self.unit == "word":
            first = _find_word(rows[begin[0]], begin[1])[0]
            last = _find_word(rows[end[0]], end[1])[1]
        return {
            y: (first if y == begin[0] else 0, last if y == end[0] else width)
            for y in range(begin[0], end[0] + 1)
        }


def mark_rows(rows: Sequence[Row], spans: Mapping[int, tuple[int, int]]) -> list[Row]:
    """Return the rows with what is marked reversed."""
    return [_mark_row(row, *spans[y]) if y in spans else row for y, row in enumerate(rows)]


def _mark_row(row: Row, begin: int, end: int) -> Row:
    marked = [(_reverse(style), charset, text) for style, charset, text in cut_row(row, begin, end)]
    return [*cut_row(row, 0, begin), *marked, *cut_row(row, end, len(_list_cells(row)))]


def _reverse(style: object) -> Attributes:
    looks = style if isinstance(style, Attributes) else Attributes()
    return looks._replace(reverse=not looks.reverse)


def read_text(rows: Sequence[Row], spans: Mapping[int, tuple[int, int]], goes_on: Sequence[bool]) -> str:
    """Return what is marked as text. ``goes_on`` says of each row whether its line goes on in the next.

    Blanks at the ends of lines are left out.
    """
    text = ""
    for y, (begin, end) in sorted(spans.items()):
        part = b"".join(text for _, _, text in cut_row(rows[y], begin, end)).decode("utf-8", "replace")
        if y < len(goes_on) and goes_on[y]:
            text += part
        else:
            text += part.rstrip() + "\n"
    return text.removesuffix("\n")


def _find_word(row: Row, column: int) -> tuple[int, int]:
    """Return the first column of the word at a column, and the one after its last."""
    cells = _list_cells(row)
    text = "".join(cells)
    at = len("".join(cells[: column + 1])) - 1
    for match in _WORD.finditer(text):
        if match.start() <= at < match.end():
            places = [place for place, cell in enumerate(cells) for _ in cell]
            end = next((place for place in places[match.end() :]), len(cells))
            return places[match.start()], end
    return column, column + 1


def _list_cells(row: Row) -> list[str]:
    """Return the text of each column of a row; "" for the second one of a wide character."""
    cells: list[str] = []
    for _, _, text in row:
        for cluster, columns in split_clusters(text.decode("utf-8", "replace")):
            cells += [cluster, *[""] * (columns - 1)] if columns else []
    return cells
