"""Reading the log in pages.

Owns the queries and the way from rows to records. Must not know its callers or what has been committed
in memory. A page is bounded in rows and in bytes and is one short transaction: a reader that held one for
long would keep the -wal file growing.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from array import array
from bisect import bisect_right
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from chloe.errors import LogUnusable
from chloe.events.codec import decode_record
from chloe.events.facts import Record, SpoolPosition, Unknown
from chloe.quick import dataclass
from chloe.store.bodies import (
    COLUMNS,
    SERIES,
    BodyDamaged,
    CodecUnknown,
    Unpacker,
    body_size,
    digest,
    max_body_size,
)
from chloe.store.chain import GENESIS, Head
from chloe.store.connection import ReaderPool
from chloe.store.limits import explain_limit
from chloe.store.outline import INDEXED, outline_seqs
from chloe.store.present import present_seqs
from chloe.store.seeking import find_seq_at
from chloe.store.series import Key, Member, SeriesReader
from chloe.store.wal import database_size

#: A page's bounds: rows, and bytes of text and bodies.
PAGE_ROWS = 512
PAGE_BYTES = 1024 * 1024

#: How far a page looks for what is asked for before it comes back without: bounds its time.
_PAGE_SEQS = 50_000

_COLUMNS = "record.seq, committed_at, occurred_at, pane, instance, kind, version, head, hash, body_sha256"

#: The records whose seqs are in a JSON list.
_BY_SEQ = (
    f"SELECT {_COLUMNS}, NULL, NULL, NULL FROM record "  # noqa: S608 (only words from here)
    "WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq"
)

#: A number that isn't one, or doesn't fit, is no position.
_POSITION = (
    "SELECT json_extract(head, '$.spool[0]') AS segment, json_extract(head, '$.spool[1]') AS place "
    "FROM record WHERE pane = ? AND CASE WHEN json_valid(head) THEN "
    "json_array_length(head, '$.spool') = 2 AND typeof(json_extract(head, '$.spool[0]')) = 'integer' "
    "AND typeof(json_extract(head, '$.spool[1]')) = 'integer' "
    "AND min(json_extract(head, '$.spool[0]'), json_extract(head, '$.spool[1]')) >= 0 END "
    "ORDER BY seq DESC LIMIT 1"
)
_NEXT = "SELECT seq FROM record WHERE seq > ? ORDER BY seq LIMIT 1"

#: What reading a row can raise where its columns are not of the types that the table asks for: an edit of the
#: file's pages asks nobody.
_MALFORMED = (TypeError, ValueError, AttributeError, OverflowError, RecursionError)

#: SQLite's largest integer.
_MAX_SEQ = 2**63 - 1

_unpackers = threading.local()

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordQuery:
    """Which records: those that meet every condition. ``since`` <= occurred_at < ``until``, in nanoseconds
    since 1970."""

    pane: str | None = None
    kinds: frozenset[str] | None = None
    since: int | None = None
    until: int | None = None
    bodies: bool = True

    def matches(self, record: Record) -> bool:
        """Return whether a record meets every condition."""
        return (
            (self.pane is None or record.pane == self.pane)
            and (self.kinds is None or type(record.fact).__name__ in self.kinds)
            and (self.since is None or record.occurred_at >= self.since)
            and (self.until is None or record.occurred_at < self.until)
        )

    def to_sql(self) -> tuple[str, list[str | int]]:
        """Return the SQL and its parameters after the first three: seq above, last seq, rows."""
        body = f", {COLUMNS}" if self.bodies else ", NULL, NULL, NULL"
        source = "record LEFT JOIN body ON body.seq = record.seq" if self.bodies else "record"
        where = ["record.seq > ?1", "record.seq <= ?2"]
        parameters: list[str | int] = []

        def condition(sql: str, value: str | int) -> None:
            parameters.append(value)
            where.append(sql.format(f"?{len(parameters) + 3}"))

        if self.pane is not None:
            condition("pane = {}", self.pane)
        if self.kinds is not None:
            names = []
            for kind in sorted(self.kinds):
                parameters.append(kind)
                names.append(f"?{len(parameters) + 3}")
            where.append(f"kind IN ({', '.join(names)})")
            if "Output" not in self.kinds:
                where.append(INDEXED)
        if self.since is not None:
            condition("occurred_at >= {}", self.since)
        if self.until is not None:
            condition("occurred_at < {}", self.until)
        sql = (
            f"SELECT {_COLUMNS}{body} FROM {source} WHERE {' AND '.join(where)} ORDER BY record.seq LIMIT ?3"  # noqa: S608 (only words from here)
        )
        return sql, parameters

    @property
    def takes_all_output(self) -> bool:
        """Return whether no output of a pane is passed over between two records that it matches."""
        return self.since is self.until is None and (self.kinds is None or "Output" in self.kinds)


EVERYTHING = RecordQuery()


def head(connection: sqlite3.Connection) -> Head:
    """Return the last committed record's seq and hash."""
    row = connection.execute("SELECT seq, hash FROM record ORDER BY seq DESC LIMIT 1").fetchone()
    return Head(*row) if row else Head(0, GENESIS)


def contains(connection: sqlite3.Connection, sought: Head) -> bool:
    """Return whether the record is in the log; its hash may be cut short, its seq unknown (negative)."""
    size = len(sought.hash)
    if sought.seq == 0:
        return GENESIS.startswith(sought.hash)
    if sought.seq > 0:
        if sought.seq > _MAX_SEQ:
            return False
        row = connection.execute("SELECT hash FROM record WHERE seq = ?", (sought.seq,)).fetchone()
        return row is not None and bytes(row[0][:size]) == sought.hash
    sql = "SELECT 1 FROM record WHERE substr(hash, 1, ?) = ? LIMIT 1"
    return connection.execute(sql, (size, sought.hash)).fetchone() is not None


def tip(connection: sqlite3.Connection) -> int:
    """Return the last committed seq."""
    (seq,) = connection.execute("SELECT max(seq) FROM record").fetchone()
    return seq or 0


def spool_position(connection: sqlite3.Connection, pane: str) -> SpoolPosition | None:
    """Return the last position in ``pane``'s spool that any record carries, of unknown kinds as well."""
    row = connection.execute(_POSITION, (pane,)).fetchone()
    return SpoolPosition(*row) if row else None


def page(
    connection: sqlite3.Connection, query: RecordQuery, after: int, up_to: int, series: SeriesReader
) -> tuple[list[Record], int]:
    """Return the next records above ``after``, and the seq up to which the query is answered by now."""
    last = up_to
    up_to = min(up_to, after + _PAGE_SEQS)
    sql, parameters = query.to_sql()
    arguments = (after, up_to, PAGE_ROWS, *parameters)
    members: dict[Key, list[Member]] = {}
    rows, whole = _rows(connection, sql, arguments, members)
    unpacker = _unpacker()
    begin = after if query.takes_all_output else None
    bodies = series.unpack(connection, members, after=begin, through=rows[-1][0]) if members else {}
    records = [_record(row, unpacker, bodies) for row in rows]
    if not whole:
        return records, records[-1].seq
    if not rows and up_to < last:
        # A log has no holes, but a file may have any: what isn't there is stepped over at once.
        following = connection.execute(_NEXT, (up_to,)).fetchone()
        up_to = min(following[0] - 1 if following else last, last)
    return records, up_to


def _rows(
    connection: sqlite3.Connection,
    sql: str,
    arguments: Sequence[str | int],
    members: dict[Key, list[Member]] | None = None,
) -> tuple[list[_Row], bool]:
    """Return the rows of a page, and whether these are all that were asked for.

    What of them is in a series is put into ``members``.
    """
    rows: list[_Row] = []
    size = 0
    with closing(connection.execute(sql, arguments)) as cursor:
        for row in cursor:
            rows.append(row)
            size += _text_size(row)
            if row[10] == SERIES and members is not None:
                size += _add_member(row, members)
            elif row[12]:
                size += body_size(row[10], row[12])
            if size >= PAGE_BYTES:
                return rows, False
    return rows, len(rows) < PAGE_ROWS


def _text_size(row: _Row) -> int:
    """Return how many characters a record's text has; a stranger's columns may hold anything."""
    try:
        return len(row[3]) + len(row[4]) + len(row[5]) + len(row[7])
    except TypeError:
        return sum([len(column) for column in row[3:8] if isinstance(column, str | bytes)])


def by_seq(connection: sqlite3.Connection, seqs: Sequence[int]) -> tuple[list[Record], int]:
    """Return the next records with these seqs, without bodies, and how many of ``seqs`` are done."""
    arguments = (json.dumps(list(seqs)),)
    rows, _ = _rows(connection, _BY_SEQ, arguments)
    records = [_record(row, _unpacker(), {}) for row in rows]
    return records, bisect_right(seqs, rows[-1][0]) if rows else len(seqs)


def _unpacker() -> Unpacker:
    """Return this thread's own."""
    if not hasattr(_unpackers, "unpacker"):
        _unpackers.unpacker = Unpacker()
    unpacker: Unpacker = _unpackers.unpacker
    return unpacker


_Row = tuple[
    *tuple[int, int, int, str, str, str, int, str, bytes, bytes | None],
    *tuple[int | None, int | None, bytes | None],
]


def _add_member(row: _Row, members: dict[Key, list[Member]]) -> int:
    """Put a body that is in a series into ``members``; return how many bytes it has."""
    seq, pane, first_seq, stored = row[0], row[3], row[11], row[12]
    member = Member.of(seq, row[7], row[9], stored)
    if type(pane) is str:
        key = pane, first_seq if type(first_seq) is int and 0 < first_seq <= seq else 0
        members.setdefault(key, []).append(member)
    return max(member.length, len(stored or b""))


def _record(row: _Row, unpacker: Unpacker, series: Mapping[int, bytes]) -> Record:
    seq, committed_at, occurred_at, pane, instance, kind, version, text, hash_, hashed, codec, _, stored = row
    try:
        try:
            if codec == SERIES:
                body = series.get(seq)
            elif codec is None or stored is None:
                body = None
            else:
                body = unpacker.unpack(codec, stored, max_body_size(kind))
                if digest(body) != hashed:
                    body = None
        except BodyDamaged:
            # As one that was pruned: its length says that it is missing, and the rest can still be read.
            body = None
        except CodecUnknown as error:
            _log.warning("the body of record %s is left out: %s", seq, error)
            body = None
        fact = decode_record(pane, instance, kind, version, text, body)
        if body is not None and isinstance(fact, Unknown):
            # A body that isn't what its head says is damaged as well.
            bodiless = decode_record(pane, instance, kind, version, text, None)
            fact = fact if isinstance(bodiless, Unknown) else bodiless
        if (
            type(committed_at) is type(occurred_at) is int
            and type(pane) is type(instance) is str
            and type(hash_) is bytes
        ):
            return Record(seq, committed_at, occurred_at, pane, instance, fact, hash_)
    except _MALFORMED:
        pass
    return Record(seq, 0, 0, "", "", Unknown(kind="", version=0, head="", body=None), bytes(32))


@contextmanager
def translate_errors(path: Path) -> Iterator[None]:
    """Say what keeps the log from being read in one sentence."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        damaged = isinstance(error, sqlite3.DataError) or getattr(error, "sqlite_errorcode", 0) & 0xFF in (
            sqlite3.SQLITE_CORRUPT,
            sqlite3.SQLITE_NOTADB,
        )
        way_out = "; `chloe recover` makes it anew" if damaged else ""
        why = explain_limit(path, error) or f"{error}{way_out}"
        raise LogUnusable(f"{path} can't be read: {why}") from error
    except OSError as error:
        raise LogUnusable(f"{path} can't be read: {error.strerror or error}") from error


class Reader:
    """Pages of the log at ``path``, read on connections of their own. All raise ``LogUnusable``."""

    def __init__(self, path: Path, readers: ReaderPool) -> None:
        self._path = path
        self._readers = readers
        self._series = SeriesReader()

    async def head(self) -> Head:
        """Return where the chain ends now."""
        with translate_errors(self._path):
            async with self._readers.connection() as connection:
                return await connection.run(head)

    async def size(self) -> int:
        """Return the bytes of the database, of which some may still be in the -wal file."""
        with translate_errors(self._path):
            async with self._readers.connection() as connection:
                return await connection.run(database_size)

    async def contains(self, sought: Head) -> bool:
        """See the function of this name."""
        with translate_errors(self._path):
            async with self._readers.connection() as connection:
                return await connection.run(contains, sought)

    async def tip(self) -> int:
        """Return the last committed seq."""
        with translate_errors(self._path):
            async with self._readers.connection() as connection:
                return await connection.run(tip)

    async def spool_position(self, pane: str) -> SpoolPosition | None:
        """See the function of this name."""
        with translate_errors(self._path):
            async with self._readers.connection() as connection:
                return await connection.run(spool_position, pane)

    async def find_seq_at(self, pane: str, time: int) -> int:
        """See the function of this name in ``seeking``."""
        with translate_errors(self._path):
            async with self._readers.connection() as connection:
                return await connection.run(find_seq_at, pane, time)

    async def page(self, query: RecordQuery, after: int, up_to: int) -> tuple[list[Record], int]:
        """See the function of this name."""
        with translate_errors(self._path):
            async with self._readers.connection() as connection:
                return await connection.run(page, query, after, up_to, self._series)

    async def read(self, query: RecordQuery, after: int, up_to: int | None) -> AsyncIterator[Record]:
        """Yield what the query asks for above ``after``, up to ``up_to`` or the present end."""
        last = await self.tip()
        up_to = last if up_to is None else min(up_to, last)
        while after < up_to:
            records, after = await self.page(query, after, up_to)
            for record in records:
                yield record

    async def outline(
        self, up_to: int | None, present_and: Collection[str] | None = None, *, alive: bool = False
    ) -> AsyncIterator[Record]:
        """Yield the records of the outline, see the module of this name, without bodies.

        With ``present_and`` only of the panes that are present (see the module of that name), or ``alive``,
        and of these.
        """
        last = await self.tip()
        up_to = last if up_to is None else min(up_to, last)
        seqs: array[int]
        with translate_errors(self._path):
            async with self._readers.connection() as connection:
                if present_and is None:
                    seqs = await connection.run(outline_seqs, up_to)
                else:
                    seqs = await connection.run(present_seqs, up_to, present_and, alive=alive)
        start = 0
        while start < len(seqs):
            with translate_errors(self._path):
                async with self._readers.connection() as connection:
                    records, done = await connection.run(by_seq, seqs[start : start + PAGE_ROWS])
            start += done
            for record in records:
                yield record
