"""The history projection: what happened to each pane, for the History view's list and for undo.

Owns ``PaneHistory`` and ``History``. Must not know screens or how a history is worded for a reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from chloe.events import facts
from chloe.events.facts import Record

#: Facts that are no entry of a pane's history: there may be millions, and they tell nothing by themselves.
_NO_ENTRIES = (facts.Output, facts.Resized, *facts.ON_DEMAND, *facts.LAST_COUNTS)


class HistoryEntry(NamedTuple):
    """One thing that happened to a pane, and when (nanoseconds since 1970)."""

    seq: int
    occurred_at: int
    fact: facts.Fact


@dataclass(slots=True)
class PaneHistory:
    """What happened to one pane, in order, without its stream."""

    pane: str
    entries: list[HistoryEntry] = field(default_factory=list)
    #: Whether it is past: ended, or put away. Only then History lists it.
    past: bool = False
    #: When it became past.
    past_at: int = 0


class History(Mapping[str, PaneHistory]):
    """The history of every pane by its id, oldest first."""

    def __init__(self) -> None:
        self._histories: dict[str, PaneHistory] = {}
        #: The seq of the last record that became an entry.
        self.seq = 0

    def __getitem__(self, pane: str) -> PaneHistory:
        return self._histories[pane]

    def __iter__(self) -> Iterator[str]:
        return iter(self._histories)

    def __len__(self) -> int:
        return len(self._histories)

    def past(self) -> list[PaneHistory]:
        """Return the histories of panes that ended or were put away, the latest first."""
        return sorted(
            (history for history in self._histories.values() if history.past),
            key=lambda history: -history.past_at,
        )

    def apply(self, record: Record) -> None:
        """Fold one record."""
        fact = record.fact
        if isinstance(fact, _NO_ENTRIES) or not record.pane:
            return
        self.seq = record.seq
        history = self._histories.get(record.pane)
        if history is None:
            if not isinstance(fact, facts.Created):
                return
            history = self._histories[record.pane] = PaneHistory(record.pane)
        if isinstance(fact, facts.Repainted):
            fact = replace(fact, data=b"")
        elif isinstance(fact, facts.Pruned):
            fact = replace(fact, state=b"")
        elif isinstance(fact, facts.Unknown):
            # Nobody can read it, however much it says.
            fact = replace(fact, head="", body=None)
        history.entries.append(HistoryEntry(record.seq, record.occurred_at, fact))
        match fact:
            case facts.Died() | facts.Closed():
                if not history.past:
                    history.past, history.past_at = True, record.occurred_at
            case facts.Reopened():
                history.past = False
