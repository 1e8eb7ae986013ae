"""The pane actor: the sole owner of one backend.

Owns the way of a pane's bytes into the log, the offsets of its stream, and the commands to its
program. Must not know projections, screens or other panes: ``folded`` tells how far the fold has come.

Three loops share the work. ``_read`` takes events from the backend, never further ahead of the
fold than ``MAX_AHEAD`` bytes, so that a flooding program is slowed by the kernel. ``_commit`` appends what
was read, at once or with what gathers meanwhile (``gathering``); while it does, the next is read, and no
more, so that batches grow with the time a commit takes. ``_handle_commands`` works the
mailbox off; nothing there waits for the log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Protocol

from chloe.actors.gathering import Gathering, Pending
from chloe.actors.mailbox import Mailbox
from chloe.actors.notice_recorder import NoticeRecorder
from chloe.actors.queues import ActorQueues
from chloe.backends.backend import (
    Backend,
    BackendEvent,
    BytesLost,
    Exited,
    LeaseLost,
    OutputRead,
    PersistentBackend,
    ScreenCaptured,
    SizeChanged,
)
from chloe.backends.descriptors import is_exhausted
from chloe.errors import PaneRefused
from chloe.events import facts
from chloe.events.commands import Kill, Resize, Write
from chloe.events.facts import Entry, Record, SpoolPosition
from chloe.events.fields import fit_text
from chloe.terminal.sizes import clamp

#: Bytes of output that a pane may be ahead of its fold: some frames of a flood, no more.
MAX_AHEAD = 4 * 1024 * 1024


#: A read of this many bytes is part of a flood: what follows is left to gather for some milliseconds,
#: since log and terminal take large pieces at many times the speed of small ones.
_FLOOD, _GATHER = 16 * 1024, 0.012
#: Seconds between two checks whether all was ingested: a torn frame that is taken back gives no notice.
_RECHECK_DELAY = 0.2


#: Makes an actor ready to record; returns the offset of the stream at which it goes on.
Begin = Callable[[], Awaitable[int]]


class Log(Protocol):
    """What an actor needs of the store."""

    async def append(self, entries: Sequence[Entry], *, durable: bool = False) -> list[Record]:
        """Commit the entries, in order. Waits as long as the log can't be written."""


class PaneActor:
    """One pane while its program runs and this instance looks after it.

    ``begin`` makes ready to record and returns the offset at which the stream goes on, where an earlier
    recorder may have stopped; without it that is 0. It may wait, as for another instance's lease; commands
    are carried out meanwhile.
    """

    def __init__(
        self,
        pane: str,
        backend: Backend,
        log: Log,
        gathering: Gathering,
        *,
        begin: Begin | None = None,
    ) -> None:
        self.pane = pane
        self.mailbox: Mailbox[Write | Resize | Kill] = Mailbox()
        #: Set once this actor records; another instance may hold the pane's lease until then.
        self.recording = asyncio.Event()
        #: What the log shall say of the program's end, where it ends because this instance does.
        self.exit_reason = ""
        self._backend = backend
        self._log = log
        self._begin = begin
        self._read_to = 0
        self._folded_to = 0
        self._room = asyncio.Event()
        self._gathering = gathering
        self._pending = Pending(pane, gathering)
        if isinstance(backend, PersistentBackend):
            # A user who types is to see the echo at once.
            backend.on_typed = self._pending.attend
        self._notices = NoticeRecorder()
        self._segment = -1
        #: There is news of how far the log has the stream.
        self._progress = asyncio.Event()
        self._ended = False
        self._reading: asyncio.Task[None] | None = None
        #: What gives the right to record back, while another is to have it; and that this was done.
        self._release: Callable[[], None] | None = None
        self._released = asyncio.Event()
        self._resumed = asyncio.Event()

    async def run(self) -> None:
        """Look after the pane until its program has ended and all it printed is in the log."""
        try:
            async with asyncio.TaskGroup() as group:
                handling = group.create_task(self._handle_commands(), name=f"commands of {self.pane}")
                await self._record()
                handling.cancel()
        finally:
            self._ended = True
            self._progress.set()
            self._released.set()
            self.mailbox.close(PaneRefused("its program has ended"))

    def folded(self, offset: int) -> None:
        """Make room for more: all of the stream before ``offset`` has been drawn."""
        self._folded_to = offset
        self._room.set()

    async def wait_until_ingested(self, is_drained: Callable[[], bool]) -> None:
        """Wait until all is in the log that the backend held when it made ``is_drained``, or this ends."""
        with self._pending.hurried():
            while not self._ended and not (
                self.recording.is_set() and is_drained() and not self.has_uncommitted
            ):
                self._progress.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(_RECHECK_DELAY):
                        await self._progress.wait()

    def hand_over(self, release: Callable[[], None]) -> asyncio.Event:
        """Stop reading, and call ``release`` once the log has all that was read; what is set then.

        Until ``resume``. Only for an actor that records.
        """
        self._released.clear()
        self._resumed.clear()
        self._release = release
        if self._reading is not None:
            self._reading.cancel()
        return self._released

    def resume(self) -> None:
        """Record again, as soon as that may be."""
        self._release = None
        self._resumed.set()

    @property
    def ended(self) -> bool:
        """Return whether it looks after the pane no more, though the reason may not be in the log yet."""
        return self._ended

    @property
    def has_uncommitted(self) -> bool:
        """Return whether something read isn't in the log yet; after the end it may still be on its way."""
        return bool(self._pending)

    def measure_queues(self) -> ActorQueues:
        """Return how much waits here."""
        return ActorQueues(self.mailbox.waiting, self._pending.size, self._backend.pending_input)

    async def _record(self) -> None:
        while True:
            self._read_to = self._folded_to = await self._begin() if self._begin is not None else 0
            self._notices = NoticeRecorder()
            self._pending.attend()
            self.recording.set()
            self._progress.set()
            try:
                async with asyncio.TaskGroup() as group:
                    committing = group.create_task(self._commit(), name=f"commit {self.pane}")
                    self._reading = group.create_task(self._read(), name=f"read {self.pane}")
                    await asyncio.wait((self._reading,))
                    if self._reading.cancelled():
                        await self._hand_over()
                        committing.cancel()
            except* LeaseLost:
                # What was read and isn't committed the other one reads again.
                self.recording.clear()
                self._pending.discard()
            if self.recording.is_set():
                return

    async def _hand_over(self) -> None:
        """Let another process record once the log has all that was read, if that is still wanted then."""
        with self._pending.hurried():
            while self.has_uncommitted:
                self._progress.clear()
                await self._progress.wait()
        if self._release is not None:
            self._release()
            self._released.set()
            await self._resumed.wait()
        self.recording.clear()

    async def _read(self) -> None:
        while True:
            while self._read_to - self._folded_to > MAX_AHEAD:
                self._room.clear()
                await self._room.wait()
            before = self._read_to
            events = await self._backend.read()
            entries = [Entry(self.pane, self._fact(event), event.occurred_at) for event in events]
            await self._pending.add(self._notices.add_notices(entries))
            if events and isinstance(events[-1], Exited):
                return
            if self._read_to - before >= _FLOOD:
                await asyncio.sleep(_GATHER)
                await self._gathering.let_keys_pass()
            else:
                await self._pending.pace()

    def _fact(self, event: BackendEvent) -> facts.Fact:
        """Return what the log says of an event, and count the stream's offset on."""
        fact = fact_of(event, self._read_to, self.exit_reason)
        self._read_to += length_of(fact)
        return fact

    async def _commit(self) -> None:
        while True:
            batch = await self._pending.take()
            position = _last_position(batch)
            ended = isinstance(batch[-1].fact, facts.Died)
            # What holds the bytes outside the log may go only once they are durably inside.
            durable = position is not None and (ended or position.segment > self._segment)
            await self._log.append(batch, durable=durable)
            if position is not None and durable:
                self._segment = position.segment
                await self._backend.acknowledge(position)
            self._pending.done()
            self._progress.set()
            if ended:
                return

    async def _handle_commands(self) -> None:
        while True:
            envelope = await self.mailbox.take()
            try:
                match envelope.message:
                    case Write(data=data):
                        self._pending.attend()
                        self._backend.write(data)
                    case Resize(rows=rows, columns=columns):
                        self._backend.resize(*clamp(rows, columns))
                    case Kill():
                        await self._backend.kill()
            except Exception as error:
                envelope.reject(PaneRefused(f"its actor failed: {error}"))
                # A command that the system refuses for the moment ends nothing.
                if not is_exhausted(error):
                    raise
            finally:
                # Also where the program ended while it was being killed: the caller isn't left waiting.
                envelope.resolve()


def fact_of(event: BackendEvent, offset: int, exit_reason: str = "") -> facts.Fact:
    """Return what the log says of an event at this ``offset`` of its stream."""
    match event:
        case OutputRead(data=data, position=position):
            return facts.Output(offset=offset, length=len(data), data=data, spool=position)
        case SizeChanged(rows=rows, columns=columns, position=position):
            rows, columns = clamp(rows, columns)
            return facts.Resized(rows=rows, columns=columns, offset=offset, spool=position)
        case BytesLost(length=length, reason=reason, position=position):
            return facts.Gap(offset=offset, length=length, reason=fit_text(reason), spool=position)
        case ScreenCaptured(rows=rows, columns=columns, data=data):
            rows, columns = clamp(rows, columns)
            return facts.Repainted(rows=rows, columns=columns, offset=offset, length=len(data), data=data)
        case Exited():
            return facts.Died(
                status=event.status,
                signal=event.signal,
                reason=fit_text(exit_reason or event.reason),
                spool=event.position,
                survivor=event.survivor,
            )


def length_of(fact: facts.Fact) -> int:
    """Return how many bytes of the stream a fact stands for."""
    return fact.length if isinstance(fact, facts.Output | facts.Gap) else 0


def _last_position(batch: Sequence[Entry]) -> SpoolPosition | None:
    """Return how far a batch takes the spool in; None where nothing of it comes from one."""
    for entry in reversed(batch):
        position: SpoolPosition | None = getattr(entry.fact, "spool", None)
        if position is not None:
            return position
    return None
