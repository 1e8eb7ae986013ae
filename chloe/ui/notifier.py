"""What the engine tells, made news for the user: endings, bells, what isn't seen yet, what went wrong.

Owns which changes are worth a word. Must not know where it is shown.
"""

from __future__ import annotations

from chloe.engine import Change
from chloe.events.panes import Pane
from chloe.events.projections import Projections
from chloe.terminal import Bell
from chloe.ui.labels import label_outcome
from chloe.ui.messages import Messages
from chloe.ui.panes.unread import Unread
from chloe.ui.panes.visible import VisiblePanes


class Notifier:
    """Reads changes."""

    def __init__(
        self,
        projections: Projections,
        unread: Unread,
        messages: Messages,
        visible: VisiblePanes,
    ) -> None:
        self._projections = projections
        self._unread = unread
        self._messages = messages
        self._visible = visible
        #: The panes whose end would be news.
        self._alive: set[str] = set()

    def handle(self, change: Change) -> bool:
        """Take a change in. Return whether the bell of a pane that is shown sounded."""
        rang = False
        bells = {pane for pane, notice in change.notices if isinstance(notice, Bell)}
        for message in change.messages:
            self._messages.notify(message, error=True)
        for name in change.panes & self._projections.panes.keys():
            pane = self._projections.panes[name]
            self._unread.track(pane)
            is_shown = self._visible.mark_read(pane)
            if self._note_end(pane) and not is_shown:
                self._unread.mark_end(pane)
            if pane.id in bells:
                if is_shown:
                    rang = True
                else:
                    self._unread.mark_bell(pane)
        return rang

    def _note_end(self, pane: Pane) -> bool:
        """Tell of the end of a program. Return whether that is news."""
        if pane.alive:
            self._alive.add(pane.id)
        elif pane.id in self._alive:
            self._alive.discard(pane.id)
            if not pane.closed:
                self._messages.notify(f"{pane.name} ended: {label_outcome(pane)}")
                return True
        return False
