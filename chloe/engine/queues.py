"""How much waits in an engine, and where: to find out why something comes late.

Owns the figures. Must not know how they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chloe.actors.queues import ActorQueues


@dataclass(frozen=True, slots=True)
class Queues:
    """What waits at one moment."""

    #: Bytes that the log's writer has taken in and not committed.
    uncommitted_bytes: int
    #: Records that are known to be committed, by any instance, and aren't folded.
    unfolded_records: int
    #: Bytes that panes printed and that no checkpoint was folded of, by the pane's id; nobody looks at them.
    unfolded_bytes: Mapping[str, int]
    #: What waits in the actors of the panes that this instance looks after, by the pane's id.
    actors: Mapping[str, ActorQueues]
