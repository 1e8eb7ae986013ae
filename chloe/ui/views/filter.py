"""The view that takes the words of the list's filter: the list shows fewer panes with each key.

Owns its keys. It draws nothing: the list shows the words over itself. Must not know how panes are found.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from chloe.ui.view import Action, Binding, Drawn, View, always

#: Characters that the words may have.
_LONGEST = 100


@runtime_checkable
class Filterable(Protocol):
    """A list that shows what fits some words."""

    @property
    def filter(self) -> str:
        """Return the words; "" lists all."""

    def set_filter(self, words: str) -> None:
        """List only what fits these words."""

    def step(self, by: int, *, wraps: bool = False) -> None:
        """Select what is ``by`` places further down."""


class Filter(View):
    """Words to filter by, as they are typed. Enter keeps them, Esc lists all panes again."""

    name = "filter"
    title = "While you filter the list"
    is_overlay = True
    bindings = (
        Binding(("enter",), "filter.keep", "keep"),
        Binding(("escape", "ctrl+c"), "filter.lift", "all panes"),
        Binding(("up",), "filter.previous"),
        Binding(("down",), "filter.next"),
        Binding(("backspace",), "filter.erase"),
        Binding(("ctrl+w",), "filter.erase_word"),
        Binding(("ctrl+u",), "filter.clear"),
    )

    def __init__(self, listed: Filterable) -> None:
        self._listed = listed

    def draw(self, columns: int, rows: int) -> Drawn:
        """Draw nothing."""
        return Drawn(())

    def press(self, key: str) -> bool:
        """Add a character to the words."""
        return self.paste(" " if key == "space" else key) if len(key) == 1 or key == "space" else False

    def paste(self, text: str) -> bool:
        """Add a text to the words."""
        self._listed.set_filter((self._listed.filter + " ".join(text.splitlines()))[:_LONGEST])
        return True

    def erase(self) -> None:
        """Take the last character back."""
        self._listed.set_filter(self._listed.filter[:-1])

    def erase_word(self) -> None:
        """Take the last word back."""
        words = self._listed.filter.rstrip()
        self._listed.set_filter(words[: words.rfind(" ") + 1])

    def clear(self) -> None:
        """Begin anew."""
        self._listed.set_filter("")

    def lift(self) -> None:
        """List all again."""
        self._listed.set_filter("")
        self.close()

    def select_previous(self) -> None:
        """Select the pane above."""
        self._listed.step(-1, wraps=True)

    def select_next(self) -> None:
        """Select the pane below."""
        self._listed.step(1, wraps=True)

    actions = (
        Action("filter.keep", "Keep the filter, and go on in the list.", View.close, always),
        Action("filter.lift", "List all again.", lift, always),
        Action("filter.previous", "Select the pane above.", select_previous, always),
        Action("filter.next", "Select the pane below.", select_next, always),
        Action("filter.erase", "Take the last character back.", erase, always),
        Action("filter.erase_word", "Take the last word back.", erase_word, always),
        Action("filter.clear", "Begin anew.", clear, always),
    )
