"""Typing so that it arrives: a text, then keys, each once the program has read what was before.

Owns the pauses, the joining where none are needed, and what is said of what doesn't arrive. Must not know
what the bytes mean, or which program reads them.

A program that reads key by key may take what comes in one go for a paste, and an Enter in it for a new line:
Codex does so with keys less than 8 ms apart and an Enter within 120 ms of them, Ink's programs with what one
read returns. A program that reads lines gets them from the kernel whole, whenever the keys came.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from chloe.backends.backend import Backend
from chloe.backends.terminal_input import MAX_LINE, TerminalInput
from chloe.events.commands import Type, Write
from chloe.waits import HOLDER_TIMEOUT, Waits, poll_until

#: Seconds between a text and the first key after it, and between two keys.
TEXT_PAUSE, KEY_PAUSE = 0.15, 0.02


class Delivery:
    """Types what ``command`` says into the pane called ``name``.

    ``inspect`` looks at the program's terminal; None where that can't be seen.
    """

    def __init__(
        self,
        name: str,
        command: Write | Type,
        *,
        inspect: Callable[[], TerminalInput | None],
        waits: Waits,
    ) -> None:
        self._name = name
        self._inspect = inspect
        self._waits = waits
        pieces = (command.data,) if isinstance(command, Write) else (command.text, *command.keys)
        self._pieces = [piece for piece in pieces if piece]
        self._has_text = bool(pieces[0])
        self._size = sum(map(len, self._pieces))
        #: Bytes of the pieces that were written.
        self._written = 0

    async def run(self, write: Callable[[bytes], Awaitable[Backend]]) -> None:
        """Type all of it. ``write`` types a piece and returns what takes it.

        Raises ``WaitedTooLong`` with how much was taken where the program doesn't read.
        """
        terminal = self._inspect()
        if terminal is not None and not terminal.is_raw:
            self._pieces = [b"".join(self._pieces)]
            self._report_long_lines()
        for number, piece in enumerate(self._pieces):
            if number:
                await self._let_read(TEXT_PAUSE if number == 1 and self._has_text else KEY_PAUSE)
            self._written += len(piece)
            await self._flush(await write(piece))

    async def run_once(self, backend: Backend) -> None:
        """Type all of it into a program that nobody here looks after, and release it."""

        async def write(data: bytes) -> Backend:
            backend.write(data)
            return backend

        try:
            await self.run(write)
        finally:
            await backend.close()

    async def _flush(self, backend: Backend) -> None:
        """Wait until all that was written is on its way: who typed it may end then."""

        def left() -> str:
            taken = max(self._written - backend.pending_input, 0)
            why = backend.pending_reason
            return f"{why}: {taken or 'none'} of {self._size} bytes were taken, the rest isn't typed"

        what = f"{self._name} to take what is typed"
        async with self._waits.waiting_for(what, HOLDER_TIMEOUT, outcome=left):
            await backend.flush()

    async def _let_read(self, pause: float) -> None:
        """Wait until the program has read what was written, and for so many seconds."""
        await asyncio.sleep(pause)
        if self._unread():

            def left() -> str:
                taken = max(self._written - self._unread(), 0)
                return (
                    f"its program doesn't read: {taken or 'none'} of {self._size} bytes were read, what else"
                    " was typed waits in its terminal, the rest isn't typed"
                )

            what = f"{self._name} to read what is typed"
            async with self._waits.waiting_for(what, HOLDER_TIMEOUT, outcome=left):
                await poll_until(lambda: not self._unread())
            await asyncio.sleep(pause)

    def _unread(self) -> int:
        """Return the bytes that the program could read and hasn't; 0 where that can't be seen."""
        terminal = self._inspect()
        return terminal.unread if terminal is not None else 0

    def _report_long_lines(self) -> None:
        """Say what the kernel drops of lines that are too long for a terminal that hands out lines."""
        longest = max(map(len, self._pieces[0].replace(b"\n", b"\r").split(b"\r")))
        if longest > MAX_LINE:
            self._waits.report(
                f"{self._name} reads lines, and its terminal keeps {MAX_LINE:,} bytes of one: the rest of a"
                f" line of {longest:,} bytes is dropped; give it in a file, or in shorter lines"
            )
