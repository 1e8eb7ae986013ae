"""Whether more is to be expected of a holder, and if not, why.

Owns the signs: its lock, the reason it left behind, and, where there is no lock at all, what tmux says of its
session. Must not know what the spool holds.
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from chloe.backends.tmux import locks
from chloe.backends.tmux.server import TmuxServer
from chloe.errors import TmuxUnusable

#: Seconds that a holder gets to start, and to make its folder again that somebody removed.
START_GRACE, RESTORE_GRACE = 10.0, 3.0
#: Seconds between two questions to tmux; seconds that a holder may need to end its program once its session
#: is gone, and then to record that: more than its own graces together.
_ASK_AGAIN, END_GRACE = 1.0, 4.0


class Ending:
    """The end of the holder in ``folder``, whose tmux session has the name ``session``."""

    def __init__(self, server: TmuxServer, session: str, folder: Path, *, starts: bool) -> None:
        self._server = server
        self._session = session
        self._folder = folder
        self._lock = folder / "lock"
        self._time = asyncio.get_running_loop().time
        self._why = ""
        self._ask_at = 0.0
        self._without_session_since: float | None = None
        self.wait(START_GRACE if starts or folder.exists() else RESTORE_GRACE)

    def wait(self, seconds: float) -> None:
        """Ask tmux in ``seconds`` at the earliest: something is just under way."""
        self._ask_at = max(self._ask_at, self._time() + seconds)

    def hurry(self) -> None:
        """Ask tmux at once: the session was ended."""
        self._ask_at = 0.0

    def why(self) -> str:
        """Why nothing will be written any more; "" while something may be. Raises ``OSError``."""
        held = locks.held(self._lock)
        if held or self._why:
            return self._why
        with contextlib.suppress(FileNotFoundError):
            failure = (self._folder / "failure").read_text("utf-8", "replace")
            return f"its holder failed: {failure.strip()}"
        return "" if held is None else "its holder was killed"

    async def look(self, *, began: bool) -> None:
        """Find out about a holder without a lock; ``began``: there was something to be read of it."""
        if self._time() < self._ask_at or locks.held(self._lock) is not None:
            return
        now = self._time()
        self._ask_at = now + _ASK_AGAIN
        with contextlib.suppress(TmuxUnusable):
            if self._session in await self._server.sessions() or locks.held(self._lock) is not None:
                self._without_session_since = None
                return
            if not began and self._folder.exists():
                self._why = "its holder failed: it never started"
                return
            # It may be about to make its folder again, for the last words.
            self._without_session_since = self._without_session_since or now
            if now - self._without_session_since >= END_GRACE:
                self._why = "its holder was killed" if self._folder.exists() else "its spool was removed"
