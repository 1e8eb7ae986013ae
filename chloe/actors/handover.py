"""Handing over: an instance that is about to be stopped gives its leases back, and takes them again after.

Owns how long that may take. Must not know why it is stopped. What was read is in the log before a lease goes,
so that the next recorder reads nothing twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from chloe.actors.ingestion import RunningActor
from chloe.backends.backend import PersistentBackend
from chloe.backends.tmux import Leases

#: Seconds that it may take: while the log can't be written, panes of which something is under way are kept.
_TIMEOUT = 1.0


class Handover:
    """The leases of the panes that this instance looks after."""

    def __init__(self, running: Mapping[str, RunningActor], leases: Leases) -> None:
        self._running = running
        self._leases = leases

    @property
    def is_waiting(self) -> bool:
        """Return whether another process records a pane that this instance looks after."""
        return not all(running.actor.recording.is_set() for running in self._running.values())

    async def release_leases(self) -> None:
        """Give all leases back that can be released within a second, and take none."""
        self._leases.pause()
        released = [
            running.actor.hand_over(running.backend.release_lease)
            for running in self._running.values()
            if isinstance(running.backend, PersistentBackend) and running.actor.recording.is_set()
        ]
        with suppress(TimeoutError):
            async with asyncio.timeout(_TIMEOUT):
                for event in released:
                    await event.wait()

    def resume(self) -> None:
        """Record again what nobody else does meanwhile."""
        self._leases.resume()
        for running in self._running.values():
            running.actor.resume()
