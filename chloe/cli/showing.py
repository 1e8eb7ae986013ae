"""How a command lays out what it prints.

Owns tables, and commands and folders as a person types them, always printable. Must not know where the
text came from.
"""

from __future__ import annotations

import shlex
import unicodedata
from collections.abc import Iterable, Sequence

from chloe.wording import printable


def command(argv: Sequence[str]) -> str:
    """A command as one would type it."""
    return printable(shlex.join(argv))


def folder(path: str) -> str:
    """A folder, with ``~`` for the user's own."""
    from chloe.config.paths import user_home

    home = str(user_home())
    if home != "/" and (path == home or path.startswith(f"{home}/")):
        path = "~" + path[len(home) :]
    return printable(path)


def table(rows: Iterable[Sequence[str]]) -> str:
    """Columns side by side, two blanks between; the last one is left ragged."""
    lines = [list(row) for row in rows]
    if not lines:
        return ""
    widths = [max(_width(cell) for cell in column) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in lines
    )


def _width(text: str) -> int:
    """Columns that a text takes: a wide character two, a mark none. Right for what names are made of."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
