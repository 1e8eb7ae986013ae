"""A glance at a spool: whether there is anything to be done about it, at the cost of a few system calls.

Owns that question. Must not know how a spool is read: where there is nothing to read, nothing of what reads
it has to be imported.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from chloe.backends.tmux import locks
from chloe.backends.tmux.holder import segments
from chloe.events.facts import SpoolPosition
from chloe.small_files import open_regular


def has_holder(folder: Path) -> bool:
    """Say whether a holder looks after a program in this spool."""
    return locks.is_held(folder / "lock") is True


def is_quiet(folder: Path, position: SpoolPosition | None) -> bool:
    """Say whether a holder is there and has written nothing after ``position``, None for the beginning."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - names are all it takes.
        numbers = (segments.segment_number(name) for name in names)
        newest = max((number for number in numbers if number is not None), default=-1)
        return _ends(folder, newest, position) and has_holder(folder)
    except OSError:
        return False


def find_end(folder: Path) -> SpoolPosition | None:
    """Return where a spool ends now, in bytes of its last segment; None for one that holds no more than
    headers, or can't be read."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - names are all it takes.
        numbers = [number for name in names if (number := segments.segment_number(name)) is not None]
        for number in sorted(numbers, reverse=True):
            segment = folder / f"{number}.seg"
            if not _has_only_its_header(segment):
                return SpoolPosition(number, segment.lstat().st_size)
    except OSError:
        pass
    return None


def _ends(folder: Path, newest: int, position: SpoolPosition | None) -> bool:
    if position is None:
        return newest == 0 and _has_only_its_header(folder / "0.seg")
    if newest == position.segment:
        return (folder / f"{newest}.seg").stat().st_size == position.position
    with suppress(FileNotFoundError):
        if (folder / f"{position.segment}.seg").stat().st_size != position.position:
            return False
    return newest == position.segment + 1 and _has_only_its_header(folder / f"{newest}.seg")


def _has_only_its_header(segment: Path) -> bool:
    with os.fdopen(open_regular(segment, follow=False), "rb") as file:
        start = file.read(segments.FRAME.size)
        if len(start) < segments.FRAME.size:
            return True
        kind, _, length, _ = segments.FRAME.unpack(start)
        is_all: bool = os.fstat(file.fileno()).st_size == len(start) + length
        return kind == segments.HEADER and is_all
