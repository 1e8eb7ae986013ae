"""What may go from the log: the policy above ``store.prune``.

Owns the choice: which panes, how old, how much, and where a pane that still runs is cut. Must not know how
bodies are deleted, or who asks. Of an ended pane anything may go, and no screen of it is kept. A live one is
cut where a checkpoint stands whose lines have all left the window of its scrollback, or before that where the
series begins that it lies in: the screen of there is written into the log, and a fold of what is left begins
with it. Heads and hashes always stay.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from chloe.errors import ChloeError
from chloe.events.facts import Resized
from chloe.events.keyframe import encode_keyframe
from chloe.events.panes import Panes
from chloe.formatting.sizes import format_size
from chloe.past.walker import Walker
from chloe.store import Checkpoint, PruneCut, PruneRange, Store
from chloe.terminal import EMULATOR, StateUnusable, Terminal, within_bounds

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPolicy:
    """What may go: all that are given together, and never anything without one."""

    #: What was made longer ago than so many seconds.
    older_than: int | None = None
    #: The oldest first, until what is left fits in so many bytes.
    over: int | None = None
    #: Of the pane with this id.
    pane: str | None = None

    def __bool__(self) -> bool:
        return self.older_than is not None or self.over is not None or self.pane is not None

    @property
    def reason(self) -> str:
        """Return why, for the log: ``older than 90d, over 5.0 GB``."""
        reasons = []
        if self.older_than is not None:
            reasons.append(f"older than {_short(self.older_than)}")
        if self.over is not None:
            reasons.append(f"the log was over {format_size(self.over)}")
        return ", ".join(reasons) or "asked for"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would go of which panes, and the live panes that nothing can go of yet."""

    ranges: Sequence[PruneRange]
    not_prunable: Sequence[str]
    reason: str
    #: Live panes: of those a screen has to be kept.
    live: frozenset[str]

    @property
    def bodies(self) -> int:
        """Return how many records' bodies would go."""
        return sum(part.bodies for part in self.ranges)

    @property
    def size(self) -> int:
        """Return how many bytes they take."""
        return sum(part.size for part in self.ranges)


async def plan(
    store: Store, panes: Panes, policy: RetentionPolicy, *, scrollback: int, now: int | None = None
) -> Plan:
    """Return what meets ``policy``. ``scrollback``: logical lines that stay of a live pane.

    Raises ``LogUnusable``.
    """
    positions: dict[str, Sequence[int] | None] = {}
    not_prunable = []
    for pane in list(panes.values()):
        if not policy or policy.pane not in (None, pane.id):
            continue
        if not pane.alive:
            positions[pane.id] = None
        elif found := await _cut_positions(store, pane.id, scrollback):
            positions[pane.id] = found
        elif pane.output_bytes:
            not_prunable.append(pane.id)
    before = None
    if policy.older_than is not None:
        before = (time.time_ns() if now is None else now) - policy.older_than * 1_000_000_000
    return Plan(
        ranges=await store.plan_pruning(positions, before=before, over=policy.over),
        not_prunable=not_prunable,
        reason=policy.reason,
        live=frozenset(pane for pane, where in positions.items() if where is not None),
    )


async def execute(store: Store, planned: Plan) -> Sequence[PruneRange]:
    """Prune as ``planned``; return what went. Raises ``LogUnusable``; the next call finishes it."""
    went = []
    cuts = []
    for part in planned.ranges:
        kept = await _kept(store, part) if part.pane in planned.live else None
        if kept is None and part.pane in planned.live:
            # Its checkpoint went meanwhile, or can't be read: the next time there is another.
            continue
        went.append(part)
        cuts.append(
            PruneCut(
                pane=part.pane,
                first=part.first,
                up_to=part.up_to,
                reason=planned.reason,
                kept=kept,
            )
        )
    await store.prune(cuts)
    return went


async def run_retention(store: Store, panes: Panes, policy: RetentionPolicy, *, scrollback: int) -> None:
    """Finish what a killed prune left, then prune what meets ``policy``, while Chloe runs.

    Raises nothing of the log's: what can't be done now is done after the next start.
    """
    try:
        await store.finish_pruning()
        planned = await plan(store, panes, policy, scrollback=scrollback)
        if planned.ranges:
            went = await execute(store, planned)
            _log.info("pruned %s of %d panes", format_size(sum(part.size for part in went)), len(went))
    except ChloeError as error:
        _log.warning("the log was not pruned: %s", error)


async def _cut_positions(store: Store, pane: str, scrollback: int) -> list[int]:
    """Return where a live pane may be cut: behind each of these records."""
    marks = await store.list_checkpoints(pane, emulator=EMULATOR)
    return [mark.seq for mark in marks if mark.lines <= marks[-1].lines - scrollback]


async def _kept(store: Store, part: PruneRange) -> Checkpoint | None:
    """Return the screen at the end of ``part``, in the form that every later Chloe reads."""
    checkpoint = await store.load_checkpoint(part.pane, emulator=EMULATOR, seq=part.up_to)
    if checkpoint is None or checkpoint.seq != part.up_to:
        # A cut lies where a series begins, and checkpoints stand anywhere.
        checkpoint = await _folded(store, part)
    if checkpoint is None:
        return None
    # What the screen takes back where it becomes higher or wider: never more lines than it then has rows.
    resizes = store.read(pane=part.pane, kinds={"Resized"}, after=part.up_to)
    above = max([each.fact.rows async for each in resizes if isinstance(each.fact, Resized)], default=0)
    # A terminal is some milliseconds of work on the loop: others have their turn between two.
    await asyncio.sleep(0)
    try:
        with within_bounds:
            return replace(checkpoint, state=encode_keyframe(Terminal.load(checkpoint.state), above=above))
    except StateUnusable:
        return None
    except Exception:
        _log.exception("pane %s: its screen at record %d can't be kept", part.pane, part.up_to)
        return None


async def _folded(store: Store, part: PruneRange) -> Checkpoint | None:
    """Return the screen at the end of ``part``, from the checkpoint before it and what follows."""
    walker = Walker(store, part.pane)
    await walker.at(seq=part.up_to)
    terminal = walker.terminal
    if terminal is None or walker.lacks_lines:
        return None
    state = walker.contain(terminal.dump, "kept")
    lines = walker.contain(lambda: terminal.scrollback.total, "read")
    if state is None or lines is None:
        return None
    return Checkpoint(
        pane=part.pane,
        seq=part.up_to,
        offset=walker.position.offset,
        lines=lines,
        emulator=EMULATOR,
        state=state,
    )


def _short(seconds: int) -> str:
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= length and not seconds % length:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"
