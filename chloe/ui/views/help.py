"""The view of every key, from the bindings and the actions that they ask for.

Owns its wording. Must not know any other view: it is given what there is to tell.
"""

from __future__ import annotations

from collections.abc import Sequence

from chloe.ui.labels import label_key
from chloe.ui.state import AppState
from chloe.ui.text_page import Line, TextPage

#: A heading, and the keys under it, each with what they do.
Section = tuple[str, Sequence[tuple[Sequence[str], str]]]


class Help(TextPage):
    """Every key, and what the signs in the list mean."""

    name = "help"

    def __init__(self, state: AppState, sections: Sequence[Section]) -> None:
        lines: list[Line] = []
        for heading, keys in sections:
            lines.append(heading)
            lines += [_make_line("  ".join(map(label_key, names)), does) for names, does in keys]
            lines.append("")
        glyphs = state.glyphs
        lines.append("In the list")
        for sign, means in (
            (glyphs.attached, "Attached to its tmux session."),
            (glyphs.detached, "Detached: it runs on in the background."),
            (glyphs.ended, "Ended."),
            ("+12K", "Printed so many bytes since you saw it last."),
            (glyphs.bell, "Its bell rang."),
        ):
            lines.append(_make_line(sign, means))
        super().__init__("Keys", lines, glyphs)


def _make_line(keys: str, does: str) -> Line:
    return ("key", " " + keys), ("dialog", does)
