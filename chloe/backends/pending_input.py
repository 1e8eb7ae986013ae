"""What was typed and isn't taken yet, whatever takes it.

Owns the bytes and who waits until they are gone. Must not know where they are written.
"""

from __future__ import annotations

import asyncio


class PendingInput:
    """The base of what writes to a program without blocking: ``_pending`` goes first in, first out."""

    def __init__(self) -> None:
        self._pending = bytearray()
        #: Set by who takes the last of it.
        self._drained = asyncio.Event()

    @property
    def pending(self) -> int:
        """Return the bytes that weren't taken yet."""
        return len(self._pending)

    async def flush(self) -> None:
        """Wait until nothing is pending."""
        while self._pending:
            self._drained.clear()
            await self._drained.wait()
