"""Closing panes whose program has ended, as the configuration or a pane's tag ``on-exit`` wants it.

Owns the rule and when it is due. Must not know how a pane is closed, or who shows it. An end counts even if
nobody saw it: what ended while no Chloe was there is closed at the next start, since its grace is over.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Set
from contextlib import suppress

from chloe.errors import ChloeError
from chloe.events.panes import Pane, Panes
from chloe.events.tags import CLOSE, CLOSE_ON_SUCCESS, ON_EXIT, ON_EXIT_RULES, read_value

#: Seconds after which closing is tried again that failed: the log may be full.
_RETRY_DELAY = 5.0


def choose_rule(pane: Pane, default: str) -> str:
    """Return what becomes of a pane once its program has ended: what its tag says, else the default."""
    own = read_value(pane.tags, ON_EXIT)
    return own if own in ON_EXIT_RULES else default


def is_to_be_closed(pane: Pane, default: str) -> bool:
    """Return whether a pane is to be closed by itself: not one that its user took back."""
    if pane.died is None or pane.closed or pane.is_kept:
        return False
    rule = choose_rule(pane, default)
    is_success = pane.died.status == 0 and pane.died.signal is None
    return rule == CLOSE or (rule == CLOSE_ON_SUCCESS and is_success)


class EndedCloser:
    """Closes panes ``grace`` seconds after their end. ``close`` raises ``ChloeError`` where it can't."""

    def __init__(
        self, panes: Panes, default: str, grace: float, close: Callable[[str], Awaitable[object]]
    ) -> None:
        self._panes = panes
        self._default = default
        self._grace = grace
        self._close = close
        self._wake = asyncio.Event()

    def on_change(self, panes: Set[str]) -> None:
        """Take note that something happened to these panes."""
        changed = (self._panes.get(pane) for pane in panes)
        if any(pane is not None and is_to_be_closed(pane, self._default) for pane in changed):
            self._wake.set()

    async def run(self) -> None:
        """Close what is due, for ever."""
        while True:
            self._wake.clear()
            wait = await self.close_due(self._panes.values())
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._wake.wait()

    async def close_due(self, panes: Iterable[Pane]) -> float | None:
        """Close the panes that are due. Return the seconds until the next one is; None where none will be."""
        waits: list[float] = []
        for pane in [pane for pane in panes if is_to_be_closed(pane, self._default)]:
            # A clock that was set back doesn't keep a pane for years.
            wait = min(self._grace - (time.time_ns() - pane.died_at) / 1e9, self._grace)
            if wait <= 0:
                try:
                    await self._close(pane.id)
                except ChloeError:
                    waits.append(_RETRY_DELAY)
            else:
                waits.append(wait)
        return min(waits, default=None)
