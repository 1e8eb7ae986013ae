"""Tables: columns side by side, as wide as they are or as a terminal has room for.

Owns the layout. How many columns a text takes is the emulator's count (``terminal.widths``). Must not know
any other room, or what is listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

#: Blanks between two columns.
_GAP = 2


def format_table(rows: Iterable[Sequence[str]]) -> str:
    """Return columns side by side, two blanks between; the last one is left ragged."""
    lines = [list(row) for row in rows]
    if not lines:
        return ""
    widths = measure_columns(lines)
    return "\n".join(join_cells(pad_cells(row, widths)) for row in lines)


def measure_columns(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return how wide each column of a table is; there must be a row."""
    return [max(_columns_of(cell) for cell in column) for column in zip(*rows, strict=True)]


def pad_cells(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Return the cells of a row, each filled up to its width."""
    return [cell + " " * (width - _columns_of(cell)) for cell, width in zip(row, widths, strict=True)]


def join_cells(cells: Iterable[str]) -> str:
    """Return one line of cells that are as wide as their columns: two blanks between, none at the end."""
    return (" " * _GAP).join(cells).rstrip()


def sum_columns(widths: Sequence[int]) -> int:
    """Return the columns that a row of these widths takes, the gaps among them."""
    return sum(widths) + _GAP * (len(widths) - 1)


def share_columns(widths: Sequence[int], least: Mapping[int, int], most: int) -> list[int]:
    """Return widths that take ``most`` columns in all where that can be, the gaps among them.

    ``least`` says how narrow a column may become, by its place; the others stay. The widest gives first.
    """
    shared = list(widths)
    over = sum_columns(shared) - most
    while over > 0:
        wide = [place for place, least_width in least.items() if shared[place] > least_width]
        if not wide:
            break
        shared[max(wide, key=lambda place: shared[place])] -= 1
        over -= 1
    return shared


def cut_cell(text: str, width: int, ellipsis: str, *, keep_end: bool = False) -> str:
    """Return a text of at most ``width`` columns: what is too long loses its end, or its beginning."""
    if _columns_of(text) <= width:
        return text
    clusters = _split(text)
    kept: list[str] = []
    left = width - _columns_of(ellipsis)
    for cluster, columns in reversed(clusters) if keep_end else clusters:
        if columns > left:
            break
        kept.append(cluster)
        left -= columns
    return ellipsis + "".join(reversed(kept)) if keep_end else "".join(kept) + ellipsis


def _columns_of(text: str) -> int:
    """Return the columns that a text takes: a wide character two, a mark none."""
    return len(text) if text.isascii() else sum(columns for _, columns in _split(text))


def _split(text: str) -> list[tuple[str, int]]:
    from chloe.terminal.widths import split_clusters

    return list(split_clusters(text))
