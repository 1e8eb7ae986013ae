"""Handing over: an instance that is about to be stopped gives its leases back, and takes them again after.

Owns how long that may take. Must not know why it is stopped. What was read is in the log before a lease goes,
so that whoever has it next reads nothing twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from chloe.actors.taking_in import Cared
from chloe.backends.tmux import Leases

#: Seconds that it may take: while the log can't be written, panes of which something is under way are kept.
_AT_MOST = 1.0


class Handover:
    """The leases of the panes that this instance looks after."""

    def __init__(self, cared: Mapping[str, Cared], leases: Leases) -> None:
        self._cared = cared
        self._leases = leases

    @property
    def waits(self) -> bool:
        """Whether another process records a pane that this instance looks after."""
        return not all(cared.actor.recording.is_set() for cared in self._cared.values())

    async def give(self) -> None:
        """Give all leases back that can be given within a second, and take none."""
        from chloe.backends.tmux import TmuxBackend

        self._leases.pause()
        given = [
            cared.actor.hand_over(cared.backend.release_lease)
            for cared in self._cared.values()
            if isinstance(cared.backend, TmuxBackend) and cared.actor.recording.is_set()
        ]
        with suppress(TimeoutError):
            async with asyncio.timeout(_AT_MOST):
                for each in given:
                    await each.wait()

    def take_again(self) -> None:
        """Record again what nobody else does meanwhile."""
        self._leases.resume()
        for cared in self._cared.values():
            cared.actor.take_again()
