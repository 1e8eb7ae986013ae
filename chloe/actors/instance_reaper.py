"""The instance reaper: finds instances of Chloe that ended without a word, and has the rest recorded.

Owns when that is found out and done. Must not know what is recorded (``facts_for_departed``), nor how stale
spools are removed: it is given what does that.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from chloe.actors.departed import facts_for_departed
from chloe.actors.presence import Presence
from chloe.backends.descriptors import is_exhausted, shortage
from chloe.events.facts import Entry
from chloe.events.panes import Panes

_log = logging.getLogger(__name__)

#: Seconds until what the system refused for the moment is tried again.
_RETRY_DELAY = 1.0


class InstanceReaper:
    """Speaks for instances that are gone, as ``instance``, through ``append``."""

    def __init__(
        self,
        instance: str,
        panes: Panes,
        presence: Presence,
        caught_up: Callable[[], Awaitable[None]],
        append: Callable[..., Awaitable[None]],
    ) -> None:
        self._instance = instance
        self._panes = panes
        self._presence = presence
        self._caught_up = caught_up
        self._append = append
        self._changed = asyncio.Event()

    async def reap_at_start(self) -> None:
        """Say it, or leave it for later where the system refuses that for the moment."""
        try:
            await self.reap()
        except OSError as error:
            if not is_exhausted(error):
                raise
            self._retry_later(error)

    async def reap(self) -> None:
        """Say for instances that ended without a word what became of what they held."""
        held = [pane for pane in self._panes.values() if pane.alive]
        others = {pane.owner for pane in held if not pane.traits.outlives_chloe}.union(
            *(pane.attached for pane in held if pane.traits.can_detach)
        )
        others.discard(self._instance)
        for other in others:
            with self._presence.claim(other) as ours:
                if ours:
                    await self._caught_up()
                    entries: list[Entry] = facts_for_departed(self._panes.values(), other)
                    await self._append(*entries)

    def on_instances_changed(self) -> None:
        """Note that an instance may have come or gone."""
        self._changed.set()

    async def run(self, remove_stale_spools: Callable[[], Awaitable[None]]) -> None:
        """Speak for instances as they go, and clear away what they left, for ever."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self.reap()
                await remove_stale_spools()
            except OSError as error:
                self._retry_later(error)

    def _retry_later(self, error: OSError) -> None:
        shortage.note(error)
        _log.warning("whether other instances live can't be seen for the moment: %s", error)
        asyncio.get_running_loop().call_later(_RETRY_DELAY, self._changed.set)
