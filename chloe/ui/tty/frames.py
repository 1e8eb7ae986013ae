"""When to draw: at once, but not more often than a screen shows frames.

Owns the time of the last frame and the wish for the next. Must not know what is drawn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

#: Seconds between two frames: what a display of 60 Hz shows. A key is on the screen 1.4 ms after its echo
#: then, in the median; with 33 ms it took 5.4.
FRAME = 0.016


class Frames:
    """Coalesces wishes to draw. ``draw`` says whether there was anything to draw."""

    def __init__(self, loop: asyncio.AbstractEventLoop, draw: Callable[[], bool]) -> None:
        self._loop = loop
        self._draw = draw
        self._drawn = 0.0
        self._due: asyncio.TimerHandle | asyncio.Handle | None = None
        self._later: asyncio.TimerHandle | None = None

    def want(self) -> None:
        """Draw soon, since something changed."""
        if self._due is None:
            wait = self._drawn + FRAME - self._loop.time()
            self._due = (
                self._loop.call_later(wait, self._fire) if wait > 0 else self._loop.call_soon(self._fire)
            )

    def want_in(self, seconds: float) -> None:
        """Draw in so many seconds, since something changes by itself by then."""
        due = self._loop.time() + seconds
        if self._later is not None and not self._later.cancelled():
            if self._loop.time() < self._later.when() <= due:
                return
            self._later.cancel()
        self._later = self._loop.call_at(due, self.want)

    def _fire(self) -> None:
        self._due = None
        now = self._loop.time()
        if self._draw():
            self._drawn = now

    def close(self) -> None:
        """Draw no more."""
        for handle in (self._due, self._later):
            if handle is not None:
                handle.cancel()
