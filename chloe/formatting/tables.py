"""Tables: columns side by side.

Owns the layout. How many columns a text takes is the emulator's count (``terminal.widths``). Must not know
any other room, or what is listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def format_table(rows: Iterable[Sequence[str]]) -> str:
    """Return columns side by side, two blanks between; the last one is left ragged."""
    lines = [list(row) for row in rows]
    if not lines:
        return ""
    widths = [max(_columns_of(cell) for cell in column) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell + " " * (width - _columns_of(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in lines
    )


def _columns_of(text: str) -> int:
    """Return the columns that a text takes: a wide character two, a mark none."""
    if text.isascii():
        return len(text)
    from chloe.terminal.widths import split_clusters

    return sum(columns for _, columns in split_clusters(text))
