"""Screens that are folded when somebody looks, apart from the live fold.

Owns what is known of panes whose fold ended badly, so that it isn't tried over and over. Must not know who
looks.
"""

from __future__ import annotations

from collections.abc import Callable

from chloe.engine.fault_files import FaultFiles
from chloe.events.screen import Clock
from chloe.past.checkpointing import CheckpointWriter
from chloe.past.walker import Walker
from chloe.store import Store


class ScreenLoader:
    """Makes walkers for one engine, and walks to where the live fold is."""

    def __init__(
        self, store: Store, scrollback: int, checkpoints: CheckpointWriter, faults: FaultFiles, clock: Clock
    ) -> None:
        self._store = store
        self._scrollback = scrollback
        self._checkpoints = checkpoints
        self._faults = faults
        self._clock = clock
        #: Panes whose screen could not be drawn to its end.
        self.broken: set[str] = set()
        #: Panes whose screen lacks lines that a resize asked for, wherever a fold begins.
        self._incomplete: set[str] = set()

    def walker(self, pane: str, scrollback: int | None = None) -> Walker:
        """Make a walker through a pane's past; ``scrollback``: lines kept, where not as many as usual."""
        return Walker(
            self._store,
            pane,
            scrollback=self._scrollback if scrollback is None else scrollback,
            checkpoints=self._checkpoints,
            on_fault=self._faults.keep,
            clock=self._clock,
        )

    async def load(self, pane: str, last_seq: Callable[[], int]) -> Walker:
        """Walk to the pane's screen as of record ``last_seq()``, which may go on growing meanwhile.

        There is no await between the last look at ``last_seq`` and the return.
        """
        walker = self.walker(pane)
        reached = last_seq()
        await walker.at(seq=reached)
        if walker.lacks_lines:
            self._incomplete.add(pane)
        while reached < last_seq():
            reached = last_seq()
            await walker.until(seq=reached)
        if walker.fault is not None:
            self.broken.add(pane)
        return walker

    def can_complete(self, pane: str) -> bool:
        """Return whether a screen that lacks lines for a resize may have them once it is loaded anew."""
        return pane not in self._incomplete
