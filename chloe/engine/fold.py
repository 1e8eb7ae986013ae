"""The fold of the panes: follows the log and keeps them as of its end.

Owns the following, who waits for a record to be folded, and the news of what changed. Folds only what the
store says is committed (law 1). Must not know screens: ``live`` adds them, and all that is heavy about them,
for who shows some.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from chloe.events.facts import Record
from chloe.events.panes import Panes
from chloe.events.projections import Projections
from chloe.quick import dataclass
from chloe.store import Store

if TYPE_CHECKING:
    from chloe.terminal import Notice


@dataclass(frozen=True, slots=True)
class Change:
    """What is new: the panes that changed, messages for the user, and what programs said beside their text.

    ``notices``: each with its pane, in the order in which the program said them. They are taken from the
    terminal once, here, so that each listener gets all of them.
    """

    panes: frozenset[str] = frozenset()
    messages: tuple[str, ...] = ()
    notices: tuple[tuple[str, Notice], ...] = ()


class Recorders(Protocol):
    """What records panes, as far as a fold needs it: it is told of progress, and takes what programs get."""

    def on_record(self, record: Record) -> None:
        """Take note that a record is folded."""

    def on_drawn(self, pane: str, offset: int) -> None:
        """Take note that all of a pane's stream before ``offset`` is drawn, or folded where nothing is."""

    def send_reply(self, pane: str, replies: bytes) -> None:
        """Give a pane's program what its terminal answers."""

    def is_recording(self, pane: str) -> bool:
        """Return whether this instance records the pane, and so is the one that takes its checkpoints."""


class _Nobody:
    """What records no pane: so a log is folded before anything runs."""

    def on_record(self, record: Record) -> None:
        pass

    def on_drawn(self, pane: str, offset: int) -> None:
        pass

    def send_reply(self, pane: str, replies: bytes) -> None:
        pass

    def is_recording(self, pane: str) -> bool:
        return False


class Fold:
    """Projections that follow the log."""

    def __init__(self, store: Store, projections: Projections) -> None:
        self._store = store
        self._projections = projections
        self._recorders: Recorders = _Nobody()
        self._listeners: list[Callable[[Change], None]] = []
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Have ``callback`` called, in the loop, with each change. Returns what ends that."""
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback)

    def publish(self, change: Change) -> None:
        """Call each subscriber with a change."""
        for callback in list(self._listeners):
            callback(change)

    def connect(self, recorders: Recorders) -> None:
        """Tell ``recorders`` of progress from now on."""
        self._recorders = recorders

    def count_unfolded(self) -> Mapping[str, int]:
        """Return the bytes that panes printed and that aren't folded for a checkpoint, by the pane's id."""
        return {}

    async def wait_for(self, seq: int) -> None:
        """Wait until record ``seq`` is folded."""
        if seq > self._projections.seq:
            reached: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.append((seq, reached))
            await reached

    async def catch_up(self) -> None:
        """Wait until all that is committed by now, by any instance, is folded, however long that takes."""
        await self.wait_for(await self._store.read_tip())

    async def load(self) -> None:
        """Fold what the log holds, except for what was printed."""
        await self._fold(self._store.read_outline())

    async def load_present(
        self, also: Collection[str], is_enough: Callable[[Panes], bool], *, alive: bool
    ) -> None:
        """Fold it of the present (or living) panes, and of ``also``; of all where that isn't enough."""
        projections = self._projections
        end = await self._store.read_tip()
        await self._fold(self._store.read_present(also, alive=alive))
        if is_enough(projections.panes):
            # What is past wasn't seen: the last record may have been of it.
            projections.seq = max(projections.seq, end)
        else:
            projections.panes.clear()
            projections.seq = 0
            await self.load()

    async def _fold(self, records: AsyncIterator[Record]) -> None:
        async for record in records:
            self._projections.apply(record)

    async def follow(self) -> None:
        """Fold records as they are committed, for ever."""
        async for records in self._store.follow(self._projections.seq):
            self._apply(records)

    def _apply(self, records: Sequence[Record]) -> None:
        projections = self._projections
        changed = set()
        for record in records:
            projections.apply(record)
            changed.add(record.pane)
            self._recorders.on_record(record)
        for pane in changed & projections.panes.keys():
            self._recorders.on_drawn(pane, projections.panes[pane].output_bytes)
        self._wake_and_publish(Change(frozenset(changed)))

    def _wake_and_publish(self, change: Change) -> None:
        """Wake those who wait for what was folded, and publish the change."""
        if self._waiters:
            seq = self._projections.seq
            for wanted, reached in self._waiters:
                if wanted <= seq and not reached.done():
                    reached.set_result(None)
            self._waiters = [waiter for waiter in self._waiters if not waiter[1].done()]
        self.publish(change)
