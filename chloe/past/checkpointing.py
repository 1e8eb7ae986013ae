"""Checkpoints of screens, on their way from a fold into the store.

Owns the queue between the two. Must not know which fold they come from. A checkpoint is a short-cut and
nothing else: with it and what follows it a screen is what it would be if all of the pane's stream were folded
(law 4).
"""

from __future__ import annotations

import asyncio
from collections import deque

from chloe.events.screen import StreamPosition
from chloe.events.screens import Screens
from chloe.store import Checkpoint, Store
from chloe.terminal import EMULATOR, Terminal, within_bounds

#: Checkpoints that wait to be written; beyond these one is dropped, since the next will do.
_MAX_WAITING = 8


class CheckpointWriter:
    """Writes checkpoints into ``store``, one after the other."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: deque[Checkpoint] = deque()
        self._came = asyncio.Event()

    def enqueue(self, screens: Screens, pane: str, place: StreamPosition, terminal: Terminal) -> None:
        """Have the terminal written as it is now, which is one of ``screens`` and stands at ``place``.

        Where that raises, the screen is drawn as before and has no checkpoints any more. A screen that lacks
        lines which a resize asked for has none either: what is folded from it would lack them, too.
        """
        if len(self._waiting) >= _MAX_WAITING:
            return
        try:
            with within_bounds:
                lines, is_incomplete = terminal.scrollback.total, terminal.scrollback.incomplete
                state = b"" if is_incomplete else terminal.dump()
        except Exception as error:
            screens.fail_to_checkpoint(pane, error)
            return
        if is_incomplete:
            return
        self._waiting.append(
            Checkpoint(
                pane=pane, seq=place.seq, offset=place.offset, lines=lines, emulator=EMULATOR, state=state
            )
        )
        self._came.set()

    async def run(self) -> None:
        """Write what was taken, for ever."""
        while True:
            self._came.clear()
            await self.write()
            await self._came.wait()

    async def write(self) -> None:
        """Write what was taken so far."""
        while self._waiting:
            await self._store.save_checkpoint(self._waiting.popleft())
