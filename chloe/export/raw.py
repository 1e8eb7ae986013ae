"""The bytes of a pane's stream, exactly as its program wrote them.

Owns nothing but the format. Must not know terminals.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from chloe.events import facts
from chloe.past.stream import Missing, PaneStream

if TYPE_CHECKING:
    from chloe.events.faults import Fault
    from chloe.store.extended import RecordSource


async def encode_raw(
    source: RecordSource, pane: str, _on_fault: Callable[[Fault], None] | None = None
) -> AsyncIterator[bytes | Missing]:
    """Give the pane's output in order; a ``Missing`` stands exactly where bytes are missing."""
    async for step in PaneStream(source, pane, screens=False, cuts=False).steps():
        for missing in step.missing:
            yield missing
        if step.record is not None and isinstance(step.record.fact, facts.Output):
            yield step.record.fact.data
