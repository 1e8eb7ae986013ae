"""The view that asks for a line of text.

Owns its form, its keys and the editing. Must not know what the text is for.
"""

from __future__ import annotations

from collections.abc import Callable

import urwid

from chloe.formatting.text import escape_unsafe, fit_pasted
from chloe.ui.box import Box
from chloe.ui.glyphs import Glyphs
from chloe.ui.labels import label_key
from chloe.ui.line_edit import LineEdit
from chloe.ui.view import Action, Binding, Drawn, View, always

#: Columns of the box.
_BOX = 52

#: Characters of a paste that a line takes: more than a name may have.
_MAX_PASTED = 1000


class Prompt(View):
    """A line to fill in. Enter takes the text, Esc doesn't; the rest edits it."""

    name = "prompt"
    is_overlay = True
    bindings = (
        Binding(("enter",), "prompt.accept"),
        Binding(("escape", "ctrl+c"), "prompt.cancel"),
    )

    def __init__(
        self, title: str, text: str, glyphs: Glyphs, on_enter: Callable[[str], None], *, note: str = ""
    ) -> None:
        self._edit = LineEdit(text)
        keys = [
            ("key", label_key("enter")),
            ("dialog dim", " done   "),
            ("key", label_key("escape")),
            ("dialog dim", " never mind"),
        ]
        body = urwid.Pile(
            [
                ("pack", urwid.AttrMap(self._edit, "field")),
                ("pack", urwid.Text(("dialog dim", escape_unsafe(note)), wrap="ellipsis")),
                urwid.SolidFill(" "),
                ("pack", urwid.Text(keys)),
            ]
        )
        self._box = Box(title, body, glyphs, columns=_BOX, rows=6 if note else 5)
        self._on_enter = on_enter

    def draw(self, columns: int, rows: int) -> Drawn:
        """Draw the line, with the cursor in it."""
        return self._box.draw(columns, rows)

    def press(self, key: str) -> bool:
        """Edit the line."""
        self._edit.press(key)
        return True

    def paste(self, text: str) -> bool:
        """Put the text in, on one line."""
        self._edit.insert_text(fit_pasted(text, _MAX_PASTED))
        return True

    def accept(self) -> None:
        """Take the text as it is."""
        self.close()
        self._on_enter(self._edit.edit_text)

    actions = (
        Action("prompt.accept", "Take the text.", accept, always),
        Action("prompt.cancel", "Leave things as they are.", View.close, always),
    )
