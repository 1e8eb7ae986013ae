"""The limits of this process that keep the log from being opened or written.

Owns the telling which of them it is: SQLite calls a file that may not grow an I/O error, as if the disk
failed, and one for which no descriptor is left one that it is unable to open. Must not know who reads or
writes.
"""

from __future__ import annotations

import os
import resource
import sqlite3
from contextlib import suppress
from pathlib import Path

from chloe.formatting.sizes import format_size

#: SQLite lets the -shm file grow by so many bytes at a time (https://sqlite.org/walformat.html, 2.1), the
#: others by a page.
_GROWTH = 32 * 1024
#: Descriptors that a connection may need at once: of the database, its -wal and -shm file, its folder, and a
#: temporary file.
_DESCRIPTORS = 5


def explain_limit(path: Path, error: Exception) -> str:
    """Return which limit kept the log at ``path`` from its use, and the way out; "" for other errors.

    ``error`` is SQLite's.
    """
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_CANTOPEN:
            return _explain_descriptors() or _explain_size(path)
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_FULL:
            return _explain_size(path)
    return ""


def _explain_descriptors() -> str:
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        used = len(os.listdir("/dev/fd"))  # noqa: PTH208 (numbers, not paths)
    except OSError:
        used = limit
    if limit == resource.RLIM_INFINITY or used + _DESCRIPTORS <= limit:
        return ""
    return f"this process may open no more than {limit} files: raise that limit (ulimit -n, RLIMIT_NOFILE)"


def _explain_size(path: Path) -> str:
    limit, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    if limit == resource.RLIM_INFINITY:
        return ""
    for end in ("", "-wal", "-shm"):
        file = path.with_name(f"{path.name}{end}")
        size = 0
        with suppress(OSError):
            size = file.stat().st_size
        if size + _GROWTH > limit:
            return (
                f"{file.name} has to grow, and this process may write no file of more than "
                f"{format_size(limit)}: raise that limit (ulimit -f, RLIMIT_FSIZE)"
            )
    return ""
