"""The keys that hold in every view, and those that Chloe takes while a pane has the keyboard; hints.

Owns which key asks for which action there. What holds in one view only is in the view. Must not know how
an action is done.
"""

from __future__ import annotations

from collections.abc import Sequence

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


def find_binding(bindings: Sequence[Binding], key: str) -> Binding | None:
    """Return what ``key`` is bound to; None where it means nothing."""
    return next((binding for binding in bindings if key in binding.keys), None)


def list_hints(view: View) -> list[tuple[str, str]]:
    """Return the hint line of a view: a key and a word each."""
    hints = [(label_key(binding.keys[0]), view.choose_hint(binding)) for binding in list_bindings(view)]
    return [(key, word) for key, word in hints if word]
