"""The live driver of the fold: follows the log and keeps the projections as of its end.

Owns the sharing of the loop's time between drawing and everything else (law 8), and the news of what
changed. Folds only what the store says is committed (law 1), with the same ``apply`` as replay (law 2).
Must not know where records come from, nor what a listener does with the news.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chloe.events.facts import Record
from chloe.events.projections import Projections
from chloe.events.screens import Screens
from chloe.store import Store

#: Seconds of drawing between two turns of the loop: law 8 allows 10 ms, a slow machine wants some of it.
_SLICE = 0.004


@dataclass(frozen=True, slots=True)
class Change:
    """What is new: the panes that changed, and messages for the user."""

    panes: frozenset[str] = frozenset()
    messages: tuple[str, ...] = ()


class LiveFold:
    """Projections that follow the log.

    ``heard`` is called with each record once it is folded, ``drawn`` with a pane and how much of its
    stream shows, ``replied`` with a pane and what its terminal answers to its program.
    """

    def __init__(
        self,
        store: Store,
        projections: Projections,
        *,
        scrollback: int,
        screens: bool,
        heard: Callable[[Record], None],
        drawn: Callable[[str, int], None],
        replied: Callable[[str, bytes], None],
    ) -> None:
        self._store = store
        self._projections = projections
        self._scrollback = scrollback
        self._screens = screens
        self._heard = heard
        self._drawn = drawn
        self._replied = replied
        self._listeners: list[Callable[[Change], None]] = []
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._to_draw = asyncio.Event()

    # News ------------------------------------------------------------------------------------------

    def heed(self, told: Callable[[Change], None]) -> Callable[[], None]:
        """Have ``told`` called, in the loop, with each change. Returns what ends that."""
        self._listeners.append(told)
        return lambda: self._listeners.remove(told)

    def tell(self, change: Change) -> None:
        """Pass news on."""
        for told in list(self._listeners):
            told(change)

    async def folded(self, seq: int) -> None:
        """Wait until record ``seq`` is folded."""
        if seq > self._projections.seq:
            reached: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.append((seq, reached))
            await reached

    async def caught_up(self) -> None:
        """Wait until everything committed by now, by any instance, is folded."""
        await self.folded((await self._store.head()).seq)

    # Folding ---------------------------------------------------------------------------------------

    async def load(self) -> None:
        """Fold what the log holds, except for the screens: those are folded when someone looks."""
        screens = self._projections.screens
        screens.opens = False
        async for record in self._store.read(bodies=False):
            self._projections.apply(record)
        screens.opens = self._screens

    async def follow(self) -> None:
        """Fold records as they are committed, for ever."""
        async for records in self._store.follow(self._projections.seq):
            self._apply(records)

    def _apply(self, records: Iterable[Record]) -> None:
        projections = self._projections
        changed = set()
        for record in records:
            projections.apply(record)
            changed.add(record.pane)
            self._heard(record)
        if not projections.screens.settled:
            self._draw()
        for pane in changed & projections.panes.keys():
            self._credit(pane)
        if self._waiters:
            self._wake(projections.seq)
        self.tell(Change(frozenset(changed)))

    def _wake(self, seq: int) -> None:
        for wanted, reached in self._waiters:
            if wanted <= seq and not reached.done():
                reached.set_result(None)
        self._waiters = [waiter for waiter in self._waiters if not waiter[1].done()]

    async def draw(self) -> None:
        """Draw what ``follow`` left over, a slice at a time, for ever."""
        while True:
            await self._to_draw.wait()
            changed = self._draw()
            for pane in changed:
                self._credit(pane)
            self.tell(Change(changed))
            await asyncio.sleep(0)

    def _draw(self) -> frozenset[str]:
        """Draw one slice, and pass on what programs asked of their terminals meanwhile."""
        screens = self._projections.screens
        drawn = screens.settle(_SLICE)
        for pane in drawn:
            replies = screens.peek(pane).take_replies()
            if replies:
                self._replied(pane, replies)
        if screens.settled:
            self._to_draw.clear()
        else:
            self._to_draw.set()
        return drawn

    def _credit(self, pane: str) -> None:
        projections = self._projections
        self._drawn(pane, projections.panes[pane].printed - projections.screens.waiting(pane))

    # Screens on demand -----------------------------------------------------------------------------

    async def show(self, pane: str) -> None:
        """Fold a pane's screen from the log and follow it from now on, unless that is so already."""
        screens = self._projections.screens
        if pane in screens:
            return
        apart = Screens(self._scrollback)
        after = 0
        while after < self._projections.seq:
            through = self._projections.seq
            async for record in self._store.read(after=after, through=through, pane=pane):
                apart.apply(record)
                while not apart.settled:
                    apart.settle(_SLICE)
                    await asyncio.sleep(0)
            after = through
        # Replay is silent (law 6): nobody waits any more for what was asked back then.
        if pane in apart and pane not in screens:
            apart[pane].take_replies()
            apart[pane].take_notices()
            screens.take(pane, apart)
            self.tell(Change(frozenset({pane})))
