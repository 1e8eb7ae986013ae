"""The rows of the screens that are shown, made once for however many places show them.

Owns the rows drawn so far, of which only those that changed are made anew, and the patience with a
program's unfinished frame. Must not know panes or how large a view is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from weakref import WeakValueDictionary

from chloe.terminal import Run as TerminalRun
from chloe.terminal import Terminal
from chloe.ui.canvas import Cells, Row

#: Seconds for which a program's unfinished frame isn't shown; then it shows as it is.
FRAME_TIMEOUT = 0.15


class LiveScreen:
    """One terminal's screen as rows."""

    def __init__(self, terminal: Terminal, clock: Callable[[], float]) -> None:
        self._terminal = terminal
        self._clock = clock
        self._reversed = False
        #: The terminal's revision, as of these rows.
        self._revision = 0
        #: Since when a frame of the program is unfinished.
        self._unfinished: float | None = None
        self.rows: list[Row] = []
        #: The cursor as (x, y, visible), as of these rows.
        self.cursor = (0, 0, False)

    def refresh(self) -> None:
        """Make the rows anew that changed, unless the program is in the middle of a frame (mode 2026)."""
        terminal = self._terminal
        if self._is_frame_pending():
            return
        self.cursor = terminal.cursor.x, terminal.cursor.y, terminal.cursor.visible
        is_reversed = terminal.modes.reverse_screen
        if len(self.rows) != terminal.rows or is_reversed != self._reversed:
            self._reversed = is_reversed
            self.rows = [self.make_row(terminal.line(y)) for y in range(terminal.rows)]
        else:
            for y in terminal.changed_since(self._revision):
                self.rows[y] = self.make_row(terminal.line(y))
        self._revision = terminal.revision

    @property
    def is_waiting(self) -> bool:
        """Return whether a frame of the program is unfinished, and the one before it is shown."""
        return self._unfinished is not None

    def _is_frame_pending(self) -> bool:
        if not self._terminal.modes.synchronized:
            self._unfinished = None
            return False
        if self._unfinished is None:
            self._unfinished = self._clock()
        is_drawn = len(self.rows) == self._terminal.rows
        return is_drawn and self._clock() - self._unfinished < FRAME_TIMEOUT

    def make_row(self, runs: Sequence[TerminalRun]) -> Row:
        """Return a row of the terminal, or of its past, as it is drawn now."""
        if self._reversed:
            return [
                (
                    run.attributes._replace(reverse=not run.attributes.reverse),
                    None,
                    Cells.of(run.text, run.width),
                )
                for run in runs
            ]
        return [(run.attributes, None, Cells.of(run.text, run.width)) for run in runs]


class LiveScreens:
    """The screens that are shown somewhere. ``clock`` is in seconds and doesn't go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        #: By the identity of their terminals, which they keep alive; the views that show one keep it.
        self._screens: WeakValueDictionary[int, LiveScreen] = WeakValueDictionary()

    def __getitem__(self, terminal: Terminal) -> LiveScreen:
        screen = self._screens.get(id(terminal))
        if screen is None:
            screen = self._screens[id(terminal)] = LiveScreen(terminal, self._clock)
        return screen
