"""What a stopped recorder leaves in the spools: who that is, and what it hasn't ingested.

Owns the finding and the reading beside the log: a lease can't be taken from a stopped process, so what is
only looked at is read from both. A spool is read a piece at a time, and none is kept. Must not write
anywhere. How the kernel is asked, others know.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Mapping

from chloe.actors.pane import fact_of, length_of
from chloe.actors.presence import instance_locks
from chloe.backends.backend import READ_LIMIT
from chloe.backends.tmux import leases
from chloe.backends.tmux.spool_status import is_quiet
from chloe.config import Paths
from chloe.errors import SpoolBroken
from chloe.events.facts import UNCOMMITTED, Output, Record
from chloe.events.ids import path_of
from chloe.events.panes import Pane
from chloe.formatting.text import escape_unsafe
from chloe.formatting.times import format_age
from chloe.waits import is_stopped

_log = logging.getLogger(__name__)

#: Panes of which it is looked up since when they wait: as many as are named one by one.
_MAX_DATED = 5


class SpoolTail:
    """The records that a pane's recorder would make of its spool, from where the log ends, as it grows."""

    def __init__(self, paths: Paths, pane: Pane) -> None:
        from chloe.backends.tmux.spool import START, SpoolReader

        self._pane = pane.id
        #: Bytes of the pane's stream up to here.
        self.offset = pane.output_bytes
        #: Why it can't be read on, or "".
        self.damage = ""
        # Without a quarantine: its recorder will report what is damaged.
        self._reader = SpoolReader(
            path_of(paths.spool, pane.id), pane.spool or START, offset=pane.output_bytes
        )

    def read(self, limit: int = READ_LIMIT) -> list[Record]:
        """Return the next records, with about ``limit`` bytes of output; none where there are no more yet."""
        if self.damage:
            return []
        try:
            events = self._reader.read(limit)
            while not events and self._reader.unfinished:
                events = self._reader.read(limit)
        except (SpoolBroken, OSError) as error:
            self.damage = str(error)
            _log.warning("not all of the spool of pane %s can be read: %s", self._pane, error)
            return []
        records = []
        for event in events:
            fact = fact_of(event, self.offset)
            self.offset += length_of(fact)
            at = event.occurred_at
            records.append(Record(UNCOMMITTED, at, at, self._pane, "", fact, b""))
        return records

    def close(self) -> None:
        """Let go of the spool."""
        self._reader.close()


class UnreadSpool:
    """One pane's: its recorder's process (0: nobody can record), and the records that it would have made."""

    def __init__(self, paths: Paths, pane: Pane, recorder: int) -> None:
        self.pane = pane
        self.recorder = recorder
        #: When the first was made that it didn't take in, in nanoseconds since 1970; 0: that isn't known.
        self.since = 0
        #: Why not all of them could be read, or "".
        self.damage = ""
        self._paths = paths

    def __str__(self) -> str:
        """Say who it is and what helps, for a reader."""
        since = f", for {format_age(self.since)} or more" if self.since else ""
        return (
            f"{escape_unsafe(self.pane.name)} is recorded by process {self.recorder}, which is stopped{since}"
            f": `kill -CONT {self.recorder}`, or fg in its shell, wakes it"
        )

    def tail(self, pane: Pane) -> SpoolTail:
        """Return the reader of what follows in the spool where the log is as ``pane`` says."""
        return SpoolTail(self._paths, pane)

    def inspect(self) -> bool:
        """Find out since when records wait; return whether some do."""
        tail = SpoolTail(self._paths, self.pane)
        try:
            first = tail.read(1)
        finally:
            tail.close()
        self.since = first[0].occurred_at if first else 0
        return bool(first)

    async def records(self) -> AsyncIterator[Record]:
        """Read what the spool holds now, in slices of the loop's time."""
        tail = SpoolTail(self._paths, self.pane)
        try:
            # What a program that never stops prints meanwhile is left.
            room = _size_of(self._paths, self.pane)
            while room >= 0 and (records := tail.read()):
                for record in records:
                    yield record
                    room -= record.fact.length if isinstance(record.fact, Output) else 0
                await asyncio.sleep(0)
        finally:
            self.damage = tail.damage
            tail.close()


def _size_of(paths: Paths, pane: Pane) -> int:
    """Return the bytes in a pane's spool: no fewer than were printed and are in no log."""
    try:
        return sum(path.lstat().st_size for path in path_of(paths.spool, pane.id).iterdir())
    except OSError:
        return 0


def find_stopped_recorders(paths: Paths, panes: Collection[str]) -> dict[str, int]:
    """Return those of ``panes`` whose recorder is stopped, with its process; none if that can't be told."""
    try:
        stopped = [sign.pid for sign in instance_locks(paths.instances) if sign.pid and is_stopped(sign.pid)]
    except OSError:
        return {}
    if not stopped:
        return {}
    owners = leases.find_recorders(paths.leases, stopped)
    offsets = {pane: leases.lease_offset(pane) for pane in panes}
    return {pane: owners[offset] for pane, offset in offsets.items() if offset in owners}


def find_unread_spools(paths: Paths, panes: Mapping[str, Pane]) -> dict[str, UnreadSpool]:
    """Find those of ``panes`` whose recorder is stopped, by their ids."""
    running = {id: pane for id, pane in panes.items() if pane.traits.outlives_chloe and pane.alive}
    spools = {
        id: UnreadSpool(paths, running[id], recorder)
        for id, recorder in find_stopped_recorders(paths, running).items()
    }
    for spool in list(spools.values())[:_MAX_DATED]:
        spool.inspect()
    return spools


def find_spools_of_unwritten(paths: Paths, panes: Mapping[str, Pane]) -> dict[str, UnreadSpool]:
    """Find those of ``panes`` whose spool holds what a log that can't be written lacks, by their ids."""
    running = {id: pane for id, pane in panes.items() if pane.traits.outlives_chloe and pane.alive}
    return {
        id: UnreadSpool(paths, pane, 0)
        for id, pane in running.items()
        if (folder := path_of(paths.spool, id)).is_dir() and not is_quiet(folder, pane.spool)
    }
