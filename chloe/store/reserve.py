"""A reserve of room beside the log, for the day that the disk is full: pruning needs some.

Owns the file ``reserve``, which holds nothing but room: when it is made, and that it is spent. Must not know
how the log is pruned.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from chloe.small_files import open_regular

#: Pruning writes at the most all pages of the log into the -wal file, and no more than these bytes before
#: they are copied (``Pruner``): some transactions about 512 KB of bodies, and the screen kept of a pane.
MAX_SIZE = 4 * 1024 * 1024
#: What a log of any size needs beside its own pages: the -shm file, its head, a lock, some pages more.
_OVERHEAD = 128 * 1024
#: It grows by so many bytes: seldom, and never behind what the log takes.
_STEP = 256 * 1024
#: It is made where so many times as much is free.
_SHARE = 2


def reserve_file(path: Path) -> Path:
    """Return the file that keeps room for the log at ``path``."""
    return path.with_name("reserve")


def keep_reserve(path: Path) -> None:
    """Have no less room in reserve than pruning the log at ``path`` takes; nothing where that can't be.

    Costs some system calls where there is nothing to do.
    """
    file = reserve_file(path)
    with suppress(OSError):
        needed = min(size_on_disk(path) + _OVERHEAD, MAX_SIZE)
        kept = file.lstat().st_size if os.path.lexists(file) else 0
        if kept >= needed:
            return
        wanted = -(-needed // _STEP) * _STEP
        disk = os.statvfs(path.parent)
        if (wanted - kept) * _SHARE > disk.f_bavail * disk.f_frsize:
            return
        descriptor = open_regular(file, os.O_WRONLY | os.O_CREAT, follow=False, owners={os.geteuid()})
        try:
            os.posix_fallocate(descriptor, 0, wanted)
        except OSError:
            file.unlink(missing_ok=True)
        finally:
            os.close(descriptor)


def spend_reserve(path: Path) -> None:
    """Give the room that is kept for the log at ``path`` to what is written next."""
    with suppress(OSError):
        reserve_file(path).unlink(missing_ok=True)


def size_on_disk(path: Path) -> int:
    """Return the bytes that the database at ``path`` takes with its -wal file."""
    size = 0
    for file in (path, path.with_name(f"{path.name}-wal")):
        with suppress(FileNotFoundError):
            size += file.stat().st_size
    return size
