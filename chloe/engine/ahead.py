"""Screens ahead of the log: of panes that are looked at while the process that records them is stopped.

Owns which panes have one, and how far it has come. Such a screen is what the log's fold gives, and what
follows in the spool; the projections stay as of the log (law 1). It is kept nowhere and answers nothing, and
goes once the log has caught up. Must not know who looks, nor how a spool is read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from chloe.actors.unread_spools import SpoolTail, UnreadSpool
from chloe.engine.fault_files import FaultFiles
from chloe.engine.fold import Change
from chloe.engine.loading import ScreenLoader
from chloe.events.projections import Projections
from chloe.events.screen import Clock
from chloe.events.screens import Screens
from chloe.past.walker import SLICE_SECONDS
from chloe.waits import is_stopped

#: Seconds between two looks whether a spool has more.
_POLL_INTERVAL = 0.1

#: Bytes of output that are read at once.
_PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class _Reading:
    """One pane's spool, read beside the log."""

    recorder: int
    tail: SpoolTail
    #: How long the pane's stream was in the log when this began.
    begin: int


class ScreensAhead:
    """The screens of panes that are looked at and whose recorder is stopped, as of log and spool."""

    def __init__(
        self,
        projections: Projections,
        loader: ScreenLoader,
        faults: FaultFiles,
        publish: Callable[[Change], None],
        scrollback: int,
        clock: Clock,
    ) -> None:
        self._projections = projections
        self._loader = loader
        self._faults = faults
        self._publish = publish
        #: What is shown in place of the log's screens. A pane has one once its spool has more than the log.
        self.screens = Screens(scrollback, clock=clock)
        self._stopped: Mapping[str, UnreadSpool] = {}
        self._looked_at: frozenset[str] = frozenset()
        self._readings: dict[str, _Reading] = {}
        self._changed = asyncio.Event()

    def look_at(self, panes: frozenset[str]) -> None:
        """Take note that these panes are shown, and no others."""
        if panes != self._looked_at:
            self._looked_at = panes
            self._changed.set()

    def set_stopped(self, stopped: Mapping[str, UnreadSpool]) -> None:
        """Take note that the recorders of these panes are stopped, and of no others."""
        self._stopped = stopped
        self._changed.set()

    async def run(self) -> None:
        """Keep the screens as of log and spool, for ever."""
        try:
            while True:
                self._changed.clear()
                for pane in list(self._readings):
                    if self._is_over(pane):
                        self._drop(pane)
                has_more = False
                for pane in self._looked_at & self._stopped.keys():
                    has_more |= await self._advance(pane)
                if has_more:
                    await asyncio.sleep(0)
                    continue
                with suppress(TimeoutError):
                    async with asyncio.timeout(_POLL_INTERVAL if self._readings else None):
                        await self._changed.wait()
        finally:
            for reading in self._readings.values():
                reading.tail.close()

    def _is_over(self, pane: str) -> bool:
        reading, known = self._readings[pane], self._projections.panes.get(pane)
        if known is None or not known.alive or pane not in self._looked_at:
            return True
        if known.output_bytes == reading.begin:
            return pane not in self._stopped
        # It was woken. What it takes in is what is shown; where it was stopped again, this begins anew.
        return known.output_bytes >= reading.tail.offset or is_stopped(reading.recorder)

    def _drop(self, pane: str) -> None:
        self._readings.pop(pane).tail.close()
        if pane in self.screens or pane in self.screens.broken:
            self.screens.forget(pane)
            self._publish(Change(frozenset({pane})))

    async def _advance(self, pane: str) -> bool:
        """Draw the next piece of a spool; return whether there was one."""
        known = self._projections.panes.get(pane)
        if known is None or not known.alive:
            return False
        reading = self._readings.get(pane)
        if reading is None:
            found = self._stopped[pane]
            reading = _Reading(found.recorder, found.tail(known), known.output_bytes)
            self._readings[pane] = reading
        if known.output_bytes != reading.begin or not is_stopped(reading.recorder):
            return False
        records = reading.tail.read(_PIECE)
        if not records:
            return False
        if pane not in self.screens and pane not in self.screens.broken:
            walker = await self._loader.load(pane, lambda: self._projections.seq)
            walker.hand_over_to(self.screens)
        if known.output_bytes != reading.begin or not is_stopped(reading.recorder):
            # Woken in between, it may have removed what was to be read.
            self._drop(pane)
            return False
        for record in records:
            self.screens.apply(record)
        await self._draw(pane)
        return True

    async def _draw(self, pane: str) -> None:
        while not self.screens.is_settled:
            self.screens.settle(SLICE_SECONDS)
            # What isn't in the log has no checkpoint.
            while self.screens.take_checkpoint_due():
                pass
            await asyncio.sleep(0)
        if pane in self.screens:
            try:
                terminal = self.screens.drawn(pane)
                # They are sent and told when the log has what follows from it.
                terminal.take_replies()
                terminal.take_notices()
                lacks_lines = bool(terminal.scrollback.incomplete)
            except Exception as error:
                self.screens.fail(pane, error, "shown")
            else:
                if lacks_lines and self._loader.can_complete(pane):
                    self._drop(pane)
                    return
        self.report_faults()
        self._publish(Change(frozenset({pane})))

    def report_faults(self) -> None:
        """Keep what the emulator failed on, and publish it."""
        for pane, fault in self.screens.take_faults():
            self._faults.keep(pane, fault)
            if fault.is_fatal:
                name = self._projections.panes[pane].name
                self._publish(Change(frozenset({pane}), (f"{name}: {fault.sentence}",)))
