"""One pane's terminal in the fold, and the output that the fold has not drawn yet.

Owns drawing in slices of time, the position of the terminal in the pane's stream, and containing the faults
of the emulator. Must not know records, nor what is done with a terminal for which a checkpoint is due.

Output comes in by ``print`` and waits. ``settle`` draws it, until a deadline or until a checkpoint is due. A
screen is settled once nothing waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from chloe.events.faults import Fault, make_fault
from chloe.terminal import Terminal, within_bounds
from chloe.terminal.left_behind import bytes_of

#: The least, the first and the largest number of bytes that are drawn between two looks at the clock: of
#: output that has to be drawn, and of floods, most of which isn't.
_SLOW_BATCH = 2 * 1024, 4 * 1024, 32 * 1024
_FAST_BATCH = 16 * 1024, 16 * 1024, 256 * 1024
#: Bytes that are inspected to tell the one from the other.
_SAMPLE = 4 * 1024

#: A checkpoint is due once this many bytes, or as many as took this many seconds, were drawn since the last
#: one: the output between two checkpoints is folded within a tenth of a second, whatever was printed.
CHECKPOINT_BYTES = 4 * 1024 * 1024
CHECKPOINT_SECONDS = 0.04

#: A checkpoint of a screen that has ended is due after this many bytes.
_LAST_CHECKPOINT_BYTES = 64 * 1024


#: A clock in seconds that never goes back.
Clock = Callable[[], float]


class StreamPosition(NamedTuple):
    """The position of a screen in its pane's stream: after record ``seq``, ``offset`` bytes in."""

    seq: int
    offset: int


class _Restart(NamedTuple):
    """A new terminal of this size, whatever the one before showed, at this offset of the stream."""

    rows: int
    columns: int
    offset: int


class _Size(NamedTuple):
    rows: int
    columns: int


class _Reset(NamedTuple):
    """What a program left behind is ended."""


class _BatchSize:
    """How many bytes of one sort to draw at once, learnt from the time that they take.

    The aim is one to two milliseconds, which leaves room for bytes that take four times as long.
    """

    __slots__ = ("_maximum", "_minimum", "size")

    def __init__(self, least: int, first: int, most: int) -> None:
        self._minimum, self.size, self._maximum = least, first, most

    def learn(self, size: int, seconds: float) -> None:
        """Take note that drawing ``size`` bytes took so many seconds."""
        if seconds > 0.002:
            self.size = max(self.size // 2, self._minimum)
        elif seconds < 0.001 and size == self.size:
            self.size = min(self.size * 2, self._maximum)


class Screen:
    """One pane's terminal and what is still to be drawn on it."""

    __slots__ = (
        "_batch",
        "_clock",
        "_drawn_bytes",
        "_drawn_seconds",
        "_fast_batch",
        "_is_ended",
        "_pending",
        "_restart_offset",
        "_slow_batch",
        "fault",
        "may_be_checkpointed",
        "pending_bytes",
        "position",
        "terminal",
    )

    def __init__(self, terminal: Terminal, position: StreamPosition | None = None, *, clock: Clock) -> None:
        self.terminal = terminal
        self._clock = clock
        #: The terminal's position; None within a record.
        self.position = position
        #: Output, changes of size and restarts, and the position after each record, in order.
        self._pending: deque[bytes | _Size | _Restart | _Reset | StreamPosition] = deque()
        #: Bytes among them.
        self.pending_bytes = 0
        self._slow_batch, self._fast_batch = _BatchSize(*_SLOW_BATCH), _BatchSize(*_FAST_BATCH)
        self._drawn_bytes = 0
        self._drawn_seconds = 0.0
        self._is_ended = False
        #: The batch drawn last, and the offset of the last restart.
        self._batch = b""
        self._restart_offset = 0
        #: What the emulator failed on; the terminal is not to be used from then on.
        self.fault: Fault | None = None
        #: Whether checkpoints of it may be taken.
        self.may_be_checkpointed = True

    @property
    def is_settled(self) -> bool:
        """Return whether all that was applied has been drawn."""
        return not self._pending

    def print(self, data: bytes, after: StreamPosition) -> None:
        """Queue output of the program, which ends at ``after``."""
        if data:
            self._pending.append(data)
            self.pending_bytes += len(data)
        self._pending.append(after)

    def resize(self, rows: int, columns: int, after: StreamPosition) -> None:
        """Queue a change of size, behind all output that was queued before."""
        self._pending += (_Size(rows, columns), after)

    def reset(self, seq: int) -> None:
        """Queue the end of what a program left behind, by record ``seq``: no bytes of the stream."""
        last = self._pending[-1] if self._pending else self.position
        offset = last.offset if isinstance(last, StreamPosition) else 0
        self._pending += (_Reset(), StreamPosition(seq, offset))

    def restart(self, rows: int, columns: int, data: bytes, after: StreamPosition) -> None:
        """Queue a restart: the screen is what ``data`` draws on an empty one. Lines are counted on."""
        self._pending.append(_Restart(rows, columns, after.offset))
        self.print(data, after)

    def end(self) -> None:
        """Take note that no more output comes, for now."""
        self._is_ended = True

    @property
    def is_checkpoint_due(self) -> bool:
        """Return whether it is at a position, and enough was drawn since ``mark_checkpointed``."""
        return self.position is not None and self._has_drawn_enough and self.may_be_checkpointed

    @property
    def _has_drawn_enough(self) -> bool:
        return (
            self._drawn_bytes >= CHECKPOINT_BYTES
            or self._drawn_seconds >= CHECKPOINT_SECONDS
            or (self._is_ended and self._drawn_bytes >= _LAST_CHECKPOINT_BYTES)
        )

    def mark_checkpointed(self) -> None:
        """Take note that the terminal as it is now has a checkpoint, or needs none."""
        self._drawn_bytes = 0
        self._drawn_seconds = 0.0

    def settle(self, until: float | None) -> bool:
        """Draw until the clock passes ``until`` or a checkpoint is due; None: draw all.

        Returns whether all is drawn. Where the emulator failed, ``fault`` says so, and nothing more is drawn,
        unless a restart follows.
        """
        drew = False
        while self._pending and not (until is not None and self.is_checkpoint_due):
            first = self._pending[0]
            if isinstance(first, StreamPosition):
                self.position = first
                self._pending.popleft()
                continue
            if drew and until is not None and self._clock() >= until:
                break
            drew = True
            if isinstance(first, bytes):
                self._draw()
                continue
            self._pending.popleft()
            self.position = None
            if isinstance(first, _Size):
                self._resize(first)
            elif isinstance(first, _Reset):
                self._reset()
            else:
                self._restart(first)
        return not self._pending

    def _resize(self, size: _Size) -> None:
        try:
            with within_bounds:
                self.terminal.resize(*size)
        except Exception as error:
            self.fail(error, "resized")

    def _reset(self) -> None:
        try:
            with within_bounds:
                self.terminal.feed(bytes_of(alternate=self.terminal.modes.alternate_screen))
        except Exception as error:
            self.fail(error, "reset")

    def _restart(self, fresh: _Restart) -> None:
        rows, columns, self._restart_offset = fresh
        try:
            with within_bounds:
                before = self.terminal.scrollback
                lines = self.fault.lines if self.fault else before.total
                self.terminal = Terminal(rows, columns, scrollback=before.limit, first=lines)
        except Exception as error:
            self.fail(error, "drawn")
        else:
            self.may_be_checkpointed = True

    def _draw(self) -> None:
        """Draw the next batch, and learn from the time it took how large the next one may be."""
        data = b""
        try:
            with within_bounds:
                is_skippable = self.pending_bytes >= _SAMPLE and self.terminal.is_skippable(
                    self._sample(_SAMPLE)
                )
                batch = self._fast_batch if is_skippable else self._slow_batch
                self._batch = data = self._next_batch(batch.size)
                self.pending_bytes -= len(data)
                began = self._clock()
                self.terminal.feed(data)
                took = self._clock() - began
        except Exception as error:
            self.fail(error, "drawn")
            return
        self._drawn_bytes += len(data)
        self._drawn_seconds += took
        batch.learn(len(data), took)

    def fail(self, error: Exception, doing: str) -> None:
        """Give the terminal up since the emulator raised ``error``, and drop what waits.

        Where a restart waits, the screen goes on from there.
        """
        self.fault = make_fault(
            error, offset=self._batch_offset(), doing=doing, data=self._batch, lines=self._lines()
        )
        self.may_be_checkpointed = False
        self._batch = b""
        self.pending_bytes = 0
        while self._pending and not isinstance(self._pending[0], _Restart):
            self._pending.popleft()
        self.pending_bytes = sum(len(item) for item in self._pending if isinstance(item, bytes))

    @property
    def is_broken(self) -> bool:
        """Return whether the emulator failed and no restart waits."""
        return self.fault is not None and not self._pending and not self.may_be_checkpointed

    def take_fault(self) -> Fault | None:
        """Return what the emulator failed on, and forget it."""
        taken, self.fault = self.fault, None
        return taken

    def _batch_offset(self) -> int:
        """Return the offset at which the last batch begins."""
        position, behind = self.position, 0
        for item in self._pending if position is None else ():
            if isinstance(item, StreamPosition):
                position = item
                break
            behind += len(item) if isinstance(item, bytes) else 0
        end = position.offset if position is not None else self._restart_offset
        return max(end - behind - len(self._batch), self._restart_offset)

    def _lines(self) -> int:
        """Return how many lines had left the screen, as far as the terminal can still say."""
        try:
            return max(self.terminal.scrollback.total, 0)
        except Exception:
            return 0

    def _sample(self, size: int) -> bytes:
        """Return up to ``size`` of the bytes that are drawn next."""
        sample = b""
        for item in self._pending:
            if isinstance(item, bytes):
                sample += item[: size - len(sample)]
            if len(sample) >= size or not isinstance(item, bytes | StreamPosition):
                break
        return sample

    def _next_batch(self, room: int) -> bytes:
        """Take the bytes to draw next: adjoining ones together, since the terminal is faster on large pieces.

        Once a checkpoint is due, the batch ends with its record.
        """
        pieces: list[bytes] = []
        is_due = self._has_drawn_enough
        while room and self._pending:
            first = self._pending[0]
            if isinstance(first, StreamPosition):
                if is_due:
                    break
                self.position = first
                self._pending.popleft()
                continue
            if not isinstance(first, bytes):
                break
            self.position = None
            self._pending.popleft()
            if len(first) > room:
                self._pending.appendleft(first[room:])
                first = first[:room]
            pieces.append(first)
            room -= len(first)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)
