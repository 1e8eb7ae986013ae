"""The view that asks a question, answered with y or n.

Owns its form and its keys. Must not know what the answer is for.
"""

from __future__ import annotations

from collections.abc import Callable

import urwid

from chloe.formatting.text import escape_unsafe
from chloe.ui.box import Box
from chloe.ui.glyphs import Glyphs
from chloe.ui.view import Action, Binding, Drawn, View, always


class Confirm(View):
    """A question. Enter is no answer, since it is typed by habit."""

    name = "confirm"
    is_overlay = True
    bindings = (
        Binding(("y", "Y"), "confirm.yes"),
        Binding(("n", "N", "escape", "q", "ctrl+c"), "confirm.no"),
    )

    def __init__(self, title: str, text: str, glyphs: Glyphs, on_answer: Callable[[bool], None]) -> None:
        text = escape_unsafe(text)
        answers = [("key", "y"), ("dialog dim", " yes   "), ("key", "n"), ("dialog dim", " no")]
        body = urwid.Pile([("pack", urwid.Text(text)), urwid.SolidFill(" "), ("pack", urwid.Text(answers))])
        columns = min(max(len(text) + 6, 30), 64)
        self._box = Box(title, body, glyphs, columns=columns, rows=5 + len(text) // (columns - 6))
        self._on_answer = on_answer

    def draw(self, columns: int, rows: int) -> Drawn:
        """Draw the question."""
        return self._box.draw(columns, rows)

    def press(self, key: str) -> bool:
        """Leave every other key without a meaning."""
        return True

    def agree(self) -> None:
        """Take it as a yes."""
        self.close()
        self._on_answer(True)

    def refuse(self) -> None:
        """Take it as a no."""
        self.close()
        self._on_answer(False)

    actions = (
        Action("confirm.yes", "Answer yes.", agree, always),
        Action("confirm.no", "Answer no.", refuse, always),
    )
