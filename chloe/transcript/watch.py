"""The watch: what happens to the rows of a terminal between two looks at it.

Owns the hooks. Names rows, so that a line that was scrolled is known without comparing text; takes what left
the main screen before it is forgotten; notes what was cleared. Must not know what is done with that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chloe.terminal import Terminal

#: Lines that the scrollback keeps for a size that takes them back.
_KEPT_LINES = 300
#: Screenfuls that were cleared between two looks, of which the last are kept.
_MAX_CLEARED = 8


class Watch:
    """Follows ``terminal``. ``on_frame_end`` is called before another screen is shown, and before a size."""

    def __init__(
        self, terminal: Terminal, on_frame_end: Callable[[], None], on_resize: Callable[[], None]
    ) -> None:
        self.terminal = terminal
        self._on_frame_end = on_frame_end
        self._on_resize = on_resize
        #: The names of the rows, and the next name.
        self.names: list[int] = []
        self._next_name = 0
        #: The lines that left the main screen since the last look; those that were cleared before anybody
        #: could see them, each screenful with how many lines had left before it.
        self.left: list[str] = []
        self.cleared: list[tuple[int, list[str]]] = []
        #: Whether the screen was cleared, or begun anew from its top.
        self.is_cleared = False
        #: Behind how many lines the scrollback was forgotten, and one more; 0 where it wasn't.
        self._forgotten = 0
        #: How many lines of the scrollback are known, and the last revision, the first row's name and whether
        #: the cursor was on it when the screen was looked at.
        self._total = terminal.scrollback.total
        self._seen = 0
        self._first_name = -1
        self._was_at_top = True
        self._moved = False
        #: Whether rows, and the first one, were unseen where this went on from a state.
        self._was_unseen = self._was_top_unseen = False
        #: Whether rows came in at the top of the main screen, as where somebody pages back.
        self.is_paged_back = False
        self._name_anew()
        terminal.observe(self)

    # Hooks.

    def rows_moved(self, first: int, bottom: int, count: int) -> None:
        """Have the names go with the rows."""
        self._moved = True
        names = self.names
        height = bottom - first + 1
        size = min(abs(count), height)
        new = list(range(self._next_name, self._next_name + size))
        self._next_name += size
        if count > 0:
            names[first : bottom + 1] = names[first + size : bottom + 1] + new
        else:
            self.is_paged_back = self.is_paged_back or (
                not first and not self.terminal.modes.alternate_screen
            )
            names[first : bottom + 1] = new + names[first : bottom + 1 - size]

    def before_clear(self) -> None:
        """Note it, and what is cleared before anybody saw it."""
        is_unseen = self.is_unseen
        self._begin_anew()
        if not self.terminal.modes.alternate_screen and is_unseen:
            read = self.terminal.read
            lines = [read(line.cells).rstrip() for line in self.terminal.screen_lines()]
            self.cleared = [*self.cleared[1 - _MAX_CLEARED :], (len(self.left), lines)]

    def after_clear(self) -> None:
        """Leave out what went to the scrollback by that: it was on the screen."""
        self._total = self.terminal.scrollback.total

    def before_forgetting(self) -> None:
        """Take what is forgotten next; but what left between two times nobody saw: it was painted twice."""
        self._begin_anew()
        if self._forgotten:
            del self.left[self._forgotten - 1 :]
            self.cleared = [each for each in self.cleared if each[0] < self._forgotten]
        self._forgotten = len(self.left) + 1

    def _begin_anew(self) -> None:
        """Note that the screen is cleared. What left it before wasn't painted anew: it is looked at apart."""
        self.collect()
        if self.left and not self.is_cleared:
            self._on_frame_end()
        self.is_cleared = True

    def before_switch(self) -> None:
        """Have the screen looked at."""
        self.collect()
        self._on_frame_end()

    def before_resize(self) -> None:
        """Have the screen looked at."""
        self.collect()
        self._on_frame_end()

    def after_resize(self) -> None:
        """Name all rows anew: any of them may be another one."""
        self._name_anew()
        self._total = min(self._total, self.terminal.scrollback.total)
        self.collect()
        self.is_cleared = True
        self._on_resize()

    # Between looks.

    @property
    def is_unseen(self) -> bool:
        """Return whether any row changed since the screen was looked at."""
        return self._was_unseen or bool(self.terminal.changed_since(self._seen))

    @property
    def _is_top_unseen(self) -> bool:
        return self._was_top_unseen or 0 in self.terminal.changed_since(self._seen)

    def collect(self) -> None:
        """Take the lines that left the main screen."""
        scrollback = self.terminal.scrollback
        if scrollback.total > self._total:
            self.left += scrollback.read_from(self._total, _KEPT_LINES)
        self._total = scrollback.total

    def is_begun_anew(self) -> bool:
        """Return whether the screen was cleared, or its first row written though nothing moved."""
        is_written = (
            not self._moved
            and self.names[0] == self._first_name
            and not self._was_at_top
            and self._is_top_unseen
        )
        return self.is_cleared or is_written

    def looked(self) -> None:
        """Note that the screen was looked at."""
        self._seen = self.terminal.revision
        self._was_unseen = self._was_top_unseen = False
        self._first_name = self.names[0]
        self._was_at_top = self.terminal.cursor.y == 0
        self._moved = False
        self._forgotten = 0
        self.left = []
        self.cleared = []

    def _name_anew(self) -> None:
        rows = self.terminal.rows
        self.names = list(range(self._next_name, self._next_name + rows))
        self._next_name += rows
        self._moved = True

    # Going on elsewhere.

    def dump(self) -> dict[str, Any]:
        """Return what is known, for ``load``."""
        return {
            "names": self.names,
            "next_name": self._next_name,
            "left": self.left,
            "cleared": self.cleared,
            "is_cleared": self.is_cleared,
            "forgotten": self._forgotten,
            "total": self._total,
            "is_unseen": self.is_unseen,
            "is_top_unseen": self._is_top_unseen,
            "first_name": self._first_name,
            "was_at_top": self._was_at_top,
            "moved": self._moved,
            "is_paged_back": self.is_paged_back,
        }

    def load(self, dumped: dict[str, Any]) -> None:
        """Go on where another watch was, whose terminal was as this one is. Raises what a wrong form does."""
        names = [int(name) for name in dumped["names"]]
        if len(names) != self.terminal.rows:
            raise ValueError("names of another number of rows")
        self.names = names
        self._next_name = int(dumped["next_name"])
        self.left = [str(text) for text in dumped["left"]]
        self.cleared = [(int(count), [str(text) for text in texts]) for count, texts in dumped["cleared"]]
        self.is_cleared = bool(dumped["is_cleared"])
        self._forgotten = int(dumped["forgotten"])
        self._total = min(int(dumped["total"]), self.terminal.scrollback.total)
        self._seen = self.terminal.revision
        self._was_unseen = bool(dumped["is_unseen"])
        self._was_top_unseen = bool(dumped["is_top_unseen"])
        self._first_name = int(dumped["first_name"])
        self._was_at_top = bool(dumped["was_at_top"])
        self._moved = bool(dumped["moved"])
        self.is_paged_back = bool(dumped["is_paged_back"])
