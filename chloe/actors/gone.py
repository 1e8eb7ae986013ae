"""The gone: instances of Chloe that ended without a word, and who speaks for them.

Owns when that is found out and done. Must not know what is said (``last_words``), nor how spools are cleared
away: it is given what does that.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from chloe.actors.last_words import last_words
from chloe.actors.presence import Presence
from chloe.backends.descriptors import is_exhausted, shortage
from chloe.events.facts import Entry
from chloe.events.panes import Panes

_log = logging.getLogger(__name__)

#: Seconds until what the system refused for the moment is tried again.
_AGAIN = 1.0


class Gone:
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
        self._came_or_went = asyncio.Event()

    async def speak_at_start(self) -> None:
        """Say it, or leave it for later where the system refuses that for the moment."""
        try:
            await self.speak()
        except OSError as error:
            if not is_exhausted(error):
                raise
            self._later(error)

    async def speak(self) -> None:
        """Say for instances that ended without a word what became of what they held."""
        held = [pane for pane in self._panes.values() if pane.alive]
        others = {pane.owner for pane in held if pane.backend == "direct"}.union(
            *(pane.attached for pane in held if pane.backend == "tmux")
        )
        others.discard(self._instance)
        for other in others:
            with self._presence.speaking_for(other) as ours:
                if ours:
                    await self._caught_up()
                    entries: list[Entry] = last_words(self._panes.values(), other)
                    await self._append(*entries)

    def look_around(self) -> None:
        """An instance may have come or gone."""
        self._came_or_went.set()

    async def mind(self, clear_away: Callable[[], Awaitable[None]]) -> None:
        """Speak for instances as they go, and clear away what they left, for ever."""
        while True:
            await self._came_or_went.wait()
            self._came_or_went.clear()
            try:
                await self.speak()
                await clear_away()
            except OSError as error:
                self._later(error)

    def _later(self, error: OSError) -> None:
        shortage.note(error)
        _log.warning("whether other instances live can't be seen for the moment: %s", error)
        asyncio.get_running_loop().call_later(_AGAIN, self._came_or_went.set)
