"""A box with a line to type words into, and below it what they find.

Owns the form, the selected line, and the keys of both. Must not know what is found, or what becomes of it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

import urwid

from chloe.formatting.text import fit_pasted
from chloe.ui.box import Box
from chloe.ui.glyphs import Glyphs
from chloe.ui.line_edit import LineEdit
from chloe.ui.view import Action, Binding, Drawn, View, always

#: Columns and rows of the box, at most, and columns of it that are no text: its frame, and air.
_BOX, _ROWS, _BESIDE = 100, 16, 6
#: Rows of the box that list nothing: its frame, and the words.
_AROUND = 3
#: Characters of a paste that are taken.
_MAX_PASTED = 200

_Item = TypeVar("_Item")


class Finder(View, Generic[_Item]):
    """Words to type, and what they find, the best first."""

    is_overlay = True
    #: What is found, in one word.
    noun: ClassVar[str]
    bindings: tuple[Binding, ...] = (
        Binding(("enter",), "finder.choose", "choose"),
        Binding(("escape", "ctrl+c"), "finder.cancel", "never mind"),
        Binding(("up", "ctrl+p"), "finder.previous"),
        Binding(("down", "ctrl+n", "tab"), "finder.next"),
    )

    def __init__(self, title: str, glyphs: Glyphs) -> None:
        self._edit = LineEdit()
        self._lines = urwid.Text("", wrap="clip")
        body = urwid.Pile(
            [("pack", urwid.AttrMap(self._edit, "field")), ("pack", self._lines), urwid.SolidFill(" ")]
        )
        self._box = Box(title, body, glyphs, columns=_BOX, rows=_ROWS)
        self._found: Sequence[_Item] = ()
        self._line = 0
        self._search()

    @abstractmethod
    def find(self, words: str) -> Sequence[_Item]:
        """Return what the words find, the best first."""

    @abstractmethod
    def describe(self, item: _Item, columns: int) -> tuple[str, bool]:
        """Return an item's line, of so many columns at most, and whether it can be chosen now."""

    @abstractmethod
    def why_not(self, item: _Item) -> str:
        """Return why an item can't be chosen; "" where it can."""

    @abstractmethod
    def accept(self, item: _Item) -> None:
        """Do what choosing an item means. The box is closed already."""

    def draw(self, columns: int, rows: int) -> Drawn:
        """Draw the words, and what they find."""
        reason = self.why_not(self._found[self._line]) if self._found else ""
        width = max(min(_BOX, columns) - _BESIDE, 1)
        shown = max(min(_ROWS, rows) - _AROUND - bool(reason), 1)
        top = max(self._line - shown + 1, 0)
        markup: list[tuple[str, str]] = []
        for at, item in enumerate(self._found[top : top + shown], top):
            line, can_be = self.describe(item, width)
            look = "list on" if at == self._line else "dialog" if can_be else "dialog dim"
            markup.append((look, f"{line}\n"))
        if reason:
            markup.append(("filter", f"Not now: {reason}"))
        self._lines.set_text(markup or [("dialog dim", "Nothing fits.")])
        return self._box.draw(columns, rows)

    def press(self, key: str) -> bool:
        """Edit the words."""
        self._edit.press(key)
        self._search()
        return True

    def paste(self, text: str) -> bool:
        """Add a text to the words."""
        self._edit.insert_text(fit_pasted(text, _MAX_PASTED))
        self._search()
        return True

    def _search(self) -> None:
        self._line = 0
        self._found = self.find(self._edit.edit_text)

    def choose(self) -> None:
        """Choose the selected line."""
        self.close()
        self.accept(self._found[self._line])

    def why_not_choose(self) -> str:
        """Return why nothing can be chosen."""
        return self.why_not(self._found[self._line]) if self._found else f"No {self.noun} fits these words"

    def select_previous(self) -> None:
        """Select the line above."""
        self._line = max(self._line - 1, 0)

    def select_next(self) -> None:
        """Select the line below."""
        self._line = min(self._line + 1, max(len(self._found) - 1, 0))

    actions: ClassVar[tuple[Action[Any], ...]] = (
        Action("finder.choose", "Take the selected line.", choose, why_not_choose),
        Action("finder.cancel", "Leave things as they are.", View.close, always),
        Action("finder.previous", "Select the line above.", select_previous, always),
        Action("finder.next", "Select the line below.", select_next, always),
    )
