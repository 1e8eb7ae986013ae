"""What the user selected: a pane of those in use, the panes that are listed, and the one with the keyboard.

Owns the choices that hold in the whole app, and keeps them sensible while panes come and go. Must not know
views, keys or how a pane is made.
"""

from __future__ import annotations

from collections.abc import Iterable

from chloe.engine import why_not_type
from chloe.events.panes import Pane
from chloe.events.projections import Projections


class Selection:
    """The state of the app that isn't in the log, but for what a single view keeps."""

    def __init__(self, instance: str, projections: Projections, order: list[str] | None = None) -> None:
        self.instance = instance
        self._projections = projections
        #: The panes in the order that the user gave them; others follow, oldest first.
        self._order = [] if order is None else order
        #: The selected pane, and the place it had in the list.
        self._selected: str | None = None
        self._place = 0
        #: The panes that were gone to or typed into, the latest last.
        self._visited: list[str] = []
        #: The pane that has the keyboard. It keeps the keyboard when its program ends, so that what is still
        #: typed then isn't taken for commands.
        self.typing_into: str | None = None
        self._filter = ""
        self._seq = -1
        self._panes: list[Pane] = []
        self._listed: list[Pane] = []

    @property
    def panes(self) -> list[Pane]:
        """The panes in use, in order; made anew where something happened, since they may be thousands."""
        if self._seq != self._projections.history.seq:
            self._seq = self._projections.history.seq
            self._panes = self._sort(pane for pane in self._projections.panes.values() if not pane.closed)
            self._listed = self._find_listed() if self._filter else self._panes
        return self._panes

    @property
    def listed(self) -> list[Pane]:
        """The panes in use that the filter lets through."""
        return self._listed if self.panes else []

    @property
    def is_typing(self) -> bool:
        """Whether the selected pane has the keyboard."""
        return self.typing_into is not None

    @property
    def selected(self) -> Pane | None:
        """The selected pane. One that is gone leaves its place to the next, or else the one before."""
        panes = self.listed
        for place, pane in enumerate(panes):
            if pane.id == self._selected:
                self._place = place
                return pane
        if not panes:
            if not self._filter:
                self._selected = None
            return None
        self._place = min(self._place, len(panes) - 1)
        self._selected = panes[self._place].id
        return panes[self._place]

    # Choosing one -----------------------------------------------------------------------------------

    def select(self, pane: str) -> None:
        """Go to a pane; the filter is lifted where it would hide it."""
        if self._selected is not None:
            self.note_visit(self._selected)
        self._selected = pane
        self.note_visit(pane)
        if all(listed.id != pane for listed in self.listed):
            self.set_filter("")

    def step(self, by: int, *, wraps: bool = False) -> None:
        """Select the pane ``by`` places further down, as far as there are any, or wrap around."""
        panes = self.listed
        if self.selected is None:
            return
        place = self._place + by
        if wraps:
            place %= len(panes)
        self._place = min(max(place, 0), len(panes) - 1)
        self._selected = panes[self._place].id

    def note_visit(self, pane: str) -> None:
        """Take note that the user was at this pane, for ``find_last``."""
        if pane in self._visited:
            self._visited.remove(pane)
        self._visited.append(pane)

    def find_last(self) -> Pane | None:
        """Return the pane that the user was at before the selected one; None where there is none."""
        in_use = {pane.id: pane for pane in self.panes}
        self._visited = [pane for pane in self._visited if pane in in_use]
        return next((in_use[pane] for pane in reversed(self._visited) if pane != self._selected), None)

    # Their order ------------------------------------------------------------------------------------

    def _sort(self, panes: Iterable[Pane]) -> list[Pane]:
        if not self._order:
            return list(panes)
        places = {pane: place for place, pane in enumerate(self._order)}
        # A pane that relaunches another takes its place.
        return sorted(panes, key=lambda pane: places.get(pane.id, places.get(pane.relaunches, len(places))))

    def find_neighbour(self, by: int) -> Pane | None:
        """Return the listed pane ``by`` places after the selected one; None beyond the ends."""
        panes, selected = self.listed, self.selected
        if selected is None or not 0 <= self._place + by < len(panes):
            return None
        return panes[self._place + by]

    def swap(self, other: Pane) -> None:
        """Have the selected pane and another change places."""
        order = [pane.id for pane in self.panes]
        if self.selected is not None:
            one, two = order.index(self.selected.id), order.index(other.id)
            order[one], order[two] = order[two], order[one]
            self._order[:] = order
            self._seq = -1

    # Listing fewer ----------------------------------------------------------------------------------

    @property
    def filter(self) -> str:
        """Words that each listed pane has in its name, command, folder or tags; "" lists all."""
        return self._filter

    def set_filter(self, words: str) -> None:
        """List only panes that have these words, split at blanks; "" lists all."""
        self._filter = words
        self._seq = -1

    def _find_listed(self) -> list[Pane]:
        words = self._filter.lower().split()
        described = ((pane, _describe(pane)) for pane in self._panes)
        return [pane for pane, text in described if all(word in text for word in words)]

    # How a pane stands here -------------------------------------------------------------------------

    def is_attached(self, pane: Pane) -> bool:
        """Return whether this instance shows the pane."""
        return self.instance in pane.attached or (not pane.traits.can_detach and not self.is_foreign(pane))

    def is_foreign(self, pane: Pane) -> bool:
        """Return whether it takes input from another instance alone, the one that made it."""
        return not pane.traits.takes_input_from_others and pane.owner != self.instance

    def accepts_keys(self, pane: Pane) -> bool:
        """Return whether the user can type into the pane."""
        return why_not_type(pane, self.instance) is None


def _describe(pane: Pane) -> str:
    """Return what a filter looks at, in lower case."""
    return "\n".join((pane.name, *pane.argv, pane.cwd, *pane.tags)).lower()
