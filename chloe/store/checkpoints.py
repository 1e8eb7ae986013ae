"""Checkpoints: folded state of a pane's terminal, so that a fold needn't begin at the pane's first record.

Owns the table ``checkpoint``. Must not know what a state means. All of it is derived: whatever goes wrong
here leaves a checkpoint unwritten or unfound, which costs time and never a byte, so nothing is raised. Anyone
may delete checkpoints, or drop the table.

They are written on the writer's connection, whose thread does one thing after the other: between commits,
and in transactions of their own.

    state = codec (1 byte, see ``bodies``) ‖ CRC-32 of the bytes (4, big-endian) ‖ the bytes as packed
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import TypeVar
from zlib import crc32

from chloe.errors import LogUnusable
from chloe.store.apart import apart
from chloe.store.bodies import BodyDamaged, Packer, Unpacker
from chloe.store.connection import Connection, Readers
from chloe.store.schema import migrations, statements

_R = TypeVar("_R")

_FRONT = Struct(">BI")

#: Checkpoints deleted in one transaction: some milliseconds, for which a commit may have to wait.
_DELETED_AT_ONCE = 16

_KEEP = (
    'INSERT OR REPLACE INTO checkpoint (pane, seq, "offset", lines, emulator, state) '
    "VALUES (?, ?, ?, ?, ?, ?)"
)
_NEWEST = (
    'SELECT seq, "offset", lines, state FROM checkpoint '
    "WHERE pane = ? AND emulator = ? AND seq <= ? AND lines <= ? ORDER BY seq DESC"
)
_MARKS = 'SELECT seq, "offset", lines FROM checkpoint WHERE pane = ? AND emulator = ? ORDER BY seq'
_DELETE = (
    "DELETE FROM checkpoint WHERE rowid IN "
    "(SELECT rowid FROM checkpoint WHERE (? IS NULL OR pane = ?) AND seq > ? AND seq <= ? LIMIT ?)"
)

_THERE = "SELECT 1 FROM sqlite_schema WHERE name = 'checkpoint'"

#: More than any seq or number of lines: SQLite's largest integer.
_ALL = 2**63 - 1

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Where a checkpoint stands. ``seq``: the last record folded into it; ``offset``: bytes of the pane's
    stream folded; ``lines``: logical lines that had left the screen by then."""

    seq: int
    offset: int
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A terminal's ``state`` as bytes, as of a mark, made by the ``emulator`` of this version."""

    pane: str
    seq: int
    offset: int
    lines: int
    emulator: str
    state: bytes


class Checkpoints:
    """The checkpoints of the log at ``path``, written on the writer's ``connection``."""

    def __init__(self, path: Path, connection: Connection, readers: Readers) -> None:
        self._path = path
        self._connection = connection
        self._readers = readers
        self._closed = False

    def close(self) -> None:
        """Write nothing from now on; what was begun is finished by the connection's thread."""
        self._closed = True

    async def keep(self, checkpoint: Checkpoint) -> int:
        """Write it, in place of one of the same pane and seq. About how many bytes were written."""
        if self._closed:
            return 0
        stored = await asyncio.to_thread(_packed, checkpoint.state)
        return await self._write(_keep, checkpoint, stored)

    async def newest(
        self, pane: str, *, emulator: str, seq: int | None, lines: int | None
    ) -> Checkpoint | None:
        """The last one at or before ``seq`` and ``lines`` that can be read."""
        bounds = (_ALL if seq is None else seq, _ALL if lines is None else lines)
        return await self._read(_newest, pane, emulator, *bounds)

    async def marks(self, pane: str, *, emulator: str) -> list[Mark]:
        """Where ``pane`` has checkpoints, in order."""
        return await self._read(_marks, pane, emulator) or []

    async def forget(self, pane: str | None, *, after: int | None, through: int | None) -> None:
        """Delete those with ``after`` < seq <= ``through``, of one pane or of all."""
        bounds = (-1 if after is None else after, _ALL if through is None else through)
        while await self._write(_forget, pane, *bounds):
            pass

    async def _write(self, work: Callable[..., int], *args: object) -> int:
        """What ``work`` answers, done between two commits; 0 where it couldn't be done."""
        if self._closed:
            return 0
        try:
            return await self._connection.run(apart, work, *args)
        except sqlite3.Error as error:
            self._pass_over(error)
            return 0

    async def _read(self, work: Callable[..., _R], *args: object) -> _R | None:
        try:
            async with self._readers.lend() as connection:
                return await connection.run(work, *args)
        except (sqlite3.Error, LogUnusable) as error:
            self._pass_over(error)
            return None

    def _pass_over(self, error: Exception) -> None:
        _log.debug("checkpoints of %s were passed over: %s", self._path, error)


def _packed(state: bytes) -> bytes:
    codec, packed = Packer().pack(state)
    return _FRONT.pack(codec, crc32(state)) + packed


def _unpacked(stored: bytes) -> bytes | None:
    """The state; None where it isn't what was written."""
    if len(stored) < _FRONT.size:
        return None
    codec, checksum = _FRONT.unpack_from(stored)
    try:
        state = Unpacker().unpack(codec, stored[_FRONT.size :])
    except BodyDamaged:
        return None
    return state if crc32(state) == checksum else None


def _keep(connection: sqlite3.Connection, checkpoint: Checkpoint, stored: bytes) -> int:
    if not connection.execute(_THERE).fetchone():
        connection.execute(_table())
    row = (checkpoint.pane, checkpoint.seq, checkpoint.offset, checkpoint.lines, checkpoint.emulator, stored)
    connection.execute(_KEEP, row)
    return len(stored)


def _table() -> str:
    """The statement that makes the table, from the migrations."""
    every = (statement for step in migrations() for statement in statements(step.sql))
    return next(statement for statement in every if "CREATE TABLE checkpoint (" in statement)


def _newest(
    connection: sqlite3.Connection, pane: str, emulator: str, through: int, lines: int
) -> Checkpoint | None:
    with closing(connection.execute(_NEWEST, (pane, emulator, through, lines))) as rows:
        for seq, offset, passed, stored in rows:
            state = _unpacked(stored)
            if state is not None:
                return Checkpoint(
                    pane=pane, seq=seq, offset=offset, lines=passed, emulator=emulator, state=state
                )
    return None


def _marks(connection: sqlite3.Connection, pane: str, emulator: str) -> list[Mark]:
    rows = connection.execute(_MARKS, (pane, emulator)).fetchall()
    return [Mark(seq=seq, offset=offset, lines=lines) for seq, offset, lines in rows]


def _forget(connection: sqlite3.Connection, pane: str | None, after: int, through: int) -> int:
    """Delete a few; how many."""
    return connection.execute(_DELETE, (pane, pane, after, through, _DELETED_AT_ONCE)).rowcount
