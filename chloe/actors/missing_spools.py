"""Spools that aren't where they should be, though the sessions of their panes run on.

Owns the finding, and what is said of it. A holder makes a folder again that was removed; one that was moved
away is left where it is, and what goes on in it is neither shown nor recorded until it is back. Must not know
who is told.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable
from pathlib import Path

from chloe.events.panes import Pane


class MissingSpools:
    """Finds them: those that are missing in two looks one after the other.

    ``present`` returns the panes that have a spool in ``folder``, and ``session_exists`` asks tmux about one.
    """

    def __init__(
        self,
        folder: Path,
        present: Callable[[], Collection[str]],
        session_exists: Callable[[str], Awaitable[bool | None]],
    ) -> None:
        self._folder = folder
        self._present = present
        self._session_exists = session_exists
        self._before: set[str] = set()

    async def find(self, panes: Iterable[Pane]) -> str:
        """Return a sentence, full stop and all, about ``panes`` whose spool is missing; "" where none is."""
        running = {pane.id: pane.name for pane in panes if pane.traits.runs_in_session and pane.alive}
        missing = running.keys() - set(self._present()) if running else set()
        doubtful, self._before = missing & self._before, missing
        misplaced = [pane for pane in doubtful if await self._session_exists(pane)]
        if not misplaced:
            return ""
        what = (
            f"the spool of {running[misplaced[0]]}"
            if len(misplaced) == 1
            else f"the spools of {len(misplaced)} panes"
        )
        were = "was" if len(misplaced) == 1 else "were"
        return (
            f"{what} in {self._folder} {were} moved away or removed: until it is back, nothing more is shown "
            "and what is typed waits; `chloe kill` ends the program."
        )
