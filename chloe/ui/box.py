"""A box over the window: a frame, a title, and a widget of urwid's inside.

Owns its form, and the names that urwid's widgets have for keys. Must not know what is asked or shown in it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import urwid

from chloe.terminal import keys
from chloe.ui.canvas import Cells, Row, Run, cut, measure
from chloe.ui.glyphs import Glyphs
from chloe.ui.view import Drawn

#: What urwid's widgets call keys that have another name here.
_URWID_KEYS = {"page_up": "page up", "page_down": "page down", "escape": "esc", "space": " "}


def to_urwid_key(key: str) -> str:
    """Return a key as urwid's widgets know it."""
    named = keys.parse_name(key)
    if named is None:
        return key
    held = keys.format_key(named._replace(name="")).split("+")[:-1]
    words = ["meta" if modifier == "alt" else modifier for modifier in held]
    return " ".join([*words, _URWID_KEYS.get(named.name, named.name)])


class Box:
    """A box of at most this many columns and rows, its frame among them."""

    def __init__(self, title: str, body: urwid.Widget, glyphs: Glyphs, *, columns: int, rows: int) -> None:
        self.columns = columns
        self.rows = rows
        frame = urwid.LineBox(
            urwid.AttrMap(urwid.Padding(body, left=1, right=1), "dialog"),
            title=title,
            title_attr="dialog frame",
            tlcorner=glyphs.corners[0],
            trcorner=glyphs.corners[1],
            blcorner=glyphs.corners[2],
            brcorner=glyphs.corners[3],
            tline=glyphs.horizontal,
            bline=glyphs.horizontal,
            lline=glyphs.vertical,
            rline=glyphs.vertical,
        )
        self._widget = urwid.AttrMap(frame, "dialog frame", "dialog frame")

    def draw(self, columns: int, rows: int) -> Drawn:
        """Draw the box, as large as it may be in this size."""
        width, height = min(self.columns, columns), min(self.rows, rows)
        canvas = self._widget.render((width, height), focus=True)
        return Drawn(
            [_fit(((style, text) for style, _, text in row), width) for row in canvas.content()],
            canvas.cursor,
        )


def _fit(row: Iterable[tuple[Hashable, bytes]], width: int) -> Row:
    """Return a row of urwid's in exactly ``width`` columns: it measures some characters otherwise."""
    shown: list[Run] = []
    left = width
    for style, text in row:
        columns = min(measure(text), left)
        cells = Cells.of(text.decode("utf-8", "replace"), measure(text))
        shown.append((style, None, cut(cells, 0, columns)))
        left -= columns
    return [*shown, (None, None, Cells.blank(left))] if left else shown
