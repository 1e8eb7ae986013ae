"""The transcript of a pane's log, made on one walk through it.

Owns that a transcript is told the time and place of what is drawn, and where it begins anew. Must not know
what becomes of its lines. Memory is bounded by the last lines, which may still change.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from chloe.events.faults import Fault
from chloe.past.stream import Missing
from chloe.past.walker import Walker
from chloe.transcript.recent import TranscriptChange
from chloe.transcript.transcript import SETTLED, Transcript

if TYPE_CHECKING:
    from chloe.store.extended import RecordSource
    from chloe.terminal import Terminal

#: Lines that a terminal keeps until they are taken out: more than can be drawn at once.
_WINDOW = 2**24
#: Changes that are handed on together.
_TOGETHER = 512


class Transcriber:
    """Walks through ``pane``'s log. ``transcript`` is what it knows; it changes as ``changes`` is read."""

    def __init__(self, source: RecordSource, pane: str) -> None:
        self.transcript = Transcript()
        self._faults: list[Fault] = []
        self._followed: Terminal | None = None
        self._walker = Walker(
            source,
            pane,
            scrollback=_WINDOW,
            on_fault=lambda _pane, fault: self._faults.append(fault),
            on_drawn=self._note_drawn,
        )

    def _note_drawn(self, terminal: Terminal) -> None:
        if terminal is self._followed:
            self.transcript.fed()

    async def changes(self) -> AsyncIterator[list[TranscriptChange] | Missing | Fault]:
        """Read to the end of the log: changes in order, what is missing, and what the emulator failed on.

        What stands on the screen at the end is told last. Raises ``LogUnusable``.
        """
        walker, transcript = self._walker, self.transcript
        while (step := await walker.peek()) is not None:
            if step.begins_anew or step.missing:
                walker.contain(lambda: transcript.finish(walker.occurred_at), "exported")
                yield transcript.take_changes()
            for missing in step.missing:
                yield missing
            time, offset = max(step.occurred_at, walker.occurred_at), walker.position.offset
            walker.contain(lambda time=time, offset=offset: transcript.advance(time, offset), "exported")  # type: ignore[misc]
            await walker.step()
            self._follow()
            if self._faults:
                # What can still be read of the screen that it failed on.
                walker.contain(lambda: transcript.finish(walker.occurred_at), "exported")
                yield transcript.take_changes()
            while self._faults:
                yield self._faults.pop(0)
            if len(transcript.recent.changes) >= _TOGETHER:
                yield transcript.take_changes()
        walker.contain(lambda: transcript.finish(walker.occurred_at + SETTLED), "exported")
        yield transcript.take_changes()
        while self._faults:
            yield self._faults.pop(0)

    def _follow(self) -> None:
        """Follow the terminal that the walker has now, if it is another one."""
        terminal = self._walker.terminal
        if terminal is not None and terminal is not self._followed:
            self._followed = terminal
            self._walker.contain(lambda: self.transcript.follow(terminal), "exported")
