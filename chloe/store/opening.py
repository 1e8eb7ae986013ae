"""Opening the log: made, brought up to date, and put right where it was damaged.

Owns the order of these. Must not know what is done with the log once it is open.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from chloe.errors import LogLocked, LogUnusable, LogUnwritable
from chloe.quick import dataclass
from chloe.small_files import FileRefused, is_shortage
from chloe.store.appending import Appender, LogMoved
from chloe.store.connection import Connection, connect
from chloe.store.drift import Drift, inspect_drift
from chloe.store.heads import contains_head, last_head, read_known_head
from chloe.store.log_lock import RETRY_DELAY, LogLock
from chloe.store.migrations import migrations
from chloe.store.reading import tip
from chloe.store.repair.losses import record_truncation
from chloe.store.repair.relink import shut
from chloe.store.reserve import size_on_disk
from chloe.store.schema import (
    APPLICATION_ID,
    SchemaDrifted,
    create_log_file,
    explain_no_locks,
    explain_unusable,
)
from chloe.store.unwritable import explain_doubt, explain_read_only, explain_unwritable
from chloe.store.upgrading import migrate_alone
from chloe.store.write_lock import NO_LOCKS, find_writer
from chloe.waits import LOG_TIMEOUT, Waits, find_lock_holder, poll_until

if TYPE_CHECKING:
    from chloe.store.repair.salvage import Salvage

#: How often the log is opened where its files are taken away meanwhile.
_MAX_TRIES = 5

_WAY_OUT = "end every other Chloe, then `chloe recover` puts it aside and saves what can be read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An open log: the writer's connection, the last seq, and a sentence about what was lost, if anything."""

    connection: Connection
    appender: Appender
    guard: LogLock
    last: int
    loss_notice: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedReadOnly:
    """A log that may be read and not written, and a sentence that says why."""

    #: None where not even a lock can be had: then nobody else has it, either.
    guard: LogLock | None
    refusal: str
    #: What it has lost, a sentence each.
    losses: tuple[str, ...] = ()

    @property
    def notice(self) -> str:
        """Return what a user has to know of it."""
        return "; ".join((self.refusal, *self.losses))

    def close(self) -> None:
        """Let others have it for themselves alone."""
        if self.guard is not None:
            self.guard.close()


async def open_log(
    path: Path, instance: str, now: Callable[[], int], waits: Waits, lines: Path | None, unwritable: str = ""
) -> Opened | OpenedReadOnly:
    """Open the log at ``path``, salvaged where it is damaged; one that isn't as Chloe makes it is only read.

    So is one where nothing can be written: the disk is full or read-only, or ``unwritable`` gives the reason.
    Raises ``LogUnusable``, ``HomeUnusable``, ``WaitedTooLong``.
    """
    if path.is_file() and (reason := unwritable or explain_doubt(path)):
        return await _open_to_look(path, reason, waits, lines)
    try:
        create_log_file(path)
        guard = await _guard(path, waits)
        try:
            return await _open_once_free(path, instance, now, waits, guard, lines)
        except BaseException:
            guard.close()
            raise
    except LogUnwritable as error:
        reason = explain_unwritable(path.parent, path) or str(error)
    return await _open_to_look(path, reason, waits, lines)


async def _open_to_look(path: Path, reason: str, waits: Waits, lines: Path | None) -> OpenedReadOnly:
    """Open the log at ``path`` for reading alone, since it can't be written for ``reason``.

    Nothing on the disk is changed. Raises ``LogUnusable``, ``WaitedTooLong``.
    """
    from chloe.store.inspection import inspect_log

    guard: LogLock | None = None
    with suppress(LogUnwritable):
        guard = await _guard(path, waits, writable=False)
    try:
        async with inspect_log(path, lines) as log:
            info = log.info
        if info.version != info.newest:
            raise LogUnusable(
                f"{path} was never written to by this version of Chloe, and can't be now: {reason}"
            )
    except BaseException:
        if guard is not None:
            guard.close()
        raise
    return OpenedReadOnly(guard=guard, refusal=explain_read_only(path, reason), losses=info.losses.lost)


async def _open_once_free(
    path: Path, instance: str, now: Callable[[], int], waits: Waits, guard: LogLock, lines: Path | None
) -> Opened | OpenedReadOnly:
    """Open the log, waiting for another program that has it locked."""
    with suppress(LogLocked):
        return await _open_as_it_is(path, instance, now, guard, lines)
    what, limit = f"the log {path}", waits.limit(LOG_TIMEOUT)
    deadline = time.monotonic() + limit if limit is not None else None
    with waits.reporting(what, lambda: find_writer(path)):
        while True:
            # Not cut short by the limit: it may be about to put a damaged log aside.
            try:
                return await _open_as_it_is(path, instance, now, guard, lines)
            except LogLocked as locked:
                if deadline is not None and time.monotonic() > deadline:
                    raise waits.timeout_error(what, LOG_TIMEOUT, find_writer(path)) from locked
            await asyncio.sleep(RETRY_DELAY)


async def _open_as_it_is(
    path: Path, instance: str, now: Callable[[], int], guard: LogLock, lines: Path | None
) -> Opened | OpenedReadOnly:
    # Looked at before SQLite has it for writing.
    drift = await detect_drift(path)
    if drift is not None:
        return _to_read(path, guard, drift)
    try:
        return await _open_again(path, instance, now, guard, lines, None)
    except SchemaDrifted as error:
        return _to_read(path, guard, error.drift)
    except _Damaged as damaged:
        done = await asyncio.to_thread(_salvage, path, guard, damaged, now)
        return await _open_again(path, instance, now, guard, lines, str(done))


def _to_read(path: Path, guard: LogLock, drift: Drift) -> OpenedReadOnly:
    if not drift.readable:
        raise LogUnusable(drift.refusal(path))
    return OpenedReadOnly(guard=guard, refusal=drift.refusal(path))


async def recover_log(path: Path, reason: str, now: Callable[[], int], waits: Waits) -> Salvage:
    """Make the log at ``path`` anew, for ``reason``.

    Raises ``LogUnusable`` where that can't be done now, ``WaitedTooLong``.
    """
    guard = await _guard(path, waits)
    try:
        return await asyncio.to_thread(_salvage, path, guard, _Damaged(reason), now)
    finally:
        guard.close()


async def detect_drift(path: Path) -> Drift | None:
    """Return what of the log's schema isn't Chloe's; None where there is nothing, or that can't be said.

    Raises ``LogUnusable`` for a log of a development version.
    """
    drift = await asyncio.to_thread(inspect_drift, path, migrations()[-1].version, APPLICATION_ID)
    if drift is not None and drift.outdated:
        raise LogUnusable(drift.refusal(path))
    return drift


async def _guard(path: Path, waits: Waits, *, writable: bool = True) -> LogLock:
    try:
        guard = LogLock(path, writable=writable)
        if guard.try_share():
            return guard
        try:
            async with waits.waiting_for(
                f"the log {path}", LOG_TIMEOUT, holder=lambda: find_lock_holder(guard.file)
            ):
                await poll_until(guard.try_share)
        except BaseException:
            guard.close()
            raise
        return guard
    except FileRefused as error:
        raise LogUnusable(f"{error.filename} {error.strerror}: remove it, then try again") from error
    except OSError as error:
        if is_shortage(error):
            raise
        if error.errno in NO_LOCKS:
            raise explain_no_locks(path.parent, error.strerror or str(error)) from error
        raise LogUnwritable(
            f"{path.parent} can't be written: {error.strerror}; make that folder writable"
        ) from error


class _Damaged(Exception):
    """The database is damaged; where SQLite has had it open, there is a copy of how it was before."""

    def __init__(self, reason: str, copy: Path | None = None, own: LogUnusable | None = None) -> None:
        super().__init__(reason)
        self.copy = copy
        self.own = own


def _salvage(path: Path, guard: LogLock, damaged: _Damaged, now: Callable[[], int]) -> Salvage:
    from chloe.store.repair.salvage import salvage

    if not guard.try_exclusive():
        raise LogUnusable(f"{path} is damaged ({damaged}), and in use: {_WAY_OUT}") from damaged
    try:
        if damaged.own is not None and read_known_head(path) is None and not _has_records(path):
            raise damaged.own
        return salvage(path, reason=str(damaged), copy=damaged.copy, now=now)
    except (OSError, sqlite3.Error) as error:
        raise LogUnusable(f"{path} is damaged ({damaged}) and can't be salvaged: {error}") from error
    finally:
        guard.share()


def _has_records(path: Path) -> bool:
    from chloe.store.repair.page_scan import PageScanner

    with PageScanner(path) as scanner:
        return bool(scanner.seqs())


async def _open_again(
    path: Path,
    instance: str,
    now: Callable[[], int],
    guard: LogLock,
    lines: Path | None,
    notice: str | None,
) -> Opened:
    """Open the log, again where its files were taken away meanwhile."""
    for _ in range(_MAX_TRIES):
        try:
            return await _open(path, instance, now, guard, lines, notice)
        except LogMoved as error:
            moved = error
    raise LogUnusable(f"the log can't be opened: {moved} again and again; see who does that") from moved


async def _open(
    path: Path,
    instance: str,
    now: Callable[[], int],
    guard: LogLock,
    lines: Path | None,
    notice: str | None,
) -> Opened:
    try:
        connection = await connect(path)
    except sqlite3.Error as error:
        raise _damaged(error, explain_unusable(path, error)) from error
    appender = None
    try:
        await connection.run(migrate_alone, path, guard)
        if await connection.run(_check_end, path, guard):
            # Its files were read past SQLite, which drops this process's locks on them.
            await connection.run(lambda _: connection.reopen())
        appender = Appender(path, instance, now)
        lost = await connection.run(record_truncation, path, lines, appender, now)
        notice = "; ".join(filter(None, (notice, lost))) or None
        seq = await connection.run(tip)
    except BaseException as error:
        failure: BaseException = error
        if isinstance(error, sqlite3.Error):
            failure = _damaged(error, explain_unusable(path, error))
        elif isinstance(error, LogUnusable) and isinstance(error.__cause__, sqlite3.Error):
            failure = _damaged(error.__cause__, error)
        if (
            isinstance(failure, _Damaged)
            and failure.copy is None
            and size_on_disk(_wal(path))
            and guard.try_exclusive()
        ):
            # Closing would copy what the -wal file holds into the database, and delete it.
            from chloe.store.repair.salvage import copy_aside

            failure.copy = await asyncio.to_thread(copy_aside, path)
        if appender is not None:
            if appender.has_moved():
                await connection.run(shut, path)
            appender.close()
        await connection.close()
        if failure is error:
            raise
        raise failure from error
    return Opened(connection=connection, appender=appender, guard=guard, last=seq, loss_notice=notice)


def _damaged(error: sqlite3.Error, told: LogUnusable) -> Exception:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return _Damaged(str(error), own=told)
    return told


def _wal(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _check_end(connection: sqlite3.Connection, path: Path, guard: LogLock) -> bool:
    """Return whether a log that ends too early was read past SQLite.

    A broken frame in the -wal file hides all behind it, and closing the database would delete them: raises
    ``_Damaged`` then.
    """
    head = read_known_head(path)
    if head is None or contains_head(connection, head) or not guard.try_exclusive():
        return False
    from chloe.store.repair.page_scan import PageScanner
    from chloe.store.repair.salvage import copy_aside

    try:
        with PageScanner(path) as scanner:
            more = max(scanner.seqs(), default=0) > last_head(connection).seq
        if more:
            raise _Damaged("its -wal file is damaged", copy_aside(path))
    finally:
        guard.share()
    return True
