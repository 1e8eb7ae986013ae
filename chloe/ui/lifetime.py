"""How a run ends: with an exit status or with an error, whichever comes first.

Owns the one place where that is decided. Must not know what goes on in a run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import ParamSpec

_Args = ParamSpec("_Args")


class Lifetime:
    """The life of one run, inside a running loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._ended: asyncio.Future[int] = loop.create_future()

    @property
    def is_over(self) -> bool:
        """Return whether the run is ending."""
        return self._ended.done()

    async def wait(self) -> int:
        """Wait for the end. Return the exit status, or raise the error that ended the run."""
        return await self._ended

    def end(self, status: int) -> None:
        """End the run with this exit status."""
        if not self._ended.done():
            self._ended.set_result(status)

    def fail(self, error: BaseException) -> None:
        """End the run with this error."""
        if not self._ended.done():
            self._ended.set_exception(error)

    def guarded(self, called: Callable[_Args, None]) -> Callable[_Args, None]:
        """Return ``called``, but so that an error of it ends the run: the loop would only log it."""

        def guarded(*args: _Args.args, **named: _Args.kwargs) -> None:
            try:
                called(*args, **named)
            except Exception as error:
                self.fail(error)

        return guarded

    def on_unhandled(self, _: asyncio.AbstractEventLoop, context: Mapping[str, object]) -> None:
        """Take what the loop would only log, as its exception handler."""
        error = context.get("exception")
        self.fail(error if isinstance(error, Exception) else RuntimeError(str(context.get("message"))))
