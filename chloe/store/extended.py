"""A log with records beside it: what is known to have happened, and isn't in the log yet.

Owns the order: the log's come first. Must not know where the others come from; they are in no log, so their
``seq`` is ``UNCOMMITTED``, and their hash is empty.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from typing import Protocol

from chloe.events.facts import UNCOMMITTED, Record
from chloe.store.checkpoints import Checkpoint, CheckpointRef
from chloe.store.pruning import FoldStart
from chloe.store.reading import RecordQuery


class RecordSource(Protocol):
    """What is read where a pane's past is told. See ``Store``."""

    def read(
        self,
        *,
        after: int = 0,
        up_to: int | None = None,
        pane: str | None = None,
        kinds: Collection[str] | None = None,
        since: int | None = None,
        until: int | None = None,
        bodies: bool = True,
    ) -> AsyncIterator[Record]:
        """See ``Store.read``."""

    async def find_fold_start(self, pane: str) -> FoldStart:
        """See ``Store.find_fold_start``."""

    async def load_checkpoint(
        self, pane: str, *, emulator: str, seq: int | None = None, lines: int | None = None
    ) -> Checkpoint | None:
        """See ``Store.load_checkpoint``."""

    async def list_checkpoints(self, pane: str, *, emulator: str) -> list[CheckpointRef]:
        """See ``Store.list_checkpoints``."""

    async def find_seq_at(self, pane: str, time: int) -> int:
        """See ``Store.find_seq_at``."""


class ExtendedLog:
    """Reads ``log``, and then what ``records`` gives, which follows it."""

    def __init__(self, log: RecordSource, records: Callable[[], AsyncIterator[Record]]) -> None:
        self._log = log
        self._records = records

    async def read(
        self,
        *,
        after: int = 0,
        up_to: int | None = None,
        pane: str | None = None,
        kinds: Collection[str] | None = None,
        since: int | None = None,
        until: int | None = None,
        bodies: bool = True,
    ) -> AsyncIterator[Record]:
        """See ``Store.read``; ``up_to`` is about the log alone."""
        asked = self._log.read(
            after=after, up_to=up_to, pane=pane, kinds=kinds, since=since, until=until, bodies=bodies
        )
        async for record in asked:
            yield record
        if after >= UNCOMMITTED:
            # The caller has read them already: nothing follows the records that are in no log.
            return
        query = RecordQuery(
            pane=pane, kinds=None if kinds is None else frozenset(kinds), since=since, until=until
        )
        async for record in self._records():
            if query.matches(record):
                yield record

    async def find_fold_start(self, pane: str) -> FoldStart:
        """See ``Store.find_fold_start``."""
        return await self._log.find_fold_start(pane)

    async def load_checkpoint(
        self, pane: str, *, emulator: str, seq: int | None = None, lines: int | None = None
    ) -> Checkpoint | None:
        """See ``Store.load_checkpoint``."""
        return await self._log.load_checkpoint(pane, emulator=emulator, seq=seq, lines=lines)

    async def list_checkpoints(self, pane: str, *, emulator: str) -> list[CheckpointRef]:
        """See ``Store.list_checkpoints``."""
        return await self._log.list_checkpoints(pane, emulator=emulator)

    async def find_seq_at(self, pane: str, time: int) -> int:
        """See ``Store.find_seq_at``; of the log alone."""
        return await self._log.find_seq_at(pane, time)
