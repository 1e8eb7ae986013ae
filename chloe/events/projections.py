"""All projections together: the one ``apply`` that live and replay share.

Owns nothing but the order: panes, history, screens. Must not know where records come from.
"""

from __future__ import annotations

from chloe.events.facts import Record
from chloe.events.history import History
from chloe.events.panes import Panes
from chloe.events.screens import Screens


class Projections:
    """The state of Chloe as of the last record applied."""

    def __init__(self, scrollback: int = 10_000) -> None:
        self.panes = Panes()
        self.screens = Screens(scrollback)
        self.history = History()
        #: The seq of the last record applied; 0 before the first.
        self.seq = 0

    def apply(self, record: Record) -> None:
        """Fold one record. Records must come in ``seq`` order, each once."""
        self.seq = record.seq
        self.panes.apply(record)
        self.history.apply(record)
        self.screens.apply(record)
