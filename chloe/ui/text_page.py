"""A text to read in a box, which may be longer than the window.

Owns scrolling in it and the keys of that. Must not know what the text is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import urwid

from chloe.ui.box import Box, to_urwid_key
from chloe.ui.glyphs import Glyphs
from chloe.ui.view import Action, Binding, Drawn, View, always

#: A text and its style.
Part = tuple[str, str]
#: A line: a heading, or two columns.
Line = str | tuple[Part, Part]
#: Columns of the left of two columns, of the text, and of the box around it.
_LEFT, _TEXT, _BOX = 19, 72, 76


class TextPage(View):
    """A box with a text. ``fill`` says what it is."""

    is_overlay = True
    bindings: tuple[Binding, ...] = (
        Binding(("up", "k"), "page.up"),
        Binding(("down", "j"), "page.down"),
        Binding(("page_up", "b"), "page.page_up"),
        Binding(("page_down", "space"), "page.page_down"),
        Binding(("home", "g"), "page.top"),
        Binding(("end", "G"), "page.bottom"),
        Binding(("escape", "q", "enter", "?", "m", "ctrl+c"), "page.close"),
    )

    def __init__(self, title: str, lines: Sequence[Line], glyphs: Glyphs) -> None:
        rows = [_make_widget(line) for line in lines]
        self._list = urwid.ListBox(urwid.SimpleFocusListWalker(rows))
        height = sum(row.rows((_TEXT,)) for row in rows)
        self._box = Box(title, self._list, glyphs, columns=_BOX, rows=height + 2)
        self._size = (_TEXT, 20)

    def draw(self, columns: int, rows: int) -> Drawn:
        """Draw the text, and remember how much of it shows: how far one can scroll depends on it."""
        self._size = (
            max(min(self._box.columns, columns) - 4, 1),
            max(min(self._box.rows, rows) - 2, 1),
        )
        return self._box.draw(columns, rows)

    def press(self, key: str) -> bool:
        """Leave every other key without a meaning."""
        return True

    def scroll(self, key: str) -> None:
        """Scroll as urwid does for this key."""
        self._list.keypress(self._size, to_urwid_key(key))

    actions: ClassVar[tuple[Action[Any], ...]] = (
        Action("page.up", "Look a line up.", lambda page: page.scroll("up"), always),
        Action("page.down", "Look a line down.", lambda page: page.scroll("down"), always),
        Action("page.page_up", "Look a page up.", lambda page: page.scroll("page_up"), always),
        Action("page.page_down", "Look a page down.", lambda page: page.scroll("page_down"), always),
        Action("page.top", "Look at the beginning.", lambda page: page.scroll("home"), always),
        Action("page.bottom", "Look at the end.", lambda page: page.scroll("end"), always),
        Action("page.close", "Close it.", View.close, always),
    )


def _make_widget(line: Line) -> urwid.Text | urwid.Columns:
    if isinstance(line, str):
        return urwid.Text(("name", line))
    (left, first), (right, second) = line
    return urwid.Columns([(_LEFT, urwid.Text((left, first))), urwid.Text((right, second))], dividechars=1)
