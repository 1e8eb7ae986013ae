"""Checkpoints of screens: taking them from the fold, and folding a pane's screen from one.

Owns when a screen is kept, and where a fold of a single pane begins. Must not know the live fold. A
checkpoint is a short-cut and nothing else: with it and what follows it a screen is what it would be if all
of the pane's stream were folded (law 4), and where it can't be, the fold begins further back.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from chloe.events.cut import CutUnusable, restored
from chloe.events.screen import Place
from chloe.events.screens import Screens
from chloe.store import Checkpoint, Store
from chloe.terminal import EMULATOR, StateUnusable, Terminal

#: Seconds of drawing between two turns of the loop: law 8 allows 10 ms, a slow machine wants some of it.
SLICE = 0.004

#: Checkpoints that wait to be written; beyond these one is dropped, since the next will do.
_MOST_WAITING = 8

#: How many lines have to lie between a checkpoint and the end of the stream, for the first try and those
#: after it. None: begin at the beginning. A resize that gives the screen more rows takes back lines, and
#: a checkpoint holds no more than the last few hundred.
_REACHES: tuple[int | None, ...] = (0, 1_000, None)


class Keeping:
    """Checkpoints on their way into the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: deque[Checkpoint] = deque()
        self._came = asyncio.Event()

    def take(self, pane: str, place: Place, terminal: Terminal) -> None:
        """Keep the terminal as it is now."""
        if len(self._waiting) < _MOST_WAITING:
            self._waiting.append(
                Checkpoint(
                    pane=pane,
                    seq=place.seq,
                    offset=place.offset,
                    lines=terminal.scrollback.total,
                    emulator=EMULATOR,
                    state=terminal.dump(),
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
            await self._store.keep(self._waiting.popleft())


class Apart:
    """Folds single panes from the log, beside the live fold, in slices of the loop's time."""

    def __init__(self, store: Store, scrollback: int, keeping: Keeping) -> None:
        self._store = store
        self._scrollback = scrollback
        self._keeping = keeping
        #: Which try the screen of a pane needs, where not the first.
        self._tries: dict[str, int] = {}

    def begin_further_back(self, pane: str) -> bool:
        """A screen lacked lines that a resize asked for: the next fold begins earlier, if it can."""
        tried = self._tries.get(pane, 0)
        self._tries[pane] = min(tried + 1, len(_REACHES) - 1)
        return tried + 1 < len(_REACHES)

    async def fold(self, pane: str, through: Callable[[], int]) -> Screens:
        """The pane's screen as of record ``through()``, which may go on growing meanwhile.

        The mapping is empty where there is no such pane.
        """
        while True:
            start = await self._store.beginning(pane)
            apart, after = await self._begin_at_reach(pane)
            while after < through():
                last = through()
                async for record in self._store.read(after=after, through=last, pane=pane):
                    apart.apply(record)
                    await self.draw(apart)
                after = last
                if await self._store.beginning(pane) != start:
                    # It was pruned meanwhile, and some of what was read was empty.
                    break
            else:
                missed = pane in apart and apart.peek(pane).scrollback.missed
                if not (missed and self.begin_further_back(pane)):
                    return apart

    async def _begin_at_reach(self, pane: str) -> tuple[Screens, int]:
        reach = _REACHES[self._tries.get(pane, 0)]
        if reach is None:
            return await self.begin(pane, lines=0)
        if not reach:
            return await self.begin(pane)
        newest = await self._store.checkpoint(pane, emulator=EMULATOR)
        return await self.begin(pane, lines=max(newest.lines - reach, 0) if newest else 0)

    async def begin(
        self, pane: str, *, lines: int | None = None, scrollback: int | None = None
    ) -> tuple[Screens, int]:
        """A fold at its beginning, and the seq after which it goes on.

        That is the newest checkpoint, of those whose screen no more than ``lines`` lines had left; else where
        the pane's log begins. ``scrollback``: how many lines are kept, where not as many as usual.
        """
        window = self._scrollback if scrollback is None else scrollback
        apart = Screens(window)
        start = await self._store.beginning(pane)
        found = await self._store.checkpoint(pane, emulator=EMULATOR, lines=lines)
        if found is not None and found.seq > start.after:
            with suppress(StateUnusable):
                terminal = Terminal.load(found.state, scrollback=window)
                apart.open(pane, terminal, Place(found.seq, found.offset))
                return apart, found.seq
        if start.state:
            with suppress(CutUnusable):
                terminal = restored(start.state, scrollback=window)
                apart.open(pane, terminal, Place(start.after, start.offset))
                return apart, start.after
        return apart, 0

    async def draw(self, apart: Screens) -> bool:
        """Draw all that was applied, in slices; whether a checkpoint was taken on the way."""
        kept = False
        while not apart.settled:
            apart.settle(SLICE)
            ripe = apart.take_ripe()
            if ripe is not None:
                kept = True
                await asyncio.sleep(0)
                self._keeping.take(*ripe)
                await self._keeping.write()
            await asyncio.sleep(0)
        return kept
