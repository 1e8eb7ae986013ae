"""Floods: lines that scroll through unseen, kept without being drawn.

Owns finding them in a piece of text, and the block that keeps their text until somebody scrolls
back to it. Must not know anything that a flood can't hold: it is printable text, line ends, tabs and
SGR, and it leaves the screen exactly as drawing it would.

Plan: a flood may begin anywhere, behind a clear for one, and end anywhere. The lines up to the one in which
the cursor reaches the bottom are drawn, unless the screen is blank, and so is the last screenful. What lies
between them goes to the scrollback as it stands, and only its effect on the pen is worked out. When it is
looked at, it is drawn on a canvas of one row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from chloe.terminal import sgr, widths
from chloe.terminal.blocks import PackedBlock
from chloe.terminal.logical import Line
from chloe.terminal.pens import BACKGROUND, PLAIN
from chloe.terminal.rows import Row
from chloe.terminal.scrollback import MAX_LINE_ROWS

if TYPE_CHECKING:
    from chloe.terminal.interpreter import Interpreter
    from chloe.terminal.runs import RowReader

#: Fewer lines than this, beyond two screenfuls, aren't worth the look.
_MIN_LINES = 32
_END = "\r\n"
_END_BYTES = _END.encode()
#: Text in which a flood may begin anywhere is looked at once in so many characters.
_STRIDE = 1024
#: Characters of a line that is no longer worth calling one of a flood, on average.
_LONG_LINE = 256
#: Characters at the end of a piece that may be the beginning of a sequence.
_TORN = 64
#: Characters of one block, about.
_BLOCK = 64 * 1024
_FLOOD = re.compile(r"(?:[ -~\x80-\U0010ffff]++|\r\n|\t|\x1b\[[0-9;:]{0,64}+m)*+")
#: A control or a sequence that isn't part of a flood, and the beginning of such a sequence.
_BREAK = re.compile(
    r"\x1b\[[0-?]*+[ -/]*+[@-ln-~]|\x1b[^\[]|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]|\r(?!\n)"
)
_NO_RENDITION = re.compile(r"\x1b(?!\[[0-9;:]{0,64}+m)")
#: What lines are made of but for their ends, in UTF-8.
_IN_LINES = bytes([*range(0x20, 0x7F), *range(0x80, 0x100)]) + b"\t\x1b"
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
        """Return how many characters, sequences among them until they are parsed."""
        return self._known.size if self._known else len(self._text)

    def lines(self) -> list[Line]:
        """Return the lines, oldest first."""
        return self._parsed().lines()

    def texts(self) -> list[str]:
        """Return their cells alone, oldest first."""
        return self._parsed().texts()

    def read(self, reader: RowReader) -> list[str]:
        """Return them as a person reads them, oldest first; nothing is parsed where they are plain text."""
        # Most renditions end others: those are taken out at several times the speed.
        text = self._text.replace("\x1b[0m", "").replace("\x1b[m", "")
        plain = "" if self._known else _SGR.sub("", text)
        if not plain or "\t" in plain or not widths.is_narrow(plain.replace(_END, "")):
            return self._parsed().read(reader)
        return [line.rstrip() for line in plain[: -len(_END)].split(_END)]

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
        pen = pen_after(self._text[:place], self._screen.pen)
        return UnparsedBlock(self._text[place:], count, self._screen.scratch_line(pen))

    def dump(self) -> tuple[str, int, int, list[int]] | None:
        """Return the text, and what it is drawn with: pen, columns, tabs; None once it has been parsed."""
        screen = self._screen
        return None if self._known else (self._text, screen.pen, screen.columns, sorted(screen.tabs.stops))


def _height(text: str, columns: int) -> int:
    """Return how many rows complete lines take, without drawing them; 0 where only drawing tells."""
    plain = _SGR.sub("", text)
    if not plain.isascii() or "\t" in plain:
        return 0
    return sum(max(-(-len(line) // columns), 1) for line in plain[: -len(_END)].split(_END))


def skip(screen: Interpreter, text: str) -> str:
    """Carry ``text`` out up to the last flood in it, but for what passes unseen; return what remains."""
    place = 0
    if text.startswith("\n") and screen.tokenizer.on_ground:
        # A line end that two pieces share: without this, all of the piece would be drawn.
        screen.interpret("\n")
        place = 1
    for start, end in _stretches(text, place, 2 * screen.rows + _MIN_LINES):
        screen.interpret(text[place:start])
        place = start
        if _is_floodable(screen, end - start):
            place = _skip_stretch(screen, text, start, end)
    return text[place:]


def _stretches(text: str, start: int, least: int) -> Iterator[tuple[int, int]]:
    """Yield where lines and nothing else begin and end in ``text``, at least so many of them.

    Short ones are passed over: looked at is a place in each ``_STRIDE``, so that text in which there are none
    costs next to nothing.
    """
    if text.count(_END, start) < least:
        return
    end, ends = _extent(text, start)
    while True:
        if ends >= least:
            yield start, end
        after = end
        start = text.find(_END, after + _STRIDE) + len(_END)
        if start < len(_END):
            return
        end, ends = _extent(text, start)
        if ends >= least:
            start = _beginning(text, after, start)


def _beginning(text: str, after: int, place: int) -> int:
    """Return where the lines begin in whose midst ``place`` is, if it is behind ``after``."""
    start = place
    found = None
    while found is None:
        start = text.rfind("\x1b", after, start)
        if start < 0:
            return place
        found = _BREAK.match(text, start)
    start = found.end()
    return start if start < place and _FLOOD.fullmatch(text, start, place) else place


def _skip_stretch(screen: Interpreter, text: str, start: int, end: int) -> int:
    """Carry out lines up to the last screenful of them, and return where that begins."""
    is_blank = _is_blank(screen) and not _colours_blanks(screen, text, start, end)
    head = start if is_blank else _skip_ends(text, start, end, screen.rows - screen.y)
    tail = end
    for _ in range(screen.rows + 1):
        tail = text.rfind(_END, head, tail)
        if tail < 0:
            return start
    tail += len(_END)
    # Who follows the rows is told that all of them went: so many lines have to pass.
    least = _MIN_LINES if screen.observer is None else max(_MIN_LINES, 2 * screen.rows)
    if text.count(_END, head, tail) < least:
        return start
    if is_blank:
        screen.y = screen.rows - 1
    else:
        screen.interpret(text[start:head])
        _push_out(screen)
    _pass(screen, text[head:tail])
    return tail


def _skip_ends(text: str, start: int, end: int, count: int) -> int:
    """Return the place behind ``count`` line ends, ``end`` where there are fewer."""
    for _ in range(count):
        start = text.find(_END, start, end) + len(_END)
        if start < len(_END):
            return end
    return start


def _is_blank(screen: Interpreter) -> bool:
    """Return whether nothing is on the screen, as after a clear, with the cursor at home."""
    return (
        screen.x == screen.y == 0
        and (screen.main_lines is not None or not screen.scrollback.is_open)
        and not any(row.text or row.wrapped or row.fill != PLAIN for row in screen.lines)
    )


def _colours_blanks(screen: Interpreter, text: str, start: int, end: int) -> bool:
    """Return whether rows that scroll in for the first screenful would be blanked in a colour.

    Those that are there already aren't.
    """
    head = text[start : _skip_ends(text, start, end, screen.rows)]
    bits = screen.pen
    for parameters in set(_SGR.findall(head)) if "\x1b" in head else ():
        bits |= sgr.effect(parameters)[1]
    return bool(bits & BACKGROUND)


def is_skippable(screen: Interpreter, data: bytes) -> bool:
    """Return whether ``skip`` would take in nearly all of a lot like ``data``: complete lines and hardly
    anything else.
    """
    text = data.decode("utf-8", "replace")
    if not _is_floodable(screen, len(text)):
        return False
    end, ends = _extent(text, 0)
    for _ in range(len(text) // _STRIDE):
        found = _BREAK.match(text, end)
        if found is None:
            break
        end, more = _extent(text, found.end())
        ends += more
    return 0 < len(text) <= ends * _LONG_LINE and len(text) - end <= _TORN


def _extent(text: str, start: int) -> tuple[int, int]:
    """Return how far the flood that begins at ``start`` goes, and how many lines end in it.

    Without printable text and the beginnings of renditions, line ends are all that is left of lines: so those
    up to the next other sequence are told from the rest at several times the speed of matching them.
    """
    other = _NO_RENDITION.search(text, start)
    size = other.start() if other else len(text) - text.endswith("\r")
    lines = text[start:size].encode()
    ends = lines.count(_END_BYTES)
    if lines.translate(None, _IN_LINES) == _END_BYTES * ends:
        return size, ends
    match = _FLOOD.match(text, start)
    end = match.end() if match else start
    return end, text.count(_END, start, end)


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


def _push_out(screen: Interpreter) -> None:
    """Let all rows but the blank one at the bottom go, on which the cursor stands."""
    if screen.main_lines is None:
        for row in screen.lines[:-1]:
            screen.scrollback.push(row)


def _pass(screen: Interpreter, text: str) -> None:
    """Let complete lines pass a screen whose cursor stands on the blank bottom row."""
    above = screen.rows - 1
    is_kept = screen.main_lines is None
    for piece in _pieces(text):
        if is_kept:
            screen.scrollback.append_block(_block(screen, piece))
        _select_pen(screen, piece)
    screen.scrollback.ignore(above if is_kept else 0)
    # The rows above stand for lines that the block has already; the rest of the text pushes them out.
    screen.lines = [Row() for _ in range(above)] + [Row("", "", screen.fill())]
    screen.all_changed = True
    if screen.observer is not None:
        screen.observer.rows_moved(0, above, screen.rows)


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
        screen.set_pen(pen_after(text, screen.pen))


def pen_after(text: str, pen: int) -> int:
    """Return the pen that ``text`` leaves behind, which selects renditions and does nothing else to it."""
    start = max(text.rfind("\x1b[m"), text.rfind("\x1b[0m"), 0)
    # What a rendition changes doesn't hang on the pen before: only the last of those that are alike counts.
    for parameters in reversed(dict.fromkeys(reversed(_SGR.findall(text, start)))):
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
