"""The size that a pane was given last, asked of tmux until it takes it.

Owns the trying again. Must not know who chose the size, or when the stream has it.
"""

from __future__ import annotations

import asyncio
import logging

from chloe.backends.tmux.server import TmuxServer
from chloe.errors import TmuxUnusable
from chloe.tasks import Tasks

_log = logging.getLogger(__name__)

#: Seconds between two tries of a resize that tmux refused.
_RETRY_DELAY = 1.0


class SessionResizer:
    """Resizes the session of this name."""

    def __init__(self, server: TmuxServer, session: str, tasks: Tasks) -> None:
        self._server = server
        self._session = session
        self._tasks = tasks
        self._size: tuple[int, int] | None = None
        self._logged = ""
        self._task: asyncio.Task[None] | None = None

    def request(self, rows: int, columns: int) -> None:
        """Give the session this size, in place of any that it doesn't have yet. Never blocks."""
        self._size = rows, columns
        if self._task is None or self._task.done():
            self._logged = ""
            self._task = self._tasks.repeat(f"resizing session {self._session}", self._resize)

    async def close(self) -> None:
        """Try no more."""
        if self._task is not None:
            await self._tasks.end(self._task)

    async def _resize(self) -> bool:
        """Give the session the last size once; return whether it has it."""
        size, self._size = self._size, None
        if size is None:
            return True
        try:
            await self._server.resize(self._session, *size)
        except BaseException as error:
            self._size = self._size or size
            if not isinstance(error, TmuxUnusable):
                raise
            if self._logged != str(error):
                self._logged = str(error)
                _log.warning("session %s keeps its size for now: %s", self._session, error)
            await asyncio.sleep(_RETRY_DELAY)
        return self._size is None
