"""The screen after a loss: asked of tmux, as often as it takes, while reading goes on.

Owns when tmux is asked and whether its answer fits the place in the stream. Must not know what was lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from chloe.backends.backend import ScreenCaptured
from chloe.errors import TmuxUnusable
from chloe.events.facts import SpoolPosition
from chloe.tasks import Tasks

_log = logging.getLogger(__name__)

#: Seconds without output after which tmux is asked: the holder gives it what it records at once, yet tmux may
#: lag behind, so it is asked until it says the same twice, as far apart. A program that is never silent
#: that long is asked about after the longer time, and the first answer is taken.
_QUIET_TIME, _MAX_DELAY = 0.05, 2.0
#: Seconds between two tries while tmux doesn't answer.
_RETRY_DELAY = 5.0


class ScreenRecovery:
    """Gets the screen from ``capture``, once requested, and calls ``on_ready`` when ``poll`` may have it.

    ``capture`` raises ``TmuxUnusable`` where it can't be had for the moment.
    """

    def __init__(
        self,
        pane: str,
        capture: Callable[[], Coroutine[Any, Any, ScreenCaptured]],
        on_ready: Callable[[], None],
        loop: asyncio.AbstractEventLoop,
        tasks: Tasks,
    ) -> None:
        self._pane = pane
        self._capture_screen = capture
        self._on_ready = on_ready
        self._loop = loop
        self._requested_at: float | None = None
        self._position: SpoolPosition | None = None
        self._quiet_since = 0.0
        self._not_before = 0.0
        self._last_data: bytes | None = None
        self._tasks = tasks
        self._task: asyncio.Task[None] | None = None
        #: What the task was answered; None where tmux couldn't say.
        self._answer: ScreenCaptured | None = None
        self._timer: asyncio.TimerHandle | None = None

    def request(self) -> None:
        """Ask for the screen: bytes were lost, and the stream alone doesn't give it any more."""
        self._requested_at = self._loop.time()

    def poll(self, position: SpoolPosition, has_more: Callable[[], bool]) -> ScreenCaptured | None:
        """Return the screen as it is at ``position``, where nothing more can be read, once it is known."""
        if self._requested_at is None:
            return None
        now = self._loop.time()
        moved = position != self._position
        if moved:
            self._position, self._quiet_since, self._last_data = position, now, None
        if self._task is None:
            self._schedule(now)
            return None
        if not self._task.done():
            return None
        self._task = None
        captured, self._answer = self._answer, None
        if captured is None:
            self._not_before = now + _RETRY_DELAY
        elif not moved and not has_more():
            if captured.data == self._last_data or now - self._requested_at >= _MAX_DELAY:
                self._requested_at = None
                return captured
            self._last_data, self._not_before = captured.data, now + _QUIET_TIME
        self._schedule(now)
        return None

    def close(self) -> None:
        """Ask no more."""
        self._requested_at = None
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def _schedule(self, now: float) -> None:
        assert self._requested_at is not None
        due = max(min(self._quiet_since + _QUIET_TIME, self._requested_at + _MAX_DELAY), self._not_before)
        if now >= due:
            self._task = self._tasks.repeat(f"asking tmux for the screen of pane {self._pane}", self._capture)
            self._task.add_done_callback(lambda _: self._on_ready())
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(due, self._on_ready)

    async def _capture(self) -> bool:
        try:
            self._answer = await self._capture_screen()
        except TmuxUnusable as error:
            _log.warning("pane %s shows what its stream gives for now: %s", self._pane, error)
        return True
