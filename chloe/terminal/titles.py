"""Titles: the name of a window and of its icon, and the stack on which programs keep them.

Owns what OSC 0, 1 and 2 set and XTWINOPS 22 and 23 keep and bring back (xterm's ctlseqs). Must not know who
shows a title.
"""

from __future__ import annotations

from typing import NamedTuple

#: How many entries the stack holds, as xterm's; the oldest go.
MAX_KEPT = 10
#: Which names a parameter of XTWINOPS 22 and 23 means.
BOTH, ICON, WINDOW = 0, 1, 2


class Kept(NamedTuple):
    """An entry of the stack: None for a name that wasn't kept."""

    icon: str | None
    window: str | None


class Titles:
    """The titles of one terminal, empty where none was set."""

    __slots__ = ("icon", "stack", "window")

    def __init__(self) -> None:
        self.icon = ""
        self.window = ""
        self.stack: list[Kept] = []

    def push(self, which: int) -> None:
        """Keep the names that ``which`` means."""
        if which in (BOTH, ICON, WINDOW):
            self.stack.append(
                Kept(None if which == WINDOW else self.icon, None if which == ICON else self.window)
            )
            del self.stack[:-MAX_KEPT]

    def pop(self, which: int) -> Kept:
        """Bring the names back that ``which`` means and the last entry has; return them."""
        if which not in (BOTH, ICON, WINDOW) or not self.stack:
            return Kept(None, None)
        icon, window = self.stack.pop()
        brought = Kept(None if which == WINDOW else icon, None if which == ICON else window)
        self.icon = self.icon if brought.icon is None else brought.icon
        self.window = self.window if brought.window is None else brought.window
        return brought
