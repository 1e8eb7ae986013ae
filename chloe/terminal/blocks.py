"""Blocks: some logical lines, kept together and small.

Owns how lines are packed that are seldom looked at. Must not know which of them are still wanted.
"""

from __future__ import annotations

from typing import Protocol

from chloe.terminal.logical import Line, cuts
from chloe.terminal.pens import PLAIN
from chloe.terminal.runs import RowReader


class Block(Protocol):
    """Some logical lines, kept together."""

    @property
    def count(self) -> int:
        """Return how many lines."""

    @property
    def size(self) -> int:
        """Return how many characters, about."""

    def lines(self) -> list[Line]:
        """Return the lines, oldest first."""

    def texts(self) -> list[str]:
        """Return their cells alone, oldest first."""

    def read(self, reader: RowReader) -> list[str]:
        """Return them as a person reads them, oldest first, without blanks at the ends."""

    def height(self, columns: int) -> int:
        """Return how many rows show them."""

    def style_ids(self) -> str:
        """Return each style id in use, at least once."""

    def cells(self) -> str:
        """Return each stand-in in use, at least once."""

    def tail(self, count: int) -> Block:
        """Return the last ``count`` lines, at least one."""


class PackedBlock:
    """Parsed lines in two strings: the cells, joined, and the style ids, each line's followed by that of its
    fill.
    """

    __slots__ = ("_cells", "_height", "_separator", "_style_ids", "count")

    def __init__(self, cells: str, style_ids: str, count: int, separator: str = "\n") -> None:
        self._cells = cells
        self._style_ids = style_ids
        self._separator = separator
        self._height = (0, 0)
        self.count = count

    @classmethod
    def pack(cls, lines: list[Line]) -> PackedBlock:
        """Pack some lines, at least one."""
        cells = "\n".join([line.cells for line in lines])
        if any(line.style_ids or line.fill != PLAIN for line in lines):
            style_ids = "".join([(line.style_ids or PLAIN * len(line.cells)) + line.fill for line in lines])
        else:
            style_ids = ""
        return cls(cells, style_ids, len(lines))

    @property
    def size(self) -> int:
        """Return how many characters."""
        return len(self._cells)

    def lines(self) -> list[Line]:
        """Return the lines, oldest first."""
        texts = self.texts()
        if not self._style_ids:
            return [Line(text) for text in texts]
        lines = []
        place = 0
        for text in texts:
            end = place + len(text)
            lines.append(Line(text, self._style_ids[place:end], self._style_ids[end]))
            place = end + 1
        return lines

    def texts(self) -> list[str]:
        """Return their cells alone, oldest first."""
        return self._cells.split(self._separator)

    def read(self, reader: RowReader) -> list[str]:
        """Return them as a person reads them, oldest first, without blanks at the ends."""
        texts = reader.text(self._cells).split(self._separator)
        if self._cells.isascii() and f" {self._separator}" not in self._cells and texts[-1][-1:] != " ":
            return texts
        return [text.rstrip() for text in texts]

    def height(self, columns: int) -> int:
        """Return how many rows show them; the answer is remembered for one width."""
        if self._height[0] != columns:
            self._height = (columns, sum(len(cuts(line.cells, columns)) + 1 for line in self.lines()))
        return self._height[1]

    def style_ids(self) -> str:
        """Return all style ids."""
        return self._style_ids

    def cells(self) -> str:
        """Return all cells."""
        return self._cells

    def tail(self, count: int) -> PackedBlock:
        """Return the last ``count`` lines, their cells joined by one line feed."""
        if count == self.count and self._separator == "\n":
            return self
        texts = self._cells.rsplit(self._separator, count)[-count:]
        style_ids = self._style_ids[-sum(len(text) + 1 for text in texts) :] if self._style_ids else ""
        return PackedBlock("\n".join(texts), style_ids, count)
