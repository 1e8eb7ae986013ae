"""The tab History: what ran, when, how it ended, how much it printed.

Owns the columns of the list and the selected line. Must not know the engine, or what may be done to a pane.
"""

from __future__ import annotations

from chloe.engine import Change
from chloe.events.history import PaneHistory
from chloe.events.panes import Pane
from chloe.formatting.folders import format_folder
from chloe.formatting.sizes import format_size_briefly
from chloe.formatting.text import escape_unsafe, format_command
from chloe.formatting.times import format_duration, format_time_briefly
from chloe.ui.canvas import Row, fit, make_row
from chloe.ui.labels import label_outcome
from chloe.ui.state import AppState
from chloe.ui.view import Action, Binding, Drawn, View, always

#: The columns up to the last, which takes what is left: title and width.
_COLUMNS = (("", 1), ("ended", 13), ("name", 18), ("how", 14), ("ran", 8), ("printed", 8), ("folder", 22))


#: What stands there while there is nothing to list.
_EMPTY_NOTICE = "Nothing has ended yet, and nothing was put away."


class HistoryList(View):
    """The lives that ended or were put away, the latest first."""

    name = "history"
    title = "History"
    has_tab = True
    has_global_keys = True
    bindings = (
        Binding(("enter",), "open_selected", "look"),
        Binding(("a",), "reopen", "reopen"),
        Binding(("o",), "relaunch", "once more"),
        Binding(("up", "k"), "history.previous"),
        Binding(("down", "j"), "history.next"),
        Binding(("page_up",), "history.page_up"),
        Binding(("page_down",), "history.page_down"),
        Binding(("g", "home"), "history.first"),
        Binding(("G", "end"), "history.last"),
    )

    def __init__(self, state: AppState) -> None:
        self._state = state
        self._lives: list[PaneHistory] | None = None
        self._seq = -1
        #: The selected line, and the one at the top.
        self._line = self._top = 0
        self._height = 1

    @property
    def lives(self) -> list[PaneHistory]:
        """Return what is listed."""
        if self._lives is None:
            self._lives = self._state.projections.history.past()
        return self._lives

    def on_change(self, change: Change) -> None:
        """List anew where more happened than output."""
        if self._seq != self._state.projections.history.seq:
            self._seq = self._state.projections.history.seq
            self._lives = None

    @property
    def pane(self) -> Pane | None:
        """Return the pane of the selected line."""
        self._step(0)
        return self._state.projections.panes[self.lives[self._line].pane] if self.lives else None

    @property
    def why_no_pane(self) -> str:
        """Return why nothing is listed."""
        return _EMPTY_NOTICE

    def draw(self, columns: int, rows: int) -> Drawn:
        """Draw the list around the selected line."""
        self._height = rows - 1
        self._step(0)
        line = self._line
        self._top = max(min(self._top, line), line - self._height + 1, 0)
        drawn = [self._draw_row([title for title, _ in _COLUMNS] + ["command"], columns, "list dim")]
        if not self.lives:
            drawn.append(make_row([("list dim", f" {_EMPTY_NOTICE}")], columns, "list"))
        for at, life in enumerate(self.lives[self._top : self._top + self._height], self._top):
            drawn.append(
                self._draw_row(self._format_cells(life), columns, "list on" if at == line else "list")
            )
        return Drawn(drawn[:rows] + [make_row([], columns, "list")] * (rows - len(drawn)))

    def _format_cells(self, life: PaneHistory) -> list[str]:
        pane = self._state.projections.panes[life.pane]
        until = pane.died_at or life.past_at
        return [
            "",
            format_time_briefly(life.past_at) if pane.died is not None else "-",
            escape_unsafe(pane.name),
            "still runs" if pane.alive else label_outcome(pane),
            format_duration(until - pane.created_at) if pane.died is not None else "",
            format_size_briefly(pane.output_bytes),
            format_folder(pane.cwd),
            format_command(pane.argv),
        ]

    def _draw_row(self, words: list[str], width: int, style: str) -> Row:
        shown = list(zip(words, [columns for _, columns in _COLUMNS], strict=False))
        # Where it is narrow, the folder goes before the command does.
        if width < 100:
            shown = shown[:-1]
        text = "".join(
            fit(word, columns - 1, ellipsis=self._state.glyphs.ellipsis).decode("utf-8") + " "
            for word, columns in shown
        )
        left = max(width - sum(columns for _, columns in shown), 0)
        return make_row(
            [(style, text + fit(words[-1], left, ellipsis=self._state.glyphs.ellipsis).decode())],
            width,
            style,
        )

    # What one can do in it -------------------------------------------------------------------------

    def _step(self, by: int) -> None:
        """Select the line ``by`` places further down, as far as there are any."""
        self._line = min(max(self._line + by, 0), max(len(self.lives) - 1, 0))

    @property
    def _page(self) -> int:
        """Return the lines that one page of the list has."""
        return max(self._height - 1, 1)

    def select_previous(self) -> None:
        """Select the line above."""
        self._step(-1)

    def select_next(self) -> None:
        """Select the line below."""
        self._step(1)

    def page_up(self) -> None:
        """Go a page up."""
        self._step(-self._page)

    def page_down(self) -> None:
        """Go a page down."""
        self._step(self._page)

    def select_first(self) -> None:
        """Go to the latest."""
        self._line = 0

    def select_last(self) -> None:
        """Go to the oldest."""
        self._step(len(self.lives))

    actions = (
        Action("history.previous", "Select the line above.", select_previous, always),
        Action("history.next", "Select the line below.", select_next, always),
        Action("history.page_up", "Go a page up.", page_up, always),
        Action("history.page_down", "Go a page down.", page_down, always),
        Action("history.first", "Go to the latest.", select_first, always),
        Action("history.last", "Go to the oldest.", select_last, always),
    )
