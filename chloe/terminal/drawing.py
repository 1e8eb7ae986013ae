"""Drawing: text onto the canvas.

Owns wrapping, insert mode, wide characters at the edge, and what joins the cell before. Must not
know sequences.
"""

from __future__ import annotations

from chloe.terminal import widths
from chloe.terminal.canvas import Canvas
from chloe.terminal.clusters import MAX_CODE_POINTS, needs_stand_in
from chloe.terminal.logical import halved
from chloe.terminal.pens import PLAIN
from chloe.terminal.widths import APART, HALF, character_bits, joined_width


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
                x = self.x
                end = x + len(text)
                if end >= self.columns or self.modes.insert or self.has_side_margins:
                    self._put(text)
                else:
                    self.lines[self.y].write(x, text, self.style_id)
                    self.x = end
                    self.changed.add(self.y)
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
        if self.has_side_margins:
            self._put_between(cells)
            return
        columns = self.columns
        if columns < 2:
            cells = halved(cells)
        while cells:
            if self.x >= columns:
                if self.modes.autowrap:
                    self.wrap()
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
                    if not self.modes.autowrap:
                        self.last = ""
                        return
                    self.lines[self.y].erase(x, columns, self.fill(), columns)
                    self.changed.add(self.y)
                    self.wrap()
                    continue
            row = self.lines[self.y]
            self.changed.add(self.y)
            if self.modes.insert:
                row.insert(x, len(taken), self.fill(), columns)
            row.write(x, taken, self.style_id)
            self.x = x + len(taken)
            cells = cells[len(taken) :]

    def _put_between(self, cells: str) -> None:
        """Put cells as ``_put`` does, up to the right margin where the cursor isn't behind it."""
        while cells:
            end = self._edge(self.column)
            if self.x >= end:
                if self.modes.autowrap:
                    self.wrap()
                    continue
                if cells[-1] == HALF:
                    self.last = ""
                    return
                self.x = end - 1
                self.waits = False
                cells = cells[-1]
            x, fill = self.x, self.fill()
            taken = cells[: end - x]
            row = self.lines[self.y]
            self.changed.add(self.y)
            if cells[end - x : end - x + 1] == HALF:
                taken = taken[:-1]
                if not taken:
                    if not self.modes.autowrap or end - self.left < 2:
                        self.last = ""
                        return
                    row.erase(x, end, fill, self.columns)
                    self.wrap()
                    continue
            if self.modes.insert:
                self.shift_cells(row, x, end, len(taken), fill)
            row.write(x, taken, self.style_id)
            self.x = x + len(taken)
            self.waits = self.x == end < self.columns
            cells = cells[len(taken) :]

    def _join_last(self, cells: list[str], char: str) -> bool:
        """Add ``char`` to the last of ``cells``, which aren't drawn yet, if it belongs there.

        Where it makes that wider and the row may lack the room, they are drawn first.
        """
        if not character_bits[char]:
            return False
        before = self.last
        cluster = before + char
        width = joined_width[cluster]
        if width == APART:
            return False
        if len(before) < MAX_CODE_POINTS:
            cell = cells[-1]
            is_wide = cell[-1] == HALF
            if width == 2 and not is_wide:
                if not (self.draws_plainly and self.x + sum(map(len, cells)) < self.columns):
                    self._put("".join(cells))
                    cells.clear()
                    return self._join(char)
                cells[-1] = cell[:-1] + self.clusters.stand_in(cluster) + HALF
            elif is_wide:
                cells[-1] = cell[:-2] + self.clusters.stand_in(cluster) + HALF
            else:
                cells[-1] = cell[:-1] + self.clusters.stand_in(cluster)
            self.last = cluster
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
        if self.columns < 2 and widths.width(before[0]) == 2:
            return True  # A wide cluster couldn't be told from a narrow one.
        if len(before) < MAX_CODE_POINTS:
            # A selector that comes after a sequence, or between the halves of a wide one, widens nothing.
            is_behind = text[self.x : self.x + 1] != HALF
            is_wide = text[place + 1 : place + 2] == HALF
            widens = bool(self.last) and is_behind and not is_wide
            if widens and widths.cluster_width(before + char) == 2 and not self._has_room(place):
                if widths.width(char):
                    return False
                widens = False
            cell = self.clusters.stand_in(before + char)
            style_id = row.pens[place] if row.pens else PLAIN
            self.last = before + char if style_id == self.style_id and is_behind else ""
            row.text = text[:place] + cell + text[place + 1 :]
            self.changed.add(self.y)
            if widens and widths.cluster_width(before + char) == 2:
                self._widen(place, cell, style_id)
        return True

    def _edge(self, x: int) -> int:
        """Return the column behind the last that text at ``x`` may take."""
        return self.right + 1 if x <= self.right else self.columns

    def _has_room(self, place: int) -> bool:
        """Return whether what stands in column ``place``, before the cursor, may become wide."""
        end = self._edge(place)
        return self.x < end or (self.modes.autowrap and end - self.left > 1)

    def _widen(self, place: int, cell: str, style_id: str) -> None:
        """Give the cluster before the cursor, at column ``place``, two cells.

        Where the edge leaves it one, it goes to the next row.
        """
        row = self.lines[self.y]
        end = self._edge(place)
        if self.x < end:
            if self.modes.insert:
                self.shift_cells(row, self.x, end, 1, self.fill())
            row.write(place, cell + HALF, style_id)
            self.x += 1
            self.waits = self.x == end < self.columns
            return
        self.x, self.waits = place, False
        pen, self.style_id = self.style_id, style_id
        self._put(cell + HALF)
        self.style_id = pen

    def cell_before_cursor(self) -> tuple[str, str]:
        """Return what ends right before the cursor, and its style id; empty strings where nothing does, or
        what got fewer cells than it takes.
        """
        row = self.lines[self.y]
        text, style_ids = row.full_text(self.columns), row.full_style_ids(self.columns)
        if text[self.x : self.x + 1] == HALF:
            return "", ""
        place = self.x - 2 if self.x > 1 and text[self.x - 1] == HALF else self.x - 1
        cluster = self.clusters.text(text[place]) if place >= 0 else ""
        is_alone = self.columns < 2 and len(cluster) == 1
        if not cluster or (widths.cluster_width(cluster) > self.x - place and not is_alone):
            return "", ""
        return cluster, style_ids[place]

    def repeat(self, count: int = 1) -> None:
        """Print the last character again (REP); what is more than a screenful would only be lost."""
        if self.last:
            room = self.rows * self.columns // max(widths.cluster_width(self.last), 1)
            self._draw(self.last * min(max(count, 1), max(room, 1)))
