"""The bytes of a pane's stream, exactly as its program wrote them.

Owns the order and the check that nothing is left out unsaid. Must not know terminals.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from chloe.events import facts
from chloe.store import Store

#: Why bytes are missing that were pruned.
PRUNED = "pruned"


@dataclass(frozen=True, slots=True)
class Missing:
    """A part of the stream that the log doesn't have: ``length`` bytes from ``offset``, and why."""

    offset: int
    length: int
    reason: str


async def raw(store: Store, pane: str) -> AsyncIterator[bytes | Missing]:
    """The pane's output in order, in pieces; a ``Missing`` stands exactly where bytes are missing.

    What was pruned in one stretch is one ``Missing``.
    """
    expected = 0
    pruned: Missing | None = None
    async for record in store.read(pane=pane, kinds=("Output", "Gap")):
        fact = record.fact
        if not isinstance(fact, facts.Output | facts.Gap):
            continue
        is_pruned = isinstance(fact, facts.Output) and fact.length > len(fact.data)
        if pruned is not None and not (is_pruned and fact.offset == expected):
            yield pruned
            pruned = None
        if fact.offset > expected and isinstance(fact, facts.Output):
            yield Missing(expected, fact.offset - expected, "the log skips it")
        expected = fact.offset + fact.length
        if is_pruned:
            first = pruned.offset if pruned is not None else fact.offset
            pruned = Missing(first, expected - first, PRUNED)
        elif isinstance(fact, facts.Output):
            yield fact.data
        else:
            yield Missing(fact.offset, fact.length, fact.reason)
    if pruned is not None:
        yield pruned
