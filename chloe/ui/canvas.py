"""Rows of cells, at the widths that Chloe's terminal gives them.

Owns ``Cells`` (text that knows how many columns it takes) and cutting it. Must not know where rows
come from or how they are drawn. A row is exactly as wide as the emulator made it, whatever others would
measure.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from functools import lru_cache

from chloe.terminal.widths import split_clusters


class Cells(bytes):
    """UTF-8 text of ``width`` columns."""

    width: int

    @classmethod
    def of(cls, text: str, width: int) -> Cells:
        """Return ``text`` as it takes ``width`` columns."""
        cells = cls(text.encode("utf-8", "replace"))
        cells.width = width
        return cells

    @classmethod
    def blank(cls, width: int) -> Cells:
        """Return ``width`` spaces."""
        return cls.of(" " * width, width)


#: A run, in the form that urwid has them: its style, a character set that is never used here, its text.
Run = tuple[Hashable, None, bytes]
Row = Sequence[Run]


def measure(text: bytes) -> int:
    """Return the columns that ``text`` takes."""
    return text.width if isinstance(text, Cells) else measure_text(text.decode("utf-8", "replace"))


def measure_text(text: str) -> int:
    """Return the columns that ``text`` takes, as the emulator counts."""
    return len(text) if text.isascii() else _measure_clusters(text)


@lru_cache(maxsize=2048)
def _measure_clusters(text: str) -> int:
    """Measure text cluster by cluster: lines and signs are the same in each frame."""
    return sum(columns for _, columns in split_clusters(text))


def cut(text: Cells, start: int, end: int) -> Cells:
    """Return the columns ``start`` up to ``end``; half a wide character becomes a space."""
    if start <= 0 and end >= text.width:
        return text
    if text.isascii() and len(text) == text.width:
        cells = Cells(text[start:end])
        cells.width = end - start
        return cells
    kept: list[str] = []
    taken = column = 0
    for cluster, cells_wide in split_clusters(text.decode("utf-8", "replace")):
        after = column + cells_wide
        if column >= start and after <= end:
            kept.append(cluster)
            taken += cells_wide
        elif after > start and column < end:
            part = min(after, end) - max(column, start)
            kept.append(" " * part)
            taken += part
        column = after
    return Cells.of("".join(kept) + " " * (end - start - taken), end - start)


def cut_row(row: Row, start: int, end: int) -> Iterator[Run]:
    """Return the columns ``start`` up to ``end`` of a row."""
    column = 0
    for style, charset, text in row:
        columns = measure(text)
        after = column + columns
        if after > start and column < end:
            cells = text if isinstance(text, Cells) else Cells.of(text.decode("utf-8", "replace"), columns)
            yield style, charset, cut(cells, max(start - column, 0), min(end - column, columns))
        column = after


def fit(text: str, width: int, *, ellipsis: str = "…", keep_end: bool = False) -> Cells:
    """Pad ``text`` to ``width`` columns, or cut it with an ellipsis at its end or beginning."""
    if width <= 0:
        return Cells.blank(0)
    taken = measure_text(text)
    whole = Cells.of(text, taken)
    if taken <= width:
        return Cells.of(text + " " * (width - taken), width)
    if keep_end:
        kept = cut(whole, taken - width + 1, taken)
        return Cells.of(ellipsis + kept.decode("utf-8"), width)
    kept = cut(whole, 0, width - 1)
    return Cells.of(kept.decode("utf-8") + ellipsis, width)


def make_row(parts: Sequence[tuple[Hashable, str]], width: int, style: Hashable = None) -> list[Run]:
    """Lay pieces of text side by side in ``width`` columns, the rest filled with ``style``."""
    row: list[Run] = []
    left = width
    for part_style, text in parts:
        if left <= 0:
            break
        taken = measure_text(text)
        cells = Cells.of(text, taken) if taken <= left else fit(text, left)
        if cells.width:
            row.append((part_style, None, cells))
            left -= cells.width
    if left > 0:
        row.append((style, None, Cells.blank(left)))
    return row
