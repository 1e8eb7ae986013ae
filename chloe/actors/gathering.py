"""Gathering: what was read of a pane waits for the commit that puts it into the log.

Owns what of it may wait, and for how long. Must not know what is read, nor who shows a pane: it is told
which are shown.

Each commit writes whole pages into the -wal file, however little is in it. So what many panes print that
nobody looks at goes into the log together, at most ``MAX_DELAY`` after it was read. What is shown, was
started or typed into a moment ago, or is anything but output and its bells is committed at once, with all
that waits of its pane: so a program that asks its terminal something waits for no answer but the first. A
tmux pane's bytes are in its spool meanwhile, and a direct pane's log stays a clean prefix of what it printed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from chloe.backends.flood_pause import FloodPause
from chloe.events.facts import Entry, Notified, Output

#: Seconds that what nobody looks at may wait: no longer than what another instance shows may be behind.
MAX_DELAY = 0.1

#: Bytes of output that may wait of one pane: what a commit of so many costs beside them hardly counts.
MAX_GATHERED = 64 * 1024

#: Seconds after its start, a key or its terminal's answer for which what a pane prints is committed at once.
_ATTENTION = 1.0

#: Seconds between two reads while what was read waits: the next takes more in one piece.
_PACE = 0.012


class Gathering:
    """The moments at which what panes have gathered is committed, all together."""

    def __init__(self, floods: FloodPause | None = None) -> None:
        self._floods = floods or FloodPause()
        self._shown: frozenset[str] = frozenset()
        self._waiting: list[asyncio.Event] = []
        self._timer: asyncio.TimerHandle | None = None

    def is_shown(self, pane: str) -> bool:
        """Return whether somebody looks at the pane."""
        return pane in self._shown

    def look_at(self, panes: frozenset[str]) -> None:
        """Take note that these panes are shown, and no others: what they printed is committed."""
        if not panes <= self._shown:
            self._end()
        self._shown = panes

    async def let_keys_pass(self) -> None:
        """Wait for the echo of a key, before more of a flood is read."""
        await self._floods.wait()

    def join(self, due: asyncio.Event) -> None:
        """Set ``due`` with all others that wait, at most ``MAX_DELAY`` seconds after the first came."""
        self._waiting.append(due)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(MAX_DELAY, self._end)

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waiting, self._waiting = self._waiting, []
        for due in waiting:
            due.set()


class Pending:
    """What was read of one pane and isn't in the log yet, in order. One task adds, one takes."""

    def __init__(self, pane: str, gathering: Gathering) -> None:
        self._pane = pane
        self._gathering = gathering
        self._entries: list[Entry] = []
        self._size = 0
        self._committing = False
        #: What was added is to be committed now.
        self._due = asyncio.Event()
        #: There may be room for more.
        self._left = asyncio.Event()
        self._hurried = 0
        self._attended_until = 0.0

    def __bool__(self) -> bool:
        """Return whether something was read that isn't in the log yet."""
        return self._committing or bool(self._entries)

    @property
    def size(self) -> int:
        """Return the bytes of output that wait to be taken."""
        return self._size

    async def add(self, entries: Sequence[Entry]) -> None:
        """Wait for room, and add what was read: no more than one piece while another is committed."""
        while self._entries and (self._committing or self._size >= MAX_GATHERED):
            self._left.clear()
            await self._left.wait()
        was_empty = not self._entries
        self._entries += entries
        self._size += sum(entry.fact.length for entry in entries if isinstance(entry.fact, Output))
        if not self._may_wait(entries):
            self._due.set()
        elif was_empty:
            self._gathering.join(self._due)

    def _may_wait(self, entries: Sequence[Entry]) -> bool:
        return (
            self._size < MAX_GATHERED
            and not self._hurried
            and not self._gathering.is_shown(self._pane)
            and asyncio.get_running_loop().time() >= self._attended_until
            and all(isinstance(entry.fact, Output | Notified) for entry in entries)
        )

    async def take(self) -> list[Entry]:
        """Wait until something is to be committed, and take it; ``done`` says that it is."""
        while not self._entries or not self._due.is_set():
            self._due.clear()
            await self._due.wait()
        self._due.clear()
        batch, self._entries, self._size = self._entries, [], 0
        self._committing = True
        self._left.set()
        return batch

    def done(self) -> None:
        """Take note that what was taken is in the log."""
        self._committing = False
        self._left.set()

    def discard(self) -> None:
        """Forget all of it: somebody else reads it again."""
        self._entries, self._size, self._committing = [], 0, False

    async def pace(self) -> None:
        """Wait a moment before the next is read, while what was read may wait as well."""
        if self._entries and not self._due.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(_PACE):
                    await self._due.wait()

    def attend(self) -> None:
        """Commit at once what comes within the next second: a program or a user waits for what follows."""
        self._attended_until = asyncio.get_running_loop().time() + _ATTENTION
        self._due.set()

    @contextmanager
    def hurried(self) -> Iterator[None]:
        """Commit at once what there is, and what comes inside: somebody waits for it."""
        self._hurried += 1
        self._due.set()
        try:
            yield
        finally:
            self._hurried -= 1
