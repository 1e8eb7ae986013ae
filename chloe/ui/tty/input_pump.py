"""From bytes that arrive to events that are handled, each at its time.

Owns what was typed but not handled yet, and the timer of the keyboard. Must not know what an event
does. What is typed while a pane is being made waits: it is meant for that pane.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator

from chloe.ui.tty.keyboard import Event, Keyboard


class InputPump:
    """The input of one run.

    ``read`` gives what arrived (b"" for nothing) or raises ``EOFError``, then ``on_hang_up`` is called;
    ``on_tick`` is called when only time passed. ``is_blocked`` says whether events have to wait; ``guarded``
    makes a callback safe for the loop.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        keyboard: Keyboard,
        read: Callable[[], bytes],
        *,
        handle: Callable[[Event], None],
        is_blocked: Callable[[], bool],
        on_hang_up: Callable[[], None],
        on_tick: Callable[[], None],
        guarded: Callable[[Callable[[], None]], Callable[[], None]],
    ) -> None:
        self._loop = loop
        self._keyboard = keyboard
        self._read = read
        self._handle = handle
        self._is_blocked = is_blocked
        self._on_hang_up = on_hang_up
        self._on_tick = on_tick
        self._guarded = guarded
        self._input = b""
        self._events: Iterator[Event] = iter(())
        self._timer: asyncio.TimerHandle | None = None

    def read(self) -> None:
        """Take in what there is to read, and handle it."""
        try:
            self._input += self._read()
        except EOFError:
            self._on_hang_up()
            return
        self.resume()

    def resume(self) -> None:
        """Handle what was typed, as far as it doesn't have to wait."""
        while not self._is_blocked():
            event = next(self._events, None)
            if event is not None:
                self._handle(event)
            elif self._input:
                data, self._input = self._input, b""
                self._events = self._keyboard.feed(data, time.monotonic())
            else:
                break
        self._set_timer()

    def _set_timer(self) -> None:
        self.close()
        deadline = self._keyboard.deadline
        if deadline is not None and not self._is_blocked():
            wait = max(deadline - time.monotonic(), 0)
            self._timer = self._loop.call_later(wait, self._guarded(self._tick))

    def _tick(self) -> None:
        self._timer = None
        # What is there already came in time, however late the loop is.
        self.read()
        deadline = self._keyboard.deadline
        now = time.monotonic()
        if deadline is not None and deadline <= now and not self._is_blocked():
            self._events = self._keyboard.tick(now)
            self.resume()
            self._on_tick()

    def close(self) -> None:
        """Wait for nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
