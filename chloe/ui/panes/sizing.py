"""Who sizes a pane: the instance whose user typed last; the others crop.

Owns what this instance asked for. Must not know layouts or how a size is set: it says when to ask.
"""

from __future__ import annotations

from chloe.events.panes import Pane

#: Rows and columns.
Size = tuple[int, int]


class Sizing:
    """What this instance made of the sizes of its panes."""

    def __init__(self, instance: str) -> None:
        self._instance = instance
        self._asked: dict[str, Size] = {}
        #: Panes that got the size that was asked for; if it differs later, another instance changed it.
        self._reached: set[str] = set()

    def on_shown(self, pane: Pane, view: Size) -> bool:
        """Take note that the pane shows in this size. Return whether to ask for that size."""
        self._learn(pane)
        if self._is_ours(pane):
            return self._ask(pane, view)
        return False

    def on_typed(self, pane: Pane, view: Size) -> bool:
        """Make the size of a pane that the user types into ours. Return whether to ask for this size."""
        self._learn(pane)
        return self._ask(pane, view)

    def _learn(self, pane: Pane) -> None:
        if self._asked.get(pane.id) == (pane.rows, pane.columns):
            self._reached.add(pane.id)

    def _is_ours(self, pane: Pane) -> bool:
        if pane.attached <= {self._instance} or (
            not pane.traits.has_own_size and pane.owner == self._instance
        ):
            return True
        asked = self._asked.get(pane.id)
        return asked is not None and (pane.id not in self._reached or asked == (pane.rows, pane.columns))

    def _ask(self, pane: Pane, view: Size) -> bool:
        waiting = self._asked.get(pane.id) == view and pane.id not in self._reached
        if (pane.rows, pane.columns) == view or waiting:
            return False
        self._asked[pane.id] = view
        self._reached.discard(pane.id)
        return True
