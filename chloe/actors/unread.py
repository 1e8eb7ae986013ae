"""What a stopped recorder leaves in the spools: who that is, and what he hasn't taken in.

Owns the finding and the reading beside the log: a lease can't be taken from a stopped process, so what is
only looked at is read from both. Must not write anywhere. How the kernel is asked, others know.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from chloe.actors.pane import fact_of, length_of
from chloe.actors.presence import signs
from chloe.backends.tmux import leases
from chloe.config import Paths
from chloe.errors import SpoolBroken
from chloe.events.facts import UNCOMMITTED, Record
from chloe.events.ids import path_of
from chloe.events.panes import Pane
from chloe.waits import is_stopped
from chloe.wording import age, printable

_log = logging.getLogger(__name__)

#: Bytes of one spool that are read beside the log.
_AT_MOST = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Unread:
    """One pane's: its recorder's process, and the records that it would have made, where they were read."""

    pane: Pane
    recorder: int
    #: The first that it didn't take in, else the last that it did, in nanoseconds since 1970.
    since: int
    records: tuple[Record, ...]

    def __str__(self) -> str:
        """Who it is and what helps, for a reader."""
        return (
            f"{printable(self.pane.name)} is recorded by process {self.recorder}, which is stopped,"
            f" for {age(self.since)} or more: `kill -CONT {self.recorder}`, or fg in its shell, wakes it"
        )


def stopped_recorders(paths: Paths, panes: Collection[str]) -> dict[str, int]:
    """Those of ``panes`` whose recorder is stopped, with its process. Empty where that can't be told."""
    try:
        stopped = [sign.pid for sign in signs(paths.instances) if sign.pid and is_stopped(sign.pid)]
    except OSError:
        return {}
    if not stopped:
        return {}
    owners = leases.recorders(paths.leases, stopped)
    offsets = {pane: leases.offset(pane) for pane in panes}
    return {pane: owners[offset] for pane, offset in offsets.items() if offset in owners}


def unread(paths: Paths, panes: Mapping[str, Pane], *, read: bool = True) -> dict[str, Unread]:
    """What the spools of ``panes`` hold that a stopped recorder would have taken in, by the panes' ids.

    Without ``read`` it is only said who the recorder is.
    """
    running = {id: pane for id, pane in panes.items() if pane.backend == "tmux" and pane.alive}
    found = {}
    for id, recorder in stopped_recorders(paths, running).items():
        records = _read(paths, running[id]) if read else ()
        since = records[0].made_at if records else running[id].printed_at or running[id].created_at
        found[id] = Unread(running[id], recorder, since, records)
    return found


def _read(paths: Paths, pane: Pane) -> tuple[Record, ...]:
    from chloe.backends.tmux.spool import START, SpoolReader

    # Not kept aside: what is damaged is its recorder's to tell.
    reader = SpoolReader(path_of(paths.spool, pane.id), pane.spool or START, offset=pane.printed)
    records: list[Record] = []
    offset = pane.printed
    try:
        while offset - pane.printed < _AT_MOST and (happenings := reader.read()):
            for happening in happenings:
                fact = fact_of(happening, offset)
                offset += length_of(fact)
                at = happening.made_at
                records.append(Record(UNCOMMITTED, at, at, pane.id, "", fact, b""))
    except (SpoolBroken, OSError) as error:
        _log.warning("not all of the spool of pane %s can be read: %s", pane.id, error)
    finally:
        reader.close()
    return tuple(records)
