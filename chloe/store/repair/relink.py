"""A log whose files were taken away while it is open, put back where they belong.

Owns what is done about it. Must not know who writes or when: everything here is for the thread of the one
connection that is open, and is tried again until it succeeds.

What was committed is still in the files that have no name any more, and goes on being there as long as this
connection is open. Nothing new gets into them: a commit looks at the paths while it holds the lock
(``appending``). So an instance that gets the lock after having seen them gone has all there is. SQLite
doesn't touch the paths when it closes a database that was moved (it asks, ``SQLITE_FCNTL_HAS_MOVED``).
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from uuid import uuid4

from chloe.config.paths import check_not_replaceable
from chloe.errors import HomeUnusable, LogUnusable
from chloe.store.appending import Appender, IndexMoved, LogMoved, WalMoved
from chloe.store.connection import Connection, check_files, guard
from chloe.store.heads import contains_head, last_head, write_known_head
from chloe.store.schema import APPLICATION_ID
from chloe.store.untouched import database_uri
from chloe.store.write_lock import pretend_shared, write_locked


def restore_files(
    raw: sqlite3.Connection, connection: Connection, appender: Appender, path: Path, wrong: LogMoved
) -> None:
    """Have all that was committed at ``path`` again, and ``connection`` write to it.

    Raises ``LogMoved`` where that isn't Chloe's to do: another file stands there. ``OSError`` or
    ``sqlite3.Error`` where it can't be done at present.
    """
    if not path.parent.exists():
        if appender.has_name():
            raise LogMoved(
                f"the folder {path.parent} was moved away while Chloe had it open: move it back; or end "
                "Chloe, and name its new place in CHLOE_HOME"
            )
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    elif appender.folder_replaced() and appender.has_name():
        # The panes' spools are where the log is. Put here, it would be a second one without them.
        raise LogMoved(
            f"the folder {path.parent} was moved away while Chloe had it open, and another one stands in its "
            "place: move that one away, and the first one back; or end Chloe, and name its new place in "
            "CHLOE_HOME"
        )
    try:
        check_not_replaceable(path.parent)
    except HomeUnusable as error:
        raise LogMoved(str(error)) from error
    if connection.disconnected:
        _reopen(connection)
        return
    if isinstance(wrong, IndexMoved):
        with write_locked(path.parent):
            connection.disconnected = True
            shut(raw, path)
            # Now without the old index, which would be taken for as long as anything here has it.
            _reopen(connection)
        return
    if isinstance(wrong, WalMoved):
        with write_locked(path.parent):
            # Empty, another instance has done this; its commits are in a -wal file with a name.
            if not appender.wal_is_empty:
                _copy_wal(raw, path)
            _reopen(connection)
        return
    _barrier(raw)
    with write_locked(path.parent):
        if path.exists():
            # Another instance has put it there, or it isn't the log.
            _see_own(raw, path)
        else:
            _put_back(raw, path)
        _reopen(connection)


def shut(raw: sqlite3.Connection, path: Path) -> None:
    """Close a connection whose index isn't the one at its path any more, and have nothing copied by that."""
    try:
        with pretend_shared(path):
            raw.close()
    except FileNotFoundError:
        raw.close()


def _reopen(connection: Connection) -> None:
    connection.reopen()
    # The -wal and -shm files are opened when something is read.
    connection._conn.execute("SELECT count(*) FROM sqlite_schema").fetchone()


def _copy_wal(raw: sqlite3.Connection, path: Path) -> None:
    """Copy everything into the database, out of a -wal file that only this process still has."""
    wal = path.with_name(f"{path.name}-wal")
    with suppress(FileNotFoundError):
        if wal.stat().st_size:
            raise LogMoved(
                f"{wal} was replaced while Chloe had it open, and another program has written to it: "
                "end that, and move that file away"
            )
    busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise sqlite3.OperationalError("the log is being read while its -wal file has to be made anew")


def _barrier(raw: sqlite3.Connection) -> None:
    """Wait for a commit that began before the file was gone; there is none after it."""
    raw.execute("BEGIN IMMEDIATE")
    raw.execute("ROLLBACK")


def _put_back(raw: sqlite3.Connection, path: Path) -> None:
    fresh = path.with_name(f"{path.name}.healing-{uuid4().hex[:12]}")
    try:
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        with closing(sqlite3.connect(fresh, isolation_level=None)) as copy:
            raw.backup(copy)
            # All of it in the one file: a -wal file can't be put into its place together with it.
            copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if last_head(copy) != last_head(raw):
                raise sqlite3.OperationalError("the copy of the log isn't complete")
        # What belonged to the file that is gone must not be taken for this one's.
        for name in ("-wal", "-shm"):
            path.with_name(path.name + name).unlink(missing_ok=True)
        # A link, unlike a rename, replaces nothing.
        os.link(fresh, path)
        # The head may have gone with it, and a log without one has lost it.
        with suppress(OSError):
            write_known_head(path, last_head(raw))
    finally:
        for name in ("", "-wal", "-shm"):
            with suppress(OSError):
                fresh.with_name(fresh.name + name).unlink()


def _see_own(raw: sqlite3.Connection, path: Path) -> None:
    head = last_head(raw)
    try:
        check_files(path)
        # Read as one file: with -wal and -shm, which may still be those of the file that is gone, SQLite
        # would put its records into this one. What another instance put here had all of them from the start.
        with closing(sqlite3.connect(database_uri(path, "mode=ro&immutable=1"), uri=True)) as there:
            guard(there)
            (whose,) = there.execute("PRAGMA application_id").fetchone()
            if whose == APPLICATION_ID and contains_head(there, head):
                return
    except LogUnusable as error:
        raise LogMoved(str(error)) from error
    except sqlite3.DatabaseError as error:
        if (error.sqlite_errorcode & 0xFF) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN):
            raise
    raise LogMoved(
        f"the log {path} was replaced by another file, which is left alone: move that one away, and Chloe "
        "puts its own there and goes on"
    )
