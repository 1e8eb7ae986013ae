"""A pause of floods: for a moment after a key, what prints a lot isn't read on.

Owns when the pause begins and ends. Must not know how anything is read, nor what an echo goes through: it is
told of keys, and of what was printed.

A key and its echo are some bytes that go through a dozen turns of loop, log and fold. Beside a flood each of
them waits: for what was read of the flood, for its commit, and for a core, which the program that floods and
the kernel's terminal want as well. So floods stay in the kernel, or in their spools, until the echo is shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

#: Seconds after which a pause ends though nothing was printed: not every key has an echo.
LONGEST = 0.015

#: Seconds at most from a pause to the next: floods have a quarter of the time, however much is typed.
_REST = 0.005

#: Bytes that are ahead of what is taken on in a flood, and never in anything else.
_FLOOD = 32 * 1024


class FloodPause:
    """What all panes of an instance have in common. For one loop."""

    def __init__(self) -> None:
        self._pane = ""
        self._timer: asyncio.TimerHandle | None = None
        self._began = 0.0
        #: Before then none begins.
        self._next = 0.0
        self._over = asyncio.Event()
        self._over.set()
        self._resume: set[Callable[[], None]] = set()

    def begin(self, pane: str) -> None:
        """Pause all floods until ``pane``, into which a key was typed, has printed, or for a moment."""
        self._pane = pane
        loop = asyncio.get_running_loop()
        if self._timer is None and loop.time() >= self._next:
            self._began = loop.time()
            self._over.clear()
            self._timer = loop.call_later(LONGEST, self._end)

    def on_printed(self, pane: str) -> None:
        """End the pause if it is for this pane: its echo is shown."""
        if self._timer is not None and pane == self._pane:
            self._timer.cancel()
            self._end()

    async def wait(self) -> None:
        """Wait until floods may go on."""
        await self._over.wait()

    def is_due(self, ahead: int, resume: Callable[[], None]) -> bool:
        """Return whether to leave a terminal alone of which so many bytes were read ahead.

        Then ``resume`` is called once that is over.
        """
        if self._timer is None or ahead < _FLOOD:
            return False
        self._resume.add(resume)
        return True

    def _end(self) -> None:
        now = asyncio.get_running_loop().time()
        self._next = now + min(now - self._began, _REST)
        self._timer = None
        self._over.set()
        waiting, self._resume = self._resume, set()
        for resume in waiting:
            resume()
