"""The schema: numbered SQL files, and a database brought up to the last of them.

Owns migrations/ and what makes a file a log of ours. Must not know what the tables are for.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from importlib.abc import Traversable
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import chloe
from chloe.errors import HomeUnusable, LogUnusable

#: "CHLO": says in the file's header whose database it is (https://sqlite.org/fileformat.html, offset 68).
APPLICATION_ID = 0x43484C4F

#: The first SQLite with STRICT tables.
OLDEST_SQLITE = (3, 37, 0)

#: How long two instances that make the same database wait for each other, in seconds.
_PATIENCE = 10.0

#: Pages in the -wal file at which a commit itself copies them into the database (SQLite's default: 1000).
#: That is done beside the commits, see ``wal``; this is for where it couldn't be.
_AUTOCHECKPOINT_PAGES = 32 * 1024


class Migration(NamedTuple):
    """One numbered step of the schema."""

    version: int
    sql: str


def migrations() -> list[Migration]:
    """All steps, in order: from the wheel, where they are inside the package, or from a checkout."""
    folder: Traversable = files("chloe") / "migrations"
    if not folder.is_dir():
        folder = Path(str(chloe.__file__)).resolve().parent.parent / "migrations"
    found = [
        Migration(int(file.name.split("_")[0]), file.read_text(encoding="utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".sql")
    ]
    return sorted(found)


def make_file(path: Path) -> None:
    """Make folder and file where they are not there, for their owner only. Raises ``HomeUnusable``.

    SQLite gives -wal and -shm the mode of the database, whatever the umask. An existing file is not
    opened here: closing a second descriptor would drop this process's SQLite locks on it.
    """
    try:
        for folder in reversed(path.parents):
            if not folder.is_dir():
                folder.mkdir(mode=0o700, exist_ok=True)
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            if path.is_file() and path.stat().st_uid == os.getuid():
                path.chmod(0o600)
    except OSError as error:
        raise HomeUnusable(
            f"the log can't be kept in {path.parent}: {error.strerror}; make that folder writable, "
            "or name another one in CHLOE_HOME"
        ) from error


def bring_up(connection: sqlite3.Connection, path: Path) -> None:
    """Make the database at ``path`` ready for this Chloe, whichever instance is the first to do it.

    Raises ``LogUnusable``, naming what is there and the way out.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise LogUnusable(
            f"SQLite {sqlite3.sqlite_version} is too old, the log needs 3.37: use a newer Python"
        )
    steps = migrations()
    try:
        _prepare(connection)
        _migrate(connection, path, steps)
        connection.execute(f"PRAGMA wal_autocheckpoint = {_AUTOCHECKPOINT_PAGES}")
    except sqlite3.DatabaseError as error:
        raise unusable(path, error) from error


def _prepare(connection: sqlite3.Connection) -> None:
    """What can't be said inside a transaction. ``auto_vacuum`` counts only before the first page."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            if _number(connection, "page_count") == 0:
                connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal" and not foreign(connection):
                connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # Changing the journal mode doesn't wait for a lock: another instance is making the same file.
            if not _busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _migrate(connection: sqlite3.Connection, path: Path, steps: list[Migration]) -> None:
    newest = steps[-1].version
    if _check(connection, path, newest) == newest:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Looked at again: another instance may have been faster.
        present = _check(connection, path, newest)
        for step in steps:
            if step.version > present:
                for statement in statements(step.sql):
                    connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {newest}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def statements(sql: str) -> Iterator[str]:
    """The statements of a script, triggers in one piece. ``executescript`` would commit what is open."""
    pending = ""
    for line in sql.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    if pending.strip():
        raise LogUnusable(f"a migration ends inside a statement: {pending.strip()[:60]}")


def loosened(connection: sqlite3.Connection) -> tuple[str, ...]:
    """What of the log's tables, indexes and triggers is missing or not as the migrations make it, by name."""
    sql = "SELECT name, sql FROM sqlite_schema WHERE tbl_name IN ('record', 'body') AND sql IS NOT NULL"
    with closing(sqlite3.connect(":memory:")) as fresh:
        for step in migrations():
            for statement in statements(step.sql):
                fresh.execute(statement)
        right: dict[str, str] = dict(fresh.execute(sql).fetchall())
    present: dict[str, str] = dict(connection.execute(sql).fetchall())
    return tuple(sorted(name for name, text in right.items() if present.get(name) != text))


def _check(connection: sqlite3.Connection, path: Path, newest: int) -> int:
    """The database's version; ``LogUnusable`` if it isn't ours or is newer."""
    if foreign(connection):
        raise LogUnusable(
            f"{path} is another program's database; move it away, or name another folder in CHLOE_HOME"
        )
    present = _number(connection, "user_version")
    if present > newest:
        raise LogUnusable(
            f"{path} has version {present}, from a newer Chloe; this one, {chloe.__version__}, "
            f"reads up to version {newest}: upgrade Chloe, or name another folder in CHLOE_HOME"
        )
    return present


def foreign(connection: sqlite3.Connection) -> bool:
    """Whether the database is another program's."""
    if _number(connection, "application_id") == APPLICATION_ID:
        return False
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return bool(tables or _number(connection, "application_id") or _number(connection, "user_version"))


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def _busy(error: sqlite3.Error) -> bool:
    return (error.sqlite_errorcode & 0xFF) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def unusable(path: Path, error: sqlite3.Error) -> LogUnusable:
    """What keeps the database at ``path`` from being opened, and the way out."""
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_NOTADB:
            return LogUnusable(
                f"{path} is not a database; move it away, or name another folder in CHLOE_HOME"
            )
        case sqlite3.SQLITE_CORRUPT:
            return LogUnusable(f"{path} is damaged ({error}); put a backup in its place, or move it away")
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return LogUnusable(f"{path} is locked by another program; end that, then try again")
    return LogUnusable(f"{path} can't be opened: {error}; see to its folder's permissions and free space")
