"""A glance at a spool: whether there is anything to be done about it, at the cost of a few system calls.

Owns that question. Must not know how a spool is read: where there is nothing to read, nothing of what reads it
has to be imported.
"""

from __future__ import annotations

import os
from pathlib import Path

from chloe.backends.tmux import locks
from chloe.events.facts import SpoolPosition


def running(folder: Path) -> bool:
    """Say whether a holder looks after a program in this spool."""
    return locks.held(folder / "lock") is True


def quiet(folder: Path, position: SpoolPosition | None) -> bool:
    """Say whether a holder is there and has written nothing after ``position``."""
    if position is None:
        return False
    try:
        names = [name.removesuffix(".seg") for name in os.listdir(folder) if name.endswith(".seg")]  # noqa: PTH208
        newest = max((int(name) for name in names if name.isdecimal()), default=-1)
        at_end = newest == position.segment and (folder / f"{newest}.seg").stat().st_size == position.position
        return at_end and running(folder)
    except OSError:
        return False
