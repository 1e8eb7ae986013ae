"""The list of panes: number, signs, name, unseen output, and program and folder where there is room.

Owns the form of an entry and which part of a long list shows. Must not know the engine or keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chloe.events.panes import Pane
from chloe.formatting.folders import format_folder
from chloe.formatting.sizes import format_size_briefly
from chloe.formatting.text import escape_unsafe
from chloe.formatting.times import format_age
from chloe.terminal import Terminal
from chloe.ui.canvas import Row, fit, make_row, measure_text
from chloe.ui.card import INVITATION
from chloe.ui.labels import label_failure, label_tags, label_title, name_program
from chloe.ui.listing import Section
from chloe.ui.short_names import shorten_names
from chloe.ui.signs import BELL, SIGNS, Sign, find_indicator, find_sign
from chloe.ui.state import AppState

#: So many panes at the top of the list have a number, which is the key that goes to them.
NUMBERED = 9
#: From so many columns on, the list tells ages; and a folder beside a name takes so many at least.
_WITH_AGE, _LEAST_FOLDER = 28, 12
#: Columns that the words of the filter keep, where there are so many.
_LEAST_WORDS = 12


class _Line(NamedTuple):
    """A line of the list: a pane, or the heading of a section, which may stand for its panes."""

    section: Section
    pane: Pane | None
    #: The pane that is selected where this line is; None for a line that can't be.
    stands_for: Pane | None
    #: Its number among those that can be; 0 for none.
    number: int


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
        #: The pane of each row that was drawn last.
        self._drawn: list[Pane | None] = []

    @property
    def page(self) -> int:
        """Return the panes that one page of the list has."""
        return max(self._shown - 1, 1)

    def draw_edge(self, width: int) -> Row:
        """Draw the line over the list: the filter, and the place of the selected pane."""
        line, listing = self._glyphs.horizontal, self._selection.listing
        panes, selected = self._selection.listed, self._selection.selected
        place = next((at for at, pane in enumerate(panes, 1) if pane is selected), 0)
        words = f" /{escape_unsafe(listing.filter)} " if listing.filter else ""
        notes = f" {place}/{len(panes)} " if panes or words else ""
        least = min(measure_text(words), _LEAST_WORDS) + 3
        by = f" by {listing.order} " if not listing.is_by_place else ""
        for note in (f" {len(self._selection.marked)} marked " if self._selection.marked else "", by):
            if least + len(notes) + len(note) <= width:
                notes = note.rstrip() + notes if note else notes
        room = max(width - len(notes) - 3, 0)
        words = fit(words, min(measure_text(words), room)).decode("utf-8") if words else ""
        left = max(width - measure_text(words) - len(notes) - 2, 0)
        return make_row(
            [("frame", line), ("filter", words), ("frame", line * left), ("frame", notes + line)], width
        )

    def draw(self, width: int, height: int) -> list[Row]:
        """Draw the part of the list around the selected pane: ``height`` rows of ``width`` columns."""
        selected = self._selection.selected
        lines = self._list_lines()
        panes = sum(line.pane is not None for line in lines)
        tall = 2 if len(lines) + panes <= height else 1
        if tall == 1:
            place = next((at for at, line in enumerate(lines) if line.stands_for is selected), 0)
            self._scroll_to(place, lines, height)
            self._shown = height
        else:
            self._top, self._shown = 0, max(panes, 1)
        shown = lines[self._top : self._top + height]
        in_view = [line.pane for line in shown if line.pane is not None]
        news = {pane.id: self._describe_news(pane, width) for pane in in_view}
        widths: dict[str, int] = {}
        for pane in in_view:
            room = width - self._sign_width - 2 - sum(measure_text(text) for _, text in news[pane.id])
            widths[pane.name] = max(min(room, widths.get(pane.name, room)), 4)
        names = shorten_names(widths, self._glyphs.ellipsis)
        rows: list[Row] = []
        self._drawn = []
        for line in shown:
            self._drawn += [line.stands_for] * (1 if line.pane is None else tall)
            number = f"{line.number}" if 0 < line.number <= NUMBERED else " "
            is_selected = line.stands_for is not None and line.stands_for is selected
            if line.pane is None:
                rows.append(self._draw_heading(line.section, number, is_selected, width))
            else:
                pane = line.pane
                rows += self._draw_entry(
                    pane, number, names[pane.name], news[pane.id], is_selected, width, tall
                )
        if not lines and self._selection.filter:
            rows = [make_row([("list dim", " Nothing fits.")], width, "list")]
        elif not lines:
            rows = self._draw_invitation(width)
        return rows[:height] + [make_row([], width, "list")] * (height - len(rows))

    def find_at(self, row: int) -> Pane | None:
        """Return the pane that this row of the list stands for; None for no pane."""
        return self._drawn[row] if 0 <= row < len(self._drawn) else None

    def _list_lines(self) -> list[_Line]:
        """Return what the list has, a line each: headings of groups, and panes."""
        lines: list[_Line] = []
        number = 0
        for section in self._selection.listing.sections:
            if section.is_folded:
                number += 1
                lines.append(_Line(section, None, section.panes[0], number))
                continue
            if section.group:
                lines.append(_Line(section, None, None, 0))
            for pane in section.panes:
                number += 1
                lines.append(_Line(section, pane, pane, number))
        return lines

    def _scroll_to(self, place: int, lines: Sequence[_Line], height: int) -> None:
        """Have this line show, and the heading right above it."""
        above = place - (place > 0 and lines[place - 1].stands_for is None)
        self._top = min(max(self._top, place - height + 1), above, max(len(lines) - height, 0))
        self._top = max(self._top, place - height + 1, 0)

    def _draw_heading(self, section: Section, number: str, selected: bool, width: int) -> Row:
        """Draw the line of a group: its name, how many panes it has, what they do, and how many rang."""
        on = " on" if selected else ""
        counts: dict[Sign, int] = {}
        for pane in section.panes:
            rang = BELL if self._unread.has_rung(pane) else None
            for sign in (find_sign(self._state.find_doing(pane)), rang):
                if sign is not None:
                    counts[sign] = counts.get(sign, 0) + 1
        glyph = self._glyphs.folded if section.is_folded else self._glyphs.unfolded
        mark = self._draw_mark(section.panes[0]) if section.is_folded else " "
        head = [("list dim" + on, number), ("list dim" + on, f"{mark}{glyph} ")]
        tail = [("list" + on, f" {len(section.panes)}")]
        for sign in (each for each in SIGNS if each in counts):
            tail.append((sign.style + on, f" {counts[sign]}{sign.draw(self._glyphs)}"))
        tail.append(("list" + on, " "))
        room = max(width - sum(measure_text(text) for _, text in (*head, *tail)), 0)
        name = fit(escape_unsafe(section.group), room, ellipsis=self._glyphs.ellipsis).decode("utf-8")
        return make_row([*head, ("group" + on, name), *tail], width, "list" + on)

    def choose_indicator(self, pane: Pane) -> str:
        """Return the sign of the pane's state for this instance."""
        sign = find_indicator(pane, is_attached=self._selection.is_attached(pane))
        return sign.draw(self._glyphs) if sign is not None else self._glyphs.none

    def _draw_mark(self, pane: Pane) -> str:
        """Return the sign of one that is marked, or a blank."""
        return self._glyphs.marked if self._selection.is_marked(pane) else " "

    def _style_indicator(self, pane: Pane) -> str:
        return "marked" if self._selection.is_marked(pane) else "list"

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
        head = [
            ("list dim" + on, number),
            (self._style_indicator(pane) + on, f"{self.choose_indicator(pane)}{self._draw_mark(pane)}"),
        ]
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
        says = "of another Chloe" if self._selection.is_foreign(pane) else name_program(pane, doing)
        says = fit(says, min(measure_text(says), width), ellipsis=self._glyphs.ellipsis).decode("utf-8")
        says += "  "[: width - measure_text(says)] if says else ""
        place = format_folder(self._state.find_folder(pane))
        left = max(width - measure_text(says), 0)
        room = min(left - measure_text(place) - 2, measure_text(tags := label_tags(pane)))
        if room >= min(_LEAST_FOLDER, measure_text(tags)):
            place += f"  {fit(tags, room, ellipsis=self._glyphs.ellipsis).decode('utf-8')}" if tags else ""
        title = label_title(terminal.title, pane) if terminal else ""
        if title and measure_text(place) + measure_text(title) + 2 <= left:
            place += f"  {title}"
        return says + fit(place, left, ellipsis=self._glyphs.ellipsis, keep_end=True).decode("utf-8")

    def _find_terminal(self, pane: Pane) -> Terminal | None:
        screens = self._state.projections.screens
        return screens.drawn(pane.id) if pane.id in screens else None

    def _draw_invitation(self, width: int) -> list[Row]:
        return [make_row([("list dim", word)], width, "list") for word in ("", *INVITATION)]
