"""The window: the lines of a scrollback that are kept, and how they are shown at any width.

Owns packing, the bounds in lines, characters, looks and clusters, and looking. Must not know how lines come
in, nor the cursor: that is ``scrollback``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain, islice

from chloe.terminal.blocks import Block, PackedBlock
from chloe.terminal.logical import Line, lines, wrap
from chloe.terminal.pens import PLAIN
from chloe.terminal.rows import Row
from chloe.terminal.runs import RowReader, Run

#: Characters kept at the least, whatever the number of lines.
_MIN_CHARACTERS = 4 << 20
#: Characters kept for each line of the limit, on average.
_CHARACTERS_A_LINE = 1000
#: The most pens in the table: for each line of the limit on average, at the least and at the most.
_PENS_A_LINE = 6
_MIN_PENS = 64 * 1024
_MAX_PENS = 512 * 1024
#: The most different clusters.
_MAX_CLUSTERS = 32 * 1024


class Window:
    """Lines with numbers, the last ``limit`` of them. Rows that aren't packed yet are the last."""

    def __init__(self, limit: int, reader: RowReader, columns: int) -> None:
        self.limit = limit
        self._reader = reader
        self._columns = columns
        self._blocks: deque[Block] = deque()
        self._fresh: list[Row] = []
        #: Lines and characters in the blocks.
        self._count = 0
        self._size = 0
        #: How many rows at the end of ``_fresh`` belong to one open line.
        self._open = 0
        #: How many lines left the screen for good: the number that the next one gets.
        self.total = 0
        #: The number of the first line that is held, seen or not.
        self._held = 0
        #: The number of the first that the terminal which saw the complete stream holds: lower only in one
        #: that was made from a state, or drained.
        self._first_ever = 0

    # Keeping.

    def _pack(self) -> None:
        """Join what is fresh, but for the open line, to a block."""
        closed = len(self._fresh) - self._open
        if not closed:
            return
        rows = self._fresh[:closed]
        del self._fresh[:closed]
        if self._columns < 2 or any(row.wrapped or row.pens or row.fill != PLAIN for row in rows):
            self._append(PackedBlock.pack([line for line, _ in lines(rows, self._columns)]))
        else:
            self._append(PackedBlock("\n".join([row.text for row in rows]), "", closed))

    def _append(self, block: Block) -> None:
        self._blocks.append(block)
        self._account(block, 1)
        most = max(_MIN_CHARACTERS, self.limit * _CHARACTERS_A_LINE)
        while self._blocks and (self._count - self._blocks[0].count >= self.limit or self._size > most):
            self._drop_block()

    def _drop_block(self) -> None:
        """Drop the oldest lines."""
        block = self._blocks.popleft()
        self._account(block, -1)
        self._drop(block.count)

    def _drop(self, count: int) -> None:
        self._held += count
        self._first_ever = max(self._first_ever, self._held)

    def _trim(self) -> None:
        """Drop the lines beyond the limit that blocks still hold; done only when somebody looks."""
        if self.total - self._held + self.is_open <= self.limit:
            return
        self._pack()
        beyond = self.total - self._held + self.is_open - self.limit
        while beyond > 0 and self._blocks:
            block = self._blocks.popleft()
            kept = block.lines()[beyond:]
            self._drop(min(block.count, beyond))
            beyond -= block.count
            self._account(block, -1)
            if kept:
                rest = PackedBlock.pack(kept)
                self._blocks.appendleft(rest)
                self._account(rest, 1)

    def _account(self, block: Block, sign: int) -> None:
        self._count += sign * block.count
        self._size += sign * block.size

    # Looking.

    @property
    def is_open(self) -> bool:
        """Return whether the last line goes on on the screen."""
        return self._open > 0

    @property
    def lines(self) -> int:
        """Return how many logical lines there are; an open one counts."""
        return min(self.limit, self.total - self._held + self.is_open)

    @property
    def first(self) -> int:
        """Return the number of the first line that is kept; before anything was dropped or cleared, 0."""
        return max(self._held, self._window)

    @property
    def _window(self) -> int:
        """Return the number of the first line that the limit leaves; below 0 where there are fewer lines."""
        return self.total - max(self.limit - self.is_open, 0)

    @property
    def height(self) -> int:
        """Return how many rows show it at the current width."""
        self._trim()
        height = sum(block.height(self._columns) for block in self._blocks)
        return height + sum(len(rows) for rows in self._fresh_groups())

    def rows(self, start: int, stop: int) -> list[tuple[Run, ...]]:
        """Return the rows from ``start`` up to ``stop``, counted from the oldest."""
        self._trim()
        start = max(start, 0)
        place = 0
        shown: list[tuple[Run, ...]] = []
        for block in self._blocks:
            if place >= stop:
                return shown
            height = block.height(self._columns)
            if place + height > start:
                rows = chain.from_iterable(wrap(line, self._columns) for line in block.lines())
                shown += self._read(rows, start - place, stop - place)
            place += height
        shown += self._read(chain.from_iterable(self._fresh_groups()), start - place, stop - place)
        return shown

    def _read(self, rows: Iterator[Row], start: int, stop: int) -> list[tuple[Run, ...]]:
        return [self._reader.runs(row, self._columns) for row in islice(rows, max(start, 0), max(stop, 0))]

    def numbered(self, first: int, count: int, columns: int) -> list[list[tuple[Run, ...]]]:
        """Return the rows of the ``count`` lines from number ``first`` on, wrapped at ``columns``.

        Only lines that ended have a number. Lines before ``self.first`` aren't kept, and left out: then what
        is returned begins there.
        """
        self._trim()
        count -= max(self._held - first, 0)
        skipped = max(first - self._held, 0)
        lines: list[Line] = []
        for block in self._blocks:
            if len(lines) >= count:
                break
            if skipped < block.count:
                lines += block.lines()[skipped : skipped + count - len(lines)]
            skipped = max(skipped - block.count, 0)
        else:
            lines += list(self._fresh_closed())[skipped : skipped + max(count - len(lines), 0)]
        return [[self._reader.runs(row, columns) for row in wrap(line, columns)] for line in lines]

    def closed(self) -> Iterator[Line]:
        """Yield the lines that ended, oldest first."""
        self._trim()
        for block in self._blocks:
            yield from block.lines()
        yield from self._fresh_closed()

    def _fresh_closed(self) -> Iterator[Line]:
        """Yield the lines that ended and aren't packed yet."""
        fresh = [row.copy() for row in self._fresh[: len(self._fresh) - self._open]]
        for line, _ in lines(fresh, self._columns):
            yield line

    def _fresh_groups(self) -> Iterator[list[Row]]:
        """Yield the rows of each line that isn't packed yet."""
        for line, group in lines([row.copy() for row in self._fresh], self._columns):
            yield group if group[-1].wrapped else wrap(line, self._columns)

    # What the tables are for.

    def used_style_ids(self) -> set[str]:
        """Return the style ids in use that are places in the table, and drop the oldest lines if there are
        too many.
        """
        placed = self._reader.pens.table_ids
        fresh = "".join([row.pens + row.fill for row in self._fresh])
        most = min(max(self.limit * _PENS_A_LINE, _MIN_PENS), _MAX_PENS)
        return self._used(placed(fresh), lambda block: placed(block.style_ids()), most)

    def used_cells(self) -> set[str]:
        """Return the stand-ins in use, and drop the oldest lines if there are too many."""
        placed = self._reader.clusters.stand_ins
        fresh = "".join([row.text for row in self._fresh])
        return self._used(placed(fresh), lambda block: placed(block.cells()), _MAX_CLUSTERS)

    def _used(self, used: set[str], placed: Callable[[Block], set[str]], most: int) -> set[str]:
        """Return what ``placed`` finds in all blocks, plus ``used``.

        If more than ``most`` distinct ones turn up, the oldest blocks are dropped to free places in the
        table; the newest block is never dropped.
        """
        room = most
        for place in range(len(self._blocks) - 1, -1, -1):
            more = placed(self._blocks[place]) - used
            room -= len(more)
            if room < 0 and place < len(self._blocks) - 1:
                for _ in range(place + 1):
                    self._drop_block()
                break
            used |= more
        return used
