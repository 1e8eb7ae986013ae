"""The scrollback: lines that left the screen at the top, oldest first.

Owns how rows come in, what a cleared screen leaves, and what a resize takes back. Must not know the cursor,
nor how lines are kept small and shown: that is ``window``.

Plan: rows come in one by one and wait in ``_fresh``; every so often they are joined to logical
lines, and those to a block, which is two strings for some hundred lines. A flood comes in as a
block of its own, which ``flood`` makes and which may not even have been parsed yet. Only a window of
``limit`` lines is ever seen; blocks before it are dropped, and those in it that are too long or too
colourful.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from hashlib import blake2b
from typing import NamedTuple

from chloe.terminal.blocks import Block, PackedBlock
from chloe.terminal.logical import Line, lines
from chloe.terminal.rows import Row
from chloe.terminal.runs import RowReader
from chloe.terminal.window import Window

#: Rows that wait before they are packed.
_FRESH = 256
#: Lines that are kept close at hand while a resize takes them back one by one.
_NEAR = 128
#: Rows of one logical line at the most; then it counts as ended, or a program could grow it for ever.
MAX_LINE_ROWS = 4096
#: Bytes of what tells one screen's text from another's.
DIGEST_BYTES = 16


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


class Scrollback(Window):
    """What left the screen at the top. ``limit``: how many logical lines are kept."""

    def __init__(self, limit: int, reader: RowReader, columns: int) -> None:
        super().__init__(limit, reader, columns)
        self._ignored = 0
        #: Lines at the end that only a resize pushed out of the screen.
        self.borrowed = 0
        #: Whether a resize wanted a line back that isn't here, though the terminal that saw the complete
        #: stream has it: from there on, the screens differ. It stays on, and goes into ``state``.
        self.incomplete = False
        #: What tells the text of the last screen that was cleared, or that stood here when all was; or empty.
        self.cleared = ""
        #: Whether the latter is so; only ``on_hidden`` asks.
        self._hid_screen = False
        #: Is given the lines that a program hides by clearing the scrollback, for a caller who tells them;
        #: and then, with True, those on the screen, where it clears that as well.
        self.on_hidden: Callable[[list[str], bool], None] | None = None
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

    def _push_all(self, rows: list[Row]) -> None:
        """Take in rows that left the screen together."""
        if self._ignored or not self.limit or True in [row.wrapped for row in rows]:
            for row in rows:
                self.push(row)
            return
        self._fresh += rows
        self.total += len(rows)
        self._open = self.borrowed = 0
        if len(self._fresh) >= _FRESH:
            self._pack()

    def _count_discarded(self, row: Row) -> None:
        """Count a row where nothing is kept."""
        self._discarded_rows += 1
        if not row.wrapped or self._discarded_rows >= MAX_LINE_ROWS:
            self._count_ended()

    def _count_ended(self) -> None:
        """Count a line that ended where nothing is kept."""
        self._discarded_rows = 0
        self.total += 1
        self._held = self._first_ever = self.total

    def end_open(self) -> None:
        """End the open line: what it went on in is gone from the screen."""
        if self._open:
            self._fresh[-1].wrapped = False
            self._open = 0
            self.total += 1
        elif self._discarded_rows:
            self._count_ended()

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

    def keep(self, rows: list[Row]) -> list[Row]:
        """Take in the rows of a screen that is about to be cleared; return what stands there then.

        Blank rows at the bottom aren't kept. Neither are any where their text is what the last such screen
        had, or what stood there when the scrollback was cleared: a program that clears and paints the same
        again and again is told once, and what it hides stays hidden.
        """
        count = _count_to_last_text(rows)
        digest = self._digest(rows[:count])
        if not count or digest == self.cleared:
            if count and self.on_hidden is not None and self._hid_screen:
                self.on_hidden(self._texts(rows[:count]), True)
            self._hid_screen = False
            return rows
        self.cleared = digest
        self._hid_screen = False
        rows[count - 1].wrapped = False
        self._push_all(rows[:count])
        return [Row() for _ in range(count)] + rows[count:]

    def _digest(self, rows: list[Row]) -> str:
        """Return what tells the text of ``rows`` from that of others, at whatever width."""
        text = "\n".join([row.text.rstrip() for row in rows])
        if not text.isascii() or True in [row.wrapped for row in rows]:
            text = "\n".join(self._texts(rows))
        return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES).hexdigest()

    def _texts(self, rows: list[Row]) -> list[str]:
        """Return the lines that ``rows`` make, as text."""
        if not any(row.wrapped for row in rows):
            return [self._reader.text(row.text).rstrip() for row in rows]
        copies = [row.copy() for row in rows]
        return [self._reader.text(line.cells).rstrip() for line, _ in lines(copies, self._columns)]

    def clear(self, shown: list[Row] | None = None) -> None:
        """Forget all (ED 3). ``shown`` is on the screen: if that is cleared next, it isn't kept either."""
        if self.on_hidden is not None:
            self.on_hidden(self.drain(), False)
        self._blocks.clear()
        self._fresh.clear()
        self._count = self._size = self._open = self.borrowed = 0
        self._held = self._first_ever = self.total
        count = _count_to_last_text(shown) if shown else 0
        self.cleared = self._digest(shown[:count]) if shown and count else ""
        self._hid_screen = count > 0

    def drain(self) -> list[str]:
        """Take all lines that ended out, as text, oldest first, for a caller that keeps them elsewhere."""
        self._pack()
        taken = [text for block in self._blocks for text in block.read(self._reader)]
        self._blocks.clear()
        self._held += self._count
        self._count = self._size = self.borrowed = 0
        return taken

    def read_from(self, first: int, kept: int) -> list[str]:
        """Return the lines that ended, from number ``first`` on, as text, and keep only the last ``kept``.

        Where more of them came than are kept in a window, the last are returned.
        """
        texts = [text for block in self.tail(self.total - first) for text in block.read(self._reader)]
        while self._blocks and self._count - self._blocks[0].count >= kept:
            self._drop_block()
        return texts

    # Giving back, for a resize.

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

    def begin(self, first: int) -> None:
        """Number the lines from ``first`` on; before anything was taken in."""
        self.total = self._held = self._first_ever = first


def _count_to_last_text(rows: list[Row]) -> int:
    """Return how many of ``rows`` there are up to the last one with text."""
    count = len(rows)
    while count and not ((text := rows[count - 1].text) and text.strip(" ")):
        count -= 1
    return count
