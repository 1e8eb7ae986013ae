"""Whether anything can be written where the log is, and if not, why.

Owns the question and its answer in words. Must not know what is to be written, nor what follows.
"""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

#: What a log needs to be opened and to take a fact: the -shm file grows by 32 KB at a time
#: (https://sqlite.org/walformat.html, 2.1), and a commit adds some pages of 4 KB to the -wal file.
_NEEDED = 64 * 1024

#: With less free than this it is tried whether anything can be written, before any of it is.
_TIGHT = 1024 * 1024

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

#: What makes room on a full disk, for the end of a sentence.
MAKE_ROOM = "`chloe prune` gives space back, `chloe kill` ends a program that fills it"


def explain_unwritable(folder: Path, log: Path | None = None) -> str:
    """Return why nothing can be written in ``folder``, for the middle of a sentence; "" where it can.

    That is tried, with a file that never has a name where the file system knows such: quotas and reserved
    blocks show in no number. So it is where the ``log`` in it is there, or a file beside it, and may not be
    written.
    """
    try:
        if protection := explain_protection(folder, log):
            return protection
        with tempfile.TemporaryFile(dir=folder, prefix=".room.") as file:
            file.write(bytes(_NEEDED))
            file.flush()
    except OSError as error:
        if error.errno in _FULL:
            return f"the disk of {folder} is full"
        return f"{folder} can't be written ({error.strerror})"
    return ""


def explain_protection(folder: Path, log: Path | None = None) -> str:
    """Return the same as far as it shows without trying to write. Raises ``OSError``."""
    if os.statvfs(folder).f_flag & os.ST_RDONLY:
        return f"the file system of {folder} is read-only"
    if not _may_write(folder):
        return f"{folder} may not be written by this user"
    if log is not None and (protected := _find_protected(log)):
        return f"{protected} may not be written by this user, or is read-only"
    return ""


def explain_doubt(log: Path) -> str:
    """Return the same of a ``log`` and its folder, in microseconds where there is plenty of room."""
    try:
        disk = os.statvfs(log.parent)
    except OSError:
        return ""
    is_doubtful = disk.f_flag & os.ST_RDONLY or disk.f_bavail * disk.f_frsize < _TIGHT or _find_protected(log)
    return explain_unwritable(log.parent, log) if is_doubtful else ""


def _find_protected(log: Path) -> Path | None:
    """Return that of the log's files which is there and may not be written."""
    for end in ("", "-wal", "-shm"):
        file = log.with_name(f"{log.name}{end}")
        if os.path.lexists(file) and not _may_write(file):
            return file
    return None


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def is_file_system(reason: str) -> bool:
    """Return whether ``reason`` is that all of the file system is read-only."""
    return reason.startswith("the file system of ")


def is_full(reason: str) -> bool:
    """Return whether ``reason`` is that there is no room."""
    return reason.endswith(" is full")


def explain_read_only(path: Path, reason: str) -> str:
    """Say that the log at ``path`` is only read, for ``reason``, and the way out."""
    way_out = f"; {MAKE_ROOM}" if is_full(reason) else ""
    return f"{reason}: {path.name} is read as it is, and nothing is recorded{way_out}"
