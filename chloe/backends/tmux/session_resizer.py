"""The size that a pane was given last, asked of tmux until it takes it.

Owns the trying again. Must not know who chose the size, or when the stream has it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from chloe.backends.tmux.server import TmuxServer
from chloe.errors import TmuxUnusable
from chloe.tasks import Tasks
from chloe.waits import poll_until

_log = logging.getLogger(__name__)

#: Seconds between two tries of a resize that tmux refused.
_RETRY_DELAY = 1.0
#: Seconds that a size may take from tmux to the program, and between two looks whether it is there.
_APPLY_TIMEOUT, _APPLY_CHECK = 0.4, 0.004


class SessionResizer:
    """Resizes the session of this name."""

    def __init__(
        self,
        server: TmuxServer,
        session: str,
        tasks: Tasks,
        has_size: Callable[[int, int], bool],
        on_tried: Callable[[], None],
    ) -> None:
        self._server = server
        #: Whether the program's terminal has a size, as far as that can be seen.
        self._has_size = has_size
        #: Called when it has the last size, or won't have it for now.
        self._on_tried = on_tried
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
            await self._wait_until_it_has(size)
        except BaseException as error:
            self._size = self._size or size
            if not isinstance(error, TmuxUnusable):
                raise
            if self._logged != str(error):
                self._logged = str(error)
                _log.warning("session %s keeps its size for now: %s", self._session, error)
            self._on_tried()
            await asyncio.sleep(_RETRY_DELAY)
        if self._size is None:
            self._on_tried()
        return self._size is None

    async def _wait_until_it_has(self, size: tuple[int, int]) -> None:
        """Wait for the size, unless another is asked for or it takes long: tmux passes on four a second."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_APPLY_TIMEOUT):
                await poll_until(lambda: self._size is not None or self._has_size(*size), _APPLY_CHECK)
