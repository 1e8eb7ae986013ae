"""The tab History: what ran, when, how it ended, how much it printed.

Owns the columns of the list. Must not know the engine or keys.
"""

from __future__ import annotations

from chloe.events.history import Life
from chloe.ui.canvas import Row, fitted, row_of
from chloe.ui.glyphs import Glyphs
from chloe.ui.selection import Selection
from chloe.ui.words import command, compact, ending, folder, moment, printable, span

#: The columns up to the last, which takes what is left: title and width.
_COLUMNS = (("", 1), ("ended", 13), ("name", 18), ("how", 14), ("ran", 8), ("printed", 8), ("folder", 22))


class HistoryView:
    """The list of lives, the latest first."""

    def __init__(self, selection: Selection, glyphs: Glyphs) -> None:
        self._selection = selection
        self._glyphs = glyphs
        self._top = 0
        self._height = 1

    @property
    def page(self) -> int:
        """Lines that one page of the list has."""
        return max(self._height - 1, 1)

    def rows(self, width: int, height: int) -> list[Row]:
        """The list around the selected line: ``height`` rows of ``width`` columns."""
        self._height = height - 1
        past = self._selection.past
        self._selection.step_line(0)
        line = self._selection.line
        self._top = max(min(self._top, line), line - self._height + 1, 0)
        rows = [self._row([title for title, _ in _COLUMNS] + ["command"], width, "list dim")]
        if not past:
            rows.append(
                row_of([("list dim", " Nothing has ended yet, and nothing was put away.")], width, "list")
            )
        for at, life in enumerate(past[self._top : self._top + self._height], self._top):
            rows.append(self._row(self._words(life), width, "list on" if at == line else "list"))
        return rows[:height] + [row_of([], width, "list")] * (height - len(rows))

    def _words(self, life: Life) -> list[str]:
        pane = self._selection.pane(life.pane)
        until = pane.died_at or life.past_at
        return [
            "",
            moment(life.past_at) if pane.died is not None else "-",
            printable(pane.name),
            "still runs" if pane.alive else ending(pane),
            span(until - pane.created_at) if pane.died is not None else "",
            compact(pane.printed),
            folder(pane.cwd),
            command(pane),
        ]

    def _row(self, words: list[str], width: int, look: str) -> Row:
        shown = list(zip(words, [columns for _, columns in _COLUMNS], strict=False))
        # Where it is narrow, the folder goes before the command does.
        if width < 100:
            shown = shown[:-1]
        text = "".join(
            fitted(word, columns - 1, ellipsis=self._glyphs.ellipsis).decode("utf-8") + " "
            for word, columns in shown
        )
        left = max(width - sum(columns for _, columns in shown), 0)
        return row_of(
            [(look, text + fitted(words[-1], left, ellipsis=self._glyphs.ellipsis).decode())], width, look
        )
