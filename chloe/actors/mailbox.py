"""Mailboxes: how commands reach an actor.

Owns the order of messages and the way an answer comes back. Must not know what the messages mean.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Generic, TypeVar

M = TypeVar("M")


class Envelope(Generic[M]):
    """One message, and where the answer goes if somebody waits for one."""

    __slots__ = ("_answer", "message")

    def __init__(self, message: M, answer: asyncio.Future[None] | None = None) -> None:
        self.message = message
        self._answer = answer

    def resolve(self) -> None:
        """Tell who waits that the message was carried out."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(None)

    def reject(self, error: Exception) -> None:
        """Tell who waits that the message could not be carried out: the error is raised there."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)


class Mailbox(Generic[M]):
    """Messages for one actor, taken in the order in which they came.

    After ``close`` every message, waiting or new, is answered with the error that closed it.
    """

    def __init__(self) -> None:
        self._queue: deque[Envelope[M]] = deque()
        self._added = asyncio.Event()
        self._closed: Exception | None = None

    def send(self, message: M) -> None:
        """Leave a message; nobody waits for it, and after ``close`` it goes nowhere."""
        self._put(Envelope(message))

    async def request(self, message: M) -> None:
        """Leave a message and wait until it was carried out. Raises what made it fail."""
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._put(Envelope(message, answer))
        await answer

    def _put(self, envelope: Envelope[M]) -> None:
        if self._closed is not None:
            envelope.reject(self._closed)
            return
        self._queue.append(envelope)
        self._added.set()

    @property
    def waiting(self) -> int:
        """Return how many messages wait to be taken."""
        return len(self._queue)

    async def take(self) -> Envelope[M]:
        """Wait for the next message."""
        while not self._queue:
            self._added.clear()
            await self._added.wait()
        return self._queue.popleft()

    def close(self, error: Exception) -> None:
        """Take no more messages; ``error`` says why to all who wait."""
        self._closed = error
        while self._queue:
            self._queue.popleft().reject(error)
