"""The view of every key, from the bindings and the actions that they ask for.

Owns its wording. Must not know any other view: it is given what there is to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chloe.ui.labels import label_key
from chloe.ui.signs import SIGNS
from chloe.ui.state import AppState
from chloe.ui.text_page import Line, TextPage
from chloe.ui.view import Action, Binding, always

#: A heading, and the keys under it, each with what they do.
Section = tuple[str, Sequence[tuple[Sequence[str], str]]]


#: Keys that one row has room for; of more, the first and the last are named.
_MOST_KEYS = 6


class Help(TextPage):
    """Every key, and what the signs in the list mean."""

    name = "help"

    bindings = (*TextPage.bindings, Binding(("/", ":"), "help.find"))

    def __init__(self, state: AppState, sections: Sequence[Section], on_find: Callable[[], None]) -> None:
        self._on_find = on_find
        lines: list[Line] = []
        for heading, keys in sections:
            lines.append(heading)
            lines += [_make_line(_label_keys(names), does) for names, does in _merge(keys)]
            lines.append("")
        glyphs = state.glyphs
        lines.append("In the list")
        lines += [_make_line(sign.draw(glyphs), sign.means) for sign in SIGNS]
        lines.append(_make_line("+12K", "Printed so many bytes since you saw it last."))
        super().__init__("Keys: / finds one and does it", lines, glyphs)

    def find(self) -> None:
        """Go on in the palette, which finds what can be done and does it."""
        self.close()
        self._on_find()

    actions = (
        *TextPage.actions,
        Action("help.find", "Find what can be done by a part of its words, and do it.", find, always),
    )


def _merge(keys: Sequence[tuple[Sequence[str], str]]) -> list[tuple[list[str], str]]:
    """Return one row for keys that stand together and do the same."""
    merged: list[tuple[list[str], str]] = []
    for names, does in keys:
        if merged and merged[-1][1] == does:
            merged[-1][0].extend(names)
        else:
            merged.append((list(names), does))
    return merged


def _label_keys(names: Sequence[str]) -> str:
    labels = [label_key(name) for name in names]
    return f"{labels[0]}  to  {labels[-1]}" if len(labels) > _MOST_KEYS else "  ".join(labels)


def _make_line(keys: str, does: str) -> Line:
    return ("key", " " + keys), ("dialog", does)
