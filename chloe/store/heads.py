"""The last known head, kept outside the database.

Owns the file ``head`` beside the log and the file of heads that the user may name. Must not know how records
get in: it is told of each commit; nor what follows where the log doesn't have a head (``losses``).

Both files are input: only a regular file of ours is read, or written to, and never more of it than it can
hold.

A log whose end was cut off holds by itself: only a head kept elsewhere shows it. The file beside the log
shows a -wal file that was removed, a database that was cut short or replaced by an older copy, and commits
that were not on the disk yet when the power failed. It doesn't stop an edit of both.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from threading import get_native_id

from chloe.events.facts import Record
from chloe.formatting.times import format_utc
from chloe.small_files import FileRefused, is_shortage, open_regular, read_end, read_whole
from chloe.store.chain import GENESIS, Head
from chloe.tasks import Tasks, shielded

#: Seconds between two writings of the file beside the log, and of a line to the user's file.
WRITE_INTERVAL = 1.0
LINE_INTERVAL = 60.0

#: The most bytes of the file beside the log, and of what is read of the user's: its last 300,000 lines or so
#: where it is looked at on purpose (one a minute, half a year without a pause), its last hundred at a start.
_MAX_BYTES = 4096
MANY_LINES = 32 * 1024 * 1024
LAST_LINES = 16 * 1024
_MAX_LINE = 1024

#: What a line ends with. A seq is one of SQLite's integers.
_HEAD = re.compile(r"(?:.*\s)?([0-9]{1,19}) ([0-9a-fA-F]{64})\s*", re.ASCII)
_MAX_SEQ = 2**63 - 1

_AT = "SELECT seq, hash FROM record WHERE seq = ?"
_LAST = "SELECT seq, hash FROM record ORDER BY seq DESC LIMIT 1"

_log = logging.getLogger(__name__)


def head_file(path: Path) -> Path:
    """Return the file in which the last known head of the log at ``path`` is kept."""
    return path.with_name("head")


def parse_head(line: str) -> Head | None:
    """Return the head in a line that ends with a seq and a hash in hex; None for another line."""
    match = _HEAD.fullmatch(line)
    if match is None or int(match[1]) > _MAX_SEQ:
        return None
    return Head(int(match[1]), bytes.fromhex(match[2]))


def read_known_head(path: Path) -> Head | None:
    """Return the last known head of the log at ``path``; None where none was kept or the file can't be used.

    Raises ``OSError`` where that can't be told, for want of descriptors or memory.
    """
    try:
        kept = read_whole(head_file(path), _MAX_BYTES, follow=False, owners={os.geteuid()})
    except OSError as error:
        if is_shortage(error):
            raise
        return None
    return parse_head(kept.decode("ascii", "replace"))


def describe_obstacle(path: Path) -> str:
    """Say what is in the way of the file beside the log at ``path``; "" where nothing is."""
    file = head_file(path)
    if file.is_dir() and not file.is_symlink():
        return f"{file} is a folder, so nothing shows whether the log is whole: remove it"
    return ""


def write_known_head(path: Path, head: Head, *, back: bool = False) -> None:
    """Keep ``head`` as the last known one of the log at ``path``, unless a later one is kept already.

    With ``back`` in its place all the same. The file is replaced as a whole. Raises ``OSError``.
    """
    before = read_known_head(path)
    if before is not None and not back and before.seq >= head.seq:
        return
    file = head_file(path)
    if file.parent.stat().st_uid != os.geteuid():
        raise FileRefused(file.parent, "belongs to another user")
    fresh = file.with_name(f".head.{os.getpid()}.{get_native_id()}")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(fresh, flags, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(f"{head}\n")
            out.flush()
            # Or a power failure may leave an empty file, which is the sign of a loss.
            os.fsync(descriptor)
        fresh.replace(file)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise


def append_head(file: Path, head: Head) -> None:
    """Add time, seq and hash to a file of ours that only its owner may read, made if it isn't there.

    Raises ``OSError``, for a link as well: it may lead to a file that is none of heads.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    descriptor = open_regular(file, flags, follow=False, owners={os.geteuid()})
    with os.fdopen(descriptor, "a", encoding="ascii") as kept:
        kept.write(f"{format_utc(time.time_ns())} {head}\n")


def read_heads(file: Path, limit: int) -> Iterator[Head | None]:
    """Read the heads in the last ``limit`` bytes of a user's file at once, then give one after the other.

    None stands for a line that is no head. A file that isn't there has no lines. Raises ``OSError`` where it
    isn't a regular file of ours.
    """
    try:
        end = read_end(file, limit, follow=False, owners={os.geteuid()})
    except FileNotFoundError:
        end = b""
    lines = BytesIO(end)
    if len(end) == limit:
        # It may begin within a line.
        lines.readline()
    return (_parse_line(line) for line in lines if not line.isspace())


def _parse_line(line: bytes) -> Head | None:
    return parse_head(line.decode("ascii", "replace")) if len(line) <= _MAX_LINE else None


def last_head(connection: sqlite3.Connection) -> Head:
    """Return the last committed record's seq and hash."""
    row = connection.execute(_LAST).fetchone()
    return Head(*row) if row else Head(0, GENESIS)


def contains_head(connection: sqlite3.Connection, head: Head) -> bool:
    """Return whether the record that ``head`` names is part of the log."""
    if head.seq == 0:
        return head.hash == GENESIS
    row = connection.execute(_AT, (head.seq,)).fetchone()
    return row is not None and bytes(row[1]) == head.hash


class HeadKeeper:
    """Keeps the head of what this instance commits, off the loop."""

    def __init__(self, path: Path, lines: Path | None, tasks: Tasks) -> None:
        self._path = path
        self._lines = lines
        self._head: Head | None = None
        self._lined_at = time.monotonic()
        self._lined: Head | None = None
        self._written_at = -WRITE_INTERVAL
        self._news = asyncio.Event()
        self._tasks = tasks
        self._task = tasks.repeat("keeping the head of the log", self._write, self._due)

    def on_committed(self, records: Sequence[Record]) -> None:
        """Take note of records that were committed."""
        if records:
            self._head = Head(records[-1].seq, records[-1].hash)
            self._news.set()

    async def close(self) -> None:
        """Keep the last head; nothing is committed any more."""
        await self._tasks.end(self._task)
        await self._write(closing=True)

    async def _due(self) -> None:
        """Wait for something to keep, and until it is time to."""
        await self._news.wait()
        early = self._written_at + WRITE_INTERVAL - time.monotonic()
        if early > 0:
            await asyncio.sleep(early)
        self._news.clear()

    async def _write(self, *, closing: bool = False) -> None:
        head = self._head
        if head is None:
            return
        lined = None
        if self._lines is not None and head != self._lined:
            due = time.monotonic() - self._lined_at >= LINE_INTERVAL
            lined = self._lines if due or closing else None
        # Two at a time would write the same new file.
        await shielded(asyncio.to_thread(self._write_files, head, lined))
        self._written_at = time.monotonic()
        if lined is not None:
            self._lined_at, self._lined = self._written_at, head

    def _write_files(self, head: Head, lines: Path | None) -> None:
        # They guard against a loss and must not cause one: the log itself goes on.
        try:
            # Beside a log that isn't there it would say that a new one there has lost its records.
            if self._path.exists():
                write_known_head(self._path, head)
        except OSError as error:
            _log.warning("the head of the log could not be kept: %s", error)
        try:
            if lines is not None:
                append_head(lines, head)
        except OSError as error:
            _log.warning("the head of the log could not be added to %s: it %s", lines, error.strerror)
