"""The panes projection: what each pane is and how it stands, folded from records.

Owns ``Pane`` and ``Panes``. Must not know screens, instances' processes, or who shows a pane.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, ItemsView, Iterator, Mapping, ValuesView
from dataclasses import dataclass, field

from chloe.errors import PaneAmbiguous, PaneUnknown
from chloe.events import facts
from chloe.events.facts import BackendKind, Record, SpoolPosition
from chloe.events.ids import is_id
from chloe.events.tags import GROUP, read_value
from chloe.events.traits import Traits


@dataclass(slots=True)
class Pane:
    """One terminal that Chloe looks after, as the log tells it. Changed by ``Panes.apply`` alone."""

    id: str
    name: str
    backend: BackendKind
    argv: tuple[str, ...]
    cwd: str
    tags: tuple[str, ...]
    rows: int
    columns: int
    session: str
    traits: Traits
    #: The instance that made it; a pane that doesn't outlive it lives and dies with it.
    owner: str
    created_at: int
    #: The record that gave it its name, by its seq.
    named_by: int = 0
    #: The instances that show it.
    attached: set[str] = field(default_factory=set)
    #: What had been printed when an instance let go of it.
    detached_at: dict[str, int] = field(default_factory=dict)
    #: Whether nobody asked to let go of it: the instance that showed it last ended.
    left: bool = False
    closed: bool = False
    #: Whether its user took it back after its end: then nothing but he puts it away again.
    is_kept: bool = False
    died: facts.Died | None = None
    died_at: int = 0
    #: Bytes of the stream so far: the offset of the next one, what was lost included.
    output_bytes: int = 0
    lost_bytes: int = 0
    #: More may be lost than that: nobody knows how much.
    may_have_lost_more: bool = False
    #: Bytes were lost, and the screen was not taken from tmux since.
    needs_repaint: bool = False
    #: Why the beginning of its stream is gone from the log, whose bodies were pruned; "" where it is there.
    pruned: str = ""
    #: When it printed last.
    last_output_at: int = 0
    spool: SpoolPosition | None = None
    #: The ended pane whose command it runs again; "" where it is no relaunch.
    relaunches: str = ""
    #: Esc is its program's, since the user gave it that.
    owns_escape: bool = False

    #: What it had printed, lost bytes included, when its user saw it last, with any Chloe; None: nobody has.
    seen_bytes: int | None = None
    #: Whether its user saw that it has ended.
    is_end_seen: bool = False
    #: The last bell or notification of its program, and when.
    notified: facts.Notified | None = None
    notified_at: int = 0

    @property
    def alive(self) -> bool:
        """Return whether its program runs, as far as the log knows."""
        return self.died is None

    @property
    def group(self) -> str:
        """Return the group that it is in, as its tag ``group=NAME`` says; "" where it is in none."""
        return read_value(self.tags, GROUP)

    @property
    def outcome(self) -> str:
        """Return how it stands or ended: ``running``, ``exit 0``, ``signal 9``, or why: ``chloe ended``."""
        if self.died is None:
            return "running"
        if self.died.reason:
            return self.died.reason
        if self.died.status is not None:
            return f"exit {self.died.status}"
        return "ended" if self.died.signal is None else f"signal {self.died.signal}"

    @property
    def seen_to(self) -> int:
        """Return what it had printed when it was last seen; when it was let go of, where nobody said that."""
        if self.seen_bytes is not None:
            return self.seen_bytes
        return max(self.detached_at.values(), default=0)

    def has_rung(self, seen_to: int = 0) -> bool:
        """Return whether its program rang or notified since it was seen: by the log, or up to ``seen_to``."""
        if self.notified is None:
            return False
        return min(self.notified.offset, self.output_bytes) > max(self.seen_to, seen_to)

    def unseen_bytes(self, instance: str) -> int:
        """Return how many bytes were printed since ``instance`` let go of it.

        That is 0 while the instance shows it, and all of them if it never did.
        """
        return 0 if instance in self.attached else self.output_bytes - self.detached_at.get(instance, 0)


class Panes(Mapping[str, Pane]):
    """Every pane of the log by its id, oldest first."""

    def __init__(self) -> None:
        self._panes: dict[str, Pane] = {}

    def __getitem__(self, pane: str) -> Pane:
        return self._panes[pane]

    def __iter__(self) -> Iterator[str]:
        return iter(self._panes)

    def __len__(self) -> int:
        return len(self._panes)

    # A mapping's own go through ``__getitem__``: six times as long where there are ten thousand.

    def values(self) -> ValuesView[Pane]:
        """Return a view of the panes, oldest first."""
        return self._panes.values()

    def items(self) -> ItemsView[str, Pane]:
        """Return a view of the ids and the panes, oldest first."""
        return self._panes.items()

    def find(self, text: str) -> Pane:
        """Return the pane with this id, this name, or the one whose id or name begins like this.

        A complete id or name goes before a prefix, a pane in use before a closed or ended one. Raises
        ``PaneUnknown``, or ``PaneAmbiguous`` naming those that it could be.
        """
        if text in self._panes:
            return self._panes[text]
        ranks: tuple[Callable[[Pane], bool], ...] = (
            lambda pane: pane.name == text and pane.alive and not pane.closed,
            lambda pane: pane.name == text,
            lambda pane: bool(text) and pane.id.startswith(text.lower()),
            lambda pane: bool(text) and pane.name.startswith(text),
        )
        for fits in ranks:
            matches = [pane for pane in self._panes.values() if fits(pane)]
            if len(matches) == 1:
                return matches[0]
            if matches:
                some = ", ".join(f"{pane.id[:8]} ({pane.name!r}, {pane.outcome})" for pane in matches[:5])
                more = f" and {len(matches) - 5} more" if len(matches) > 5 else ""
                raise PaneAmbiguous(f"{text!r} could be any of {some}{more}; give more of the id")
        raise PaneUnknown(f"no pane is called {text!r} or has an id like that; `chloe ls --all` lists them")

    def copy_of(self, pane: str) -> Panes:
        """Return a copy of this one pane, for a fold beside the log."""
        copied = Panes()
        copied._panes[pane] = copy.deepcopy(self._panes[pane])
        return copied

    def is_used(self, text: str) -> bool:
        """Say whether ``text`` is a pane's id, or the name of one in use: then no past pane can be meant."""
        if is_id(text):
            return text in self._panes
        return any(pane.name == text and pane.alive and not pane.closed for pane in self._panes.values())

    def clear(self) -> None:
        """Forget all of them, to begin anew."""
        self._panes.clear()

    def candidates(self, text: str) -> list[str]:
        """Return the ids of all panes that ``find`` could answer with, however they stand."""
        if text in self._panes:
            return [text]
        exact = [pane.id for pane in self._panes.values() if pane.name == text]
        if exact or not text:
            return exact
        begins = text.lower()
        return [
            pane.id
            for pane in self._panes.values()
            if pane.id.startswith(begins) or pane.name.startswith(text)
        ]

    def apply(self, record: Record) -> None:
        """Fold one record."""
        fact = record.fact
        if isinstance(fact, facts.Created):
            self._created(record, fact)
            return
        if isinstance(fact, facts.Pruned) and not record.pane:
            for every in self._panes.values():
                every.pruned = fact.reason
            return
        pane = self._panes.get(record.pane)
        if pane is None:
            return
        spool: SpoolPosition | None = getattr(fact, "spool", None)
        if spool is not None:
            pane.spool = spool
        match fact:
            case facts.Output():
                pane.output_bytes = fact.offset + fact.length
                pane.last_output_at = record.occurred_at
            case facts.Gap():
                pane.output_bytes = fact.offset + fact.length
                pane.lost_bytes += fact.length
                pane.may_have_lost_more |= not fact.length
                pane.needs_repaint = True
            case facts.Resized() | facts.Repainted():
                pane.rows, pane.columns = fact.rows, fact.columns
                if isinstance(fact, facts.Repainted):
                    pane.needs_repaint = False
            case facts.Pruned():
                pane.pruned = fact.reason
            case facts.Renamed():
                pane.name, pane.named_by = fact.name, record.seq
            case facts.Tagged():
                pane.tags = fact.tags
            case facts.EscapeAssigned():
                pane.owns_escape = fact.to_program
            case facts.Notified():
                pane.notified, pane.notified_at = fact, record.occurred_at
            case facts.Seen():
                pane.seen_bytes, pane.is_end_seen = fact.offset, fact.ended
            case facts.Detached():
                pane.attached.discard(fact.instance)
                pane.detached_at[fact.instance] = pane.output_bytes
                pane.left = fact.reason in facts.LEFT
            case facts.Reattached():
                pane.attached.add(fact.instance)
                pane.detached_at.pop(fact.instance, None)
                pane.left = False
            case facts.Died():
                pane.died, pane.died_at = fact, record.occurred_at
                pane.is_end_seen = False
                # There is nothing left to let go of: what ended is attached to nobody.
                pane.detached_at |= dict.fromkeys(pane.attached, pane.output_bytes)
                pane.attached.clear()
            case facts.Closed():
                pane.closed = True
            case facts.Restored():
                pane.closed, pane.is_kept = False, True
            case facts.Reopened():
                # A session outlives the failure of its actor: what is found running again is alive.
                pane.closed, pane.died, pane.died_at = False, None, 0
                pane.is_kept = False

    def _created(self, record: Record, fact: facts.Created) -> None:
        self._panes[record.pane] = Pane(
            id=record.pane,
            name=fact.name,
            backend=fact.backend,
            argv=fact.argv,
            cwd=fact.cwd,
            tags=fact.tags,
            rows=fact.rows,
            columns=fact.columns,
            session=fact.session,
            traits=fact.traits,
            owner=record.instance,
            created_at=record.occurred_at,
            named_by=record.seq,
            attached={record.instance} if fact.attached else set(),
            relaunches=fact.relaunches,
        )
