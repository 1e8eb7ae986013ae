"""The view that goes to any pane, present or past, by a part of what one remembers of it.

Owns the order of what is found, and how a pane is told. Must not know what becomes of the chosen pane.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from chloe.engine import Doing
from chloe.events.panes import Pane
from chloe.formatting.folders import format_folder
from chloe.formatting.text import escape_unsafe, format_command
from chloe.ui.canvas import fit
from chloe.ui.finder import Finder
from chloe.ui.labels import label_outcome
from chloe.ui.matching import rank
from chloe.ui.pane_query import describe_front
from chloe.ui.state import AppState

#: Columns of the name, of how it stands, and of the folder; the command has the rest.
_NAME, _OUTCOME, _FOLDER = 20, 12, 18


class Switcher(Finder[Pane]):
    """Every pane, the best match first. Enter goes to the selected one, and takes it back from History."""

    name = "switcher"
    title = "In the switcher"
    noun = "pane"

    def __init__(self, state: AppState, on_choose: Callable[[Pane], None]) -> None:
        self._state = state
        self._on_choose = on_choose
        super().__init__("Go to a pane", state.glyphs)

    def find(self, words: str) -> Sequence[Pane]:
        """Return the panes that are most like the words."""
        return find_panes(words, list(self._state.projections.panes.values()), self._state.doings)

    def describe(self, item: Pane, columns: int) -> tuple[str, bool]:
        """Return name, state, folder and command of a pane."""
        words = (
            (escape_unsafe(item.name), _NAME),
            ("in History" if item.closed and item.alive else label_outcome(item), _OUTCOME),
            (format_folder(item.cwd), _FOLDER),
            (format_command(item.argv), max(columns - _NAME - _OUTCOME - _FOLDER, 1)),
        )
        ellipsis = self._state.glyphs.ellipsis
        line = "".join(
            fit(word, width - 1, ellipsis=ellipsis, keep_end=at == 2).decode("utf-8") + " "
            for at, (word, width) in enumerate(words)
        )
        return line, True

    def why_not(self, item: Pane) -> str:
        """Return nothing: one can go to every pane."""
        return ""

    def accept(self, item: Pane) -> None:
        """Go to the pane."""
        self._on_choose(item)


def find_panes(
    words: str, panes: Sequence[Pane], doings: Mapping[str, Doing], limit: int = 100
) -> list[Pane]:
    """Return the panes that are most like ``words``, the best first, at most ``limit``.

    Looked at are name, command, folder, tags, and by ``doings`` the program in front and its folder. Without
    words those in use come first, the latest of them first. Of equally good ones, those in use are first as
    well, and then the latest.
    """
    ordered = sorted(panes, key=lambda pane: (pane.closed, not pane.alive, -pane.created_at))
    texts = [
        "\n".join(
            (
                pane.name,
                format_command(pane.argv),
                pane.cwd,
                *pane.tags,
                describe_front(pane, doings.get(pane.id)),
            )
        )
        for pane in ordered
    ]
    return [ordered[at] for at in rank(words, texts, limit)]
