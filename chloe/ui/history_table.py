"""The table of all panes, past and present: which it has, in which order, and the headings between them.

Owns the filter, the order, and what is hidden. Must not know which line is selected, or how one is drawn. It
is made anew only where more happened than output.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from chloe.events.panes import Pane
from chloe.events.projections import Projections
from chloe.events.tags import HIDDEN
from chloe.formatting.times import format_day, to_local
from chloe.ui import pane_query
from chloe.ui.labels import label_outcome


class TableEntry(NamedTuple):
    """A pane, and when it ended or was put away; when it began where it is in use."""

    pane: Pane
    at: int


class HistoryTable:
    """All panes, as they are listed."""

    #: The orders there are, by what they are called.
    ORDERS = ("date", "name", "command", "folder", "how it ended")

    def __init__(self, projections: Projections) -> None:
        self._projections = projections
        self._filter = ""
        self._order = self.ORDERS[0]
        self._shows_hidden = False
        self._seq = -1
        self._is_stale = True
        self._entries: list[TableEntry] = []
        self._lines: list[int | str] = []
        self._places: dict[str, int] = {}

    @property
    def entries(self) -> Sequence[TableEntry]:
        """Return what is listed, from the top."""
        self._renew()
        return self._entries

    @property
    def lines(self) -> Sequence[int | str]:
        """Return the lines of the table: a heading, or the place of an entry."""
        self._renew()
        return self._lines

    @property
    def notes(self) -> list[str]:
        """Return what is to be known of what is listed."""
        notes = [f"/{self._filter}"] if self._filter else []
        if self._order != self.ORDERS[0]:
            notes.append(f"by {self._order}")
        return [*notes, "hidden ones as well"] if self._shows_hidden else notes

    def find(self, pane: str) -> int | None:
        """Return the place of a pane's entry; None where it isn't listed."""
        self._renew()
        return self._places.get(pane)

    def note_change(self) -> None:
        """Take note that something happened."""
        self._is_stale |= self._seq != self._projections.history.seq

    @property
    def filter(self) -> str:
        """Return words that each listed pane fits; "" lists all."""
        return self._filter

    def set_filter(self, words: str) -> None:
        """List only panes that fit these words, split at blanks; "" lists all."""
        self._filter, self._is_stale = words, True

    def step_order(self) -> str:
        """Go on to the next order. Return it."""
        self._order = self.ORDERS[(self.ORDERS.index(self._order) + 1) % len(self.ORDERS)]
        self._is_stale = True
        return self._order

    def toggle_hidden(self) -> None:
        """List what is hidden as well, or not any more."""
        self._shows_hidden, self._is_stale = not self._shows_hidden, True

    def _renew(self) -> None:
        if not self._is_stale:
            return
        self._is_stale, self._seq = False, self._projections.history.seq
        words, ending = _parse_filter(self._filter)
        history = self._projections.history
        found = []
        for pane in self._projections.panes.values():
            if HIDDEN in pane.tags and pane.closed and not self._shows_hidden:
                continue
            if ending and label_outcome(pane) != ending:
                continue
            at = history[pane.id].past_at if history[pane.id].past else pane.created_at
            if not words or pane_query.fits(words, pane, _find_states(pane), _describe(pane, at)):
                found.append(TableEntry(pane, at))
        found.sort(key=lambda entry: -entry.at)
        key = self._choose_key()
        found.sort(key=key if key is not None else lambda entry: _find_section(entry.pane))
        self._entries = found
        self._places = {entry.pane.id: place for place, entry in enumerate(found)}
        self._lines = []
        today = time.localtime()[:3]
        heading = ""
        for place, entry in enumerate(found):
            if key is None and (own := _find_heading(entry, today)) != heading:
                heading = own
                self._lines.append(heading)
            self._lines.append(place)

    def _choose_key(self) -> Callable[[TableEntry], Any] | None:
        match self._order:
            case "name":
                return lambda entry: entry.pane.name.lower()
            case "command":
                return lambda entry: entry.pane.argv
            case "folder":
                return lambda entry: entry.pane.cwd
            case "how it ended":
                return lambda entry: (not entry.pane.alive, label_outcome(entry.pane))
        return None


def _parse_filter(text: str) -> tuple[list[str], str]:
    """Return the words of a filter, in lower case, and how a pane has to have ended: "exit 1"; "" if anyhow.

    A number right behind "exit" is the status, and no part of a day or a name.
    """
    words = text.lower().split()
    for place, (word, number) in enumerate(pairwise(words)):
        if word == "exit" and number.isdecimal():
            return [*words[:place], *words[place + 2 :]], f"exit {number}"
    return words, ""


def _find_section(pane: Pane) -> int:
    """Return how far down a pane stands: first what is to be taken back, last what Instances has anyway."""
    if not pane.alive:
        return 1
    return 0 if pane.closed else 2


def _find_heading(entry: TableEntry, today: tuple[int, ...]) -> str:
    return ("Still runs, put away", format_day(entry.at, today), "In use")[_find_section(entry.pane)]


def _find_states(pane: Pane) -> tuple[str, ...]:
    states = pane_query.find_states(pane, None, is_attached=bool(pane.attached))
    return (*states, "closed" if pane.closed else "used")


def _describe(pane: Pane, at: int) -> str:
    """Return what words are looked for in besides: how it ended, and the day of that."""
    return f"{label_outcome(pane)}\n{time.strftime('%Y-%m-%d', to_local(at))}".lower()
