"""Tasks that others go on without: each has an owner, and a failure of one is heard.

Owns how they are started, tried again after a failure and ended, and the sentence about what failed. Must not
know what they do, or who is told. Where a failure shall end what stands around it, ``asyncio.TaskGroup`` is
the owner.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from types import TracebackType
from typing import Any, TypeVar

_R = TypeVar("_R")

#: Pauses after a failure, in seconds: the first and the longest.
_PAUSES = (0.05, 5.0)

_log = logging.getLogger(__name__)


class Tasks:
    """The background tasks of one part. For the loop's own thread.

    ``on_trouble`` is called in the loop with each new ``trouble``, and with None when there is none any more.
    """

    def __init__(self) -> None:
        self.on_trouble: Callable[[str | None], None] | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._failures: dict[str, str] = {}

    @property
    def trouble(self) -> str | None:
        """Return a sentence about what failed first and hasn't succeeded since; None where nothing did."""
        return next(iter(self._failures.values()), None)

    def trouble_of(self, name: str) -> str | None:
        """Return the sentence about the work of this ``name``; None where it hasn't failed."""
        return self._failures.get(name)

    def start(self, name: str, work: Callable[[], Awaitable[object]]) -> asyncio.Task[None]:
        """Do ``work`` once. A failure is told until work of the same ``name`` is started again.

        ``name`` says what is done, for the sentence "{name} failed: …": "resizing session x".
        """
        return self._own(name, self._once(name, work))

    def repeat(
        self,
        name: str,
        work: Callable[[], Awaitable[object]],
        due: Callable[[], Awaitable[object]] | None = None,
    ) -> asyncio.Task[None]:
        """Do ``work`` again and again, each time after waiting for ``due``, until it returns True.

        After a failure it is tried again at growing pauses, without waiting for ``due``; the failure is told
        until ``work`` succeeds.
        """
        return self._own(name, self._repeat(name, work, due))

    async def end(self, task: asyncio.Task[None]) -> None:
        """Cancel a task and wait for its end."""
        task.cancel()
        await asyncio.wait({task})

    async def close(self) -> None:
        """Cancel every task and wait for all of them."""
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(set(self._running))

    def _own(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _once(self, name: str, work: Callable[[], Awaitable[object]]) -> None:
        self._clear(name)
        try:
            await work()
        except Exception as error:
            self._report(name, error, "")

    async def _repeat(
        self, name: str, work: Callable[[], Awaitable[object]], due: Callable[[], Awaitable[object]] | None
    ) -> None:
        failed, (pause, longest) = False, _PAUSES
        try:
            while True:
                try:
                    if due is not None and not failed:
                        await due()
                    is_done = await work()
                except Exception as error:
                    failed = True
                    self._report(name, error, "; it is tried again")
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, longest)
                    continue
                failed, pause = False, _PAUSES[0]
                self._clear(name)
                if is_done is True:
                    return
        finally:
            self._clear(name)

    def _report(self, name: str, error: Exception, outlook: str) -> None:
        sentence = f"{name} failed: {str(error) or type(error).__name__}{outlook}"
        if self._failures.get(name) != sentence:
            _log.error("%s", sentence, exc_info=error)
            self._failures[name] = sentence
            self._tell()

    def _clear(self, name: str) -> None:
        if self._failures.pop(name, None) is not None:
            self._tell()

    def _tell(self) -> None:
        if self.on_trouble is not None:
            # Apart from the task: what fails in there must not end it.
            asyncio.get_running_loop().call_soon(self.on_trouble, self.trouble)


async def shielded(work: Coroutine[Any, Any, _R]) -> _R:
    """Return what ``work`` gives. A cancellation meanwhile is raised only once it is done."""
    task = asyncio.get_running_loop().create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        task.exception()  # It was seen.
        raise cancelled
    return task.result()


class EndlessGroup(asyncio.TaskGroup):
    """A group whose tasks are cancelled when its body ends: what runs then is endless by design."""

    def __init__(self) -> None:
        super().__init__()
        self._running: set[asyncio.Task[Any]] = set()

    def create_task(self, *args: Any, **named: Any) -> asyncio.Task[Any]:
        """See ``asyncio.TaskGroup.create_task``."""
        task: asyncio.Task[Any] = super().create_task(*args, **named)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for task in list(self._running):
            task.cancel()
        if error is not None and not isinstance(error, asyncio.CancelledError):
            # What the body raised is not these tasks' failure: it goes on as it is.
            kind = error = traceback = None
        try:
            await super().__aexit__(kind, error, traceback)
        except BaseExceptionGroup as failures:
            if len(failures.exceptions) > 1:
                raise
            raise failures.exceptions[0] from None
