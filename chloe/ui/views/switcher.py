"""The view that goes to any pane, present or past, by a part of what one remembers of it.

Owns the form, the order of what is found, and the keys. Must not know what becomes of the chosen pane.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import urwid
from rapidfuzz import fuzz, process

from chloe.events.panes import Pane
from chloe.formatting.folders import format_folder
from chloe.formatting.text import escape_unsafe, fit_pasted, format_command
from chloe.ui.box import Box, to_urwid_key
from chloe.ui.canvas import fit
from chloe.ui.labels import label_outcome
from chloe.ui.state import AppState
from chloe.ui.view import Action, Binding, Drawn, View, always

#: Columns of the box and of the text in it, rows of the box, and panes that show.
_BOX, _TEXT, _ROWS, _SHOWN = 72, 66, 16, 12
#: Columns of the name, of how it stands, and of the folder; the command has the rest.
_NAME, _OUTCOME, _FOLDER = 20, 12, 18
#: Below this (of 100) two texts have little in common.
_LEAST_SCORE = 55
#: Characters of a paste that are taken.
_MAX_PASTED = 200


class Switcher(View):
    """Every pane, the best match first. Enter goes to the selected one."""

    name = "switcher"
    title = "In the switcher"
    is_overlay = True
    bindings = (
        Binding(("enter",), "switcher.choose", "go there"),
        Binding(("escape", "ctrl+c"), "switcher.cancel", "never mind"),
        Binding(("up", "ctrl+p"), "switcher.previous"),
        Binding(("down", "ctrl+n", "tab"), "switcher.next"),
        Binding(("ctrl+u",), "switcher.clear"),
    )

    def __init__(self, state: AppState, on_choose: Callable[[Pane], None]) -> None:
        self._state = state
        self._on_choose = on_choose
        self._edit = urwid.Edit(wrap="clip")
        self._lines = urwid.Text("", wrap="clip")
        body = urwid.Pile(
            [("pack", urwid.AttrMap(self._edit, "field")), ("pack", self._lines), urwid.SolidFill(" ")]
        )
        self._box = Box("Go to a pane", body, state.glyphs, columns=_BOX, rows=_ROWS)
        self._found: Sequence[Pane] = ()
        self._line = 0
        self._find()

    def draw(self, columns: int, rows: int) -> Drawn:
        """Draw the words, and what they find."""
        shown = min(_SHOWN, max(min(_ROWS, rows) - 3, 1))
        top = max(self._line - shown + 1, 0)
        markup: list[tuple[str, str]] = []
        for at, pane in enumerate(self._found[top : top + shown], top):
            markup.append(("list on" if at == self._line else "dialog", f"{self._describe(pane)}\n"))
        self._lines.set_text(markup or [("dialog dim", "Nothing fits.")])
        return self._box.draw(columns, rows)

    def _describe(self, pane: Pane) -> str:
        words = (
            (escape_unsafe(pane.name), _NAME),
            ("in History" if pane.closed and pane.alive else label_outcome(pane), _OUTCOME),
            (format_folder(pane.cwd), _FOLDER),
            (format_command(pane.argv), _TEXT - _NAME - _OUTCOME - _FOLDER),
        )
        ellipsis = self._state.glyphs.ellipsis
        return "".join(
            fit(word, width - 1, ellipsis=ellipsis, keep_end=at == 2).decode("utf-8") + " "
            for at, (word, width) in enumerate(words)
        )

    def press(self, key: str) -> bool:
        """Edit the words."""
        self._edit.keypress((_TEXT,), to_urwid_key(key))
        self._find()
        return True

    def paste(self, text: str) -> bool:
        """Add a text to the words."""
        self._edit.insert_text(fit_pasted(text, _MAX_PASTED))
        self._find()
        return True

    def _find(self) -> None:
        self._line = 0
        self._found = find_panes(self._edit.edit_text, list(self._state.projections.panes.values()))

    def choose(self) -> None:
        """Go to the selected pane."""
        self.close()
        self._on_choose(self._found[self._line])

    def why_not_choose(self) -> str:
        """Return why there is nowhere to go."""
        return "" if self._found else "No pane fits these words"

    def select_previous(self) -> None:
        """Select the line above."""
        self._line = max(self._line - 1, 0)

    def select_next(self) -> None:
        """Select the line below."""
        self._line = min(self._line + 1, max(len(self._found) - 1, 0))

    def clear(self) -> None:
        """Begin anew."""
        self._edit.set_edit_text("")
        self._find()

    actions = (
        Action(
            "switcher.choose",
            "Go to the pane; take it back from History where it runs.",
            choose,
            why_not_choose,
        ),
        Action("switcher.cancel", "Leave things as they are.", View.close, always),
        Action("switcher.previous", "Select the line above.", select_previous, always),
        Action("switcher.next", "Select the line below.", select_next, always),
        Action("switcher.clear", "Begin anew.", clear, always),
    )


def find_panes(words: str, panes: Sequence[Pane], limit: int = 100) -> list[Pane]:
    """Return the panes that are most like ``words``, the best first, at most ``limit``.

    Looked at are name, command, folder and tags. Without words those in use come first, the latest of them
    first. Of equally good ones, those in use are first as well, and then the latest.
    """
    ordered = sorted(panes, key=lambda pane: (pane.closed, not pane.alive, -pane.created_at))
    words = words.strip().lower()
    if not words:
        return ordered[:limit]
    found = process.extract(
        words,
        [_text_of(pane) for pane in ordered],
        scorer=_score,
        limit=limit,
        score_cutoff=_LEAST_SCORE,
    )
    return [ordered[at] for _, _, at in found]


def _text_of(pane: Pane) -> str:
    return "\n".join((pane.name, format_command(pane.argv), pane.cwd, *pane.tags)).lower()


def _score(words: str, text: str, **_: object) -> float:
    """Return how well a pane fits, 0 to 100: each word by itself, the name most of all."""
    name = text.partition("\n")[0]
    if name.startswith(words):
        return 100.0
    each = words.split()
    literal = sum(word in text for word in each) / len(each)
    if literal == 1:
        return 95.0 if all(word in name for word in each) else 90.0
    return min(fuzz.partial_ratio(word, text) for word in each) * 0.8
