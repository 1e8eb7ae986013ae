"""A look at the log that leaves it as it is.

Owns what can be told of a log without opening it for work: nothing is made, brought up to date, checkpointed
or locked for longer than a page. Must not know who looks or what follows from what is seen.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from chloe.errors import LogUnusable
from chloe.events.facts import Record
from chloe.store import schema
from chloe.store.chain import GENESIS, Head
from chloe.store.connection import ReaderPool, connect
from chloe.store.drift import find_drift
from chloe.store.integrity import Verdict, verify
from chloe.store.migrations import migrations
from chloe.store.reading import Reader
from chloe.store.reading import head as tip_of_chain
from chloe.store.repair.losses import Losses, find_losses, find_missing

#: The SQLite that this Python has, and the oldest that will do.
SQLITE = sqlite3.sqlite_version
OLDEST_SQLITE = ".".join(map(str, schema.OLDEST_SQLITE[:2]))
SQLITE_FITS = sqlite3.sqlite_version_info >= schema.OLDEST_SQLITE

_TIMES = (
    "SELECT (SELECT committed_at FROM record ORDER BY seq LIMIT 1), "
    "(SELECT committed_at FROM record ORDER BY seq DESC LIMIT 1)"
)
_PRUNINGS = "SELECT count(*) FROM record WHERE kind = 'Pruned'"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogInfo:
    """What the log says about itself. Times are nanoseconds since 1970, of the commit; 0 in an empty log."""

    #: The schema's version, and the newest that this Chloe knows.
    version: int
    newest: int
    #: What of the schema isn't as the migrations make it, by name and printable.
    drift: tuple[str, ...]
    head: Head
    #: What heads that were kept elsewhere show to be missing, until a user accepts it.
    losses: Losses
    oldest_at: int
    newest_at: int
    #: How many records say that bodies were pruned.
    prunings: int
    #: Bytes that the file should have by its own count of pages.
    size: int


class ReadOnlyLog:
    """The log at ``path`` for reading alone. Made by ``inspect_log``; everything raises ``LogUnusable``."""

    def __init__(self, path: Path, readers: ReaderPool, lines: Path | None, info: LogInfo) -> None:
        self.info = info
        self._lines = lines
        self._path = path
        self._readers = readers
        self._reader = Reader(path, readers)

    def read_outline(self) -> AsyncIterator[Record]:
        """See ``Store.read_outline``."""
        return self._reader.outline(None)

    async def verify(self, progress: Callable[[int], None] | None = None) -> Verdict:
        """See ``Store.verify``."""
        return await verify(self._path, self._readers, self._lines, progress)


@asynccontextmanager
async def inspect_log(path: Path, lines: Path | None = None) -> AsyncIterator[ReadOnlyLog]:
    """Look at the log at ``path``, and at the user's file of heads, ``lines``.

    Raises ``LogUnusable`` where the log can't be read or is none of Chloe's.
    """
    try:
        info = await _read_info(path, lines)
        if info.losses.lost:
            # Somebody may have opened it meanwhile: what he committed isn't seen where nobody had it open.
            info = await _read_info(path, lines)
    except sqlite3.Error as error:
        raise schema.explain_unusable(path, error) from error
    readers = ReaderPool(path, read_only=True)
    try:
        yield ReadOnlyLog(path, readers, lines, info)
    finally:
        await readers.close()


async def _read_info(path: Path, lines: Path | None) -> LogInfo:
    connection = await connect(path, read_only=True)
    try:
        return await connection.run(_log_info, path, lines)
    finally:
        await connection.close()


def _losses(connection: sqlite3.Connection, path: Path, lines: Path | None) -> Losses:
    if connection.execute("PRAGMA user_version").fetchone() != (0,):
        return find_losses(connection, path, lines)
    missing = find_missing(path, lines)
    return Losses(lost=(missing,)) if missing else Losses()


def _log_info(connection: sqlite3.Connection, path: Path, lines: Path | None) -> LogInfo:
    newest = migrations()[-1].version
    schema.refuse_foreign(connection, path)
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    drift = find_drift(connection, version) if 0 < version <= newest else None
    if drift is not None and not drift.readable:
        raise LogUnusable(drift.refusal(path))
    pages, page_size = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "page_size")
    )
    head, oldest_at, newest_at, prunings = Head(0, GENESIS), 0, 0, 0
    if version:
        head = tip_of_chain(connection)
        times = connection.execute(_TIMES).fetchone()
        oldest_at, newest_at = (at or 0 for at in times)
        (prunings,) = connection.execute(_PRUNINGS).fetchone()
    return LogInfo(
        version=version,
        newest=newest,
        drift=drift.names if drift is not None else (),
        head=head,
        losses=_losses(connection, path, lines) if version in (0, newest) else Losses(),
        oldest_at=oldest_at,
        newest_at=newest_at,
        prunings=prunings,
        size=pages * page_size,
    )
