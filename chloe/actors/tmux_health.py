"""The health of tmux: whether the server that panes run on still answers.

Owns the looking, and the telling when that changes. A server that hangs says nothing by itself, and programs
whose output it doesn't take stand still after a while. Must not know tmux, panes or who is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

#: Seconds between two looks: rare where all is well, since each is a process; soon again where it isn't.
_INTERVAL, _RETRY_DELAY = 10.0, 3.0


async def watch_tmux_health(
    needed: Callable[[], bool], find_error: Callable[[], Awaitable[str]], report: Callable[[str], None]
) -> None:
    """Call ``find_error`` ("": none) now and then while ``needed``, and ``report`` what is new, for ever."""
    last = ""
    while True:
        await asyncio.sleep(_RETRY_DELAY if last else _INTERVAL)
        now = await find_error() if needed() or last else ""
        if now != last:
            report(now or "tmux answers again")
        last = now
