"""The bytes of a pane's stream, exactly as its program wrote them.

Owns the order and the check that nothing is left out unsaid. Must not know terminals.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from chloe.events import facts
from chloe.store import Store


@dataclass(frozen=True, slots=True)
class Missing:
    """A part of the stream that the log doesn't have: ``length`` bytes from ``offset``, and why."""

    offset: int
    length: int
    reason: str


async def raw(store: Store, pane: str) -> AsyncIterator[bytes | Missing]:
    """The pane's output in order, in pieces; a ``Missing`` stands exactly where bytes are missing."""
    expected = 0
    async for record in store.read(pane=pane, kinds=("Output", "Gap")):
        match record.fact:
            case facts.Output() as output:
                if output.offset > expected:
                    yield Missing(expected, output.offset - expected, "the log skips it")
                expected = output.offset + output.length
                if output.length > len(output.data):
                    yield Missing(output.offset, output.length, "pruned")
                else:
                    yield output.data
            case facts.Gap() as gap:
                yield Missing(gap.offset, gap.length, gap.reason)
                expected = gap.offset + gap.length
