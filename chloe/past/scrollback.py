"""The lines of a pane that its terminal's window no longer holds, by their numbers.

Owns the stretches of lines that were folded last. Must not know the live fold, nor how lines are shown. Lines
are numbered as ``Scrollback`` numbers them: from 0, in the order in which they left the screen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from chloe.past.walker import Walker
from chloe.quick import dataclass
from chloe.terminal import Run

#: Lines of one stretch at the most; those of what lies between two checkpoints are rarely as many.
MAX_LINES = 100_000

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
class _Span:
    walker: Walker
    #: The lines that the walker's terminal holds, and that are settled.
    first: int
    end: int


class ScrollbackReader:
    """Answers for lines by their numbers. ``walk`` makes a walker for a pane, with ``MAX_LINES`` lines."""

    def __init__(self, walk: Callable[[str], Walker]) -> None:
        self._walk = walk
        self._spans: list[_Span] = []
        self._folding = asyncio.Lock()

    async def lines(self, pane: str, first: int, count: int, columns: int) -> Lines:
        """Return ``count`` lines from ``first`` on, wrapped at ``columns``.

        Where the log was pruned, return the first line that is left and those after it. Wait for at most
        about what lies between two checkpoints to be folded, for each stretch touched.
        """
        async with self._folding:
            rows: list[Sequence[Row]] = []
            begin = number = max(first, 0)
            while len(rows) < count:
                span = await self._span(pane, number)
                if not rows and number < span.first:
                    begin = number = span.first
                terminal = span.walker.terminal
                if terminal is None or not span.first <= number < span.end:
                    break
                numbered = partial(
                    terminal.scrollback.numbered, number, min(count - len(rows), span.end - number), columns
                )
                some = span.walker.contain(numbered, "read")
                if not some:
                    break
                rows += some
                number += len(some)
            return Lines(begin, rows)

    async def _span(self, pane: str, number: int) -> _Span:
        """Return the stretch with this line; where there is no such line, one that begins or ends near it."""
        for span in self._spans:
            if span.walker.pane == pane and span.first <= number < span.end:
                self._spans.remove(span)
                break
        else:
            span = await self._fold(pane, number)
        self._spans.append(span)
        del self._spans[:-_REMEMBERED]
        return span

    async def _fold(self, pane: str, number: int) -> _Span:
        """Fold until the line and a good many after it have left the screen, to where a checkpoint is due."""
        walker = self._walk(pane)
        await walker.at(line=number)
        await walker.until(line=number + _SETTLED)
        due = walker.checkpoints_due
        while True:
            first, total = self._bounds(walker)
            is_enough = total > number + _SETTLED and (
                walker.checkpoints_due > due or total - max(number, first) > MAX_LINES // 2
            )
            if is_enough:
                return _Span(walker, first, total - _SETTLED)
            if await walker.step() is None:
                return _Span(walker, first, total)

    @staticmethod
    def _bounds(walker: Walker) -> tuple[int, int]:
        """Return the first line that is held, and how many left the screen."""
        terminal = walker.terminal
        if terminal is None:
            return 0, 0
        return walker.contain(lambda: (terminal.scrollback.first, terminal.scrollback.total), "read") or (
            0,
            0,
        )
