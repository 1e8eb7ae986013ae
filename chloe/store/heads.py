"""The last known head, kept outside the database, and what follows when the log ends before it.

Owns the file ``head`` beside the log, the file of heads that the user may name, and the loss that is seen at
open. Must not know how records get in: it is told of each commit.

A log whose end was cut off holds by itself: only a head kept elsewhere shows it. The file beside the log
shows a -wal file that was removed, a database that was cut short or replaced by an older copy, and commits
that were not on the disk yet when the power failed. It doesn't stop somebody who edits both.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import get_native_id

from chloe.events.facts import Entry, Record, Truncated
from chloe.store.appending import Appender
from chloe.store.chain import GENESIS, Head
from chloe.store.connection import to_the_end
from chloe.wording import iso

#: Seconds between two writings of the file beside the log, and of a line to the user's file.
EVERY = 1.0
LINE_EVERY = 60.0

#: True of all ways to lose an end, since the file can't tell which it was.
REASON = (
    "the -wal file was removed, the log was replaced by an older copy or cut short, or the power failed "
    "before its last commits were on the disk"
)

_AT = "SELECT seq, hash FROM record WHERE seq = ?"
_LAST = "SELECT seq, hash FROM record ORDER BY seq DESC LIMIT 1"

_log = logging.getLogger(__name__)


def head_file(path: Path) -> Path:
    """Where the last known head of the log at ``path`` is kept."""
    return path.with_name("head")


def parse(line: str) -> Head | None:
    """The head in a line that ends with a seq and a hash in hex, whatever stands before; else None."""
    words = line.split()
    try:
        head = Head(int(words[-2]), bytes.fromhex(words[-1]))
    except (IndexError, ValueError):
        return None
    return head if head.seq >= 0 and len(head.hash) == len(GENESIS) else None


def known(path: Path) -> Head | None:
    """The last known head of the log at ``path``; None where none was kept or the file can't be used."""
    try:
        return parse(head_file(path).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def keep(path: Path, head: Head, *, back: bool = False) -> None:
    """Keep ``head`` as the last known one of the log at ``path``, unless a later one is kept already.

    With ``back`` in its place all the same. The file is replaced as a whole. Raises ``OSError``.
    """
    before = known(path)
    if before is not None and not back and before.seq >= head.seq:
        return
    file = head_file(path)
    fresh = file.with_name(f".head.{os.getpid()}.{get_native_id()}")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(f"{head}\n")
        fresh.replace(file)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise


def append_line(file: Path, head: Head) -> None:
    """Add time, seq and hash to a file that only its owner may read. Raises ``OSError``."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "a", encoding="ascii") as kept:
        kept.write(f"{iso(time.time_ns())} {head}\n")


def last(connection: sqlite3.Connection) -> Head:
    """The last committed record's seq and hash."""
    found = connection.execute(_LAST).fetchone()
    return Head(*found) if found else Head(0, GENESIS)


def holds(connection: sqlite3.Connection, head: Head) -> bool:
    """Whether the record that ``head`` names is part of the log."""
    if head.seq == 0:
        return head.hash == GENESIS
    found = connection.execute(_AT, (head.seq,)).fetchone()
    return found is not None and bytes(found[1]) == head.hash


def tell_loss(
    connection: sqlite3.Connection, path: Path, appender: Appender, now: Callable[[], int]
) -> str | None:
    """Put a ``Truncated`` into the log if it doesn't hold the head that was last known; a sentence about it.

    Whichever instance is the first says so. Raises ``sqlite3.Error``.
    """
    # Read before the log is: what is kept was committed, so a whole log has it.
    head = known(path)
    if head is None or holds(connection, head):
        return None
    connection.execute("BEGIN IMMEDIATE")
    try:
        head = known(path)
        if head is None or holds(connection, head):
            return None
        found = last(connection)
        fact = Truncated(expected=head.seq, hash=head.hash.hex(), found=found.seq, reason=REASON)
        (record,) = appender.put(connection, [Entry("", fact, now())])
        connection.execute("COMMIT")
        with suppress(OSError):
            keep(path, Head(record.seq, record.hash), back=True)
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    if found.seq < head.seq:
        return (
            f"the log lost its end: {head.seq - found.seq} records, {found.seq + 1} to {head.seq}, are gone. "
            f"Either {REASON}"
        )
    return f"the log is not the one that was written: record {head.seq} is another one. Either {REASON}"


class Heads:
    """Keeps the head of what this instance commits, off the loop."""

    def __init__(self, path: Path, lines: Path | None) -> None:
        self._path = path
        self._lines = lines
        self._head: Head | None = None
        self._lined_at = time.monotonic()
        self._lined: Head | None = None
        self._news = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._run(), name="chloe log heads")

    def committed(self, records: Sequence[Record]) -> None:
        """These were committed."""
        if records:
            self._head = Head(records[-1].seq, records[-1].hash)
            self._news.set()

    async def close(self) -> None:
        """Keep the last head; nothing is committed any more."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._write(closing=True)

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            await self._write()
            await asyncio.sleep(EVERY)

    async def _write(self, *, closing: bool = False) -> None:
        head = self._head
        if head is None:
            return
        lined = None
        if self._lines is not None and head != self._lined:
            due = time.monotonic() - self._lined_at >= LINE_EVERY
            lined = self._lines if due or closing else None
        # Two at a time would write the same new file.
        await to_the_end(asyncio.to_thread(self._written, head, lined))
        if lined is not None:
            self._lined_at, self._lined = time.monotonic(), head

    def _written(self, head: Head, lines: Path | None) -> None:
        try:
            keep(self._path, head)
            if lines is not None:
                append_line(lines, head)
        except OSError as error:
            # It guards against a loss and must not cause one: the log itself goes on.
            _log.warning("the head of the log could not be kept: %s", error)
