"""The keys that hold in every view, those that Chloe takes while a pane has the keyboard, and the user's own.

Owns which key asks for which action there, and how the user's choice changes that. What holds in one view
only is in the view. Must not know how an action is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from chloe.ui.labels import label_key
from chloe.ui.view import Binding, View

#: The keys of every view that has the global keys.
GLOBAL = (
    Binding(("tab",), "next_tab"),
    Binding(("shift+tab",), "previous_tab"),
    Binding(("m",), "messages"),
    Binding(("y",), "allow_clipboard"),
    Binding(("Y",), "allow_clipboard_always"),
    Binding((":",), "palette"),
    Binding(("?",), "help", "help"),
    Binding(("ctrl+l",), "redraw"),
    Binding(("ctrl+z",), "suspend"),
    Binding(("q",), "quit", "quit"),
)

#: While a pane has the keyboard, beside the keys that take it back.
TYPING = (
    Binding(("shift+page_up",), "scroll_up"),
    Binding(("shift+page_down",), "scroll_down"),
)


def list_bindings(view: View | type[View]) -> tuple[Binding, ...]:
    """Return every binding that holds in a view."""
    return (*view.bindings, *GLOBAL) if view.has_global_keys else view.bindings


class Keymap:
    """The bindings of one run: Chloe's, but for the actions that the user chose other keys for.

    ``chosen`` has the keys of an action, by its id, with the names that keys have everywhere. A key that is
    chosen for one action is taken from the others of the same view.
    """

    def __init__(self, chosen: Mapping[str, Sequence[str]] | None = None) -> None:
        self._chosen = {name: tuple(keys) for name, keys in (chosen or {}).items()}

    def list(self, view: View | type[View]) -> tuple[Binding, ...]:
        """Return every binding that holds in a view."""
        return self.rebind(list_bindings(view))

    @property
    def typing(self) -> tuple[Binding, ...]:
        """Return the bindings that hold while a pane has the keyboard, beside the keys that take it back."""
        return self.rebind(TYPING)

    def rebind(self, bindings: tuple[Binding, ...]) -> tuple[Binding, ...]:
        """Return bindings that hold together with the user's keys; what has no key any more is left out."""
        chosen = [binding.action for binding in bindings if binding.action in self._chosen]
        if not chosen:
            return bindings
        taken = {key for action in chosen for key in self._chosen[action]}
        return tuple(
            replace(binding, keys=keys)
            for binding in bindings
            if (
                keys := self._chosen[binding.action]
                if binding.action in self._chosen
                else tuple(key for key in binding.keys if key not in taken)
            )
        )

    def list_hints(self, view: View) -> Sequence[tuple[str, str]]:
        """Return the hint line of a view: a key and a word each."""
        hints = [(label_key(binding.keys[0]), view.choose_hint(binding)) for binding in self.list(view)]
        return [(key, word) for key, word in hints if word]


def find_binding(bindings: Sequence[Binding], key: str) -> Binding | None:
    """Return what ``key`` is bound to; None where it means nothing."""
    return next((binding for binding in bindings if key in binding.keys), None)
