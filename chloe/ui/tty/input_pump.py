"""From bytes that arrive to events that are handled, each at its time.

Owns what was typed but not handled yet, and the timer of the keyboard. Must not know what an event
does. What is typed while a pane is being made waits: it is meant for that pane.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Protocol

from chloe.ui.tty.keyboard import Event, Keyboard
from chloe.ui.tty.tty import Tty


class Receiver(Protocol):
    """Who handles what is typed."""

    @property
    def is_blocked(self) -> bool:
        """Return whether events have to wait."""

    def on_event(self, event: Event) -> None:
        """Handle an event."""

    def on_hang_up(self) -> None:
        """Take note that the terminal is gone."""

    def on_tick(self) -> None:
        """Take note that something became an event, or none, since time passed."""


class InputPump:
    """The input of one run: what ``tty`` reads, through ``keyboard``, for ``receiver``."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, keyboard: Keyboard, tty: Tty, receiver: Receiver
    ) -> None:
        self._loop = loop
        self._keyboard = keyboard
        self._tty = tty
        self._receiver = receiver
        self._input = b""
        self._events: Iterator[Event] = iter(())
        self._timer: asyncio.TimerHandle | None = None

    def read(self) -> None:
        """Take in what there is to read, and handle it."""
        try:
            self._input += self._tty.read()
        except EOFError:
            self._receiver.on_hang_up()
            return
        self.resume()

    def resume(self) -> None:
        """Handle what was typed, as far as it doesn't have to wait."""
        while not self._receiver.is_blocked:
            event = next(self._events, None)
            if event is not None:
                self._receiver.on_event(event)
            elif self._input:
                data, self._input = self._input, b""
                self._events = self._keyboard.feed(data, time.monotonic())
            else:
                break
        self._set_timer()

    def _set_timer(self) -> None:
        self.close()
        deadline = self._keyboard.deadline
        if deadline is not None and not self._receiver.is_blocked:
            wait = max(deadline - time.monotonic(), 0)
            self._timer = self._loop.call_later(wait, self._tick)

    def _tick(self) -> None:
        self._timer = None
        # What can be read by now came in time, even if the loop is late.
        self.read()
        deadline = self._keyboard.deadline
        now = time.monotonic()
        if deadline is not None and deadline <= now and not self._receiver.is_blocked:
            self._events = self._keyboard.tick(now)
            self.resume()
            self._receiver.on_tick()

    def close(self) -> None:
        """Wait for nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
