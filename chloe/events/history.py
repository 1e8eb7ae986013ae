"""The history projection: the life of each pane, for the History tab.

Owns ``Life`` and ``History``. Must not know screens or how a life is worded for a reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from chloe.events import facts
from chloe.events.facts import Record

#: Facts that are no turn in a pane's life: there may be millions, and they tell nothing by themselves.
_STREAM = (facts.Output, facts.Resized, facts.Checkpointed)


class Turn(NamedTuple):
    """One thing that happened to a pane, and when (nanoseconds since 1970)."""

    seq: int
    occurred_at: int
    fact: facts.Fact


@dataclass(slots=True)
class Life:
    """What happened to one pane, in order, its stream left out."""

    pane: str
    turns: list[Turn] = field(default_factory=list)
    #: Whether it is past: ended, or put away. Only then History lists it.
    past: bool = False
    #: When it became past.
    past_at: int = 0


class History(Mapping[str, Life]):
    """The life of every pane by its id, oldest first."""

    def __init__(self) -> None:
        self._lives: dict[str, Life] = {}
        #: The seq of the last record that was more than output or a size: what a list is made of is as of it.
        self.seq = 0

    def __getitem__(self, pane: str) -> Life:
        return self._lives[pane]

    def __iter__(self) -> Iterator[str]:
        return iter(self._lives)

    def __len__(self) -> int:
        return len(self._lives)

    def past(self) -> list[Life]:
        """The lives that ended or were put away, the latest first."""
        return sorted((life for life in self._lives.values() if life.past), key=lambda life: -life.past_at)

    def apply(self, record: Record) -> None:
        """Fold one record."""
        fact = record.fact
        if isinstance(fact, _STREAM) or not record.pane:
            return
        self.seq = record.seq
        life = self._lives.get(record.pane)
        if life is None:
            if not isinstance(fact, facts.Created):
                return
            life = self._lives[record.pane] = Life(record.pane)
        if isinstance(fact, facts.Repainted):
            fact = replace(fact, data=b"")
        elif isinstance(fact, facts.Pruned):
            fact = replace(fact, state=b"")
        elif isinstance(fact, facts.Unknown):
            # Whatever it says, and however much: nobody can read it.
            fact = replace(fact, head="", body=None)
        life.turns.append(Turn(record.seq, record.occurred_at, fact))
        match fact:
            case facts.Died() | facts.Closed():
                if not life.past:
                    life.past, life.past_at = True, record.occurred_at
            case facts.Reopened():
                life.past = False
