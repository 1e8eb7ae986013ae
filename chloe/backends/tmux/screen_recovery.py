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
#: lag behind, so it is asked until it says the same twice, as far apart. Whoever is never silent that long is
#: asked about after the longer time, and taken at the first word.
_REST, _AT_THE_LATEST = 0.05, 2.0
#: Seconds between two tries while tmux doesn't answer.
_AGAIN = 5.0


class ScreenRecovery:
    """Gets the screen from ``ask`` (``TmuxUnusable``: not now) once it is wanted; ``woken`` when to look."""

    def __init__(
        self,
        pane: str,
        ask: Callable[[], Coroutine[Any, Any, ScreenCaptured]],
        woken: Callable[[], None],
        loop: asyncio.AbstractEventLoop,
        tasks: Tasks,
    ) -> None:
        self._pane = pane
        self._ask = ask
        self._woken = woken
        self._loop = loop
        self._wanted_since: float | None = None
        self._position: SpoolPosition | None = None
        self._at_rest_since = 0.0
        self._not_before = 0.0
        self._said: bytes | None = None
        self._tasks = tasks
        self._task: asyncio.Task[None] | None = None
        #: What the task was answered; None where tmux couldn't say.
        self._answer: ScreenCaptured | None = None
        self._timer: asyncio.TimerHandle | None = None

    def want(self) -> None:
        """Ask for the screen: bytes were lost, and the stream alone doesn't give it any more."""
        self._wanted_since = self._loop.time()

    def take(self, position: SpoolPosition, has_more: Callable[[], bool]) -> ScreenCaptured | None:
        """Return the screen as it is at ``position``, where nothing more can be read, once it is known."""
        if self._wanted_since is None:
            return None
        now = self._loop.time()
        moved = position != self._position
        if moved:
            self._position, self._at_rest_since, self._said = position, now, None
        if self._task is None:
            self._begin(now)
            return None
        if not self._task.done():
            return None
        self._task = None
        painted, self._answer = self._answer, None
        if painted is None:
            self._not_before = now + _AGAIN
        elif not moved and not has_more():
            if painted.data == self._said or now - self._wanted_since >= _AT_THE_LATEST:
                self._wanted_since = None
                return painted
            self._said, self._not_before = painted.data, now + _REST
        self._begin(now)
        return None

    def close(self) -> None:
        """Ask no more."""
        self._wanted_since = None
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def _begin(self, now: float) -> None:
        assert self._wanted_since is not None
        due = max(min(self._at_rest_since + _REST, self._wanted_since + _AT_THE_LATEST), self._not_before)
        if now >= due:
            self._task = self._tasks.repeat(f"asking tmux for the screen of pane {self._pane}", self._capture)
            self._task.add_done_callback(lambda _: self._woken())
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(due, self._woken)

    async def _capture(self) -> bool:
        try:
            self._answer = await self._ask()
        except TmuxUnusable as error:
            _log.warning("pane %s shows what its stream gives for now: %s", self._pane, error)
        return True
