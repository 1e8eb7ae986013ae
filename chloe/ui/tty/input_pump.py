"""From bytes that arrive to events that are heeded, each at its time.

Owns what was typed but not heeded yet, and the timer of the keyboard. Must not know what an event
does. What is typed while a pane is being made waits: it is meant for that pane.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator

from chloe.ui.tty.keyboard import Event, Keyboard


class InputPump:
    """The input of one run.

    ``read`` gives what arrived (b"" for nothing) or raises ``EOFError``, then ``gone`` is told;
    ``ticked`` is told when only time passed. ``held`` says whether events have to wait; ``guarded``
    makes a callback safe for the loop.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        keyboard: Keyboard,
        read: Callable[[], bytes],
        *,
        heed: Callable[[Event], None],
        held: Callable[[], bool],
        gone: Callable[[], None],
        ticked: Callable[[], None],
        guarded: Callable[[Callable[[], None]], Callable[[], None]],
    ) -> None:
        self._loop = loop
        self._keyboard = keyboard
        self._read = read
        self._heed = heed
        self._held = held
        self._gone = gone
        self._ticked = ticked
        self._guarded = guarded
        self._input = b""
        self._events: Iterator[Event] = iter(())
        self._timer: asyncio.TimerHandle | None = None

    def read(self) -> None:
        """There is input."""
        try:
            self._input += self._read()
        except EOFError:
            self._gone()
            return
        self.go_on()

    def go_on(self) -> None:
        """Heed what was typed, as far as it doesn't have to wait."""
        while not self._held():
            event = next(self._events, None)
            if event is not None:
                self._heed(event)
            elif self._input:
                data, self._input = self._input, b""
                self._events = self._keyboard.feed(data, time.monotonic())
            else:
                break
        self._set_timer()

    def _set_timer(self) -> None:
        self.close()
        deadline = self._keyboard.deadline
        if deadline is not None and not self._held():
            wait = max(deadline - time.monotonic(), 0)
            self._timer = self._loop.call_later(wait, self._guarded(self._tick))

    def _tick(self) -> None:
        self._timer = None
        # What is there already came in time, however late the loop is.
        self.read()
        deadline = self._keyboard.deadline
        now = time.monotonic()
        if deadline is not None and deadline <= now and not self._held():
            self._events = self._keyboard.tick(now)
            self.go_on()
            self._ticked()

    def close(self) -> None:
        """Wait for nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
