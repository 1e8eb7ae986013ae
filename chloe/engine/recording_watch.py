"""Watches what nothing announces: that the recorder of a pane is stopped, and that a spool is missing.

Owns how often that is looked for, and its wording. Must not know how it is found, nor who is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from chloe.actors.unread_spools import UnreadSpool

#: Seconds between two looks.
_POLL_INTERVAL = 2.0
#: Every so many looks, missing spools are looked for.
_MISSING_EVERY = 2


class RecordingWatch:
    """Reports panes whose recorder is stopped, and panes whose spool is missing.

    ``find`` finds the former; ``on_found`` gets them each time. ``find_missing`` describes the latter.
    ``report`` is called with a sentence, or "", when there begins or ceases to be something to say.
    """

    def __init__(
        self,
        find: Callable[[], Mapping[str, UnreadSpool]],
        needed: Callable[[], bool],
        on_found: Callable[[Mapping[str, UnreadSpool]], None],
        report: Callable[[str], None],
        find_missing: Callable[[], Awaitable[str]],
    ) -> None:
        self._find = find
        self._needed = needed
        self._on_found = on_found
        self._report = report
        self._find_missing = find_missing
        #: What is said of it now; "" while it is none.
        self.trouble = ""

    async def run(self) -> None:
        """Look every few seconds, for ever."""
        looks, missing = 0, ""
        while True:
            if not looks % _MISSING_EVERY:
                missing = await self._find_missing()
            looks += 1
            found = self._find() if self._needed() else {}
            self._on_found(found)
            processes = {unread.recorder for unread in found.values()}
            if not found:
                now = missing
            elif len(found) == 1:
                now = str(*found.values())
            else:
                some = ", ".join(map(str, sorted(processes)))
                cures = " ".join(map(str, sorted(processes)))
                now = (
                    f"{len(found)} panes are recorded by a process that is stopped ({some}):"
                    f" `kill -CONT {cures}`, or fg in its shell, wakes it"
                )
            if bool(now) != bool(self.trouble):
                self.trouble = now
                self._report(now)
            self.trouble = now
            await asyncio.sleep(_POLL_INTERVAL)
