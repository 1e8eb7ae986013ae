"""The fold of the log, as far as the actors need it.

Owns the protocol by which they wait for it. Must not know how facts are folded.
"""

from __future__ import annotations

from typing import Protocol


class LogFold(Protocol):
    """What keeps the projections as of the end of the log."""

    async def wait_for(self, seq: int) -> None:
        """Wait until record ``seq`` is folded."""

    async def catch_up(self) -> None:
        """Wait until all that is committed by now, by any instance, is folded."""
