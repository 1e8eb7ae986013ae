"""Floods: lines that scroll through unseen, kept without being drawn.

Owns finding them in a piece of text, and the block that keeps their text until somebody scrolls
back to it. Must not know anything that a flood can't hold: it is printable text, line ends, tabs and
SGR, and it leaves the screen exactly as drawing it would.

Plan: the lines up to the one in which the cursor reaches the bottom are drawn, and so is the last
screenful. What lies between them goes to the scrollback as it stands, and only its effect on the
pen is worked out. When it is looked at, it is drawn on a canvas of one row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from chloe.terminal import sgr, widths
from chloe.terminal.blocks import PackedBlock
from chloe.terminal.logical import Line
from chloe.terminal.rows import Row
from chloe.terminal.scrollback import MAX_LINE_ROWS

if TYPE_CHECKING:
    from chloe.terminal.interpreter import Interpreter

#: Fewer lines than this, beyond two screenfuls, aren't worth the look.
_MIN_LINES = 32
_END = "\r\n"
#: Characters of a line that is no longer worth calling one of a flood, on average.
_LONG_LINE = 256
#: Characters at the end of a piece that may be the beginning of a sequence.
_TORN = 64
#: Characters of one block, about.
_BLOCK = 64 * 1024
_FLOOD = re.compile(r"(?:[^\x00-\x1f\x7f]++|\r\n|\t|\x1b\[[0-9;:]{0,64}+m)*+")
_PLAIN_TEXT = bytes(range(0x20, 0x7F)) + b"\t"
_SGR = re.compile(r"\x1b\[([0-9;:]*)m")


class UnparsedBlock:
    """Complete lines as they were printed. ``screen`` is drawn on by ``lines`` and belongs to the block."""

    __slots__ = ("_height", "_known", "_screen", "_text", "count")

    def __init__(self, text: str, count: int, screen: Interpreter) -> None:
        self._text = text
        self._screen = screen
        self._known: PackedBlock | None = None
        #: The height at the width of printing, 0 where only drawing tells; None until somebody asks.
        self._height: int | None = None
        self.count = count

    def _parsed(self) -> PackedBlock:
        if self._known is None:
            self._screen.begin()
            self._screen.interpret(self._text)
            self._known = PackedBlock.pack(list(self._screen.scrollback.closed()))
            self._screen.scrollback.clear()
            self._text = ""
        return self._known

    @property
    def size(self) -> int:
        """How many characters, sequences among them until they are parsed."""
        return self._known.size if self._known else len(self._text)

    def lines(self) -> list[Line]:
        """Return the lines, oldest first."""
        return self._parsed().lines()

    def texts(self) -> list[str]:
        """Return their cells alone, oldest first."""
        return self._parsed().texts()

    def height(self, columns: int) -> int:
        """Return how many rows show them."""
        if self._known is None and columns == self._screen.columns:
            if self._height is None:
                self._height = _height(self._text, columns)
            if self._height:
                return self._height
        return self._parsed().height(columns)

    def style_ids(self) -> str:
        """Return all style ids; there are none yet while nothing is parsed."""
        return self._known.style_ids() if self._known else ""

    def cells(self) -> str:
        """Return all cells; there are none yet while nothing is parsed."""
        return self._known.cells() if self._known else ""

    def tail(self, count: int) -> PackedBlock | UnparsedBlock:
        """Return the last ``count`` lines; no text is parsed for that."""
        if self._known:
            return self._known.tail(count)
        if count == self.count:
            return self
        place = len(self._text)
        for _ in range(count + 1):
            place = self._text.rfind(_END, 0, place)
        place += len(_END)
        pen = _pen_after(self._text[:place], self._screen.pen)
        return UnparsedBlock(self._text[place:], count, self._screen.scratch_line(pen))

    def dump(self) -> tuple[str, int, int, list[int]] | None:
        """Return the text, and what it is drawn with: pen, columns, tabs; None once it has been parsed."""
        screen = self._screen
        return None if self._known else (self._text, screen.pen, screen.columns, sorted(screen.tabs))


def _height(text: str, columns: int) -> int:
    """Return how many rows complete lines take, without drawing them; 0 where only drawing tells."""
    plain = _SGR.sub("", text)
    if not plain.isascii() or "\t" in plain:
        return 0
    return sum(max(-(-len(line) // columns), 1) for line in plain[: -len(_END)].split(_END))


def skip(screen: Interpreter, text: str) -> str:
    """Take in the flood that ``text`` begins with, and return what remains to be drawn."""
    rows = screen.rows
    if text.startswith("\n") and screen.tokenizer.on_ground:
        # A line end that two pieces share: without this, all of the piece would be drawn.
        screen.interpret("\n")
        text = text[1:]
    if not _is_floodable(screen, len(text)):
        return text
    end, ends = _extent(text)
    if ends < 2 * rows + _MIN_LINES:
        return text
    head = 0
    for _ in range(rows - screen.y):
        head = text.find(_END, head, end) + len(_END)
        if head < len(_END):
            return text
    tail = end
    for _ in range(rows + 1):
        tail = text.rfind(_END, head, tail)
        if tail < 0:
            return text
    tail += len(_END)
    count = ends - text.count(_END, 0, head) - text.count(_END, tail, end)
    if tail <= head or count < _MIN_LINES:
        return text
    screen.interpret(text[:head])
    _pass(screen, text[head:tail])
    return text[tail:]


def is_skippable(screen: Interpreter, data: bytes) -> bool:
    """Return whether ``skip`` would take in nearly all of a lot like ``data``: complete lines and nothing
    else.
    """
    text = data.decode("utf-8", "replace")
    if not _is_floodable(screen, len(text)):
        return False
    end, ends = _extent(text)
    return 0 < len(text) <= ends * _LONG_LINE and len(text) - end <= _TORN


def _extent(text: str) -> tuple[int, int]:
    """Return how far the flood at the beginning of ``text`` goes, and how many lines end in it.

    Plain lines, most of all floods, are told from the rest at several times the speed: without their text,
    line ends are all that is left of them.
    """
    size = len(text) - text.endswith("\r")
    if text.isascii():
        left = text[:size].encode("ascii").translate(None, _PLAIN_TEXT)
        ends = len(left) // 2
        if left == b"\r\n" * ends:
            return size, ends
    match = _FLOOD.match(text)
    end = match.end() if match else 0
    return end, text.count(_END, 0, end)


def _is_floodable(screen: Interpreter, size: int) -> bool:
    """Return whether the state is one in which lines just scroll through."""
    return (
        screen.tokenizer.on_ground
        and screen.modes.autowrap
        and screen.draws_plainly
        and screen.top == 0
        and screen.bottom == screen.rows - 1
        and size <= longest(screen)
    )


def longest(screen: Interpreter) -> int:
    """Return how much text is inspected at once: no more than the longest line may have."""
    return MAX_LINE_ROWS * screen.columns - 1


def _pass(screen: Interpreter, text: str) -> None:
    """Let complete lines pass a screen whose cursor stands on the blank bottom row."""
    above = screen.rows - 1
    is_kept = screen.main_lines is None
    if is_kept:
        for row in screen.lines[:above]:
            screen.scrollback.push(row)
    for piece in _pieces(text):
        if is_kept:
            screen.scrollback.append_block(_block(screen, piece))
        _select_pen(screen, piece)
    screen.scrollback.ignore(above if is_kept else 0)
    # The rows above stand for lines that the block has already; the rest of the text pushes them out.
    screen.lines = [Row() for _ in range(above)] + [Row("", "", screen.fill())]
    screen.all_changed = True


def _pieces(text: str) -> Iterator[str]:
    """Cut complete lines into pieces that are quickly drawn when somebody looks."""
    start = 0
    while start < len(text):
        end = text.rfind(_END, start, start + _BLOCK) + len(_END)
        if end < start + len(_END):
            end = text.find(_END, start) + len(_END)
        yield text[start:end]
        start = end


def _block(screen: Interpreter, text: str) -> PackedBlock | UnparsedBlock:
    count = text.count(_END)
    is_plain = screen.pen == 0 and "\x1b" not in text and "\t" not in text
    if is_plain and (text.isascii() or widths.is_narrow(text.replace(_END, ""))):
        return PackedBlock(text[: -len(_END)], "", count, _END)
    return UnparsedBlock(text, count, screen.scratch_line())


def _select_pen(screen: Interpreter, text: str) -> None:
    """Select the pen that ``text`` leaves behind."""
    if "\x1b" in text:
        screen.set_pen(_pen_after(text, screen.pen))


def _pen_after(text: str, pen: int) -> int:
    start = max(text.rfind("\x1b[m"), text.rfind("\x1b[0m"), 0)
    for parameters in _SGR.findall(text, start):
        mask, set_bits = sgr.effect(parameters)
        pen = pen & mask | set_bits
    return pen


def unparsed(text: str, scratch_line: Interpreter) -> UnparsedBlock:
    """Make the block of text that ``UnparsedBlock.dump`` gave. Raises ValueError where it can't have."""
    count = text.count(_END)
    is_flood = count > 0 and text.endswith(_END) and _FLOOD.fullmatch(text) is not None
    if not is_flood or len(text) > longest(scratch_line):
        raise ValueError("no text that scrolled through")
    return UnparsedBlock(text, count, scratch_line)
