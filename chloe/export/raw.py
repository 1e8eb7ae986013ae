"""The bytes of a pane's stream, exactly as its program wrote them.

Owns the order and the check that nothing is left out unsaid. Must not know terminals.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from chloe.events import facts
from chloe.store.extended import RecordSource

#: Why bytes are missing whose record is there: they were let go of, or can't be read any more.
PRUNED, DAMAGED = "pruned", "damaged"


@dataclass(frozen=True, slots=True)
class Missing:
    """A part of the stream that the log doesn't have: ``length`` bytes from ``offset``, and why.

    A length of 0 says that bytes may be missing, and that nobody knows how many.
    """

    offset: int
    length: int
    reason: str


async def raw(store: RecordSource, pane: str) -> AsyncIterator[bytes | Missing]:
    """The pane's output in order, in pieces; a ``Missing`` stands exactly where bytes are missing.

    What is missing in one stretch for one reason is one ``Missing``.
    """
    expected = 0
    gone: Missing | None = None
    through = await pruned_through(store, pane)
    async for record in store.read(pane=pane, kinds=("Output", "Gap")):
        fact = record.fact
        if not isinstance(fact, facts.Output | facts.Gap):
            continue
        is_gone = isinstance(fact, facts.Output) and fact.length > len(fact.data)
        reason = PRUNED if record.seq <= through else DAMAGED
        if gone is not None and not (is_gone and fact.offset == expected and gone.reason == reason):
            yield gone
            gone = None
        if fact.offset > expected and isinstance(fact, facts.Output):
            yield Missing(expected, fact.offset - expected, "the log skips it")
        expected = fact.offset + fact.length
        if is_gone:
            first = gone.offset if gone is not None else fact.offset
            gone = Missing(first, expected - first, reason)
        elif isinstance(fact, facts.Output):
            yield fact.data
        else:
            yield Missing(fact.offset, fact.length, fact.reason)
    if gone is not None:
        yield gone


async def pruned_through(store: RecordSource, pane: str) -> int:
    """The last seq whose body may be missing since it was pruned."""
    through = 0
    async for record in store.read(kinds=("Pruned",), bodies=False):
        if isinstance(record.fact, facts.Pruned) and record.pane in ("", pane):
            through = max(through, record.fact.through)
    return through
