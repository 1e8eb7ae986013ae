"""Rows: one line of cells, held as strings.

Owns what a row is and how cells are put into it, taken out and erased, without breaking a wide character.
Must not know the cursor, the margins or other rows.

Theory: ``text`` has one character a cell (``widths.HALF`` after a wide one, a stand-in for a
cluster) and ends with the last cell that was ever written; all cells after it are blank in the pen
``fill``. ``pens`` has one style id a cell, or is empty where every cell of ``text`` has the default pen.
Strings make the common cases, writing at the end and scrolling away, cost next to nothing, and take
a byte or two a cell.
"""

from __future__ import annotations

from chloe.terminal.pens import PLAIN
from chloe.terminal.widths import HALF


class Row:
    """One line of cells. ``wrapped``: the line goes on in the row below (a soft wrap)."""

    __slots__ = ("fill", "pens", "text", "wrapped")

    def __init__(self, text: str = "", pens: str = "", fill: str = PLAIN, wrapped: bool = False) -> None:
        self.text = text
        self.pens = pens
        self.fill = fill
        self.wrapped = wrapped

    def copy(self) -> Row:
        """Return a row with the same cells."""
        return Row(self.text, self.pens, self.fill, self.wrapped)

    def style_ids(self) -> str:
        """Return one style id for each cell of ``text``."""
        return self.pens or PLAIN * len(self.text)

    def pad(self, size: int) -> None:
        """Make the cells up to ``size`` part of the text."""
        missing = size - len(self.text)
        if missing > 0:
            if self.pens or self.fill != PLAIN:
                self.pens = self.style_ids() + self.fill * missing
            self.text += " " * missing

    def write(self, x: int, cells: str, style_id: str) -> None:
        """Put ``cells`` at ``x`` over what is there. They fit into the row and cut no character."""
        text = self.text
        size = len(text)
        end = x + len(cells)
        if x < size:
            if not text.isascii() and (text[x] == HALF or (end < size and text[end] == HALF)):
                text = _without_halves(text, x, end)
            self.text = f"{text[:x]}{cells}{text[end:]}"
            pens = self.pens
            if pens:
                self.pens = f"{pens[:x]}{style_id * (end - x)}{pens[end:]}"
            elif style_id != PLAIN:
                self.pens = f"{PLAIN * x}{style_id * (end - x)}{PLAIN * (size - end)}"
            return
        if x > size:
            self.pad(x)
            text = self.text
        if self.pens:
            self.pens += style_id * (end - x)
        elif style_id != PLAIN:
            self.pens = PLAIN * x + style_id * (end - x)
        self.text = text + cells

    def erase(self, x: int, end: int, fill: str, columns: int) -> None:
        """Blank the cells from ``x`` up to ``end`` in the pen ``fill``."""
        if end < columns:
            if x < len(self.text) or fill != self.fill:
                self.write(x, " " * (end - x), fill)
            return
        if fill != self.fill:
            self.pad(x)
            self.fill = fill
        self._cut(x)

    def clear(self, fill: str) -> None:
        """Blank all of the row in the pen ``fill``; nothing goes on in the row below."""
        self.text = self.pens = ""
        self.fill = fill
        self.wrapped = False

    def insert(self, x: int, count: int, fill: str, columns: int) -> None:
        """Shift the cells from ``x`` on to the right by ``count``; what passes the edge is lost."""
        if x >= len(self.text) and fill == self.fill:
            return
        self.pad(x)
        text = self.text
        if not text.isascii():
            text = _without_halves(text, x, x)
        if self.pens or fill != PLAIN:
            pens = self.style_ids()
            self.pens = pens[:x] + fill * count + pens[x:]
        self.text = text[:x] + " " * count + text[x:]
        self._cut(columns)

    def delete(self, x: int, count: int, fill: str, columns: int) -> None:
        """Take ``count`` cells out at ``x``; blanks in the pen ``fill`` come in at the right edge."""
        if fill != self.fill:
            self.pad(columns)
            self.fill = fill
        end = x + count
        text = self.text
        if not text.isascii():
            text = _without_halves(text, x, end)
        self.text = text[:x] + text[end:]
        self.pens = self.pens[:x] + self.pens[end:]

    def cut(self, x: int, end: int) -> tuple[str, str]:
        """Return the cells from ``x`` up to ``end`` and their style ids; a halved character is a blank."""
        text = self.text[x:end].ljust(end - x)
        style_ids = self.style_ids()[x:end].ljust(end - x, self.fill)
        if text[0] == HALF:  # It may be the only one, and is ASCII itself.
            text = " " + text[1:]
        if self.text[end : end + 1] == HALF:
            text = text[:-1] + " "
        return text, style_ids

    def paste(self, x: int, cells: str, style_ids: str) -> None:
        """Put ``cells`` with their style ids at ``x`` over what is there; they cut no character."""
        self.write(x, cells, PLAIN)
        pens = self.style_ids()
        self.pens = pens[:x] + style_ids + pens[x + len(cells) :]

    def shift(self, x: int, end: int, count: int, fill: str) -> None:
        """Shift the cells from ``x`` up to ``end`` by ``count``, to the left where it is negative.

        What passes either edge is lost, blanks in the pen ``fill`` come in.
        """
        text, style_ids = self.cut(x, end)
        blank = min(abs(count), end - x)
        spaces, fills = " " * blank, fill * blank
        if count < 0:
            if text[blank : blank + 1] == HALF:
                text = text[:blank] + " " + text[blank + 1 :]
            self.paste(x, text[blank:] + spaces, style_ids[blank:] + fills)
            return
        kept = end - x - blank
        if text[kept : kept + 1] == HALF:
            text = text[: kept - 1] + " "
        self.paste(x, spaces + text[:kept], fills + style_ids[:kept])

    def _cut(self, size: int) -> None:
        text = self.text
        if len(text) > size:
            if text[size] == HALF:
                text = text[: size - 1] + " "
            self.text = text[:size]
            self.pens = self.pens[:size]

    def crop(self, columns: int) -> None:
        """Give up the cells beyond ``columns``."""
        self._cut(columns)

    def full_text(self, columns: int) -> str:
        """Return one character for each of the row's cells."""
        return self.text.ljust(columns)

    def full_style_ids(self, columns: int) -> str:
        """Return one style id for each of the row's cells."""
        return self.style_ids().ljust(columns, self.fill)


def _without_halves(text: str, x: int, end: int) -> str:
    """Return ``text`` without the halves that stay behind when the cells from ``x`` up to ``end`` go."""
    if x < len(text) and text[x] == HALF:
        text = text[: x - 1] + " " + text[x:]
    if end < len(text) and text[end] == HALF:
        text = text[:end] + " " + text[end + 1 :]
    return text
