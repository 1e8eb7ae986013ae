"""Tables: columns side by side.

Owns the layout, and how many columns a text takes in one. The count is that of Python's own tables, right for
what names are made of: the emulator's, which programs on its screen go by, takes longer to import than a
command takes to list. Must not know any other room, or what is listed.
"""

from __future__ import annotations

import unicodedata
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
    return sum(_columns_of_character(character) for character in text)


def _columns_of_character(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
