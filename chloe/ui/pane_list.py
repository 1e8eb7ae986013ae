"""The list of panes: number, signs, name, unseen output, and program and folder where there is room.

Owns the form of an entry and which part of a long list shows. Must not know the engine or keys.
"""

from __future__ import annotations

from collections.abc import Sequence

from chloe.engine import Doing
from chloe.events.panes import Pane
from chloe.formatting.folders import format_folder
from chloe.formatting.sizes import format_size_briefly
from chloe.formatting.text import escape_unsafe
from chloe.formatting.times import format_age
from chloe.terminal import Terminal
from chloe.ui.canvas import Row, fit, make_row, measure_text
from chloe.ui.card import INVITATION
from chloe.ui.labels import label_failure
from chloe.ui.short_names import shorten_names
from chloe.ui.signs import BELL, find_indicator, find_sign
from chloe.ui.state import AppState

#: So many panes at the top of the list have a number, which is the key that goes to them.
NUMBERED = 9
#: From so many columns on, the list tells ages; and a folder beside a name takes so many at least.
_WITH_AGE, _LEAST_FOLDER = 28, 12


class PaneList:
    """The list at the left of Instances."""

    def __init__(self, state: AppState) -> None:
        self._state = state
        self._selection = state.selection
        self._unread = state.unread
        self._glyphs = state.glyphs
        self._top = 0
        #: The panes that showed last.
        self._shown = 1

    @property
    def page(self) -> int:
        """The panes that one page of the list has."""
        return max(self._shown - 1, 1)

    def draw_edge(self, width: int) -> Row:
        """Draw the line over the list: the filter, and the place of the selected pane."""
        line = self._glyphs.horizontal
        panes, selected = self._selection.listed, self._selection.selected
        place = next((at for at, pane in enumerate(panes, 1) if pane is selected), 0)
        position = f" {place}/{len(panes)} " if panes or self._selection.filter else ""
        room = max(width - len(position) - 3, 0)
        words = escape_unsafe(self._selection.filter)
        words = fit(f" /{words} ", min(measure_text(words) + 3, room)).decode("utf-8") if words else ""
        left = max(width - measure_text(words) - len(position) - 2, 0)
        return make_row(
            [("frame", line), ("filter", words), ("frame", line * left), ("frame", position + line)], width
        )

    def draw(self, width: int, height: int) -> list[Row]:
        """Draw the part of the list around the selected pane: ``height`` rows of ``width`` columns."""
        panes = self._selection.listed
        selected = self._selection.selected
        tall = 2 if len(panes) * 2 <= height else 1
        fit = max(height // tall, 1)
        place = next((at for at, pane in enumerate(panes) if pane is selected), 0)
        self._top = min(max(self._top, place - fit + 1), place, max(len(panes) - fit, 0))
        self._top = max(self._top, place - fit + 1, 0)
        self._shown = fit
        rows: list[Row] = []
        shown = panes[self._top : self._top + fit]
        news = {pane.id: self._describe_news(pane, width) for pane in shown}
        widths: dict[str, int] = {}
        for pane in shown:
            room = width - self._sign_width - 2 - sum(measure_text(text) for _, text in news[pane.id])
            widths[pane.name] = max(min(room, widths.get(pane.name, room)), 4)
        names = shorten_names(widths, self._glyphs.ellipsis)
        for at, pane in enumerate(shown, self._top + 1):
            number = f"{at}" if at <= NUMBERED else " "
            name, is_selected = names[pane.name], pane is selected
            rows += self._draw_entry(pane, number, name, news[pane.id], is_selected, width, tall)
        if not panes and self._selection.filter:
            rows = [make_row([("list dim", " Nothing fits.")], width, "list")]
        elif not panes:
            rows = self._draw_invitation(width)
        return rows[:height] + [make_row([], width, "list")] * (height - len(rows))

    def choose_indicator(self, pane: Pane) -> str:
        """Return the sign of the pane's state for this instance."""
        sign = find_indicator(pane, is_attached=self._selection.is_attached(pane))
        return sign.draw(self._glyphs) if sign is not None else self._glyphs.none

    @property
    def _sign_width(self) -> int:
        return measure_text(self._glyphs.none)

    def _draw_entry(
        self,
        pane: Pane,
        number: str,
        name: str,
        news: Sequence[tuple[str, str]],
        selected: bool,
        width: int,
        tall: int,
    ) -> Sequence[Row]:
        on = " on" if selected else ""
        head = [("list dim" + on, number), ("list" + on, f"{self.choose_indicator(pane)} ")]
        head.append(("list name" + on if pane.alive else "list" + on, name))
        tail = [(style + on, text) for style, text in news]
        left = width - sum(measure_text(text) for _, text in (*head, *tail))
        beside = ""
        if tall == 1 and left > _LEAST_FOLDER:
            beside = f"  {self._describe(pane, left - 3)}"
            left -= measure_text(beside)
        first = make_row(
            [*head, ("list dim" + on, beside), ("list" + on, " " * left), *tail], width, "list" + on
        )
        if tall == 1:
            return [first]
        indent = " " * (self._sign_width + 2)
        room = max(width - len(indent) - 1, 0)
        below = indent + self._describe(pane, room)
        return [first, make_row([("list dim" + on, below)], width, "list dim" + on)]

    def _describe_news(self, pane: Pane, width: int) -> list[tuple[str, str]]:
        """Return what stands at the end of a pane's line: its bell, what is unseen, its state, its age."""
        parts = []
        if self._unread.has_rung(pane):
            parts.append((BELL.style, BELL.draw(self._glyphs)))
        if unseen := self._unread.count(pane):
            parts.append(("unseen", f"+{format_size_briefly(unseen)}"))
        if progress := self._state.progress.label(pane.id):
            parts.append(("progress", progress))
        if (sign := find_sign(self._state.find_doing(pane))) is not None:
            parts.append((sign.style, f"{sign.draw(self._glyphs)}{label_failure(pane)}"))
        if width >= _WITH_AGE:
            parts.append(("list dim", f"{format_age(pane.died_at or pane.created_at):>3}"))
        return [run for part in parts for run in (("list", " "), part)] + [("list", " ")] * bool(parts)

    def _describe(self, pane: Pane, width: int) -> str:
        """Return whose a pane is or what runs in it, its folder, and its title, as far as there is room.

        The first stands there whole, of the folder its end, and the title where all of it fits.
        """
        doing = self._state.find_doing(pane) if pane.alive else None
        terminal = self._find_terminal(pane)
        says = "of another Chloe" if self._selection.is_foreign(pane) else _name_program(pane, doing)
        says = fit(says, min(measure_text(says), width), ellipsis=self._glyphs.ellipsis).decode("utf-8")
        says += "  " if says else ""
        place = format_folder(self._state.find_folder(pane))
        left = max(width - measure_text(says), 0)
        title = escape_unsafe(terminal.title) if terminal else ""
        if title and title != pane.name and measure_text(place) + measure_text(title) + 2 <= left:
            place += f"  {title}"
        return says + fit(place, left, ellipsis=self._glyphs.ellipsis, keep_end=True).decode("utf-8")

    def _find_terminal(self, pane: Pane) -> Terminal | None:
        screens = self._state.projections.screens
        return screens.drawn(pane.id) if pane.id in screens else None

    def _draw_invitation(self, width: int) -> list[Row]:
        return [make_row([("list dim", word)], width, "list") for word in ("", *INVITATION)]


def _name_program(pane: Pane, doing: Doing | None) -> str:
    """Return the program in front; "" where the pane is named after it, or a shell is at its prompt."""
    if doing is None or doing.state == "at the prompt":
        return ""
    program = escape_unsafe(doing.program)
    return "" if pane.name == program or pane.name.startswith(f"{program}-") else program
