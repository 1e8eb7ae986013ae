"""Checkpoints of screens: taking them from the fold, and folding a pane's screen from one.

Owns when a screen is kept, and where a fold of a single pane begins. Must not know the live fold. A
checkpoint is a short-cut and nothing else: with it and what follows it a screen is what it would be if all
of the pane's stream were folded (law 4), and where it can't be, the fold begins further back.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from chloe.engine.faults import Faults
from chloe.events.faults import fault
from chloe.events.keyframe import KeyframeError, decode_keyframe
from chloe.events.screen import Clock, StreamPosition
from chloe.events.screens import Screens
from chloe.store import Checkpoint, Store
from chloe.terminal import EMULATOR, StateUnusable, Terminal, within_bounds

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

    def take(self, screens: Screens, pane: str, place: StreamPosition, terminal: Terminal) -> None:
        """Keep the terminal as it is now, which is one of ``screens``.

        One that can't be told is drawn as before, and kept no more.
        """
        if len(self._waiting) >= _MOST_WAITING:
            return
        try:
            with within_bounds:
                lines, state = terminal.scrollback.total, terminal.dump()
        except Exception as error:
            screens.fail_to_checkpoint(pane, error)
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


class Apart:
    """Folds single panes from the log, beside the live fold, in slices of the loop's time."""

    def __init__(self, store: Store, scrollback: int, keeping: Keeping, faults: Faults, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._scrollback = scrollback
        self._keeping = keeping
        self._faults = faults
        #: Panes whose screen could not be drawn to its end.
        self.broken: set[str] = set()
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
            start = await self._store.find_fold_start(pane)
            apart, after = await self._begin_at_reach(pane)
            while after < through():
                last = through()
                async for record in self._store.read(after=after, through=last, pane=pane):
                    apart.apply(record)
                    await self.draw(apart)
                after = last
                if await self._store.find_fold_start(pane) != start:
                    # It was pruned meanwhile, and some of what was read was empty.
                    break
            else:
                self.report(apart)
                missed = pane in apart and apart.drawn(pane).scrollback.incomplete
                if not (missed and self.begin_further_back(pane)):
                    return apart

    def failed(self, pane: str, error: Exception) -> None:
        """Have kept that reading lines of a pane's past raised ``error``."""
        self._faults.keep(pane, fault(error, offset=0, doing="read", is_fatal=False))

    def report(self, apart: Screens) -> None:
        """Have kept what the emulator failed on in a fold."""
        self.broken.update(apart.broken)
        for pane, found in apart.take_faults():
            self._faults.keep(pane, found)

    async def _begin_at_reach(self, pane: str) -> tuple[Screens, int]:
        reach = _REACHES[self._tries.get(pane, 0)]
        if reach is None:
            return await self.begin(pane, lines=0)
        if not reach:
            return await self.begin(pane)
        newest = await self._store.load_checkpoint(pane, emulator=EMULATOR)
        return await self.begin(pane, lines=max(newest.lines - reach, 0) if newest else 0)

    async def begin(
        self, pane: str, *, lines: int | None = None, scrollback: int | None = None
    ) -> tuple[Screens, int]:
        """A fold at its beginning, and the seq after which it goes on.

        That is the newest checkpoint, of those whose screen no more than ``lines`` lines had left; else where
        the pane's log begins. ``scrollback``: how many lines are kept, where not as many as usual.
        """
        window = self._scrollback if scrollback is None else scrollback
        apart = Screens(window, clock=self._clock)
        start = await self._store.find_fold_start(pane)
        found = await self._store.load_checkpoint(pane, emulator=EMULATOR, lines=lines)
        if found is not None and found.seq > start.after:
            place = StreamPosition(found.seq, found.offset)
            terminal = self._loaded(pane, place, lambda: Terminal.load(found.state, scrollback=window))
            if terminal is not None:
                apart.open(pane, terminal, place)
                return apart, found.seq
        state = start.state
        if state:
            place = StreamPosition(start.after, start.offset)
            terminal = self._loaded(pane, place, lambda: decode_keyframe(state, scrollback=window))
            if terminal is not None:
                apart.open(pane, terminal, place)
                return apart, start.after
        return apart, 0

    def _loaded(self, pane: str, place: StreamPosition, load: Callable[[], Terminal]) -> Terminal | None:
        """What ``load`` makes; None where it can't be made, and the fold has to begin elsewhere."""
        try:
            with within_bounds:
                return load()
        except (StateUnusable, KeyframeError):
            return None
        except Exception as error:
            found = fault(error, offset=place.offset, doing="loaded", is_fatal=False)
            self._faults.keep(pane, found)
            return None

    async def draw(self, apart: Screens) -> bool:
        """Draw all that was applied, in slices; whether a checkpoint was taken on the way."""
        kept = False
        while not apart.is_settled:
            apart.settle(SLICE)
            due = apart.take_checkpoint_due()
            if due is not None:
                kept = True
                await asyncio.sleep(0)
                self._keeping.take(apart, *due)
                await self._keeping.write()
            await asyncio.sleep(0)
        return kept
