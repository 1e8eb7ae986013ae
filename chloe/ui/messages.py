"""What Chloe said to the user: shown for a while; news is kept for the list, errors go to the log file.

Owns the messages of this run. Must not know where on the screen they stand. What only answers a key
is neither kept nor logged: it tells what was typed.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

#: Seconds that a message stands in the footer, unless a key ends it sooner.
_SHOW_TIME = 8.0
#: Messages kept for the list.
_MAX_KEPT = 500

_log = logging.getLogger("chloe.ui")


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence, when it was said (nanoseconds since 1970), and whether something went wrong."""

    text: str
    at: int
    error: bool
    #: What it is about, where more may come about the same; "" where none does.
    about: str = ""


class Messages:
    """The messages of one run. ``clock`` is in seconds and doesn't go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._shown: Message | None = None
        self._until = 0.0
        self._kept: deque[Message] = deque(maxlen=_MAX_KEPT)

    def notify(self, text: str, *, error: bool = False, about: str = "") -> None:
        """Tell the user what happened; in place of the last message, where both are ``about`` one event."""
        message = Message(text, time.time_ns(), error, about)
        if about and self._kept and self._kept[-1].about == about:
            self._kept.pop()
        self._kept.append(message)
        self._show(message)
        if error:
            _log.error("%s", text)

    def hint(self, text: str) -> None:
        """Tell the user why a key did nothing, or what would do something."""
        self._show(Message(text, time.time_ns(), error=False))

    def _show(self, message: Message) -> None:
        self._shown = message
        self._until = self._clock() + _SHOW_TIME

    def dismiss(self) -> None:
        """Take the last message away, since the user went on."""
        self._shown = None

    @property
    def current(self) -> Message | None:
        """Return the message that stands in the footer now."""
        return self._shown if self._clock() < self._until else None

    @property
    def latest_first(self) -> list[Message]:
        """Return all that is kept."""
        return list(reversed(self._kept))

    @property
    def seconds_left(self) -> float | None:
        """Return for how long the current message still stands; None where there is none."""
        return max(self._until - self._clock(), 0.0) if self.current else None
