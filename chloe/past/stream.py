"""The records of one pane that its screen follows from, in order, and what is missing between them.

Owns the bookkeeping of what the log lacks (bodies that were pruned or can't be read, gaps, offsets that are
skipped), and where a pane's log begins once some of it was pruned. Must not know terminals.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from chloe.events import facts
from chloe.events.facts import Record
from chloe.quick import dataclass

if TYPE_CHECKING:
    from chloe.store import FoldStart
    from chloe.store.extended import RecordSource
    from chloe.store.ranges import Ranges

#: The kinds of facts that a pane's screen follows from, and its bytes.
_DRAWN = ("Created", "Output", "Resized", "TerminalReset", "Repainted", "Gap", "Died")
_PRINTED = ("Output", "Gap")

#: Why bytes are missing whose record is there: they were let go of, or can't be read any more.
PRUNED, DAMAGED = "pruned", "damaged"

#: Why bytes are missing of which the log has no record.
SKIPPED = "the log skips it"


@dataclass(frozen=True, slots=True)
class Missing:
    """A part of a pane's stream that the log doesn't have: ``length`` bytes from ``offset``, and why.

    A length of 0 says that bytes may be missing, and that nobody knows how many.
    """

    offset: int
    length: int
    reason: str
    #: Whether a fact in the log says so, since they never came into it.
    is_gap: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What comes next in a pane's log.

    ``record`` is None where nothing follows what is missing, and where the screen behind it is the ``state``
    that was kept when all before was pruned.
    """

    #: Where the log is behind it: the last record, bytes of the pane's stream, nanoseconds since 1970 (0: not
    #: known).
    seq: int
    offset: int
    occurred_at: int
    record: Record | None = None
    #: What the log lacks right before it.
    missing: tuple[Missing, ...] = ()
    state: bytes | None = None

    @property
    def begins_anew(self) -> bool:
        """Return whether the screen behind it doesn't follow from the one before."""
        return self.state is not None or (
            self.record is not None and isinstance(self.record.fact, facts.Repainted)
        )


class PaneStream:
    """The steps of ``pane``'s log behind record ``after``, where ``offset`` bytes had been printed.

    ``last_seq`` is the end, else what is committed when the reading begins. Without ``screens`` only what was
    printed is read. Without ``cuts`` what is left of pruned parts is read as well. Reading raises
    ``LogUnusable``.
    """

    def __init__(
        self,
        source: RecordSource,
        pane: str,
        *,
        after: int = 0,
        offset: int = 0,
        last_seq: int | None = None,
        screens: bool = True,
        cuts: bool = True,
    ) -> None:
        self._source = source
        self._pane = pane
        self._after = after
        self._offset = offset
        self._last_seq = last_seq
        self._kinds = _DRAWN if screens else _PRINTED
        self._cuts = cuts
        #: What is missing before the next step, and whether the last of it may still grow.
        self._missing: list[Missing] = []
        self._grows = False
        self._pruned: Ranges | tuple[int, ...] = ()

    async def steps(self) -> AsyncIterator[Step]:
        """Read the steps, each once."""
        if self._cuts and not self._after and (cut := await self._cut()) is not None:
            yield cut
        while True:
            async for step in self._read():
                if self._cuts and any(each.reason == PRUNED for each in step.missing):
                    # It was pruned while it was read, and may now begin further on.
                    cut = await self._cut()
                    if cut is not None:
                        yield cut
                        break
                yield step
                self._after, self._offset = max(step.seq, self._after), step.offset
            else:
                return

    async def _cut(self) -> Step | None:
        """Go to where the log begins since all before was pruned, if that is further on."""
        start: FoldStart = await self._source.find_fold_start(self._pane)
        if start.state is None or start.after <= self._after:
            return None
        missing = Missing(self._offset, max(start.offset - self._offset, 0), PRUNED)
        self._after, self._offset = start.after, start.offset
        return Step(
            seq=start.after, offset=start.offset, occurred_at=0, missing=(missing,), state=start.state
        )

    async def _read(self) -> AsyncIterator[Step]:
        """Read the steps from where this stands on, whatever was pruned."""
        self._missing.clear()
        self._grows = False
        expected = self._offset
        last: Record | None = None
        async for record in self._source.read(
            after=self._after,
            up_to=self._last_seq,
            pane=self._pane,
            kinds=self._kinds,
        ):
            last = record
            match record.fact:
                case facts.Output(offset=offset, length=length, data=data):
                    if offset > expected:
                        self._add(Missing(expected, offset - expected, SKIPPED))
                    expected = offset + length
                    if length > len(data):
                        await self._add_body(record.seq, offset, length)
                        continue
                case facts.Gap(offset=offset, length=length, reason=reason):
                    self._add(Missing(offset, length, reason, is_gap=True))
                    expected = offset + length
                case facts.Repainted(length=length, data=data) if length > len(data):
                    # Without its bytes it says nothing of the screen.
                    continue
                case facts.Created() | facts.Resized() | facts.TerminalReset():
                    # They lie between bytes that are missing in one stretch, and don't divide it.
                    yield self._step(record, expected)
                    continue
                case facts.Unknown():
                    continue
            yield self._step(record, expected, self._take())
        if last is not None and self._missing:
            yield Step(seq=last.seq, offset=expected, occurred_at=last.occurred_at, missing=self._take())

    @staticmethod
    def _step(record: Record, offset: int, missing: tuple[Missing, ...] = ()) -> Step:
        return Step(
            seq=record.seq, offset=offset, occurred_at=record.occurred_at, record=record, missing=missing
        )

    def _add(self, missing: Missing) -> None:
        self._missing.append(missing)
        self._grows = False

    async def _add_body(self, seq: int, offset: int, length: int) -> None:
        """Note that the body of an output is missing, as part of the stretch before it where it is one."""
        last = self._missing[-1] if self._grows else None
        if last is None:
            # More may have been pruned since that was last asked.
            self._pruned = await pruned_seqs(self._source, self._pane)
        reason = PRUNED if seq in self._pruned else DAMAGED
        if last is not None and last.reason == reason and last.offset + last.length == offset:
            self._missing[-1] = Missing(last.offset, last.length + length, reason)
        else:
            self._missing.append(Missing(offset, length, reason))
        self._grows = True

    def _take(self) -> tuple[Missing, ...]:
        taken = tuple(self._missing)
        self._missing.clear()
        self._grows = False
        return taken


async def pruned_seqs(source: RecordSource, pane: str) -> Ranges:
    """Return the seqs whose bodies may be missing since they were pruned."""
    from chloe.store.ranges import Ranges

    pruned = Ranges()
    async for record in source.read(kinds=("Pruned",), bodies=False):
        if isinstance(record.fact, facts.Pruned) and record.pane in ("", pane):
            pruned.add(record.fact.first, min(record.fact.through, record.seq - 1))
    return pruned
