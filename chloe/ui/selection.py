"""What the user selected: a pane of those in use, the panes that are listed, and the one with the keyboard.

Owns the choices that hold in the whole app, and keeps them sensible while panes come and go. Must not know
views, keys or how a pane is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from chloe.engine import Doing, why_not_type
from chloe.events.panes import Pane
from chloe.events.projections import Projections
from chloe.ui.listing import Listing, Section


class Selection:
    """The state of the app that isn't in the log, but for what a single view keeps."""

    def __init__(
        self,
        instance: str,
        projections: Projections,
        doings: Mapping[str, Doing],
        places: list[str] | None = None,
    ) -> None:
        self.instance = instance
        self.listing = Listing(projections, doings, instance, [] if places is None else places)
        #: The selected pane, and the place it had in the list.
        self._selected: str | None = None
        self._place = 0
        #: The panes that were gone to or typed into, the latest last.
        self._visited: list[str] = []
        #: The pane that has the keyboard. It keeps the keyboard when its program ends, so that what is still
        #: typed then isn't taken for commands.
        self.typing_into: str | None = None
        self._marks: set[str] = set()

    @property
    def panes(self) -> list[Pane]:
        """Return the panes in use, in the order that the user gave them."""
        return self.listing.panes

    @property
    def listed(self) -> list[Pane]:
        """Return the panes of the list that can be selected, from its top."""
        return self.listing.listed

    @property
    def is_typing(self) -> bool:
        """Return whether the selected pane has the keyboard."""
        return self.typing_into is not None

    @property
    def selected(self) -> Pane | None:
        """Return the selected pane. One that is gone leaves its place to the next, or else the one before."""
        panes = self.listed
        for place, pane in enumerate(panes):
            if pane.id == self._selected:
                self._place = place
                return pane
        if self._unfold_selected():
            return self.selected
        if not panes:
            if not self.listing.filter:
                self._selected = None
            return None
        self._place = min(self._place, len(panes) - 1)
        self._selected = panes[self._place].id
        return panes[self._place]

    def _unfold_selected(self) -> bool:
        """Fold the group out that the selected pane was put into; return whether there was one to be."""
        pane = next((pane for pane in self.panes if pane.id == self._selected), None)
        section = self.listing.find_section(pane) if pane is not None else None
        if section is None or not section.is_folded:
            return False
        self.listing.fold(section.group, is_folded=False)
        return True

    def fold_group(self, section: Section, *, is_folded: bool) -> None:
        """Fold a group up, which its first pane then stands for, or out again."""
        self.listing.fold(section.group, is_folded=is_folded)
        if is_folded and self._selected in {pane.id for pane in section.panes}:
            self._selected = section.panes[0].id

    # Choosing one -----------------------------------------------------------------------------------

    def select(self, pane: str) -> None:
        """Go to a pane; the filter is lifted where it would hide it, and its group folded out."""
        if self._selected is not None:
            self.note_visit(self._selected)
        self._selected = pane
        self.note_visit(pane)
        if all(listed.id != pane for listed in self.listed) and not self._unfold_selected():
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

    def find_neighbour(self, by: int) -> Pane | None:
        """Return the listed pane ``by`` places after the selected one; None beyond the ends."""
        panes, selected = self.listed, self.selected
        if selected is None or not 0 <= self._place + by < len(panes):
            return None
        return panes[self._place + by]

    def why_not_swap(self, other: Pane) -> str:
        """Return why the selected pane and another can't change places: others say where they stand."""
        if not self.listing.is_by_place:
            return f"The list is ordered by {self.listing.order}, so that no pane has a place of its own"
        is_together = self.selected is not None and self.selected.group == other.group
        return "" if is_together else f"{other.name} is in another group"

    def swap(self, other: Pane) -> None:
        """Have the selected pane and another change places."""
        if self.selected is not None:
            self.listing.swap(self.selected, other)

    # Marks -----------------------------------------------------------------------------------------

    @property
    def marked(self) -> list[Pane]:
        """Return the panes in use that are marked, also where a filter hides them."""
        return [pane for pane in self.panes if pane.id in self._marks] if self._marks else []

    def is_marked(self, pane: Pane) -> bool:
        """Return whether the pane is marked."""
        return pane.id in self._marks

    @property
    def targets(self) -> Sequence[Pane]:
        """Return the panes meant: the marked ones, else the selected one, or all of its folded group."""
        return self.marked or self._stood_for(self.selected)

    def _stood_for(self, pane: Pane | None) -> Sequence[Pane]:
        if pane is None:
            return ()
        section = self.listing.find_section(pane)
        return section.panes if section is not None and section.is_folded else (pane,)

    def toggle_mark(self) -> None:
        """Mark what is selected, or take the mark away."""
        self._marks ^= {pane.id for pane in self._stood_for(self.selected)}

    def toggle_all(self) -> None:
        """Mark all that is listed; where all of it is marked, take the marks away."""
        listed = {pane.id for section in self.listing.sections for pane in section.panes}
        self._marks = set() if listed <= self._marks else self._marks | listed

    def mark(self, panes: Iterable[Pane]) -> None:
        """Mark these panes as well."""
        self._marks |= {pane.id for pane in panes}

    def unmark(self) -> None:
        """Take all marks away."""
        self._marks.clear()

    # Listing fewer ----------------------------------------------------------------------------------

    @property
    def filter(self) -> str:
        """Return the words that each listed pane fits; "" lists all."""
        return self.listing.filter

    def set_filter(self, words: str) -> None:
        """List only panes that fit these words, split at blanks; "" lists all."""
        self.listing.set_filter(words)

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
