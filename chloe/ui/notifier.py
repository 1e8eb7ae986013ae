"""What the engine tells, made news for the user: endings, bells, what isn't seen yet, what went wrong.

Owns which changes are worth a word. Must not know where it is shown.
"""

from __future__ import annotations

from collections.abc import Callable

from chloe.engine import Change
from chloe.events.panes import Pane
from chloe.events.projections import Projections
from chloe.terminal import Bell
from chloe.ui.messages import Messages
from chloe.ui.panes.unread import Unread
from chloe.ui.words import ending


class Notifier:
    """Reads changes."""

    def __init__(
        self,
        projections: Projections,
        unread: Unread,
        messages: Messages,
        failed: Callable[[str, Exception], None],
    ) -> None:
        self._projections = projections
        self._unread = unread
        self._messages = messages
        #: Told of a pane whose screen can't be read, and why.
        self._failed = failed
        #: The panes whose end would be news.
        self._alive: set[str] = set()

    def heed(self, change: Change, shown: Pane | None) -> bool:
        """Take a change in while ``shown`` is on the screen; whether its bell sounded."""
        rang = False
        for message in change.messages:
            self._messages.notify(message, error=True)
        for name in change.panes & self._projections.panes.keys():
            pane = self._projections.panes[name]
            self._unread.track(pane)
            self._note_end(pane)
            if self._has_rung(pane):
                if pane is shown:
                    rang = True
                else:
                    self._unread.mark_bell(pane)
        return rang

    def _note_end(self, pane: Pane) -> None:
        if pane.alive:
            self._alive.add(pane.id)
        elif pane.id in self._alive:
            self._alive.discard(pane.id)
            if not pane.closed:
                self._messages.notify(f"{pane.name} ended: {ending(pane)}")

    def _has_rung(self, pane: Pane) -> bool:
        screens = self._projections.screens
        if pane.id not in screens:
            return False
        try:
            return any(isinstance(notice, Bell) for notice in screens.peek(pane.id).take_notices())
        except Exception as error:
            self._failed(pane.id, error)
            return False
