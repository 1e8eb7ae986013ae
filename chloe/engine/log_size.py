"""How large the log is, for who asks at each frame.

Owns how often that is measured. Must not know who asks.
"""

from __future__ import annotations

import time

from chloe.errors import LogUnusable
from chloe.store import Store
from chloe.tasks import Tasks

#: Seconds between two measurings.
_INTERVAL = 1.0


class LogSize:
    """The bytes of a log, as of the last time that they were measured."""

    def __init__(self, store: Store, tasks: Tasks) -> None:
        self._store = store
        self._tasks = tasks
        self._size: int | None = None
        self._due_at = 0.0

    def get(self) -> int:
        """Return the size in bytes, and have it measured anew where that was a while ago.

        What the database file has stands for it until that is done for the first time.
        """
        if time.monotonic() >= self._due_at:
            self._due_at = float("inf")
            self._tasks.start("measuring the log", self._measure)
        if self._size is None:
            try:
                return self._store.path.stat().st_size
            except OSError:
                return 0
        return self._size

    async def _measure(self) -> None:
        try:
            self._size = await self._store.measure()
        except LogUnusable:
            # Reading or writing records says so.
            return
        finally:
            self._due_at = time.monotonic() + _INTERVAL
