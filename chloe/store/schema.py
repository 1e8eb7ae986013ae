"""A database made a log of ours, or brought up to the newest schema.

Owns what makes a file a log of ours, and what one is refused for. Must not know what the tables are for.
"""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import time
from contextlib import suppress
from pathlib import Path

import chloe
from chloe.errors import HomeUnusable, LogLocked, LogUnusable, LogUnwritable
from chloe.small_files import is_shortage
from chloe.store.chain import GENESIS, Head
from chloe.store.connection import PAGE_SIZE, is_busy
from chloe.store.drift import DERIVED, Drift, explain_outdated, find_drift
from chloe.store.heads import read_known_head, write_known_head
from chloe.store.limits import explain_limit
from chloe.store.migrations import Migration, migrations, statements
from chloe.store.unwritable import explain_unwritable
from chloe.store.write_lock import write_locked

#: "Chlo": says in the file's header whose database it is (https://sqlite.org/fileformat.html, offset 68).
APPLICATION_ID = 0x43686C6F

#: "CHLO": the same in early development versions, whose logs had another form.
_DEVELOPMENT_ID = 0x43484C4F

#: The first SQLite with STRICT tables.
OLDEST_SQLITE = (3, 37, 0)

#: How long two instances that make the same database wait for each other, in seconds.
_TIMEOUT = 10.0

#: Pages in the -wal file at which a commit itself copies them into the database (SQLite's default: 1000).
#: That is done beside the commits, see ``wal``; this is for where it couldn't be.
_AUTOCHECKPOINT_PAGES = 64 * 1024


#: For the end of a sentence. Somebody else's home may be what it leads to.
_WAY_OUT_OF_A_LINK = (
    "the log itself has to be there: remove the link, or name the log's own folder in CHLOE_HOME"
)


def create_log_file(path: Path) -> None:
    """Make folder and file where they are not there, for their owner only. Raises ``HomeUnusable``.

    SQLite gives -wal and -shm the mode of the database, whatever the umask. An existing file is not
    opened here: closing a second descriptor would drop this process's SQLite locks on it. A link is
    refused: what lies beside the log and goes with it would lie elsewhere than the log.
    """
    try:
        for folder in reversed(path.parents):
            if not folder.is_dir():
                folder.mkdir(mode=0o700, exist_ok=True)
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            if path.is_symlink():
                raise HomeUnusable(f"{path} is a link, and {_WAY_OUT_OF_A_LINK}") from None
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode):
                raise HomeUnusable(
                    f"{path} is no regular file: move it away, or name another folder in CHLOE_HOME"
                ) from None
            if status.st_uid != os.geteuid():
                raise HomeUnusable(
                    f"{path} belongs to another user (uid {status.st_uid}): move it away, or name another "
                    "folder in CHLOE_HOME"
                ) from None
            if stat.S_IMODE(status.st_mode) != 0o600:
                path.chmod(0o600)
    except OSError as error:
        if is_shortage(error):
            raise
        if path.is_file():
            raise LogUnwritable(f"{path} can't be written: {error.strerror}") from error
        raise HomeUnusable(
            f"the log can't be kept in {path.parent}: {error.strerror}; make that folder writable, "
            "or name another one in CHLOE_HOME"
        ) from error


class SchemaDrifted(Exception):
    """The database is a log, but its schema isn't what Chloe makes."""

    def __init__(self, drift: Drift) -> None:
        super().__init__(str(drift))
        self.drift = drift


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Make the database at ``path`` ready for this Chloe, whichever instance is the first to do it.

    Raises ``LogUnusable``, naming what is there and the way out; ``SchemaDrifted`` where nothing may be
    written.
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
        raise explain_unusable(path, error) from error


def find_older_version(connection: sqlite3.Connection) -> int:
    """Return the version of a log that is to be brought up to date; 0 for any other database.

    Raises ``sqlite3.Error``.
    """
    version = _number(connection, "user_version")
    is_ours = _number(connection, "application_id") == APPLICATION_ID
    return version if is_ours and 0 < version < migrations()[-1].version else 0


def _prepare(connection: sqlite3.Connection) -> None:
    """Set what can't be set inside a transaction. Both of the first count only before there is a page, and
    ``page_size`` only before ``auto_vacuum``."""
    deadline = time.monotonic() + _TIMEOUT
    while True:
        try:
            if _number(connection, "page_count") == 0:
                connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
                connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            elif is_foreign(connection):
                return
            elif version := _number(connection, "user_version"):
                refuse_drift(connection, version)
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # Changing the journal mode doesn't wait for a lock: another instance is making the same file.
            if not is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _migrate(connection: sqlite3.Connection, path: Path, steps: list[Migration]) -> None:
    newest = steps[-1].version
    if check(connection, path, newest) == newest and _has_derived(connection):
        return
    with write_locked(path.parent):
        _apply(connection, path, steps)


def _apply(connection: sqlite3.Connection, path: Path, steps: list[Migration]) -> None:
    newest = steps[-1].version
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Looked at again: another instance may have been faster.
        present = check(connection, path, newest)
        if not present and read_known_head(path) is None:
            # Before the first commit: from now on a log without a head has lost it.
            with suppress(OSError):
                write_known_head(path, Head(0, GENESIS))
        if present and not _has_derived(connection):
            for statement in derived_statements(present):
                connection.execute(statement)
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


def refuse_drift(connection: sqlite3.Connection, version: int) -> None:
    """Raise ``SchemaDrifted`` where the schema isn't the one of ``version``."""
    drift = find_drift(connection, version)
    if drift is not None:
        raise SchemaDrifted(drift)


def derived_statements(version: int) -> list[str]:
    """Return the statements that make what may be dropped, as of ``version``."""
    beginning = re.compile(rf"^CREATE (TABLE|(UNIQUE )?INDEX) ({b'|'.join(DERIVED).decode()}) ", re.MULTILINE)
    steps = [step for step in migrations() if step.version <= version]
    return [one for step in steps for one in statements(step.sql) if beginning.search(one)]


def _has_derived(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'checkpoint'").fetchone() is not None


def check(connection: sqlite3.Connection, path: Path, newest: int) -> int:
    """Return the database's version; raise ``LogUnusable`` if it isn't ours, or is newer."""
    refuse_foreign(connection, path)
    present = _number(connection, "user_version")
    if present > newest:
        raise LogUnusable(
            f"{path} has version {present}, from a newer Chloe; this one, {chloe.__version__}, "
            f"reads up to version {newest}: upgrade Chloe, or name another folder in CHLOE_HOME"
        )
    return present


def refuse_foreign(connection: sqlite3.Connection, path: Path) -> None:
    """Raise ``LogUnusable`` where the database is no log, or one from before there was this form."""
    if _number(connection, "application_id") == _DEVELOPMENT_ID:
        raise LogUnusable(explain_outdated(path))
    if is_foreign(connection):
        raise LogUnusable(
            f"{path} is another program's database; move it away, or name another folder in CHLOE_HOME"
        )


def is_foreign(connection: sqlite3.Connection) -> bool:
    """Return whether the database is another program's."""
    if _number(connection, "application_id") == APPLICATION_ID:
        return False
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return bool(tables or _number(connection, "application_id") or _number(connection, "user_version"))


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


#: What SQLite says where a file system has no locks, or no memory to share (https://sqlite.org/rescode.html).
_LOCKING = frozenset(
    {
        sqlite3.SQLITE_IOERR_LOCK,
        sqlite3.SQLITE_IOERR_RDLOCK,
        sqlite3.SQLITE_IOERR_UNLOCK,
        sqlite3.SQLITE_IOERR_CHECKRESERVEDLOCK,
        sqlite3.SQLITE_IOERR_SHMLOCK,
        sqlite3.SQLITE_IOERR_SHMMAP,
        sqlite3.SQLITE_IOERR_SHMOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)


def explain_no_locks(folder: Path, said: str) -> LogUnusable:
    """Make the error for a folder whose file system can't lock files."""
    return LogUnusable(
        f"the file system of {folder} can't lock files ({said}), and without locks a log can't be kept: name "
        "a folder on another one in CHLOE_HOME, a local disk's"
    )


#: What SQLite says where a file can't be made, or can't grow.
_WRITING = frozenset(
    {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL}
)


def explain_unusable(path: Path, error: sqlite3.Error) -> LogUnusable:
    """Make the error that says what keeps the database at ``path`` from being opened, and the way out."""
    if limited := explain_limit(path, error):
        return LogUnusable(f"{path} can't be opened: {limited}")
    is_about_writing = getattr(error, "sqlite_errorcode", 0) & 0xFF in _WRITING
    if is_about_writing and (why := explain_unwritable(path.parent, path)):
        return LogUnwritable(f"{path} can't be opened for writing: {why}")
    if getattr(error, "sqlite_errorcode", 0) in _LOCKING:
        return explain_no_locks(path.parent, str(error))
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_NOTADB:
            return LogUnusable(
                f"{path} is not a database; move it away, or name another folder in CHLOE_HOME"
            )
        case sqlite3.SQLITE_CORRUPT:
            return LogUnusable(f"{path} is damaged ({error}); put a backup in its place, or move it away")
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return LogLocked(f"{path} is locked by another program; end that, then try again")
    return LogUnusable(f"{path} can't be opened: {error}; see to its folder's permissions and free space")
