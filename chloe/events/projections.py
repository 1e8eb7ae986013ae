"""All projections together: the one ``apply`` that live and replay share.

Owns nothing but the order: panes, history, screens. Must not know where records come from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chloe.events.facts import Record
from chloe.events.panes import Panes

if TYPE_CHECKING:
    from chloe.events.history import History
    from chloe.events.screen import Clock
    from chloe.events.screens import Screens


class Projections:
    """The state of Chloe as of the last record applied.

    ``clock``, in seconds and never going back, says how long drawing takes. With ``panes_only`` neither
    history nor screens are folded: screens bring the emulator with them, which takes as long to import as all
    the rest, and a history keeps every entry of every pane.
    """

    def __init__(self, scrollback: int = 10_000, *, clock: Clock, panes_only: bool = False) -> None:
        self.panes = Panes()
        #: The seq of the last record applied; 0 before the first.
        self.seq = 0
        self._others: tuple[History, Screens] | None = None
        if not panes_only:
            from chloe.events.history import History
            from chloe.events.screens import Screens

            self._others = History(), Screens(scrollback, clock=clock)

    @property
    def history(self) -> History:
        """Return the life of every pane."""
        assert self._others is not None, "only panes are folded"
        return self._others[0]

    @property
    def screens(self) -> Screens:
        """Return the terminals of the panes that are followed."""
        assert self._others is not None, "only panes are folded"
        return self._others[1]

    def apply(self, record: Record) -> None:
        """Fold one record. Records must come in ``seq`` order, each once."""
        self.seq = record.seq
        self.panes.apply(record)
        if self._others is not None:
            for other in self._others:
                other.apply(record)
