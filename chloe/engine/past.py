"""The lines of a pane that its terminal's window no longer holds, folded from the log.

Owns the choice of the checkpoint to begin at, and the stretch of lines folded last. Must not know the live
fold, nor how lines are shown. Lines are numbered as ``Scrollback`` numbers them: from 0, in the order in
which they left the screen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from chloe.engine.keeping import Apart
from chloe.store import Store
from chloe.terminal import Run, Terminal, within_bounds

#: Lines of one stretch at the most; those of what lies between two checkpoints are rarely as many.
_LONGEST = 100_000

#: Stretches remembered: a page may lie across two, and the next page back in a third.
_REMEMBERED = 3

#: Lines that have to follow for a line to be taken as settled: a resize may take the last few back.
_SETTLED = 200

#: One row of a line: runs of one look each.
Row = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines ``first``, ``first`` + 1 …, each as the rows that show it.

    Fewer than asked for where there are no more.
    """

    first: int
    rows: Sequence[Sequence[Row]]


@dataclass(frozen=True, slots=True)
class _Stretch:
    pane: str
    terminal: Terminal
    #: It was folded through the end of the log as it was then.
    is_last: bool

    def has(self, number: int) -> bool:
        scrollback = self.terminal.scrollback
        end = scrollback.total - (0 if self.is_last else _SETTLED)
        return scrollback.first <= number < end


class Past:
    """Answers for lines by their numbers."""

    def __init__(self, store: Store, apart: Apart) -> None:
        self._store = store
        self._apart = apart
        self._stretches: list[_Stretch] = []
        self._folding = asyncio.Lock()

    async def lines(self, pane: str, first: int, count: int, columns: int) -> Lines:
        """``count`` lines from ``first`` on, wrapped at ``columns``.

        Where the log was pruned, the first line that is left and those after it. Waits for at most about what
        lies between two checkpoints to be folded, for each stretch touched.
        """
        async with self._folding:
            found: list[Sequence[Row]] = []
            begin = number = max(first, 0)
            while len(found) < count:
                stretch = await self._stretch(pane, number)
                scrollback = stretch.terminal.scrollback
                if not found and number < scrollback.first:
                    begin = number = scrollback.first
                if not stretch.has(number):
                    break
                try:
                    with within_bounds:
                        some = scrollback.numbered(number, count - len(found), columns)
                except Exception as error:
                    self._apart.failed(pane, error)
                    break
                found += some
                number += len(some)
            return Lines(begin, found)

    async def _stretch(self, pane: str, number: int) -> _Stretch:
        for stretch in self._stretches:
            if stretch.pane == pane and stretch.has(number):
                self._stretches.remove(stretch)
                break
        else:
            stretch = await self._fold(pane, number)
        self._stretches.append(stretch)
        del self._stretches[:-_REMEMBERED]
        return stretch

    async def _fold(self, pane: str, number: int) -> _Stretch:
        """Fold from the best checkpoint until the line and a good many after it have left the screen."""
        apart, after = await self._apart.begin(pane, lines=number, scrollback=_LONGEST)
        through = (await self._store.head()).seq
        async for record in self._store.read(after=after, through=through, pane=pane):
            apart.apply(record)
            kept = await self._apart.draw(apart)
            self._apart.report(apart)
            scrollback = apart.drawn(pane).scrollback if pane in apart else None
            if scrollback is not None and scrollback.total > number + _SETTLED:
                grown = scrollback.total - max(number, scrollback.first)
                if kept or grown > _LONGEST // 2:
                    return _Stretch(pane, apart[pane], is_last=False)
        terminal = apart[pane] if pane in apart else Terminal(1, 1)
        return _Stretch(pane, terminal, is_last=True)
