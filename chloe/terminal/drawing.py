"""Drawing: text onto the canvas.

Owns wrapping, insert mode, wide characters at the edge, and what joins the cell before. Must not
know sequences.
"""

from __future__ import annotations

from chloe.terminal import widths
from chloe.terminal.canvas import Canvas
from chloe.terminal.clusters import MAX_CODE_POINTS, needs_stand_in
from chloe.terminal.pens import PLAIN
from chloe.terminal.widths import HALF


class Drawing(Canvas):
    """The operations that print."""

    def draw(self, text: str) -> None:
        """Print ``text`` at the cursor. ``last`` is empty where a sequence came since the text before."""
        if not self.style_id:
            self.style_id = self.pen_table.intern(self.pen)
        if self.charsets.single >= 0:
            first, text = text[:1].translate(self.charsets.single_translation or {}), text[1:]
            self.set_charsets(self.charsets._replace(single=-1))
            self._draw(first)
            self.last = ""  # REP would take it from another set, and what comes next isn't joined to it.
            if not text:
                return
        if self.translation:
            is_ascii = text.isascii()
            text = text.translate(self.translation)
            if is_ascii:  # Each set's glyphs take one cell.
                self.last = text[-1]
                self._put(text)
                return
        self._draw(text)

    def _draw(self, text: str) -> None:
        if widths.is_narrow(text):
            self.last = text[-1:]
            self._put(text)
            return
        # Where characters may be lost at the edge, what joins one has to look at the screen each time.
        is_lossy = not self.modes.autowrap or self.columns < 2
        cells: list[str] = []
        for narrow, wide, other in widths.runs(text):
            if narrow:
                self.last = narrow[-1]
                cells.append(narrow)
            elif wide:
                self.last = wide[-1]
                cells.append(widths.widen(wide))
            elif not (self._join_last(cells, other) if cells else self._join(other)):
                self.last = other
                cell = self.clusters.stand_in(other) if needs_stand_in(other) else other
                cells.append(cell + HALF if widths.width(other) == 2 else cell)
            if is_lossy:
                self._put("".join(cells))
                cells.clear()
        self._put("".join(cells))

    def _put(self, cells: str) -> None:
        """Put cells, wrapping at the right edge, or staying in the last column without DECAWM."""
        columns = self.columns
        while cells:
            if self.x >= columns:
                if self.modes.autowrap:
                    self._wrap()
                elif cells[-1] == HALF:
                    self.last = ""  # There is no place for it.
                    return
                else:
                    self.x = columns - 1
                    cells = cells[-1]
            x = self.x
            room = columns - x
            taken = cells[:room]
            if len(cells) > room and cells[room] == HALF:
                taken = taken[:-1]
                if not taken:
                    if not self.modes.autowrap or columns < 2:
                        self.last = ""
                        return
                    self.lines[self.y].erase(x, columns, self.fill(), columns)
                    self.changed.add(self.y)
                    self._wrap()
                    continue
            row = self.lines[self.y]
            self.changed.add(self.y)
            if self.modes.insert:
                row.insert(x, len(taken), self.fill(), columns)
            row.write(x, taken, self.style_id)
            self.x = x + len(taken)
            cells = cells[len(taken) :]

    def _join_last(self, cells: list[str], char: str) -> bool:
        """Add ``char`` to the last of ``cells``, which aren't drawn yet, if it belongs there."""
        before = self.last
        if not widths.joins(before, char):
            return False
        if len(before) < MAX_CODE_POINTS:
            self.last = before + char
            half = HALF if cells[-1][-1] == HALF else ""
            cells[-1] = cells[-1][: -1 - len(half)] + self.clusters.stand_in(self.last) + half
        return True

    def _join(self, char: str) -> bool:
        """Add ``char`` to the cell before the cursor if it belongs there.

        A combining mark always does. What takes cells of its own does only where that cell was the last thing
        printed.
        """
        if widths.width(char) and not (self.x and self.last):
            return False
        if not self.x:
            self.last = ""
            return True
        row = self.lines[self.y]
        row.pad(self.x)
        text = row.text
        place = self.x - 1
        if text[place] == HALF:
            place -= 1
        before = self.clusters.text(text[place])
        if not widths.joins(before, char):
            return False
        if len(before) < MAX_CODE_POINTS:
            cell = self.clusters.stand_in(before + char)
            is_same_look = (row.pens[place] if row.pens else PLAIN) == self.style_id
            is_behind = text[self.x : self.x + 1] != HALF  # Not between the halves of a wide one.
            self.last = before + char if is_same_look and is_behind else ""
            row.text = text[:place] + cell + text[place + 1 :]
            self.changed.add(self.y)
        return True

    def cell_before_cursor(self) -> tuple[str, str]:
        """Return what ends right before the cursor, and its style id; empty strings where nothing does."""
        row = self.lines[self.y]
        text, style_ids = row.full_text(self.columns), row.full_style_ids(self.columns)
        if text[self.x : self.x + 1] == HALF:
            return "", ""
        place = self.x - 2 if self.x > 1 and text[self.x - 1] == HALF else self.x - 1
        return (self.clusters.text(text[place]), style_ids[place]) if place >= 0 else ("", "")

    def _wrap(self) -> None:
        """Go on in the row below, which belongs to the same line; below the margins, in the last row anew."""
        self.lines[self.y].wrapped = self.y < self.rows - 1 or self.y == self.bottom
        self.x = 0
        self.row_down()

    def repeat(self, count: int = 1) -> None:
        """Print the last character again (REP), up to the end of the row, as tmux does."""
        if self.last:
            room = (self.columns - self.x) // max(widths.width(self.last[0]), 1)
            self._draw(self.last * min(max(count, 1), room))
