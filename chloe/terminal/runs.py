"""Runs: rows in the form that a painter needs.

Owns ``Run`` and the way from cell strings to runs and to text. Must not know how cells got there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from chloe.terminal import widths
from chloe.terminal.clusters import ClusterTable
from chloe.terminal.pens import LINK_SHIFT, PLAIN, Attributes, PenTable, attributes
from chloe.terminal.rows import Row
from chloe.terminal.widths import HALF

#: The most bytes of hyperlink addresses that a terminal remembers.
LINK_BYTES = 1 << 20
#: What remembering one takes beside its characters, about.
_LINK_OVERHEAD = 256

_SAME_MARK = re.compile(r"(?s)(.)\1*+")


def split_styles(style_ids: str) -> Iterator[tuple[int, int, str]]:
    """Yield each stretch of one style id: where it starts, where it ends, and the id."""
    for match in _SAME_MARK.finditer(style_ids):
        yield match.start(), match.end(), match[1]


class Run(NamedTuple):
    """Adjacent cells of one look. ``width`` is counted in cells; a wide character stands in ``text`` once."""

    text: str
    attributes: Attributes
    width: int


class Links:
    """The hyperlinks of one terminal: addresses, and numbers for pens. The oldest are forgotten."""

    __slots__ = ("_addresses", "_last", "_numbers", "_size")

    def __init__(self) -> None:
        self._addresses: dict[int, str] = {}
        self._numbers: dict[str, int] = {}
        self._last = 0
        self._size = 0

    def number(self, address: str) -> int:
        """Return the number that stands for ``address``; 0 for none."""
        if not address:
            return 0
        known = self._numbers.get(address)
        if known is None:
            self._last = known = self._last + 1
            self._numbers[address] = known
            self._addresses[known] = address
            self._size += len(address) + _LINK_OVERHEAD
            while self._size > LINK_BYTES:
                oldest = next(iter(self._addresses))
                forgotten = self._addresses.pop(oldest)
                del self._numbers[forgotten]
                self._size -= len(forgotten) + _LINK_OVERHEAD
        return known

    def dump(self) -> list[tuple[int, str]]:
        """Return each link that isn't forgotten, the oldest first, for ``load``."""
        return list(self._addresses.items())

    @property
    def last(self) -> int:
        """Return the highest number given."""
        return self._last

    def load(self, dumped: list[tuple[int, str]], last: int) -> None:
        """Give the numbers that another terminal gave, and go on after ``last``; before any was given."""
        self._addresses = dict(dumped)
        self._numbers = {address: number for number, address in dumped}
        self._size = sum(len(address) + _LINK_OVERHEAD for _, address in dumped)
        self._last = last

    def address(self, number: int) -> str:
        """Return the address behind ``number``; empty for 0 and where it was forgotten."""
        return self._addresses.get(number, "") if number else ""


class RowReader:
    """Reads rows out of cell strings, knowing the tables that their style ids and stand-ins come from."""

    __slots__ = ("clusters", "links", "pens")

    def __init__(self, pens: PenTable, clusters: ClusterTable, links: Links) -> None:
        self.pens = pens
        self.clusters = clusters
        self.links = links

    def attributes(self, style_id: str) -> Attributes:
        """Return how a cell with this style id looks."""
        pen = self.pens.lookup(style_id)
        return attributes(pen, self.links.address(pen >> LINK_SHIFT))

    def text(self, cells: str) -> str:
        """Return a cell string as a person reads it."""
        if cells.isascii():
            return cells
        return self.clusters.read(cells).replace(HALF, "")

    def display(self, row: Row, columns: int) -> str:
        """Return all of a row as a person reads it."""
        return self.text(self._shown(row, columns))

    def _shown(self, row: Row, columns: int) -> str:
        """Return all cells of a row; in one column, a wide character shows as a blank."""
        text = row.text.ljust(columns)
        return " " if columns == 1 and widths.width(text) == 2 else text

    def runs(self, row: Row, columns: int) -> tuple[Run, ...]:
        """Return all of a row as runs; their widths sum to ``columns``."""
        text = self._shown(row, columns)
        if not row.pens and row.fill == PLAIN:
            return (Run(self.text(text), self.attributes(PLAIN), columns),)
        style_ids = row.full_style_ids(columns)
        runs: list[Run] = []
        for start, end, style_id in split_styles(style_ids):
            look = self.attributes(style_id)
            read = self.text(text[start:end])
            if runs and runs[-1].attributes == look:
                before = runs.pop()
                runs.append(Run(before.text + read, look, before.width + end - start))
            else:
                runs.append(Run(read, look, end - start))
        return tuple(runs)
