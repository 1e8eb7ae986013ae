"""How much waits in one pane's actor.

Owns the figures. Must not know who asks for them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ActorQueues:
    """What waits at one moment."""

    #: Commands that came and aren't carried out.
    commands: int
    #: Bytes of output that were read and wait to be handed to the log.
    gathered_bytes: int
    #: Bytes that were typed and that the program's terminal hasn't taken.
    input_bytes: int
