"""The terminal: the one class that the rest of the world uses.

Owns the public face of the emulator. Must not know how anything is done: it asks the rooms below.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from chloe.terminal.colours import UNKNOWN, Colours
from chloe.terminal.flood import is_skippable
from chloe.terminal.interpreter import Interpreter
from chloe.terminal.logical import lines
from chloe.terminal.modes import Modes
from chloe.terminal.notices import Notice
from chloe.terminal.observing import Observer, ScreenLine, read_lines
from chloe.terminal.repaint import repaint
from chloe.terminal.reprinting import reprint
from chloe.terminal.resizing import resize
from chloe.terminal.rows import Row
from chloe.terminal.runs import Run
from chloe.terminal.scrollback import Scrollback
from chloe.terminal.snapshot import Snapshot, snapshot
from chloe.terminal.state import dump, load


class Cursor(NamedTuple):
    """Where the cursor is, row and column from 0, and how it looks."""

    y: int
    x: int
    visible: bool = True
    shape: Literal["block", "underline", "bar"] = "block"
    blink: bool = True


class Terminal:
    """A screen of ``rows`` and ``columns`` that a program's bytes draw on.

    ``scrollback``: how many logical lines that left the screen are kept. ``first``: the number of the
    first line that leaves it.

    >>> terminal = Terminal(2, 20)
    >>> terminal.feed(b"hello \\x1b[1mworld")
    >>> terminal.display[0].rstrip(), terminal.cursor.x
    ('hello world', 11)
    >>> [run.text.rstrip() for run in terminal.line(0) if run.attributes.bold]
    ['world']
    """

    def __init__(self, rows: int, columns: int, *, scrollback: int = 10_000, first: int = 0) -> None:
        self._screen = Interpreter(max(rows, 1), max(columns, 1), max(scrollback, 0))
        self._screen.scrollback.begin(max(first, 0))

    @classmethod
    def load(cls, state: bytes, *, scrollback: int = 10_000) -> Terminal:
        """Return the terminal that has this state; see ``dump``. Raises StateUnusable for that of another
        version.

        It goes on as the other would, in which as many lines of scrollback are kept, unless a resize needs a
        line that isn't in the state: then ``self.scrollback.incomplete`` is on. It has no replies and no
        notices.
        """
        terminal = cls.__new__(cls)
        terminal._screen = load(state, max(scrollback, 0))
        return terminal

    def dump(self, lines: int = 300) -> bytes:
        """Return the complete state, with the last ``lines`` lines that ended in the scrollback, for
        ``load``.
        """
        return dump(self._screen, max(lines, 0))

    @property
    def rows(self) -> int:
        """Return the height, in cells."""
        return self._screen.rows

    @property
    def columns(self) -> int:
        """Return the width, in cells."""
        return self._screen.columns

    def feed(self, data: bytes) -> None:
        """Take in what the program wrote, split anywhere. Never raises."""
        self._screen.feed(data)

    def is_skippable(self, data: bytes) -> bool:
        """Return whether a lot of what ``data`` is a sample of would scroll through unseen, in next to no
        time.

        It would if it is nothing but lines, and the terminal's modes are the usual ones. Asking takes a small
        part of the time of drawing the sample.
        """
        return is_skippable(self._screen, data)

    def resize(self, rows: int, columns: int) -> None:
        """Change the size. Soft-wrapped lines of the main screen and the scrollback wrap anew."""
        observer = self._screen.observer
        if observer is not None:
            observer.before_resize()
        resize(self._screen, max(rows, 1), max(columns, 1))
        if observer is not None:
            observer.after_resize()

    @property
    def display(self) -> list[str]:
        """Return the screen as a person reads it: one string a row, a wide character once."""
        screen = self._screen
        return [screen.reader.display(row, screen.columns) for row in screen.lines]

    @property
    def cursor(self) -> Cursor:
        """Return where the cursor is seen."""
        screen = self._screen
        return Cursor(
            screen.y, screen.column, screen.modes.cursor_visible, screen.cursor_shape, screen.cursor_blink
        )

    def line(self, y: int) -> tuple[Run, ...]:
        """Return row ``y`` as runs of one look each; widths sum to ``columns``.

        Raises IndexError beyond the screen.
        """
        return self._screen.reader.runs(self._screen.lines[y], self._screen.columns)

    def goes_on(self, y: int) -> bool:
        """Return whether the line of row ``y`` goes on in the row below (a soft wrap).

        Raises IndexError beyond the screen.
        """
        return self._screen.lines[y].wrapped

    @property
    def revision(self) -> int:
        """Return the number of the screen's state, for ``changed_since``: at least 1, never falling."""
        return self._screen.revision

    def changed_since(self, revision: int) -> set[int]:
        """Return the rows that changed after this revision; 0 gives all of them.

        Each viewer keeps the revision that it has seen, so any number of them may look.

        >>> terminal = Terminal(2, 20)
        >>> seen = terminal.revision
        >>> terminal.feed(b"one")
        >>> terminal.changed_since(seen), terminal.changed_since(0), terminal.changed_since(terminal.revision)
        ({0}, {0, 1}, set())
        """
        return self._screen.changed_since(revision)

    @property
    def modes(self) -> Modes:
        """Return what the program switched on and off: always the same object."""
        return self._screen.modes

    @property
    def title(self) -> str:
        """Return the title that the program gave itself; empty where it gave none."""
        return self._screen.titles.window

    @property
    def cwd(self) -> str:
        """Return the working folder that the program reported (OSC 7); empty where it reported none."""
        return self._screen.cwd

    @property
    def scrollback(self) -> Scrollback:
        """Return the lines that left the screen at the top."""
        return self._screen.scrollback

    def lines_on_screen(self) -> list[str]:
        """Return the screen as logical lines: soft-wrapped rows in one, the part above the screen included.

        Blanks at the ends of lines and blank lines at the bottom are left out. Where the alternate screen is
        shown, the lines of the main one come first.
        """
        screen = self._screen
        main = screen.lines if screen.main_lines is None else screen.main_lines
        text = self._texts(screen.scrollback.open_rows() + main)
        return text if screen.main_lines is None else text + self._texts(screen.lines)

    def _texts(self, rows: list[Row]) -> list[str]:
        screen = self._screen
        copies = [row.copy() for row in rows]
        text = [screen.reader.text(line.cells).rstrip() for line, _ in lines(copies, screen.columns)]
        while text and not text[-1]:
            text.pop()
        return text

    def observe(self, observer: Observer | None) -> None:
        """Have what happens to rows told to ``observer`` from now on, and to nobody else."""
        self._screen.observer = observer

    def screen_lines(self) -> list[ScreenLine]:
        """Return the screen that is shown as lines of cells; what of the first is above the screen, too."""
        return read_lines(self._screen)

    def read(self, cells: str) -> str:
        """Return cells, or a part of them, as a person reads them."""
        return self._screen.reader.text(cells)

    def take_replies(self, colours: Colours = UNKNOWN) -> bytes:
        """Return the answers to the program's queries, and forget them; the caller may send them.

        ``colours`` are those of the display, for who asks for them.
        """
        return self._screen.take_replies(colours)

    def take_notices(self) -> list[Notice]:
        """Return what the program said beside its text, oldest first, and forget it."""
        taken = self._screen.notices
        self._screen.notices = []
        return taken

    def snapshot(self) -> Snapshot:
        """Return all that can be seen or will matter, comparable with ``==``."""
        return snapshot(self._screen)

    def repaint(self) -> bytes:
        """Return bytes that make a fresh terminal of this size and ``scrollback`` go on as this one.

        They may be taken between any two bytes of a stream: what was read of an incomplete sequence or
        character comes last. They hold both screens, with soft wraps and with how much of a row is text; of
        the scrollback only the open line, whose rest is on the screen; the cursor, and whether it waits to
        wrap; the pen and both cursors saved by DECSC, with charsets and single shifts; modes, saved ones too,
        keyboard flags, margins, tabs, title and folder; and what REP would repeat. They don't hold the lines
        above, what a resize would bring back of them, nor which screen was cleared last, so that one may be
        kept once more: ``dump`` does. The fresh terminal has notices of
        title and folder afterwards.

        >>> terminal = Terminal(1, 20)
        >>> terminal.feed(b"cut off \\x1b[1")
        >>> copy = Terminal(1, 20)
        >>> copy.feed(terminal.repaint())
        >>> copy.feed(b"mbold")
        >>> [run.text.rstrip() for run in copy.line(0) if run.attributes.bold]
        ['bold']
        """
        return repaint(self._screen)

    def reprint(self, lines: int) -> tuple[bytes, int]:
        """Return bytes that have a fresh terminal of this size scroll the last ``lines`` lines of the
        scrollback off its screen, which is blank again afterwards; and how many these are.

        There are fewer where there are no more, or where these are very long.
        """
        return reprint(self._screen, lines)
