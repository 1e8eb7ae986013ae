"""Mailboxes: how commands reach an actor.

Owns the order of messages and the way an answer comes back. Must not know what the messages mean.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Generic, TypeVar

M = TypeVar("M")


class Letter(Generic[M]):
    """One message, and where the answer goes if somebody waits for one."""

    __slots__ = ("_answer", "message")

    def __init__(self, message: M, answer: asyncio.Future[None] | None = None) -> None:
        self.message = message
        self._answer = answer

    def done(self) -> None:
        """The message was carried out."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(None)

    def failed(self, error: Exception) -> None:
        """It could not be; whoever asked gets the error."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)


class Mailbox(Generic[M]):
    """Messages for one actor, taken in the order in which they came.

    After ``close`` every message, waiting or new, is answered with the error that closed it.
    """

    def __init__(self) -> None:
        self._letters: deque[Letter[M]] = deque()
        self._came = asyncio.Event()
        self._closed: Exception | None = None

    def tell(self, message: M) -> None:
        """Leave a message; nobody waits for it, and after ``close`` it goes nowhere."""
        self._put(Letter(message))

    async def ask(self, message: M) -> None:
        """Leave a message and wait until it was carried out. Raises what made it fail."""
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._put(Letter(message, answer))
        await answer

    def _put(self, letter: Letter[M]) -> None:
        if self._closed is not None:
            letter.failed(self._closed)
            return
        self._letters.append(letter)
        self._came.set()

    async def take(self) -> Letter[M]:
        """Wait for the next message."""
        while not self._letters:
            self._came.clear()
            await self._came.wait()
        return self._letters.popleft()

    def close(self, error: Exception) -> None:
        """Take no more messages; ``error`` says why to all who wait."""
        self._closed = error
        while self._letters:
            self._letters.popleft().failed(error)
