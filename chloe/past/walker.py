"""The walk through one pane's log, with its terminal as it was at each place.

Owns where a walk begins, how it goes on, and that it is contained, silent and in slices of the loop's time.
Must not know the live fold, nor what is done with the terminal. See the package for the interface.
"""

from __future__ import annotations

import asyncio
import time as clocks
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from chloe.events.faults import Fault, make_fault
from chloe.events.keyframe import KeyframeError, decode_keyframe
from chloe.events.screen import Clock, StreamPosition
from chloe.events.screens import Screens
from chloe.past.checkpointing import CheckpointWriter
from chloe.past.stream import PaneStream, Step
from chloe.quick import dataclass
from chloe.store import Checkpoint
from chloe.store.extended import RecordSource
from chloe.terminal import EMULATOR, StateUnusable, Terminal, within_bounds

Answer = TypeVar("Answer")

#: Seconds of drawing between two turns of the loop: law 8 allows 10 ms, a slow machine wants some of it.
SLICE_SECONDS = 0.004

#: Where less is left of it, the loop has its turn first.
_MIN_SLICE_SECONDS = 0.001

#: Where lines are taken out after each slice, this much is drawn in a turn: a flood is drawn in a small part
#: of the time that its lines take.
_DRAINED_SLICE_SECONDS = 0.0005

#: Bytes that are taken in before they are drawn, where nothing has to be looked at in between: the terminal
#: is faster on large pieces, but they are held in memory.
_BATCH_BYTES = 256 * 1024

#: How many lines have to lie between the newest checkpoint on the way and the one to begin at, for the first
#: try and those after it. None: begin at the beginning. A resize that gives the screen more rows takes back
#: lines, and a checkpoint holds no more than the last few hundred.
_RETRY_LINES: tuple[int | None, ...] = (0, 1_000, None)

START = StreamPosition(0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """How far to go: through these, and to the end without any."""

    seq: int | None = None
    line: int | None = None
    offset: int | None = None


def _ignore(_pane: str, _fault: Fault) -> None:
    """Take no notice."""


class Walker:
    """Stands at one place of ``pane``'s log; at first before its beginning.

    ``scrollback`` is how many lines that left the screen are kept. ``checkpoints`` writes those that come due
    on the way. ``on_fault`` is given the pane and what the emulator failed on. ``on_drawn`` is given the
    terminal each time it has drawn a slice, to take out what would pile up: lines, or what the program said.
    ``clock`` tells the seconds that the slices are measured by.

    What reads the log raises ``LogUnusable``; the walker then stands where it stood.
    """

    def __init__(
        self,
        source: RecordSource,
        pane: str,
        *,
        scrollback: int = 10_000,
        checkpoints: CheckpointWriter | None = None,
        on_fault: Callable[[str, Fault], None] = _ignore,
        on_drawn: Callable[[Terminal], None] | None = None,
        clock: Clock = clocks.monotonic,
    ) -> None:
        self.pane = pane
        #: The last record that is in, and how many bytes of the stream are.
        self.position = START
        #: When the latest happened of what was taken in since the walk began, in nanoseconds since 1970. It
        #: never goes back, until ``at`` begins another walk.
        self.occurred_at = 0
        #: How many checkpoints came due since the walk began.
        self.checkpoints_due = 0
        self._source = source
        self._scrollback = scrollback
        self._checkpoints = checkpoints
        self._on_fault = on_fault
        self._on_drawn = on_drawn
        self._clock = clock
        self._screens = Screens(scrollback, clock=clock)
        self._steps: AsyncIterator[Step] | None = None
        self._next: Step | None = None
        #: Whether nothing lies further back than where this walk began.
        self._began_at_start = True
        self._uses_cuts = True
        #: The seq of the last checkpoint that was begun at, passed or taken.
        self._last_checkpoint = 0
        self._turn_ended = self._clock()

    @property
    def terminal(self) -> Terminal | None:
        """Return the pane's terminal; None before the pane was created, and where the emulator failed."""
        return self._screens.drawn(self.pane) if self.pane in self._screens else None

    @property
    def fault(self) -> Fault | None:
        """Return what the emulator failed on, where that is why there is no terminal."""
        return self._screens.broken.get(self.pane)

    @property
    def lacks_lines(self) -> bool:
        """Return whether a resize asked for lines that aren't there: the screen isn't what it was.

        ``at`` begins further back then, as long as it can; after ``step`` and ``until`` it may be so.
        """
        terminal = self.terminal
        return terminal is not None and bool(self.contain(lambda: terminal.scrollback.incomplete, "read"))

    def contain(self, work: Callable[[], Answer], doing: str) -> Answer | None:
        """Return what ``work`` reads from the terminal; None where it raises, which ends the terminal.

        ``doing`` says for the fault what was done: "read", "exported" …
        """
        try:
            with within_bounds:
                return work()
        except Exception as error:
            self._screens.fail(self.pane, error, doing)
            self._report()
            return None

    def hand_over_to(self, screens: Screens) -> None:
        """Have ``screens`` go on with the pane's screen, as it is. The walker has none from then on."""
        if self.terminal is not None or self.fault is not None:
            screens.adopt(self.pane, self._screens)

    # Going somewhere -------------------------------------------------------------------------------

    async def at(
        self,
        *,
        seq: int | None = None,
        time: int | None = None,
        line: int | None = None,
        offset: int | None = None,
    ) -> None:
        """Go there, wherever the walker stands; without any to the end, as it is now.

        Where the log ends before, the walker stands at its end; where what was asked for is pruned, at the
        first place that is left.
        """
        target = await self._target(seq, time, line, offset)
        for lines in _RETRY_LINES:
            await self._begin(target, lines)
            await self._go_on(target)
            if self._began_at_start or not self.lacks_lines:
                break

    async def until(
        self,
        *,
        seq: int | None = None,
        time: int | None = None,
        line: int | None = None,
        offset: int | None = None,
    ) -> None:
        """Go on to there, or to the end of the log where that is before; without any to the end."""
        await self._go_on(await self._target(seq, time, line, offset))

    async def peek(self) -> Step | None:
        """Return the step that comes next; None where the log has no more for now."""
        return await self._peek(None)

    async def step(self) -> Step | None:
        """Take in what comes next and draw it. Return it; None where the log has no more for now."""
        step = await self.peek()
        if step is not None:
            self._take(step)
            await self._draw()
        return step

    async def _target(
        self, seq: int | None, time: int | None, line: int | None, offset: int | None
    ) -> _Target:
        if time is not None:
            seq = await self._source.find_seq_at(self.pane, time)
        return _Target(seq=seq, line=line, offset=offset)

    async def _begin(self, target: _Target, lines: int | None) -> None:
        """Stand at the best place before ``target``: see ``_RETRY_LINES`` for ``lines``."""
        found = None
        if lines is not None:
            found = await self._checkpoint(target)
            if found is not None and lines:
                found = await self._source.load_checkpoint(
                    self.pane, emulator=EMULATOR, seq=found.seq, lines=max(found.lines - lines, 0)
                )
            is_on_the_way = self.terminal is not None and not self._is_beyond(target)
            if not lines and is_on_the_way and (found is None or found.seq <= self.position.seq):
                return
        self._steps = self._next = None
        self._uses_cuts = True
        self._screens = Screens(self._scrollback, clock=self._clock)
        self.position, self.occurred_at = START, 0
        self._began_at_start = True
        self._last_checkpoint = 0
        if found is None or found.seq <= (await self._source.find_fold_start(self.pane)).after:
            return
        place = StreamPosition(found.seq, found.offset)
        state = found.state
        await asyncio.sleep(0)
        if self._load(place, lambda: Terminal.load(state, scrollback=self._scrollback)):
            self._began_at_start = False
            self._last_checkpoint = found.seq
            async for record in self._source.read(
                after=found.seq - 1, up_to=found.seq, pane=self.pane, bodies=False
            ):
                self.occurred_at = record.occurred_at

    async def _checkpoint(self, target: _Target) -> Checkpoint | None:
        """Find the newest checkpoint that ``target`` may be reached from."""
        seq = target.seq
        if target.offset is not None:
            marks = await self._source.list_checkpoints(self.pane, emulator=EMULATOR)
            seq = max((mark.seq for mark in marks if mark.offset <= target.offset), default=0)
        return await self._source.load_checkpoint(self.pane, emulator=EMULATOR, seq=seq, lines=target.line)

    def _load(self, place: StreamPosition, load: Callable[[], Terminal]) -> bool:
        """Stand at ``place`` with the terminal that ``load`` makes; return whether it could be made."""
        try:
            with within_bounds:
                terminal = load()
        except (StateUnusable, KeyframeError):
            return False
        except Exception as error:
            self._on_fault(self.pane, make_fault(error, offset=place.offset, doing="loaded", is_fatal=False))
            return False
        self._screens.forget(self.pane)
        self._screens.open(self.pane, terminal, place)
        self.position = place
        return True

    def _is_beyond(self, target: _Target) -> bool:
        """Return whether the walker stands behind ``target``."""
        seq, offset = self.position
        return (
            (target.seq is not None and seq > target.seq)
            or (target.offset is not None and offset > target.offset)
            or (target.line is not None and self._has_passed(target.line))
        )

    def _has_passed(self, line: int) -> bool:
        """Return whether this line has left the screen."""
        terminal = self.terminal
        total = self.contain(lambda: terminal.scrollback.total, "read") if terminal is not None else None
        return total is not None and total > line

    # Going on --------------------------------------------------------------------------------------

    async def _go_on(self, target: _Target) -> None:
        """Take in and draw all through ``target``, or to the end of the log."""
        draws_each = target.line is not None
        while True:
            if target.line is not None and self._has_passed(target.line):
                break
            if target.offset is not None and self.position.offset >= target.offset:
                break
            step = await self._peek(target.seq)
            if step is None:
                break
            is_left = step.state is not None and self.terminal is None
            if target.seq is not None and step.seq > target.seq and not is_left:
                break
            if step.state is not None:
                await self._draw()
            self._take(step)
            if draws_each or self._screens.pending_bytes(self.pane) >= _BATCH_BYTES:
                await self._draw()
        await self._draw()

    async def _peek(self, last_seq: int | None) -> Step | None:
        """Read the next step; records behind ``last_seq`` aren't read ahead."""
        while self._next is None:
            is_new = self._steps is None
            if self._steps is None:
                self._steps = PaneStream(
                    self._source,
                    self.pane,
                    after=self.position.seq,
                    offset=self.position.offset,
                    last_seq=last_seq,
                    cuts=self._uses_cuts,
                ).steps()
            try:
                self._next = await anext(self._steps, None)
            except BaseException:
                # What was read and not taken is read again.
                self._steps = None
                raise
            if self._next is None:
                # More may have been committed since its reading began.
                self._steps = None
                if is_new:
                    break
        return self._next

    def _take(self, step: Step) -> None:
        """Have the screen take the next step in; ``_draw`` draws it."""
        self._next = None
        if step.state is not None:
            self._take_cut(step, step.state)
            return
        if step.record is not None:
            self._screens.apply(step.record)
        self.position = StreamPosition(max(step.seq, self.position.seq), step.offset)
        self.occurred_at = max(step.occurred_at, self.occurred_at)

    def _take_cut(self, step: Step, state: bytes) -> None:
        place = StreamPosition(step.seq, step.offset)
        if self._load(place, lambda: decode_keyframe(state, scrollback=self._scrollback)):
            return
        if self.terminal is not None:
            self.position = place
            return
        # Its size at least is told by the records that are left of what was pruned.
        self._uses_cuts = False
        self._steps = None

    async def _draw(self) -> None:
        """Draw all that was taken in, in slices."""
        screens = self._screens
        is_drained = self._on_drawn is not None
        while True:
            left = SLICE_SECONDS - (self._clock() - self._turn_ended)
            if left < (SLICE_SECONDS - _MIN_SLICE_SECONDS if is_drained else _MIN_SLICE_SECONDS):
                await self._end_turn()
                left = SLICE_SECONDS
            if not screens.is_settled:
                screens.settle(_DRAINED_SLICE_SECONDS if is_drained else left)
                self._silence()
                if is_drained:
                    await self._end_turn()
            due = screens.take_checkpoint_due()
            if due is not None:
                self.checkpoints_due += 1
                await self._take_checkpoint(*due)
            self._report()
            if screens.is_settled:
                return

    async def _take_checkpoint(self, pane: str, place: StreamPosition, terminal: Terminal) -> None:
        """Have the terminal written, unless there is a checkpoint since the last one on the way."""
        if self._checkpoints is None:
            return
        found = await self._source.load_checkpoint(pane, emulator=EMULATOR, seq=place.seq)
        if found is not None and found.seq > self._last_checkpoint:
            self._last_checkpoint = found.seq
            return
        self._last_checkpoint = place.seq
        await self._end_turn()
        self._checkpoints.enqueue(self._screens, pane, place, terminal)
        await self._checkpoints.write()
        await self._end_turn()

    async def _end_turn(self) -> None:
        await asyncio.sleep(0)
        self._turn_ended = self._clock()

    def _silence(self) -> None:
        """Hand on what was drawn, and throw away what the program asked and said (law 6)."""
        terminal = self.terminal
        if terminal is None:
            return

        def silence() -> None:
            if self._on_drawn is not None:
                self._on_drawn(terminal)
            terminal.take_replies()
            terminal.take_notices()

        self.contain(silence, "shown")

    def _report(self) -> None:
        """Hand on what the emulator failed on."""
        for pane, found in self._screens.take_faults():
            self._on_fault(pane, found)
