"""Repainting: bytes that make a fresh terminal what this one is.

Owns the order in which a state is rebuilt from sequences that any terminal understands. Must not
know how the screen stores it beyond rows and runs. The scrollback isn't part of it, except for
the rows of an open line that left the screen: ``reprinting`` has its lines.

Plan: for each screen first what DECSC kept, while nothing is drawn that this could disturb; then the
soft wraps, which only come from text that runs over the edge; then the cells, with what changes no
wrap (CUP, text, ECH, which also ends a row's text where it ended); then what isn't a cell; the cursor
near the end, since origin mode and margins move it; what was read of an incomplete sequence last.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from chloe.terminal import sgr, widths
from chloe.terminal.canvas import SavedCursor
from chloe.terminal.charsets import Charsets
from chloe.terminal.interpreter import Interpreter
from chloe.terminal.logical import is_short
from chloe.terminal.modes import CURSOR_BLINK, MOUSE, MOUSE_ENCODINGS, PRIVATE_SWITCHES, Modes
from chloe.terminal.pens import LINK_SHIFT, PLAIN, PROTECTED
from chloe.terminal.rows import Row
from chloe.terminal.runs import split_styles
from chloe.terminal.tabs import TAB
from chloe.terminal.titles import BOTH, ICON, WINDOW
from chloe.terminal.widths import HALF

_SHAPES = {"block": 1, "underline": 3, "bar": 5}
#: Modes that move the cursor or change how text is drawn: they come when all is drawn.
_LATE = frozenset(("origin", "insert"))
#: A control that does nothing here (SI, where G0 is in force) but end what the next character could join.
_SEPARATOR = "\x0f"
#: VS16: shows what stands before it as an emoji, two cells wide.
_SELECTOR = "\ufe0f"
#: A cell, and whether it is a wide one.
_CELLS = re.compile(f"([^{HALF}])({HALF}?)")


def repaint(screen: Interpreter) -> bytes:
    """Return what to feed to a fresh terminal of the same size."""
    return Repaint(screen).bytes()


class Repaint:
    """Collects the sequences that rebuild one screen."""

    def __init__(self, screen: Interpreter) -> None:
        self.screen = screen
        self.parts: list[str] = []
        self.pen = 0

    def emit(self, text: str) -> None:
        """Add text or a sequence."""
        self.parts.append(text)

    def bytes(self) -> bytes:
        """Rebuild everything but the scrollback."""
        screen = self.screen
        self._saved_modes()
        is_main = screen.main_lines is None
        # The one that is shown comes last.
        self._page(not is_main)
        self._page(is_main)
        self._tabs()
        self._texts()
        self.emit(f"\x1b[{screen.top + 1};{screen.bottom + 1}r" if screen.rows > 1 else "")
        self._modes()
        self._cursor()
        return "".join(self.parts).encode("utf-8", "surrogateescape") + screen.tokenizer.pending

    def _page(self, main: bool) -> None:
        """Paint one of the two screens, which is still blank, after what DECSC kept on it."""
        screen = self.screen
        is_shown = main == (screen.main_lines is None)
        saved = screen.saved if is_shown else screen.other_saved
        stack = screen.kitty_stack if is_shown else screen.other_kitty_stack
        flags = screen.modes.kitty_flags if is_shown else screen.other_kitty_flags
        rows = screen.lines if is_shown else screen.main_lines or []
        rows = rows if main else [_trimmed(row) for row in rows]
        if not main and not is_shown and saved == SavedCursor() and not stack and not flags:
            return
        self.select_pen(0)
        if not main:
            self.emit("\x1b[?47h\x1b[H")
        self._saved(saved)
        self._rows(screen.scrollback.open_rows() if main else [], rows)
        self._keyboard(stack, flags)
        if not (main or is_shown):
            self.select_pen(0)
            self.emit("\x1b[?47l")

    # Cells.

    def select_pen(self, pen: int) -> None:
        """Have what is printed next look like this."""
        before = self.pen
        if pen == before:
            return
        self.pen = pen
        if (pen ^ before) & ~PROTECTED & ((1 << LINK_SHIFT) - 1):
            self.emit(sgr.select(pen))
        if (pen ^ before) & PROTECTED:
            self.emit('\x1b[1"q' if pen & PROTECTED else '\x1b[0"q')
        if pen >> LINK_SHIFT != before >> LINK_SHIFT:
            self.emit(f"\x1b]8;;{self.screen.links.address(pen >> LINK_SHIFT)}\x1b\\")

    def _rows(self, opened: list[Row], shown: list[Row]) -> None:
        written = self._wraps([*opened, *shown], len(opened))[len(opened) :]
        for y, row in enumerate(shown):
            self._row(y, row, written[y])

    def _wraps(self, rows: list[Row], opened: int) -> list[bool]:
        """Print the lines that wrap, the open one from its beginning, so that it scrolls off as it did.

        The first ``opened`` rows have left the screen. Where the last of them ended a cell early for a wide
        character, which may be gone by now, another makes it end there again, blanked as it was, and is
        drawn over.

        Returns which rows were written on.
        """
        if not any(row.wrapped for row in rows):
            return [False] * len(rows)
        columns = self.screen.columns
        written = []
        goes_on = False
        for place, row in enumerate(rows):
            if row.wrapped:
                below = rows[place + 1] if place + 1 < len(rows) else None
                ends_early = place == opened - 1 and len(row.text) == columns - 1 > 0
                size = columns - 1 if ends_early or is_short(row, below, columns) else columns
                cells, style_ids = row.text.ljust(size), row.full_style_ids(columns)
                self.print_cells(cells, style_ids)
                if place == opened - 1 and size == columns:
                    # A cleared screen ends the line here, and then it shows how the row was blanked.
                    last = columns - (2 if cells.endswith(HALF) else 1)
                    self.select_pen(self.screen.pen_table.lookup(row.fill))
                    self.emit(f"\x1b[{last + 1}G\x1b[{columns - last}X")
                    self.print_cells(cells[last:], style_ids[last:])
                if ends_early:
                    self.select_pen(self.screen.pen_table.lookup(row.fill))
                    self.emit(f"{_SEPARATOR}\u3000\r")
            elif goes_on:
                self.print_cells((row.text or " ")[:2], (row.style_ids() or row.fill)[:2])
            written.append(row.wrapped or goes_on)
            goes_on = row.wrapped
            if not goes_on and place < len(rows) - 1:
                self.select_pen(0)
                self.emit("\r\n")
        return written

    def print_cells(self, cells: str, style_ids: str) -> None:
        """Print cells with their looks."""
        for start, end, style_id in split_styles(style_ids[: len(cells)]):
            self.select_pen(self.screen.pen_table.lookup(style_id))
            self.emit(self._text(cells[start:end]))

    def _text(self, cells: str) -> str:
        """Return cells as text; what would join the cell before it is kept apart from it."""
        if widths.is_narrow(cells):
            return cells
        text = _SEPARATOR
        before = ""
        for cell, half in _CELLS.findall(cells):
            read = self.screen.clusters.text(cell)
            text += _SEPARATOR + read[0] if widths.joins(before, read[0]) else read[0]
            # What grew where there was no room for it didn't get any wider.
            is_kept_narrow = not half and widths.cluster_width(read) > widths.width(read[0])
            # A selector right behind what is drawn widens it, also one behind another mark.
            rest = read[1:].replace(_SELECTOR, _SEPARATOR + _SELECTOR) if is_kept_narrow else read[1:]
            text += _SEPARATOR + rest if is_kept_narrow else rest
            before = read
        return text

    def _row(self, y: int, row: Row, is_written: bool) -> None:
        columns = self.screen.columns
        if not row.text and row.fill == PLAIN and not is_written:
            return
        if row.fill != PLAIN or is_written:
            # A full row has a fill as well, for when it's wrapped anew: its last cell is erased first.
            first = min(len(row.text), columns - 1)
            self.select_pen(self.screen.pen_table.lookup(row.fill))
            self.emit(f"\x1b[{y + 1};{first + 1}H\x1b[{columns - first}X")
        self.emit(f"\x1b[{y + 1}H")
        self.print_cells(row.text, row.style_ids())

    # What isn't a cell.

    def _saved_modes(self) -> None:
        for number, on in self.screen.saved_modes.items():
            name = PRIVATE_SWITCHES.get(number)
            default = getattr(Modes(), name) if name else number == CURSOR_BLINK
            self.emit(
                f"\x1b[?{number}{'h' if on else 'l'}\x1b[?{number}s\x1b[?{number}{'h' if default else 'l'}"
            )

    def _saved(self, saved: SavedCursor) -> None:
        """Go where DECSC was, with what it found, and do it again. The margins aren't set yet."""
        if saved == SavedCursor():
            return
        if saved.origin:
            self.emit("\x1b[?6h")
        waits = saved.x == self.screen.columns
        self.emit(f"\x1b[{saved.y + 1};{saved.x + 1}H" + " " * waits)
        self.select_pen(saved.pen)
        self._charsets(saved.charsets)
        self.emit("\x1b7")
        if saved.charsets.single >= 0 or waits:
            self.select_pen(0)
            self.emit("\r \x1b[2J")  # Only a character ends a single shift; nothing is drawn yet.
        self._charsets(Charsets(), force=True)
        if saved.origin:
            self.emit("\x1b[?6l")
        self.emit("\x1b[H")

    def _charsets(self, charsets: Charsets, *, force: bool = False) -> None:
        for place, name in enumerate(charsets.sets):
            if name != "B" or force:
                self.emit(f"\x1b{'()*+'[place]}{name}")
        if charsets.shift or force:
            self.emit(("\x0f", "\x0e", "\x1bn", "\x1bo")[charsets.shift])
        if charsets.single >= 0:
            self.emit("\x1bN" if charsets.single == 2 else "\x1bO")

    def _keyboard(self, stack: list[int], flags: int) -> None:
        values = [*stack, flags]
        if any(values) or stack:
            self.emit(f"\x1b[={values[0]}u")
            for pushed in values[1:]:
                self.emit(f"\x1b[>{pushed}u")

    def _tabs(self) -> None:
        """Set and clear single stops; where some beyond the right edge were set or cleared, list all."""
        columns, tabs = self.screen.columns, self.screen.tabs
        _, changed = tabs.described()
        shown = {stop for stop in tabs.stops if stop < columns}
        for stop in sorted(shown ^ set(range(TAB, columns, TAB))):
            self.emit(f"\x1b[{stop + 1}G" + ("\x1bH" if stop in shown else "\x1b[g"))
        if changed > columns:
            self.emit(f"\x1bP2$t{tabs.report()}\x1b\\")

    def _texts(self) -> None:
        titles = self.screen.titles
        window = icon = ""
        for kept in titles.stack:
            window, icon = self._title(window, icon, kept.window, kept.icon)
            self.emit(f"\x1b[22;{WINDOW if kept.icon is None else ICON if kept.window is None else BOTH}t")
        self._title(window, icon, titles.window, titles.icon)
        if self.screen.cwd:
            cwd = quote(self.screen.cwd, errors="surrogateescape")
            self.emit(f"\x1b]7;file://{cwd}\x1b\\")

    def _title(
        self, window: str, icon: str, next_window: str | None, next_icon: str | None
    ) -> tuple[str, str]:
        """Set the titles that differ from those before and are known; return those in force then."""
        if next_window is not None and next_window != window:
            window = next_window
            self.emit(f"\x1b]2;{window}\x1b\\")
        if next_icon is not None and next_icon != icon:
            icon = next_icon
            self.emit(f"\x1b]1;{icon}\x1b\\")
        return window, icon

    def _modes(self) -> None:
        modes = self.screen.modes
        plain = Modes()
        for number, name in PRIVATE_SWITCHES.items():
            on = getattr(modes, name)
            if on != getattr(plain, name) and name not in _LATE:
                self.emit(f"\x1b[?{number}{'h' if on else 'l'}")
        if self.screen.has_side_margins:
            self._take_out_inserted(between_margins=False)
            self.emit(f"\x1b[{self.screen.left + 1};{self.screen.right + 1}s")
        if self.screen.dresses_rectangle:
            self.emit("\x1b[2*x")
        if modes.newline:
            self.emit("\x1b[20h")
        self.emit("".join(f"\x1b[?{number}h" for number, mouse in MOUSE.items() if mouse == modes.mouse))
        for number, encoding in MOUSE_ENCODINGS.items():
            if encoding == modes.mouse_encoding:
                self.emit(f"\x1b[?{number}h")
        if modes.modify_other_keys:
            self.emit(f"\x1b[>4;{modes.modify_other_keys}m")
        shape = _SHAPES[self.screen.cursor_shape] + (not self.screen.cursor_blink)
        if shape != 1:
            self.emit(f"\x1b[{shape} q")
        if modes.origin:
            self.emit("\x1b[?6h")

    def _move(self, x: int) -> str:
        """Return what moves to a column of the cursor's row."""
        screen = self.screen
        top, left = (screen.top, screen.left) if screen.modes.origin else (0, 0)
        return f"\x1b[{screen.y - top + 1};{x - left + 1}H"

    def _place_cursor(self) -> None:
        """Move to the cursor's place.

        Where it waits to wrap, the last cell is printed once more, or on the other screen where that cell is
        no text.
        """
        screen = self.screen
        end = screen.x
        if end < screen.columns and not screen.waits:
            self.emit(self._move(end))
            return
        row = screen.lines[screen.y]
        if len(row.text) < end and screen.main_lines is None:
            self.emit(f"\x1b[?47h{self._move(end - 1)} \x1b[?47l")
            return
        cells = row.full_text(end)[:end]
        last = end - 2 if cells[-1] == HALF else end - 1
        self.emit(self._move(last))
        self.print_cells(cells[last:], row.full_style_ids(end)[last:end])

    @property
    def _printed_again(self) -> str:
        """Return what is printed again at the end, since REP would repeat it; "" where it would not."""
        return self.screen.last if self.screen.is_printing else ""

    @property
    def _width_before(self) -> int:
        """Return how many cells the character before the cursor takes."""
        screen = self.screen
        return 2 if screen.lines[screen.y].text[screen.x - 1 : screen.x] == HALF else 1

    def _take_out_inserted(self, *, between_margins: bool) -> None:
        """Delete the last character in insert mode: inserting it again puts the rest of the row back.

        DCH does nothing outside the side margins, so there it comes before they are set, and ICH then puts
        back what stands behind the edge.
        """
        screen, width = self.screen, self._width_before
        x = screen.x - width
        if not (self._printed_again and screen.modes.insert):
            return
        if (screen.left <= x <= screen.right) != between_margins:
            return
        self.select_pen(screen.pen_table.lookup(screen.lines[screen.y].fill))
        if between_margins:
            self.emit(f"{self._move(x)}\x1b[{width}P")
            return
        self.emit(f"\x1b[{screen.y + 1};{x + 1}H\x1b[{width}P")
        if x < screen.left and screen.right + 1 < screen.columns:
            self.emit(f"\x1b[{screen.y + 1};{screen.right + 2 - width}H\x1b[{width}@")

    def _cursor(self) -> None:
        """Tell the cursor, the pen, and what depends on them: insert mode, charsets, and what REP would
        repeat.
        """
        screen = self.screen
        insert = "\x1b[4h" if screen.modes.insert else ""
        last = self._printed_again
        if not last:
            # Insert mode comes first: a change of it ends the wait at a right margin. What is printed once
            # more at an edge then shifts only itself out.
            self.emit(insert)
            self._place_cursor()
            self.select_pen(screen.pen)
            self.emit(sgr.select(screen.pen))  # Any sequence: REP repeats nothing after it.
            self._charsets(screen.charsets)
            return
        self._take_out_inserted(between_margins=True)
        self.emit(insert + self._move(screen.x - self._width_before))
        self.select_pen(screen.pen)
        # A mark may have joined a character that was drawn when another set was in force.
        is_older = ord(last[0]) in (screen.charsets.translation or {})
        self.emit(last[:is_older])
        self._charsets(screen.charsets)
        self.emit(last[is_older:])


def _trimmed(row: Row) -> Row:
    """Return a row without the blanks at its end that look like what is beyond it.

    On the alternate screen, where nothing is wrapped anew, they are the same.
    """
    style_ids = row.style_ids()
    size = max(len(row.text.rstrip(" ")), len(style_ids.rstrip(row.fill)))
    return Row(row.text[:size], row.pens[:size], row.fill, row.wrapped)
