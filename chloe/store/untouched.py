"""A database opened so that not a byte of it, nor of the files beside it, is changed.

Owns the ways in which SQLite can be made to do that. Must not know tables.

SQLite writes even where it only reads: into the -shm file, which readers and writers share, and into the
database where the last one to close it copies the -wal file. On a full disk or a read-only one that fails. So
where nobody else has the database open, it is read without that file: as immutable where nothing is left
in the -wal file, else with an index of the -wal file in memory (https://sqlite.org/wal.html, 8).
"""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path
from urllib.parse import quote

from chloe.waits import is_byte_locked

#: A byte of the database on which everyone who has read it in WAL mode keeps a lock until he closes it
#: (SQLite's os_unix.c: SHARED_FIRST), and who has it for himself alone another one.
_IN_USE = 0x40000002

_NEITHER_WAL_NOR_LOCKS = "mode=ro&immutable=1"
_SHARED = "mode=ro"
#: Without locks, which need a file that may be written; only ``locking_mode=EXCLUSIVE`` does without -shm.
_ALONE = "mode=ro&vfs=unix-none"

#: What is left open until the process ends, see ``_LeftOpen``.
_left_open: list[sqlite3.Connection] = []


class _LeftOpen(sqlite3.Connection):
    """A connection that isn't closed: SQLite would then remove a -wal file in which it found nothing.

    What a broken frame at the beginning hides would be gone. From Python 3.12 on SQLite can be told so.
    """

    def close(self) -> None:
        """Close it where that leaves the -wal file alone."""
        if sys.version_info >= (3, 12):
            self.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, True)
            super().close()
        else:
            _left_open.append(self)


def open_untouched(path: Path, *, timeout: float) -> sqlite3.Connection:
    """Open the database at ``path`` for reading, and wait ``timeout`` seconds for others' locks.

    In autocommit mode. Raises ``sqlite3.Error``.
    """
    parameters = _choose_parameters(path)
    if parameters == _SHARED:
        opened = _connect(path, parameters, timeout)
        try:
            opened.execute("PRAGMA schema_version").fetchone()
            return opened
        except sqlite3.OperationalError as error:
            opened.close()
            # The -shm file can't be shared: it isn't there, and can't be made.
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _UNSHARED:
                raise
            parameters = _ALONE
    opened = _connect(path, parameters, timeout)
    if parameters == _ALONE:
        # Before anything else: from the first page that is read on, it is too late.
        opened.execute("PRAGMA locking_mode = EXCLUSIVE").fetchone()
    return opened


_UNSHARED = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY})


def _choose_parameters(path: Path) -> str:
    is_in_use = is_byte_locked(path, _IN_USE)
    try:
        is_in_wal = path.with_name(f"{path.name}-wal").stat().st_size > 0
    except OSError:
        is_in_wal = False
    if is_in_use or (is_in_use is None and is_in_wal):
        return _SHARED
    return _ALONE if is_in_wal else _NEITHER_WAL_NOR_LOCKS


def _connect(path: Path, parameters: str, timeout: float) -> sqlite3.Connection:
    kind = _LeftOpen if parameters == _ALONE else sqlite3.Connection
    return sqlite3.connect(
        database_uri(path, parameters), uri=True, timeout=timeout, isolation_level=None, factory=kind
    )


def database_uri(path: Path, parameters: str) -> str:
    """Return the URI of the database at ``path``, whatever its name is made of.

    Every byte that could mean something in a URI is escaped, those that aren't UTF-8 among them. Two
    slashes before an absolute path say that no host follows: the path may itself begin with two.
    """
    return f"file://{quote(os.fsencode(path.absolute()))}?{parameters}"
