"""How far the tasks of programs are, as they say it (OSC 9;4).

Owns which of it still holds. Must not know where it is shown.
"""

from __future__ import annotations

from chloe.engine import Change
from chloe.events.projections import Projections
from chloe.terminal import Progress, PromptMark


class ProgressTable:
    """The progress of each pane's program."""

    def __init__(self, projections: Projections) -> None:
        self._projections = projections
        self._progress: dict[str, Progress] = {}

    def handle(self, change: Change) -> None:
        """Take a change in: progress ends as its program says, at a shell's prompt, and with the program."""
        for pane, notice in change.notices:
            if isinstance(notice, Progress) and notice.state != "none":
                self._progress[pane] = notice
            elif isinstance(notice, Progress) or notice == PromptMark("prompt"):
                self._progress.pop(pane, None)
        for pane in self._progress.keys() & change.panes:
            known = self._projections.panes.get(pane)
            if known is None or not known.alive:
                del self._progress[pane]

    def label(self, pane: str) -> str:
        """Return it in a few characters, "45%", with a sign where it stands still or failed; "" for none."""
        found = self._progress.get(pane)
        if found is None:
            return ""
        sign = {"error": "!", "paused": "="}.get(found.state, "")
        return f"{found.percent}%{sign}" if found.percent is not None else f"%{sign}"
