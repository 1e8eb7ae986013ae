"""What stands in the writer's place where a log is only read.

Owns the refusal. Must not know why nothing may be written: it is given the sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chloe.errors import LogUnusable
from chloe.events.facts import Entry, Record


class RefusingWriter:
    """Has what the store needs of a ``Writer`` and commits nothing."""

    busy = False
    queued = 0
    commits = 0
    committed_at = 0.0

    def __init__(self, refusal: str) -> None:
        self.trouble: str | None = refusal
        self._refusal = refusal
        self.on_committed: Callable[[Sequence[Record], int], None] | None = None
        self.on_trouble: Callable[[], None] | None = None

    async def append(self, entries: Sequence[Entry], *, durable: bool) -> list[Record]:
        """Raise ``LogUnusable`` with the reason, where there is anything to append."""
        if entries or durable:
            raise LogUnusable(self._refusal)
        return []

    async def close(self, within: float = 0) -> None:
        """Do nothing: there is nothing to finish."""
