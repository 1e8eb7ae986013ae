"""The scrollback: lines that left the screen at the top, oldest first.

Owns keeping them small and bounded, and showing them at any width. Must not know the cursor.

Plan: rows come in one by one and wait in ``_fresh``; every so often they are joined to logical
lines, and those to a block, which is two strings for some hundred lines. A flood comes in as a
block of its own, which ``flood`` makes and which may not even have been parsed yet. Only a window of
``limit`` lines is ever seen; blocks before it are dropped, and those in it that are too long or too
colourful.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import NamedTuple

from chloe.terminal.blocks import Block, PackedBlock
from chloe.terminal.logical import Line, lines, wrap
from chloe.terminal.pens import PLAIN
from chloe.terminal.rows import Row
from chloe.terminal.runs import RowReader, Run

#: Rows that wait before they are packed.
_FRESH = 256
#: Lines that are kept close at hand while a resize takes them back one by one.
_NEAR = 128
#: Rows of one logical line at the most; then it counts as ended, or a program could grow it for ever.
MAX_LINE_ROWS = 4096
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


class Counters(NamedTuple):
    """What a scrollback knows beside its lines, for ``load``.

    ``total``, ``borrowed`` and ``incomplete`` are those of ``Scrollback``. ``first_ever`` is the number of
    the first line that the terminal which saw the complete stream holds. ``discarded_rows`` counts the rows
    of the open line that were not kept; it is 0 unless ``limit`` is 0.
    """

    total: int
    first_ever: int
    borrowed: int
    incomplete: bool
    discarded_rows: int


class Scrollback:
    """What left the screen at the top. ``limit``: how many logical lines are kept."""

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
        self._ignored = 0
        #: Lines at the end that only a resize pushed out of the screen.
        self.borrowed = 0
        #: How many lines left the screen for good: the number that the next one gets.
        self.total = 0
        #: Whether a resize wanted a line back that isn't here, though the terminal that saw the complete
        #: stream has it: from there on, the screens differ. It stays on, and goes into ``state``.
        self.incomplete = False
        #: The number of the first line that is held, seen or not.
        self._held = 0
        #: The number of the first that the terminal which saw the complete stream holds: lower only in one
        #: that was made from a state, or drained.
        self._first_ever = 0
        #: Where nothing is kept: how many rows of the line that goes on on the screen passed.
        self._discarded_rows = 0

    # Taking in.

    def push(self, row: Row) -> None:
        """Take in a row that left the screen."""
        if self._ignored:
            self._ignored -= 1
            return
        if not self.limit:
            self._count_discarded(row)
            return
        fresh = self._fresh
        fresh.append(row)
        self.borrowed = 0
        if row.wrapped:
            self._open += 1
            if self._open >= MAX_LINE_ROWS:
                row.wrapped = False
                self._open = 0
                self.total += 1
        else:
            self._open = 0
            self.total += 1
        if len(fresh) - self._open >= _FRESH:
            self._pack()

    def _count_discarded(self, row: Row) -> None:
        """Count a row where nothing is kept."""
        self._discarded_rows += 1
        if not row.wrapped or self._discarded_rows >= MAX_LINE_ROWS:
            self._discarded_rows = 0
            self.total += 1
            self._held = self._first_ever = self.total

    def ignore(self, count: int) -> None:
        """Ignore the next ``count`` rows that leave the screen: they are here already."""
        self._ignored = count

    def append_block(self, block: Block) -> None:
        """Take in complete lines that passed the screen. No line may be open."""
        self._pack()
        self.total += block.count
        if self.limit:
            self._append(block)
        else:
            self._held = self._first_ever = self.total
            self._discarded_rows = 0
        self.borrowed = 0

    def _pack(self) -> None:
        """Join what is fresh, but for the open line, to a block."""
        closed = len(self._fresh) - self._open
        if not closed:
            return
        rows = self._fresh[:closed]
        del self._fresh[:closed]
        if any(row.wrapped or row.pens or row.fill != PLAIN for row in rows):
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

    def clear(self) -> None:
        """Forget all (ED 3)."""
        self._blocks.clear()
        self._fresh.clear()
        self._count = self._size = self._open = self.borrowed = 0
        self._held = self._first_ever = self.total

    def drain(self) -> list[str]:
        """Take all lines that ended out, as text, oldest first, for a caller that keeps them elsewhere."""
        self._pack()
        taken = [self._reader.text(cells).rstrip() for block in self._blocks for cells in block.texts()]
        self._blocks.clear()
        self._held += self._count
        self._count = self._size = self.borrowed = 0
        return taken

    # Giving back, for a resize.

    @property
    def is_open(self) -> bool:
        """Whether the last line goes on on the screen."""
        return self._open > 0

    def pop_open(self) -> list[Row]:
        """Take the rows of the open line out."""
        taken = self._fresh[len(self._fresh) - self._open :]
        del self._fresh[len(self._fresh) - self._open :]
        self._open = 0
        return taken

    def open_rows(self) -> list[Row]:
        """Return copies of the rows of the open line."""
        return [row.copy() for row in self._fresh[len(self._fresh) - self._open :]]

    def pop_last(self) -> Line | None:
        """Take the last line out, which must not be open; None where there is none."""
        self._pack()
        self._trim()
        if not self._blocks:
            self.incomplete = self.incomplete or self.total > self._first_ever
            return None
        self.total -= 1
        block = self._blocks.pop()
        self._account(block, -1)
        lines = block.lines()
        last = lines.pop()
        # A small block at the end: the next line is taken without parsing thousands once more.
        for rest in (lines[:-_NEAR], lines[-_NEAR:]):
            if rest:
                packed = PackedBlock.pack(rest)
                self._blocks.append(packed)
                self._account(packed, 1)
        return last

    def resize(self, columns: int) -> None:
        """Wrap at this width from now on. No line may be open."""
        self._pack()
        self._columns = columns

    # Another terminal's.

    def tail(self, count: int) -> list[Block]:
        """Return the last ``count`` lines that ended, or all there are."""
        self._pack()
        count = min(count, self.lines - self.is_open)
        blocks: deque[Block] = deque()
        for block in reversed(self._blocks):
            if count <= 0:
                break
            blocks.appendleft(block.tail(min(count, block.count)))
            count -= block.count
        return list(blocks)

    def counters(self) -> Counters:
        """Return what there is to know beside the lines."""
        return Counters(
            self.total,
            max(self._first_ever, self._window),
            self.borrowed,
            self.incomplete,
            self._discarded_rows,
        )

    def load(self, blocks: list[Block], opened: list[Row], counters: Counters) -> None:
        """Go on where another scrollback was, with the last of its lines, and the rows of its open line."""
        self.total, self._first_ever, self.borrowed, self.incomplete, self._discarded_rows = counters
        self._held = self.total - sum(block.count for block in blocks)
        for block in blocks:
            self._append(block)
        if self.limit:
            self._fresh = opened
            self._open = len(opened)

    # Looking.

    @property
    def lines(self) -> int:
        """How many logical lines there are; an open one counts."""
        return min(self.limit, self.total - self._held + self.is_open)

    @property
    def first(self) -> int:
        """The number of the first line that is kept; before anything was dropped or cleared, 0."""
        return max(self._held, self._window)

    @property
    def _window(self) -> int:
        """The number of the first line that the limit leaves; below 0 where there are fewer lines."""
        return self.total - max(self.limit - self.is_open, 0)

    def begin(self, first: int) -> None:
        """Number the lines from ``first`` on; before anything was taken in."""
        self.total = self._held = self._first_ever = first

    @property
    def height(self) -> int:
        """How many rows show it at the current width."""
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
