"""Watching for what other instances commit.

Owns when to look. Must not know what is found: it calls a function that looks.

A commit ends with two writes: frames into the -wal file, which a watcher sees, then the index in the -shm
file, which is memory and makes no notice (https://sqlite.org/walformat.html). A look after the first notice
may be too early for the second write, so a notice is followed by a few more looks, ever further apart.
Without a watcher the looks come at a fixed pace. Own commits make notices as well; while they flow, looks are
spaced out, since each own commit shows by its seq what others have committed before it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from chloe.tasks import Tasks

#: Seconds between looks: without a watcher; with one, which may stand on a file system without notices.
POLL = 0.05
BACKSTOP = 1.0

#: Seconds from one look to the next after a notice: the first pause, how it grows, the last.
_FIRST, _GROWTH, _LAST = 0.001, 4, 0.1

#: Seconds before a look while this instance commits.
_WHILE_COMMITTING = 0.005


class FolderWatcher(Protocol):
    """What is needed of a watcher (``chloe.watch.Watcher``)."""

    def watch(self, path: Path, callback: Callable[[str], None]) -> Callable[[], None]:
        """Call ``callback`` with the name of each entry of the folder ``path`` that changes."""


class ChangeWatcher:
    """Calls ``look`` soon after the log was written by anybody, while it is switched on.

    ``look`` says whether it found something new; ``busy`` whether this instance is committing.
    """

    def __init__(
        self,
        path: Path,
        watcher: FolderWatcher | None,
        look: Callable[[], Awaitable[bool]],
        busy: Callable[[], bool],
        tasks: Tasks,
    ) -> None:
        self._path = path
        self._watcher = watcher
        self._look = look
        self._busy = busy
        self._noticed = asyncio.Event()
        self._on = asyncio.Event()
        self._cancel: Callable[[], None] | None = None
        self._is_noticed = False
        self._tasks = tasks
        self._task = tasks.repeat("looking for what other instances commit", self._look_now, self._due)

    def set_active(self, on: bool) -> None:
        """Begin or stop looking."""
        if not on:
            self._on.clear()
            self._unwatch()
            return
        if self._watcher is not None and self._cancel is None:
            self._cancel = self._watcher.watch(self._path.parent, self._on_entry)
        self._on.set()
        # What happened before the watch began made no notice.
        self._noticed.set()

    async def close(self) -> None:
        """Stop looking."""
        self._unwatch()
        await self._tasks.end(self._task)

    def _unwatch(self) -> None:
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    def _on_entry(self, name: str) -> None:
        # "" says that notices were lost.
        if name in ("", f"{self._path.name}-wal"):
            self._noticed.set()

    async def _due(self) -> None:
        """Wait for a notice, or until it is time to look without one."""
        await self._on.wait()
        self._is_noticed = await self._is_noticed_within(POLL if self._cancel is None else BACKSTOP)

    async def _look_now(self) -> None:
        if self._is_noticed:
            await self._poll_burst()
        else:
            await self._look()

    async def _poll_burst(self) -> None:
        """Look now, and again at growing distances until the index must have been written."""
        pause = 0.0
        while pause < _LAST:
            if self._busy():
                await asyncio.sleep(_WHILE_COMMITTING)
            self._noticed.clear()
            await self._look()
            pause = max(pause * _GROWTH, _FIRST)
            if await self._is_noticed_within(pause):
                pause = 0.0

    async def _is_noticed_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._noticed.wait()
        except TimeoutError:
            return False
        return True
