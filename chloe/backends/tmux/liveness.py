"""Whether more is to be expected of a holder, and if not, why.

Owns the signs: its lock, the reason it left behind, and, where there is no lock at all, what tmux says of its
session; and the events of an end that no holder saw. Must not know what else the spool holds.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path

from chloe.backends.backend import BackendEvent, BytesLost, Exited
from chloe.backends.tmux import locks, spool, survivors
from chloe.backends.tmux.server import TmuxServer
from chloe.errors import TmuxUnusable
from chloe.events.facts import Process, SpoolPosition
from chloe.formatting.text import escape_unsafe
from chloe.small_files import read_whole

#: Seconds that a holder gets to start, and to make its folder again that somebody removed.
START_GRACE, RESTORE_GRACE = 10.0, 3.0
#: Seconds between two questions to tmux; seconds that a holder may need to end its program once its session
#: is gone, and then to record that: more than its own graces together.
_INSPECT_DELAY, END_GRACE = 1.0, 4.0
#: Seconds that a program gets to end once its holder is gone and its terminal with it, before it is said to
#: run on; seconds between two looks.
_PROGRAM_GRACE, _RECHECK_DELAY = 1.0, 0.05
#: Bytes of a holder's failure that are read, and characters that are shown.
_FAILURE_LIMIT, _MAX_FAILURE = 64 * 1024, 300
_NEVER_STARTED = "its holder failed: it never started"


class HolderLiveness:
    """The end of the holder in ``folder``, whose tmux session has the name ``session``."""

    def __init__(
        self, server: TmuxServer, session: str, folder: Path, started_at: int | None, *, starts: bool
    ) -> None:
        self._server = server
        self._session = session
        self._folder = folder
        self._lock = folder / "lock"
        self._started_at = time.time_ns() if started_at is None else started_at
        self._time = asyncio.get_running_loop().time
        self._reason = ""
        self._inspect_at = 0.0
        self._without_session_since: float | None = None
        self._gone_since: float | None = None
        #: Whether its lock was there, in whichever state, when that was looked at last.
        self._has_lock = True
        # One that was started long ago is no more about to come, even if it is looked for only now.
        age = max((time.time_ns() - self._started_at) / 1e9, 0.0)
        self.postpone(max(START_GRACE - age, 0.0) if starts or folder.exists() else RESTORE_GRACE)

    def postpone(self, seconds: float) -> None:
        """Ask tmux in ``seconds`` at the earliest: something is just under way."""
        self._inspect_at = max(self._inspect_at, self._time() + seconds)

    def inspect_now(self) -> None:
        """Ask tmux at once: the session was ended."""
        self._inspect_at = 0.0

    def reason_gone(self) -> str:
        """Return why nothing will be written any more; "" while something may be. Raises ``OSError``."""
        held = locks.is_held(self._lock)
        self._has_lock = held is not None
        if held:
            self._gone_since = None
        if held or self._reason:
            return self._reason
        failure = read_failure(self._folder)
        if failure:
            return f"its holder failed: {failure}"
        return "" if held is None else "its holder was killed"

    def is_due(self) -> bool:
        """Return whether tmux is to be asked before the spool counts as read: there is no lock to tell."""
        return not (self._has_lock or self._reason) and self._time() >= self._inspect_at

    def recheck_delay(self) -> float | None:
        """Return the seconds until an end that no holder saw can be told; None if there is no such end."""
        return None if self._gone_since is None else _RECHECK_DELAY

    def unrecorded_end(self, why: str, position: SpoolPosition) -> list[BackendEvent]:
        """Return the end where the holder recorded none; nothing yet while its program may be ending."""
        now = self._time()
        program = self.survivor()
        self._gone_since = self._gone_since or now
        if program is not None and now - self._gone_since < _PROGRAM_GRACE:
            return []
        if program is not None:
            why = f"{why}; process {program.pid} ran on without a terminal"
        at = time.time_ns()
        exited = Exited(None, None, why, at, position, program)
        if why == _NEVER_STARTED:
            return [exited]
        # What the kernel still held for the holder, say: it is gone, and nobody knows how much it was.
        return [BytesLost(0, f"{why}; what it hadn't recorded yet is missing", at, position), exited]

    def survivor(self) -> Process | None:
        """Return the program if it still runs: as the holder named it, without a spool by its environment."""
        with contextlib.suppress(OSError):
            info = spool.read_holder_info(self._folder)
            if info is not None and info.program is not None:
                return info.program if survivors.is_running(info.program) else None
        if self._folder.exists():
            return None
        return survivors.find_program(self._folder.name, self._started_at)

    async def inspect(self, *, began: bool) -> bool:
        """Find out about a holder without a lock; return whether nothing more comes of it.

        ``began``: there was something to be read of it. What can't be looked at now is so the next time.
        """
        with contextlib.suppress(TmuxUnusable, OSError):
            await self._inspect(began=began)
        return bool(self._reason)

    async def _inspect(self, *, began: bool) -> None:
        if self._time() < self._inspect_at or locks.is_held(self._lock) is not None:
            return
        now = self._time()
        self._inspect_at = now + _INSPECT_DELAY
        if self._session in await self._server.list_sessions() or locks.is_held(self._lock) is not None:
            self._without_session_since = None
            return
        if not began and self._folder.exists():
            self._reason = _NEVER_STARTED
            return
        # It may be about to make its folder again, for the last words.
        self._without_session_since = self._without_session_since or now
        if now - self._without_session_since >= END_GRACE:
            self._reason = "its holder was killed" if self._folder.exists() else "its spool was removed"


def read_failure(folder: Path) -> str:
    """Return why the holder of a spool couldn't go on, in its own words; "" where it left none."""
    with contextlib.suppress(OSError):
        words = read_whole(folder / "failure", _FAILURE_LIMIT, follow=False)
        return escape_unsafe(words.decode("utf-8", "replace").strip()[:_MAX_FAILURE])
    return ""
