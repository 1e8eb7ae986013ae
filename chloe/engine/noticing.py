"""Noticing what makes no notice: that a process which records some of the panes was stopped, or goes on; and
that spools were moved away.

Owns the looking, and what is said of it. Must not know how it is found out, nor who is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from chloe.actors.unread_spools import UnreadSpool

#: Seconds between two looks.
_AGAIN = 2.0
#: Of so many looks one is for spools that are missing.
_RARELY = 2


class Stopped:
    """Says of which panes the recorder is stopped, and of which the spool is missing.

    ``find`` finds out the first, ``pass_on`` gets what was found, and ``tell`` what is new of both, in words.
    ``find_missing`` says the second, in words.
    """

    def __init__(
        self,
        find: Callable[[], Mapping[str, UnreadSpool]],
        needed: Callable[[], bool],
        pass_on: Callable[[Mapping[str, UnreadSpool]], None],
        tell: Callable[[str], None],
        find_missing: Callable[[], Awaitable[str]],
    ) -> None:
        self._find = find
        self._needed = needed
        self._pass_on = pass_on
        self._tell = tell
        self._find_missing = find_missing
        #: What is said of it now; "" while it is none.
        self.trouble = ""

    async def look(self) -> None:
        """Look now and then, for ever."""
        looks, missing = 0, ""
        while True:
            if not looks % _RARELY:
                missing = await self._find_missing()
            looks += 1
            found = self._find() if self._needed() else {}
            self._pass_on(found)
            processes = {each.recorder for each in found.values()}
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
                self._tell(now)
            self.trouble = now
            await asyncio.sleep(_AGAIN)
