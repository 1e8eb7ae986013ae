"""The size that a pane was given last, told to tmux until it takes it.

Owns the trying again. Must not know who chose the size, or when the stream has it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging

from chloe.backends.tmux.server import TmuxServer
from chloe.errors import TmuxUnusable

_log = logging.getLogger(__name__)

#: Seconds between two tries of a resize that tmux refused.
_AGAIN = 1.0


class SessionResizer:
    """Resizes the session of this name."""

    def __init__(self, server: TmuxServer, session: str, loop: asyncio.AbstractEventLoop) -> None:
        self._server = server
        self._session = session
        self._loop = loop
        self._size: tuple[int, int] | None = None
        self._task: asyncio.Task[None] | None = None

    def want(self, rows: int, columns: int) -> None:
        """Give the session this size, in place of any that it doesn't have yet. Never blocks."""
        self._size = rows, columns
        if self._task is None or self._task.done():
            self._task = self._loop.create_task(self._resize(), name=f"resize {self._session}")

    async def close(self) -> None:
        """Try no more."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _resize(self) -> None:
        logged = ""
        while self._size is not None:
            size, self._size = self._size, None
            try:
                await self._server.resize(self._session, *size)
            except TmuxUnusable as error:
                if logged != str(error):
                    logged = str(error)
                    _log.warning("session %s keeps its size for now: %s", self._session, error)
                self._size = self._size or size
                await asyncio.sleep(_AGAIN)
