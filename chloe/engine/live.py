"""The live driver of the fold: follows the log and keeps the projections as of its end.

Owns the sharing of the loop's time between drawing and everything else (law 8), and the news of what
changed. Folds only what the store says is committed (law 1), with the same ``apply`` as replay (law 2).
Must not know where records come from, nor what a listener does with the news.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial

from chloe.engine.ahead import ScreensAhead
from chloe.engine.fault_files import FaultFiles
from chloe.engine.fold import Change, Fold
from chloe.engine.loading import ScreenLoader
from chloe.engine.user_colours import UserColours
from chloe.errors import LogUnusable
from chloe.events import facts
from chloe.events.facts import Record
from chloe.events.faults import Fault
from chloe.events.projections import Projections
from chloe.events.screen import Clock
from chloe.past.checkpointing import CheckpointWriter
from chloe.past.scrollback import MAX_LINES, ScrollbackReader
from chloe.store import Store
from chloe.terminal import EMULATOR, Notice, Terminal
from chloe.terminal.colours import Colours
from chloe.terminal.notice_scanner import NoticeScanner

_log = logging.getLogger(__name__)

#: A pane that nobody looks at is folded for its checkpoints after so many bytes, so that looking at it, or
#: scrolling in it, never has to fold more than about these.
_BACKGROUND_BYTES = 16 * 1024 * 1024

#: Seconds that are drawn before the loop does other work: a key waits for that.
_SLICE_SECONDS = 0.001

#: Bytes that are drawn as soon as they are folded, whatever floods wait to be drawn: an echo, or a screenful.
_LITTLE = 8 * 1024

#: Seconds that floods are held up after a key, for its echo, which usually takes 2 ms.
_ECHO_SECONDS = 0.005

#: Nanoseconds after which a word of a program comes too late to be acted on.
_OLD = 60_000_000_000

#: What ends a scan: the screen has read on from here, bytes are missing, or there are no more.
_ENDS_SCAN = facts.Output | facts.Gap | facts.Repainted | facts.Died


class LiveFold(Fold):
    """Projections that follow the log, screens among them."""

    def __init__(
        self,
        store: Store,
        projections: Projections,
        *,
        scrollback: int,
        faults: FaultFiles,
        colours: UserColours,
        clock: Clock,
    ) -> None:
        super().__init__(store, projections)
        self._colours = colours
        self._checkpoints = CheckpointWriter(store)
        self._faults = faults
        self._loader = ScreenLoader(store, scrollback, self._checkpoints, faults, clock)
        #: Gives the lines that no window holds any more.
        self.scrollback = ScrollbackReader(partial(self._loader.walker, scrollback=MAX_LINES))
        #: Screens as of log and spool, of panes whose recorder is stopped.
        self.ahead = ScreensAhead(projections, self._loader, faults, self.publish, scrollback, clock)
        self._unfolded: dict[str, int] = {}
        #: What is said beside their text by programs of panes whose screen isn't folded.
        self._scanners: defaultdict[str, NoticeScanner] = defaultdict(NoticeScanner)
        self._to_fold = asyncio.Event()
        self._to_draw = asyncio.Event()
        #: The pane that was typed into last, whether it has printed since, and until when that is waited for.
        self._typed_into = ""
        self._echoed = asyncio.Event()
        self._echo_expected_until = 0.0

    # Folding ---------------------------------------------------------------------------------------

    async def load(self) -> None:
        """Fold what the log holds, except for what was printed: a screen is folded when someone looks."""
        screens = self._projections.screens
        screens.follows_new = False
        await super().load()
        screens.follows_new = True

    def _apply(self, records: Sequence[Record]) -> None:
        projections = self._projections
        changed = set()
        notices: list[tuple[str, Notice]] = []
        for record in records:
            projections.apply(record)
            changed.add(record.pane)
            self._recorders.on_record(record)
            if isinstance(record.fact, facts.Repainted):
                self._loader.broken.discard(record.pane)
            if isinstance(record.fact, facts.Output) and record.pane not in projections.screens:
                self._count_unfolded(record.pane, record.fact.length)
                notices += self._scan(record, record.fact.data)
            elif isinstance(record.fact, _ENDS_SCAN):
                self._scanners.pop(record.pane, None)
            if record.pane == self._typed_into:
                self._echoed.set()
        change = Change() if projections.screens.is_settled else self._draw(most=_LITTLE)
        self._report_faults()
        changed |= change.panes
        for pane in changed & projections.panes.keys():
            self._report_progress(pane)
        self._wake_and_publish(Change(frozenset(changed), notices=(*notices, *change.notices)))

    def _scan(self, record: Record, data: bytes) -> list[tuple[str, Notice]]:
        """Return what the program said beside its text, unless that is old, as what it printed alone is."""
        notices = self._scanners[record.pane].scan(data)
        if record.committed_at - record.occurred_at > _OLD:
            return []
        return [(record.pane, notice) for notice in notices]

    def give_way(self, pane: str) -> None:
        """Draw no floods for a moment: somebody types into ``pane``, and its echo comes first."""
        self._typed_into = pane
        self._echo_expected_until = asyncio.get_running_loop().time() + _ECHO_SECONDS
        self._echoed.clear()

    async def _let_echo_pass(self) -> None:
        """Wait for the echo of a key that was typed a moment ago, and for what its news set off."""
        if asyncio.get_running_loop().time() < self._echo_expected_until:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._echo_expected_until):
                    await self._echoed.wait()
            await asyncio.sleep(0)

    async def draw(self) -> None:
        """Draw what ``follow`` left over, a slice at a time, for ever."""
        while True:
            await self._to_draw.wait()
            await self._let_echo_pass()
            change = Change() if self._take_checkpoint() else self._draw()
            for pane in change.panes:
                self._report_progress(pane)
            self.publish(change)
            await asyncio.sleep(0)

    def _take_checkpoint(self) -> bool:
        """Take a checkpoint where one is due: it takes as long as drawing a slice."""
        screens = self._projections.screens
        due = screens.take_checkpoint_due()
        if due is not None and self._recorders.is_recording(due[0]):
            self._checkpoints.enqueue(screens, *due)
            self._report_faults()
        return due is not None

    def _draw(self, most: int | None = None) -> Change:
        """Draw one slice, pass replies on to the programs, and return what is new.

        Screens of which more than ``most`` bytes wait are left for later.
        """
        screens = self._projections.screens
        drawn = screens.settle(_SLICE_SECONDS, most=most)
        notices: list[tuple[str, Notice]] = []
        for pane in drawn:
            if pane in screens:
                try:
                    terminal = screens.drawn(pane)
                    notices += [(pane, notice) for notice in terminal.take_notices()]
                    self._answer(pane, terminal)
                except Exception as error:
                    screens.fail(pane, error, "answered")
        self._report_faults()
        if screens.is_settled:
            self._to_draw.clear()
        else:
            self._to_draw.set()
        return Change(drawn, notices=tuple(notices))

    def _answer(self, pane: str, terminal: Terminal) -> None:
        replies = terminal.take_replies(self._colours.current)
        if replies:
            self._recorders.send_reply(pane, replies)
        if terminal.scrollback.incomplete and self._loader.can_complete(pane):
            self._projections.screens.forget(pane)

    def take_colours(self, colours: Colours) -> None:
        """Take note of the user's colours, and tell the programs that want to know of others (mode 2031).

        A program that is answered by what it runs on is told by that.
        """
        if not self._colours.take(colours):
            return
        screens = self._projections.screens
        for pane in list(screens):
            if screens.drawn(pane).modes.colour_reports:
                self._recorders.send_reply(pane, colours.report())

    def fail(self, pane: str, error: Exception, doing: str) -> None:
        """Give up the screen of a pane that is shown, since reading it raised ``error``."""
        if pane in self.ahead.screens:
            self.ahead.screens.fail(pane, error, doing)
            self.ahead.report_faults()
            return
        self._projections.screens.fail(pane, error, doing)
        self._report_faults()

    def record_fault(self, pane: str, fault: Fault) -> None:
        """Keep what the emulator failed on elsewhere."""
        self._faults.keep(pane, fault)

    def _report_faults(self) -> None:
        """Keep what the emulator failed on, and publish it."""
        for pane, fault in self._projections.screens.take_faults():
            self._faults.keep(pane, fault)
            if fault.is_fatal:
                found = self._projections.panes.get(pane)
                name = found.name if found is not None else pane[:8]
                self.publish(Change(frozenset({pane}), (f"{name}: {fault.sentence}",)))

    def _report_progress(self, pane: str) -> None:
        projections = self._projections
        self._recorders.on_drawn(
            pane, projections.panes[pane].output_bytes - projections.screens.pending_bytes(pane)
        )

    # Screens on demand -----------------------------------------------------------------------------

    async def show(self, pane: str) -> None:
        """Fold a pane's screen from the log and follow it from now on, unless that is so already."""
        screens = self._projections.screens
        if pane in screens or pane in screens.broken:
            return
        walker = await self._loader.load(pane, lambda: self._projections.seq)
        if (walker.terminal is not None or walker.fault is not None) and pane not in screens:
            walker.hand_over_to(screens)
            self.publish(Change(frozenset({pane})))

    # Checkpoints -----------------------------------------------------------------------------------

    async def write_checkpoints(self) -> None:
        """Write the checkpoints that were taken, for ever."""
        await self._checkpoints.run()

    def count_unfolded(self) -> Mapping[str, int]:
        """Return the bytes that panes printed and that aren't folded for a checkpoint, by the pane's id."""
        return self._unfolded.copy()

    def _count_unfolded(self, pane: str, size: int) -> None:
        self._unfolded[pane] = self._unfolded.get(pane, 0) + size
        if self._unfolded[pane] >= _BACKGROUND_BYTES:
            self._to_fold.set()

    async def fold_background(self) -> None:
        """Fold panes that print a lot while nobody looks at them, for their checkpoints, for ever."""
        for found in list(self._projections.panes.values()):
            if found.alive and found.output_bytes >= _BACKGROUND_BYTES:
                marks = await self._store.list_checkpoints(found.id, emulator=EMULATOR)
                self._count_unfolded(found.id, found.output_bytes - (marks[-1].offset if marks else 0))
        while True:
            self._to_fold.clear()
            due = [pane for pane, size in self._unfolded.items() if size >= _BACKGROUND_BYTES]
            # Who doesn't record a pane may come to do so: right after a start, say.
            for pane in filter(self._recorders.is_recording, due):
                del self._unfolded[pane]
                if pane in self._projections.screens or pane in self._loader.broken:
                    continue
                through = self._projections.seq
                try:
                    await self._loader.load(pane, partial(int, through))
                except LogUnusable as error:
                    # A user who looks at it is told so; the others still want theirs.
                    _log.warning("pane %s gets no checkpoint for now: %s", pane, error)
            await self._to_fold.wait()
