"""The limit on the size of files that a process may write (RLIMIT_FSIZE of getrlimit(2), ``ulimit -f``).

Owns the telling whether it is what keeps the log from being written: SQLite calls it an I/O error, as if the
disk failed. Must not know who writes.
"""

from __future__ import annotations

import resource
import sqlite3
from contextlib import suppress
from pathlib import Path

from chloe.formatting.sizes import format_size

#: SQLite lets the -shm file grow by so many bytes at a time (https://sqlite.org/walformat.html, 2.1), the
#: others by a page.
_GROWTH = 32 * 1024


def explain_size_limit(path: Path, error: Exception) -> str:
    """Return which file of the log can't grow for the limit, and the way out; "" for other errors."""
    limit, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if limit == resource.RLIM_INFINITY or code not in (
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    ):
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
