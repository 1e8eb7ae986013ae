"""The pulse of tmux: whether the server that panes run on still answers.

Owns the looking, and the telling when that changes. A server that hangs says nothing by itself, and programs
whose output it doesn't take stand still after a while. Must not know tmux, panes or who is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

#: Seconds between two looks: rare where all is well, since each is a process; soon again where it isn't.
_REST, _AGAIN = 10.0, 3.0


async def feel_pulse(
    needed: Callable[[], bool], trouble: Callable[[], Awaitable[str]], told: Callable[[str], None]
) -> None:
    """Ask for ``trouble`` ("": none) now and then while ``needed``, and tell of what is new, for ever."""
    last = ""
    while True:
        await asyncio.sleep(_AGAIN if last else _REST)
        now = await trouble() if needed() or last else ""
        if now != last:
            told(now or "tmux answers again")
        last = now
