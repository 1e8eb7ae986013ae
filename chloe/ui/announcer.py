"""What panes have to say is passed on to the user's terminal: bells and notifications.

Owns how often that is done. Must not know what happened, nor how a terminal is told.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

#: What is passed on of one pane within so many seconds, at the most.
_MOST, _PERIOD = 5, 60.0


class AlertedTerminal(Protocol):
    """The terminal, as far as it is told of what happens."""

    def ring(self) -> None:
        """Sound the bell."""

    def notify(self, text: str) -> None:
        """Show a notification, or sound the bell where there are none."""


class Allowance:
    """How much may be passed on of each pane: five times a minute."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._taken: dict[str, deque[float]] = {}

    def take(self, pane: str) -> bool:
        """Return whether one more may be passed on of a pane, and count it."""
        now = self._clock()
        times = self._taken.setdefault(pane, deque(maxlen=_MOST))
        if len(times) == _MOST and now - times[0] < _PERIOD:
            return False
        times.append(now)
        return True


class Announcer:
    """Tells one terminal."""

    def __init__(
        self, terminal: AlertedTerminal, clock: Callable[[], float], *, is_wanted: bool = True
    ) -> None:
        self._terminal = terminal
        #: Whether the user wants to be told; what he types rings all the same.
        self._is_wanted = is_wanted
        self._allowance = Allowance(clock)

    def ring(self, pane: str, *, is_typed_into: bool) -> None:
        """Sound the bell for a pane: always for one that has the keyboard, since what is typed rings."""
        if is_typed_into or (self._is_wanted and self._allowance.take(pane)):
            self._terminal.ring()

    def notify(self, pane: str, text: str) -> None:
        """Show a notification for a pane."""
        if self._is_wanted and self._allowance.take(pane):
            self._terminal.notify(text)
