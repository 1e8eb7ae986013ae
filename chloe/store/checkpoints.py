"""Checkpoints: folded state of a pane's terminal, so that a fold needn't begin at the pane's first record.

Owns the table ``checkpoint``. Must not know what a state means. All of it is derived: whatever goes wrong
here leaves a checkpoint unwritten or unfound, which costs time and never a byte, so nothing is raised. Anyone
may delete checkpoints, or drop the table. Nobody may forge one: a ``Checkpointed`` record, written in the
same transaction, has its place and the hash of its state, and is part of the chain. What doesn't agree with
that isn't used.

They are written on the writer's connection, whose thread does one thing after the other: between commits,
and in transactions of their own.

    state = codec (1 byte, see ``bodies``) ‖ the bytes as packed
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from chloe.errors import LogUnusable
from chloe.events.codec import decode
from chloe.events.facts import Checkpointed, Entry, Record
from chloe.store.appending import Appender
from chloe.store.bodies import MAX_BODY, BodyUnreadable, Packer, Unpacker
from chloe.store.connection import Connection, ReaderPool
from chloe.store.migrations import migrations
from chloe.store.schema import derived_statements
from chloe.store.side_transaction import side_transaction

_R = TypeVar("_R")

#: Checkpoints deleted in one transaction: some milliseconds, for which a commit may have to wait.
_DELETE_BATCH = 16

_SAVE = (
    "INSERT OR REPLACE INTO checkpoint (pane, seq, record_seq, lines, emulator, state) "
    "VALUES (?, ?, ?, ?, ?, ?)"
)
_BOUND = (
    "FROM checkpoint CROSS JOIN record ON record.seq = checkpoint.record_seq WHERE checkpoint.pane = ?1 "
    "AND emulator = ?2 AND record.pane = ?1 AND record.kind = 'Checkpointed' "
)
_NEWEST = (
    f"SELECT checkpoint.seq, lines, version, head, CASE WHEN length(state) <= {MAX_BODY} THEN state END "
    f"{_BOUND} AND checkpoint.seq <= ?3 AND lines <= ?4 ORDER BY checkpoint.seq DESC"
)
_REFS = f"SELECT checkpoint.seq, lines, version, head {_BOUND} ORDER BY checkpoint.seq"
_DELETE = (
    "DELETE FROM checkpoint WHERE rowid IN "
    "(SELECT rowid FROM checkpoint WHERE (? IS NULL OR pane = ?) AND seq > ? AND seq <= ? LIMIT ?)"
)

_IS_THERE = "SELECT 1 FROM checkpoint WHERE pane = ? AND seq = ?"
_THERE = "SELECT 1 FROM sqlite_schema WHERE name = 'checkpoint'"

#: More than any seq or number of lines: SQLite's largest integer.
_ALL = 2**63 - 1

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointRef:
    """Where a checkpoint stands. ``seq``: the last record folded into it; ``offset``: bytes of the pane's
    stream folded; ``lines``: logical lines that had left the screen by then."""

    seq: int
    offset: int
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A terminal's ``state`` as bytes, as of a record, made by the ``emulator`` of this version."""

    pane: str
    seq: int
    offset: int
    lines: int
    emulator: str
    state: bytes


class Checkpoints:
    """The checkpoints of the log at ``path``, written on the writer's ``connection``."""

    def __init__(
        self, path: Path, connection: Connection | None, appender: Appender | None, readers: ReaderPool
    ) -> None:
        self._path = path
        self._connection = connection
        self._appender = appender
        self._readers = readers
        #: Whether nothing is written; so it is from the start where there is no connection to write on.
        self._closed = connection is None

    def close(self) -> None:
        """Write nothing from now on; what was begun is finished by the connection's thread."""
        self._closed = True

    async def save(self, checkpoint: Checkpoint) -> tuple[list[Record], int]:
        """Write it, unless there is one of the same pane, seq and emulator.

        Return the record that binds it, if it was written, and about how many bytes that took.
        """
        if self._closed or self._appender is None or len(checkpoint.state) > MAX_BODY:
            return [], 0
        stored, hashed = await asyncio.to_thread(_pack, checkpoint.state)
        records = await self._write(_save, self._appender, checkpoint, stored, hashed)
        return records or [], len(stored)

    async def newest(
        self, pane: str, *, emulator: str, seq: int | None, lines: int | None
    ) -> Checkpoint | None:
        """Return the last one at or before ``seq`` and ``lines`` that can be read."""
        bounds = (_ALL if seq is None else seq, _ALL if lines is None else lines)
        return await self._read(_newest, pane, emulator, *bounds)

    async def refs(self, pane: str, *, emulator: str) -> list[CheckpointRef]:
        """Return where ``pane`` has checkpoints, in order."""
        return await self._read(_refs, pane, emulator) or []

    async def delete(self, pane: str | None, *, after: int | None, up_to: int | None) -> None:
        """Delete those with ``after`` < seq <= ``up_to``, of one pane or of all."""
        bounds = (-1 if after is None else after, _ALL if up_to is None else up_to)
        while await self._write(_delete_some, pane, *bounds):
            pass

    async def _write(self, work: Callable[..., _R], *args: object) -> _R | None:
        """Do ``work`` between two commits and return its answer; None where it couldn't be done."""
        if self._closed or self._connection is None or self._appender is None:
            return None
        try:
            return await self._connection.run(side_transaction, self._appender, work, *args)
        except (sqlite3.Error, OSError) as error:
            self._pass_over(error)
            return None

    async def _read(self, work: Callable[..., _R], *args: object) -> _R | None:
        try:
            async with self._readers.connection() as connection:
                return await connection.run(work, *args)
        except (sqlite3.Error, LogUnusable) as error:
            self._pass_over(error)
            return None

    def _pass_over(self, error: Exception) -> None:
        _log.debug("checkpoints of %s were passed over: %s", self._path, error)


def _pack(state: bytes) -> tuple[bytes, str]:
    """Return the state as it is stored, and its hash in hex."""
    codec, packed = Packer().pack(state)
    return bytes((codec,)) + packed, sha256(state).hexdigest()


def _unpack(stored: object, fact: Checkpointed) -> bytes | None:
    """Return the state; None where it isn't what ``fact`` describes."""
    if not isinstance(stored, bytes) or not stored:
        return None
    try:
        state = Unpacker().unpack(stored[0], stored[1:], min(max(fact.length, 0), MAX_BODY))
    except BodyUnreadable:
        return None
    return state if sha256(state).hexdigest() == fact.sha256 else None


def _save(
    connection: sqlite3.Connection, appender: Appender, checkpoint: Checkpoint, stored: bytes, hashed: str
) -> list[Record]:
    pane, seq, emulator = checkpoint.pane, checkpoint.seq, checkpoint.emulator
    if not connection.execute(_THERE).fetchone():
        for statement in derived_statements(migrations()[-1].version):
            connection.execute(statement)
    elif connection.execute(_IS_THERE, (pane, seq)).fetchone() and _is_good(connection, pane, emulator, seq):
        # Folded once more: it needn't be said again.
        return []
    fact = Checkpointed(
        seq=seq,
        offset=checkpoint.offset,
        lines=checkpoint.lines,
        emulator=emulator,
        length=len(checkpoint.state),
        sha256=hashed,
    )
    records = appender.append_within(connection, [Entry(pane, fact, appender.now())])
    connection.execute(_SAVE, (pane, seq, records[0].seq, checkpoint.lines, emulator, stored))
    return records


def _is_good(connection: sqlite3.Connection, pane: str, emulator: str, seq: int) -> bool:
    newest = _newest(connection, pane, emulator, seq, _ALL)
    return newest is not None and newest.seq == seq


def _fact(emulator: str, seq: int, lines: int, version: int, head: str) -> Checkpointed | None:
    """Return the fact in a record's ``head``, if it is about the checkpoint in the row beside it."""
    try:
        fact = decode("Checkpointed", version, head, None)
    except (TypeError, ValueError, RecursionError):
        return None
    if isinstance(fact, Checkpointed) and (fact.seq, fact.lines, fact.emulator) == (seq, lines, emulator):
        return fact
    return None


def _newest(
    connection: sqlite3.Connection, pane: str, emulator: str, up_to: int, lines: int
) -> Checkpoint | None:
    with closing(connection.execute(_NEWEST, (pane, emulator, up_to, lines))) as rows:
        for seq, lines_then, version, head, stored in rows:
            fact = _fact(emulator, seq, lines_then, version, head)
            state = None if fact is None else _unpack(stored, fact)
            if fact is not None and state is not None:
                return Checkpoint(
                    pane=pane, seq=seq, offset=fact.offset, lines=lines_then, emulator=emulator, state=state
                )
    return None


def _refs(connection: sqlite3.Connection, pane: str, emulator: str) -> list[CheckpointRef]:
    facts = [_fact(emulator, *row) for row in connection.execute(_REFS, (pane, emulator)).fetchall()]
    return [
        CheckpointRef(seq=fact.seq, offset=fact.offset, lines=fact.lines)
        for fact in facts
        if fact is not None
    ]


def _delete_some(connection: sqlite3.Connection, pane: str | None, after: int, up_to: int) -> int:
    """Delete a few; return how many."""
    return connection.execute(_DELETE, (pane, pane, after, up_to, _DELETE_BATCH)).rowcount
