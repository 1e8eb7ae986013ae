"""The list of panes in use: which of them it has, in which order, and under which groups.

Owns the filter, the order, and which groups are folded up. Must not know which pane is selected, or how the
list is drawn. It is made anew only where something happened that it depends on, since panes may be thousands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from chloe.engine import Doing
from chloe.events.panes import Pane
from chloe.events.projections import Projections
from chloe.ui import pane_query

#: How far up a pane stands where they are ordered by what they do: first what wants its user.
_RANKS = {"waits": 0, "failed": 1, "works": 2, "quiet": 3, "idle": 4, "running": 5, "ok": 6, "ended": 7}


class Section(NamedTuple):
    """Panes that stand together: those of a group, or those of none, whose name is ""."""

    group: str
    panes: Sequence[Pane]
    is_folded: bool = False

    @property
    def listed(self) -> Sequence[Pane]:
        """Return the panes that can be selected: of a folded group the first, which stands for all."""
        return self.panes[:1] if self.is_folded else self.panes


class Listing:
    """The panes in use, as they are listed."""

    #: The orders there are, by what they are called.
    ORDERS = ("place", "name", "state", "activity", "age")

    def __init__(
        self, projections: Projections, doings: Mapping[str, Doing], instance: str, places: list[str]
    ) -> None:
        self._projections = projections
        self._doings = doings
        self._instance = instance
        #: The panes in the order that the user gave them, by their ids; others follow, oldest first.
        self._places = places
        #: How often the list was made, for who wants to know what it costs.
        self.made = 0
        self._filter = ""
        self._order = self.ORDERS[0]
        self._folded: set[str] = set()
        self._seq = -1
        self._panes: list[Pane] = []
        self._sections: list[Section] = []
        self._listed: list[Pane] = []

    # What there is ----------------------------------------------------------------------------------

    @property
    def panes(self) -> list[Pane]:
        """Return the panes in use, each in its place: where the user put it, else behind, oldest first."""
        self._renew()
        return self._panes

    @property
    def sections(self) -> list[Section]:
        """Return the panes in use that the filter lets through: of no group first, then each group."""
        self._renew()
        return self._sections

    @property
    def listed(self) -> list[Pane]:
        """Return the panes of the list that can be selected, from its top."""
        self._renew()
        return self._listed

    def find_section(self, pane: Pane) -> Section | None:
        """Return the section that a pane stands in; None where the filter hides it."""
        return next((section for section in self.sections if pane in section.panes), None)

    def note_change(self) -> None:
        """Take note that panes printed or do something else now, which filter and order may depend on."""
        if self._filter or self._order in ("state", "activity"):
            self._seq = -1

    def _renew(self) -> None:
        seq = self._projections.history.seq
        if self._seq == seq:
            return
        self._seq = seq
        self.made += 1
        self._panes = self._put_in_place(pane for pane in self._projections.panes.values() if not pane.closed)
        words = self._filter.lower().split()
        fitting = self._panes
        if words:
            fitting = [pane for pane in fitting if self._fits(words, pane)]
        if (key := self._choose_key()) is not None:
            fitting = sorted(fitting, key=key)
        self._sections = self._divide(fitting)
        self._listed = [pane for section in self._sections for pane in section.listed]

    def _put_in_place(self, panes: Iterable[Pane]) -> list[Pane]:
        if not self._places:
            return list(panes)
        places = {pane: place for place, pane in enumerate(self._places)}
        # A pane that relaunches another takes its place.
        return sorted(panes, key=lambda pane: places.get(pane.id, places.get(pane.relaunches, len(places))))

    def swap(self, one: Pane, other: Pane) -> None:
        """Have two panes change places."""
        order = [pane.id for pane in self.panes]
        first, second = order.index(one.id), order.index(other.id)
        order[first], order[second] = order[second], order[first]
        self._places[:] = order
        self._seq = -1

    def _divide(self, panes: Sequence[Pane]) -> list[Section]:
        groups: dict[str, list[Pane]] = {}
        for pane in panes:
            groups.setdefault(pane.group, []).append(pane)
        # Where one looks for something, no group hides it.
        folded = set() if self._filter else self._folded
        return [Section(group, groups[group], group in folded) for group in sorted(groups)]

    def find_states(self, pane: Pane) -> tuple[str, ...]:
        """Return the words for how a pane stands here."""
        is_attached = self._instance in pane.attached
        return pane_query.find_states(pane, self._doings.get(pane.id), is_attached=is_attached)

    # Which and in which order -----------------------------------------------------------------------

    @property
    def filter(self) -> str:
        """Return the words that each listed pane fits; "" lists all."""
        return self._filter

    def set_filter(self, words: str) -> None:
        """List only panes that fit these words, split at blanks; "" lists all."""
        self._filter = words
        self._seq = -1

    def find(self, words: str) -> list[Pane]:
        """Return the panes in use that fit these words."""
        wanted = words.lower().split()
        return [pane for pane in self.panes if self._fits(wanted, pane)]

    def _fits(self, words: Sequence[str], pane: Pane) -> bool:
        front = pane_query.describe_front(pane, self._doings.get(pane.id))
        return pane_query.fits(words, pane, self.find_states(pane), front)

    @property
    def order(self) -> str:
        """Return what the panes are ordered by: the place that they have, or another of ``ORDERS``."""
        return self._order

    @property
    def is_by_place(self) -> bool:
        """Return whether each pane stands in its place."""
        return self._order == self.ORDERS[0]

    def step_order(self) -> str:
        """Go on to the next order. Return it."""
        self._order = self.ORDERS[(self.ORDERS.index(self._order) + 1) % len(self.ORDERS)]
        self._seq = -1
        return self._order

    def _choose_key(self) -> Callable[[Pane], Any] | None:
        match self._order:
            case "name":
                return lambda pane: pane.name.lower()
            case "state":
                return lambda pane: min(_RANKS.get(word, 5) for word in self.find_states(pane))
            case "age":
                return lambda pane: -pane.created_at
            case "activity":
                return lambda pane: -max(pane.last_output_at, pane.created_at, pane.died_at)
        return None

    # Groups -----------------------------------------------------------------------------------------

    @property
    def groups(self) -> list[str]:
        """Return the names of the groups that panes in use are in."""
        return sorted({pane.group for pane in self.panes} - {""})

    def fold(self, group: str, *, is_folded: bool) -> None:
        """Fold a group up, or out again."""
        (self._folded.add if is_folded else self._folded.discard)(group)
        self._seq = -1
