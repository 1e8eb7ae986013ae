"""What the engine tells, made news for the user: ends, bells, notifications, what went wrong.

Owns which changes are worth a word, here and on the user's terminal. Must not know where it is shown.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from chloe.engine import Change
from chloe.events.facts import Notified
from chloe.events.panes import Pane
from chloe.events.projections import Projections
from chloe.ui.announcer import Announcer
from chloe.ui.labels import label_outcome
from chloe.ui.messages import Messages
from chloe.ui.selection import Selection

#: Nanoseconds after which a bell or a notification is news no more, as after a start: it is only marked.
_NEWS = 60_000_000_000
#: Seconds within which panes that something ended, such as a tmux server that is gone, are told as one; and
#: how many of them by their names.
_ONE_EVENT, _MAX_NAMES = 5.0, 3


class UserWindow(Protocol):
    """The user's window."""

    @property
    def has_focus(self) -> bool:
        """Return whether it has the focus."""


class _End:
    """What ended panes, when it did, and their names so far."""

    def __init__(self, reason: str, at: float) -> None:
        self.reason = reason
        self.at = at
        self.names: list[str] = []


class Notifier:
    """Reads changes."""

    def __init__(
        self,
        projections: Projections,
        selection: Selection,
        messages: Messages,
        announcer: Announcer,
        window: UserWindow,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._projections = projections
        self._selection = selection
        self._messages = messages
        self._announcer = announcer
        self._window = window
        self._clock = clock
        #: The panes whose end would be news.
        self._alive: set[str] = set()
        #: The last notification of each pane that was told.
        self._notified: dict[str, Notified] = {}
        self._end: _End | None = None

    def begin(self) -> None:
        """Take the panes as they are: only what happens from now on is news."""
        for pane in self._projections.panes.values():
            if pane.alive:
                self._alive.add(pane.id)
            if pane.notified is not None:
                self._notified[pane.id] = pane.notified

    def handle(self, change: Change) -> None:
        """Take a change in, and tell what is news."""
        for message in change.messages:
            self._messages.notify(message, error=True)
        for name in change.panes & self._projections.panes.keys():
            pane = self._projections.panes[name]
            self._note_notification(pane)
            self._note_end(pane)

    def _note_notification(self, pane: Pane) -> None:
        """Tell of a bell or a notification that wasn't told yet."""
        notified = pane.notified
        if notified is None or notified is self._notified.get(pane.id):
            return
        self._notified[pane.id] = notified
        if time.time_ns() - pane.notified_at > _NEWS:
            return
        words = ": ".join(each for each in (notified.title, notified.text) if each)
        if words:
            self._messages.notify(f"{pane.name}: {words}")
            self._announcer.notify(pane.id, f"{pane.name}: {words}")
        else:
            self._announcer.ring(pane.id, is_typed_into=self._is_typed_into(pane))

    def _note_end(self, pane: Pane) -> None:
        """Tell of the end of a program, where that is news."""
        if pane.alive:
            self._alive.add(pane.id)
            return
        if pane.id not in self._alive:
            return
        self._alive.discard(pane.id)
        if pane.closed or pane.died is None:
            return
        if pane.died.reason:
            self._note_common_end(pane)
            return
        said = f"{pane.name} ended: {label_outcome(pane)}"
        self._messages.notify(said)
        # Who typed into it knows.
        if not self._is_typed_into(pane):
            self._announcer.notify(pane.id, said)

    def _is_typed_into(self, pane: Pane) -> bool:
        """Return whether the user is at the pane's keyboard: not if he has gone to another window."""
        return self._selection.typing_into == pane.id and self._window.has_focus

    def _note_common_end(self, pane: Pane) -> None:
        """Tell of panes that one thing ended in one sentence."""
        reason, now = label_outcome(pane), self._clock()
        end = self._end
        if end is None or end.reason != reason or now - end.at > _ONE_EVENT:
            end = self._end = _End(reason, now)
        end.names.append(pane.name)
        names = ", ".join(end.names[:_MAX_NAMES])
        if len(end.names) > _MAX_NAMES:
            names += f" and {len(end.names) - _MAX_NAMES} more"
        said = f"{names} ended: {reason}"
        if len(end.names) == 1:
            self._announcer.notify(pane.id, said)
        self._messages.notify(said, about=f"{reason} {end.at}")
