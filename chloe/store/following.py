"""Every committed record, in order, to each follower.

Owns the merging of what this instance committed, which comes straight from memory, with what others did,
which is read from the file, and the retries where that can't be read. Must not know how commits are made or
noticed: it is given the records of the first, and no more than a seq of the second.

What waits for a follower is bounded in bytes. A follower that has fallen behind reads the rest from the
file, as if another instance had written it, so a slow one costs no memory and slows nobody.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

from chloe.errors import LogUnusable
from chloe.events.facts import Record
from chloe.store.reading import EVERYTHING, Reader

_R = TypeVar("_R")

#: The most bytes that wait for one follower in memory.
WAITING_BYTES = 16 * 1024 * 1024

#: Pauses between attempts while the file can't be read, in seconds: the first and the longest.
_PAUSES = (0.05, 1.0)

#: Attempts after which it is said: what passes by itself within a second is none of the user's.
_REPORTED_AFTER = 5


class _Follower:
    """What one follower hasn't taken yet: batches in seq order, with holes where others committed."""

    def __init__(self) -> None:
        self.batches: deque[tuple[Sequence[Record], int]] = deque()
        self.waiting = 0
        self.changed = asyncio.Event()

    def publish(self, records: Sequence[Record], size: int) -> None:
        if not self.batches or self.waiting + size <= WAITING_BYTES:
            self.batches.append((records, size))
            self.waiting += size
        self.changed.set()

    def take(self) -> Sequence[Record]:
        records, size = self.batches.popleft()
        self.waiting -= size
        return records


class Feed:
    """Hands committed records to followers."""

    def __init__(self, reader: Reader, tip: int) -> None:
        self._reader = reader
        self._followers: set[_Follower] = set()
        self._closed = False
        #: Called when the first follower comes and when the last one goes.
        self.on_followed: Callable[[bool], None] | None = None
        #: Why followers stand still, or None; and the callback for when that changes.
        self.trouble: str | None = None
        self.on_trouble: Callable[[], None] | None = None
        #: The last seq known to be committed.
        self.tip = tip

    def publish(self, records: Sequence[Record], size: int) -> None:
        """Hand on ``records`` that this instance committed in one transaction, of about ``size`` bytes."""
        if records:
            self.tip = max(self.tip, records[-1].seq)
            for follower in self._followers:
                follower.publish(records, size)

    def advance_tip(self, tip: int) -> bool:
        """Note that everything up to ``tip`` is committed, by any instance; return whether that is new."""
        if tip <= self.tip:
            return False
        self.tip = tip
        self._wake()
        return True

    def close(self) -> None:
        """Let followers take what waits in memory, then end."""
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        for follower in self._followers:
            follower.changed.set()

    async def follow(self, after: int) -> AsyncIterator[Sequence[Record]]:
        """Yield records with a seq above ``after``, as they are committed, until the feed is closed."""
        follower = _Follower()
        self._enter(follower)
        try:
            while True:
                follower.changed.clear()
                if follower.batches and follower.batches[0][0][0].seq <= after + 1:
                    records = follower.take()
                    if records[0].seq <= after:
                        # Read from the file before this loop heard of its commit.
                        records = records[after + 1 - records[0].seq :]
                elif self._closed:
                    return
                elif follower.batches or self.tip > after:
                    up_to = follower.batches[0][0][0].seq - 1 if follower.batches else self.tip
                    records, after = await self._read(after, up_to)
                else:
                    await follower.changed.wait()
                    continue
                if records:
                    after = records[-1].seq
                    yield records
        finally:
            self._leave(follower)

    async def read_tip(self) -> int:
        """Return the last seq that any instance has committed. Raises ``LogUnusable`` once closed."""
        tip = await self._retry(self._reader.tip)
        # So that a caller who waits for it doesn't wait for a notice as well.
        self.advance_tip(tip)
        return tip

    async def _read(self, after: int, up_to: int) -> tuple[Sequence[Record], int]:
        """Return a page from the file, and the seq up to which it goes; an empty one once closed."""
        try:
            return await self._retry(lambda: self._reader.page(EVERYTHING, after, up_to))
        except LogUnusable:
            return (), after

    async def _retry(self, read: Callable[[], Awaitable[_R]]) -> _R:
        """Return what ``read`` gives, however often it has to be tried: commits must be shown."""
        pause, longest = _PAUSES
        tried = 0
        try:
            while True:
                try:
                    return await read()
                except LogUnusable as error:
                    if self._closed:
                        raise
                    tried += 1
                    # Again each time: another waiting call may have reported that it is over.
                    if tried >= _REPORTED_AFTER:
                        self._set_trouble(str(error))
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, longest)
        finally:
            if tried >= _REPORTED_AFTER:
                self._set_trouble(None)

    def _set_trouble(self, trouble: str | None) -> None:
        self.trouble = trouble
        if self.on_trouble is not None:
            self.on_trouble()

    def _enter(self, follower: _Follower) -> None:
        self._followers.add(follower)
        if len(self._followers) == 1 and self.on_followed is not None:
            self.on_followed(True)

    def _leave(self, follower: _Follower) -> None:
        self._followers.discard(follower)
        if not self._followers and self.on_followed is not None:
            self.on_followed(False)
