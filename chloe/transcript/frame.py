"""A frame: the lines of a screen, as a person reads them.

Owns joining rows to lines, cutting a screen into its panels, and taking frames, scroll bars and decoration
off. Must not know what was shown before.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from chloe.transcript.likeness import key

if TYPE_CHECKING:
    from chloe.terminal import Terminal
    from chloe.transcript.recent import RecentLine

_BOX = "─━│┃┄┅┆┇┈┉┊┋┌┍┎┏┐┑┒┓└┕┖┗┘┙┚┛├┝┞┟┠┡┢┣┤┥┦┧┨┩┪┫┬┭┮┯┰┱┲┳┴┵┶┷┸┹┺┻┼╭╮╯╰═║╔╗╚╝╠╣╦╩╬╴╵╶╷╞╡╪▔▁▕▏▎▊▌▐█▄▀▇▆▅▃▂"
_UPRIGHT = "│┃║▏▕▎┆┊"
_FRAME = frozenset(_UPRIGHT + "▊▌▐┌┍┎┏┐┑┒┓└┕┖┗┘┙┚┛├┝┞┟┠┡┢┣┤┥┦┧┨┩┪┫┬┭┮┯┰┱┲┳┴┵┶┷┸┹┺┻┼╭╮╯╰╔╗╚╝╠╣╦╩╬")
_UPRIGHTS = re.compile(f"[{_UPRIGHT}]")
_TAIL = rf"(?<=\s)[\s{_BOX}▲▼↑↓░▒▓]+$|[{_UPRIGHT}]\s*$"
_TAIL_EDGE = re.compile(_TAIL)
_EDGE = re.compile(rf"^[\s{_BOX}]+(?=\s)|^[{_BOX}\s]+|{_TAIL}")
_RULE = re.compile(rf"[{_BOX}]{{2,}}")
_COUNT = re.compile(r"\d\s*%|\d/\d")
_NOTHING = re.compile(rf"[\s{_BOX}~>❯$#%›*·•:_=+.,|/\\\-\u2800-\u28ff]*")

#: How many columns a panel has at the least, and in what part of the rows the line beside it stands.
_MIN_PANEL = 20
_UPRIGHT_ROWS = 0.5
_REMEMBERED = 8192


class FrameLine:
    """A line on a screen. ``row``: its first, -1 where it left the screen. ``since``: when it began to look
    like this."""

    __slots__ = (
        "again",
        "at_cursor",
        "entry",
        "is_full",
        "is_settled",
        "key",
        "name",
        "panel",
        "pinned",
        "row",
        "since",
        "text",
    )

    def __init__(
        self, text: str, row: int, since: int, at_cursor: bool = False, panel: int = 0, is_full: bool = False
    ) -> None:
        self.text = text
        self.key = key(text)
        self.row = row
        self.since = since
        self.at_cursor = at_cursor
        #: Which part of the screen it stands in: 0 where that isn't cut.
        self.panel = panel
        #: Whether it reaches the right edge.
        self.is_full = is_full
        #: The name of its first row, which goes with it when the terminal scrolls.
        self.name = -1
        #: Whether it may be something that was shown before.
        self.again = False
        #: What it was told as.
        self.entry: RecentLine | None = None
        #: Whether its entry knows that it stands there with this text.
        self.is_settled = False
        #: Whether it stood still while others scrolled.
        self.pinned = False


@lru_cache(_REMEMBERED)
def clean(text: str) -> str:
    """Return a row without frames and scroll bars; empty where nothing is left that says something."""
    text = text.rstrip()
    if not text.isascii():
        if _NOTHING.fullmatch(text):
            return ""
        edge = _EDGE if text.lstrip()[:1] in _FRAME else _TAIL_EDGE
        text = edge.sub("", text)
        if not _COUNT.search(text):
            text = _RULE.sub(" ", text)
        text = _TAIL_EDGE.sub("", text).rstrip()
    return "" if _NOTHING.fullmatch(text) else text


def read_frame(terminal: Terminal, names: Sequence[int], now: int) -> list[FrameLine]:
    """Return the lines that the screen shows, panel by panel."""
    found = terminal.screen_lines()
    cursor = terminal.cursor
    columns = terminal.columns
    edges = _find_edges([cells for _, _, cells in found])
    above: list[FrameLine] = []
    below: list[FrameLine] = []
    panels: list[list[FrameLine]] = [[] for _ in range(len(edges) + 1)]
    for row, height, cells in found:
        at_cursor = row <= cursor.y < row + height
        if edges and all(cells[x : x + 1] and cells[x] in _BOX for x in edges):
            for number, (x, stop) in enumerate(zip((-1, *edges), (*edges, columns), strict=True), 1):
                piece = cells[x + 1 : stop]
                text = clean(terminal.read(piece))
                if text:
                    inside = at_cursor and x < cursor.x < stop
                    is_full = len(piece.rstrip()) >= min(stop, columns) - x - 2
                    panels[number - 1].append(FrameLine(text, row, now, inside, number, is_full))
            continue
        text = clean(terminal.read(cells))
        if text:
            is_full = len(cells.rstrip()) >= columns - 1
            part = below if edges and any(panels) else above
            part.append(FrameLine(text, row, now, at_cursor, 0, is_full))
    lines = above
    for panel in panels:
        lines += panel
    lines += below
    for line in lines:
        line.name = names[max(line.row, 0)]
    return lines


@lru_cache(_REMEMBERED)
def _find_upright(cells: str) -> tuple[int, ...]:
    """Return the columns of upright lines in a row."""
    return tuple([found.start() for found in _UPRIGHTS.finditer(cells)])


def _find_edges(rows: list[str]) -> list[int]:
    """Return the columns of upright lines that part the screen.

    These are double ones where there are any, else those far from each other and from the edges.
    """
    counts: Counter[int] = Counter()
    width = 0
    for row in rows:
        width = max(width, len(row))
        if not row.isascii():
            counts.update(_find_upright(row))
    if not counts:
        return []
    least = max(3, _UPRIGHT_ROWS * len(rows))
    upright = [x for x, count in sorted(counts.items()) if count >= least]
    known = set(upright)
    edges = []
    start = 0
    for x in [x for x in upright if x + 1 in known] or upright:
        if x - start >= _MIN_PANEL and width - x - 1 >= _MIN_PANEL:
            edges.append(x)
            start = x
    return edges
