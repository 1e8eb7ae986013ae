"""Whether the log is what was written.

Owns the walk along the chain and what it finds wrong. Must not know facts: it hashes what stands in the
columns, as bytes, whatever it means (but for ``Pruned`` and ``Salvaged``, which excuse a missing body).

Found is any edit of any column, a record put in, taken out or moved, a body that is missing, changed or
nobody's. The hashes are walked in seq order, with the bodies that stand alone; then those in series, pane by
pane. Not found, since nothing inside the file can show it: the last records cut off, or all hashes made
anew after an edit. Against those, keep a ``Head`` elsewhere. How a body is compressed is not part
of the chain; its uncompressed bytes are.
"""

from __future__ import annotations

import json
import re
import sqlite3
import struct
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from chloe.errors import LogUnusable
from chloe.store.bodies import MAX_BODY, SERIES, BodyDamaged, CodecUnknown, Unpacker, max_body_size
from chloe.store.chain import GENESIS, Head, link
from chloe.store.connection import ReaderPool
from chloe.store.drift import find_drift
from chloe.store.limits import explain_limit
from chloe.store.outline import INDEXED
from chloe.store.ranges import Ranges
from chloe.store.repair.losses import ACCEPT, Losses, find_losses
from chloe.store.series_walk import SeriesWalk

#: A slice of the walk: about 10 ms in the reader's thread, and one short read transaction.
_SLICE_ROWS = 2048
_SLICE_BYTES = 4 * 1024 * 1024

_LOWEST = -(2**63)

#: The kinds whose head says how long the body is, and where: keys are sorted.
_MEASURED = frozenset({b"Output", b"Repainted", b"Pruned"})
_LENGTH = re.compile(rb'\{(?:"(?:columns|first)":\d{1,19},)?"length":(\d{1,19})[,}]')

_WALK = (
    "SELECT record.seq, committed_at, occurred_at, pane, instance, kind, version, head, "  # noqa: S608 (only words from here)
    f"body_sha256, hash, codec, CASE WHEN codec <> {SERIES} AND length(bytes) <= {MAX_BODY} THEN bytes END "
    "FROM record LEFT JOIN body ON body.seq = record.seq "
    "WHERE record.seq >= ? AND record.seq <= ? ORDER BY record.seq"
)
_HASH = "SELECT hash FROM record WHERE seq = ?"
_BODIES = "SELECT count(*) FROM body WHERE seq >= ? AND seq <= ?"
_STRAY = (
    "SELECT min(seq) FROM body WHERE seq >= ? AND seq <= ? "
    "AND NOT EXISTS (SELECT 1 FROM record WHERE record.seq = body.seq)"
)
_BEYOND = "SELECT min(seq) FROM body WHERE seq > coalesce((SELECT max(seq) FROM record), ?)"
_EXCUSES = (
    "SELECT seq, pane, kind, head FROM record "  # noqa: S608 (only words from here)
    f"WHERE kind IN ('Pruned', 'Salvaged') AND {INDEXED} AND seq <= ? ORDER BY seq"
)
#: The record table with its indexes, which readers use; the walk itself passes every page of the bodies.
_STRUCTURE = "PRAGMA integrity_check(record)"

#: Errors that say nothing about what is in the file.
_NOT_DAMAGE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PERM,
    }
)

_Row = tuple[int, int, int, bytes, bytes, bytes, int, bytes, bytes | None, bytes, int | None, bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What ``verify`` found. Where the chain doesn't hold, ``bad`` is the first bad seq; else it is None."""

    #: The last record up to which the chain holds; its seq is the number of records that hold.
    head: Head
    #: Uncompressed bytes of bodies that hold, and the number of bodies that were pruned as recorded.
    bodies: int
    pruned: int
    #: Bodies lost to damage, as ``Salvaged`` records say, and how often the log lost its end.
    damaged: int = 0
    truncated: int = 0
    #: What SQLite finds wrong with the record table's pages and indexes: readers may then miss records.
    flaws: tuple[str, ...] = ()
    #: What of the schema is not as the migrations make it, by name and printable: the chain may hold all the
    #: same, but such a log may have dropped or changed what was to be written.
    drift: tuple[str, ...] = ()
    #: What heads kept elsewhere show to be missing and nobody has accepted, a sentence each; and what is odd
    #: about the user's file of heads and no loss.
    losses: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    bad: int | None = None
    reason: str = ""

    def __str__(self) -> str:
        if self.bad is not None:
            return f"record {self.bad}: {self.reason}; the chain holds up to {self.head}"
        missing = f", {self.pruned} bodies pruned" if self.pruned else ""
        if self.damaged:
            missing += f", {self.damaged} bodies lost to damage"
        if self.truncated:
            missing += f", its end was lost {'once' if self.truncated == 1 else f'{self.truncated} times'}"
        text = (
            f"the chain holds: {self.head.seq} records, {self.bodies} bytes of bodies{missing}; "
            f"head {self.head}"
        )
        if self.flaws:
            text += f"; but the file is damaged: {self.flaws[0]}; `chloe recover` makes a whole one of it"
        if self.drift:
            text += (
                f"; but the log isn't as Chloe makes one ({', '.join(self.drift[:5])}); "
                "`chloe recover` makes it anew"
            )
        if self.losses:
            text += f"; but {'; '.join(self.losses[:3])}; {ACCEPT}"
        return text

    @property
    def intact(self) -> bool:
        """Return whether nothing is wrong with the chain and with what readers rely on."""
        return self.bad is None and not self.flaws and not self.drift

    @property
    def complete(self) -> bool:
        """Return whether it is whole, and no head kept elsewhere shows a loss that nobody has accepted."""
        return self.intact and not self.losses


class _Broken(Exception):
    """The chain doesn't hold."""

    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(reason)
        self.seq = seq
        self.reason = reason


class _Walk:
    """How far the walk has come. Its methods run in a reader's thread, one slice a call."""

    def __init__(self) -> None:
        self.seq = 0
        self.hash = GENESIS
        self.bodies = 0
        self.pruned = 0
        self.damaged = 0
        self.truncated = 0
        self.drift: tuple[str, ...] = ()
        self._last_seq = 0
        #: Seqs whose bodies were pruned, by pane ("": of any), and seqs whose bodies were lost to damage.
        self._pruned_of: defaultdict[bytes, Ranges] = defaultdict(Ranges)
        self._lost_to_damage = Ranges()
        #: ``Pruned`` and ``Salvaged`` records that an index shows and that were not met yet.
        self._excuses_ahead = 0
        self._unpacker = Unpacker()

    def begin(self, connection: sqlite3.Connection) -> None:
        """Find out where to end, and which bodies may be missing."""
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        drift = find_drift(connection, version)
        self.drift = drift.names if drift is not None else ()
        (last_seq,) = connection.execute("SELECT max(seq) FROM record").fetchone()
        self._last_seq = last_seq or 0
        with _as_bytes(connection):
            for seq, pane, kind, head in connection.execute(_EXCUSES, (self._last_seq,)):
                self._excuse(seq, pane, kind.decode(), head)

    def _excuse(self, seq: int, pane: bytes, kind: str, head: bytes) -> None:
        self._excuses_ahead += 1
        # One that can't be read is a later Chloe's, or nobody's: it excuses nothing.
        with suppress(ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
            fields = json.loads(head)
            # It excuses nothing that came after it.
            if kind == "Pruned":
                self._pruned_of[pane].add(int(fields["first"]), min(int(fields["through"]), seq - 1))
            else:
                ranges = [(int(first), min(int(last), seq - 1)) for first, last in fields.get("bodies", ())]
                self._lost_to_damage.update(ranges)

    def slice(self, connection: sqlite3.Connection) -> bool:
        """Walk a bit further, in one read transaction; return whether there is more. Raises ``_Broken``."""
        connection.execute("BEGIN")
        try:
            # The first slice begins at SQLite's lowest number, so that a record before the first is met.
            low = self.seq + 1 if self.seq else _LOWEST
            with _as_bytes(connection), closing(connection.execute(_WALK, (low, self._last_seq))) as rows:
                bodies = self._follow(rows)
            self._count_bodies(connection, low, bodies)
            if self.seq < self._last_seq:
                return True
            self._end(connection)
            return False
        finally:
            connection.execute("ROLLBACK")

    def _follow(self, rows: Iterable[_Row]) -> int:
        """Check each of ``rows``, up to a slice's bounds; return the number of bodies met."""
        size = bodies = 0
        for count, row in enumerate(rows, 1):
            size += self._step(row)
            bodies += row[10] is not None
            if count >= _SLICE_ROWS or size >= _SLICE_BYTES:
                break
        return bodies

    def _step(self, row: _Row) -> int:
        """Check one record; return the size of its body."""
        (
            seq,
            committed_at,
            occurred_at,
            pane,
            instance,
            kind,
            version,
            head,
            body_sha256,
            hash_,
            codec,
            stored,
        ) = row
        if seq < 1:
            raise _Broken(seq, "a record from before the first")
        if seq != self.seq + 1:
            raise _Broken(self.seq + 1, f"missing; the next one is {seq}")
        try:
            linked = link(
                self.hash, seq, committed_at, occurred_at, pane, instance, kind, version, head, body_sha256
            )
        except (TypeError, struct.error) as error:
            raise _Broken(seq, "a column of it isn't of the type that belongs there") from error
        if linked != hash_:
            raise _Broken(seq, "its hash doesn't follow from what it says and the record before it")
        size = 0
        if codec is None:
            if body_sha256 is not None:
                if self.is_pruned(pane, seq):
                    self.pruned += 1
                elif seq in self._lost_to_damage:
                    self.damaged += 1
                else:
                    raise _Broken(seq, "its body is missing, and no Pruned record covers it")
        elif body_sha256 is None:
            raise _Broken(seq, "it has a body where none belongs")
        elif codec != SERIES:
            try:
                if stored is None:
                    raise BodyDamaged("it takes more bytes than Chloe writes")
                body = self._unpacker.unpack(codec, stored, max_body_size(kind))
            except CodecUnknown as error:
                raise _Broken(seq, f"its body can't be checked: {error}") from error
            except BodyDamaged as error:
                raise _Broken(seq, f"its body is damaged: {error}") from error
            if kind in _MEASURED and _length(head) not in (None, len(body)):
                raise _Broken(seq, f"its body is damaged: it has {len(body)} bytes, its head says otherwise")
            if sha256(body).digest() != body_sha256:
                raise _Broken(seq, "its body is not the one that was written")
            size = len(body)
        self._excuses_ahead -= kind in (b"Pruned", b"Salvaged")
        self.truncated += kind == b"Truncated"
        self.seq, self.hash = seq, hash_
        self.bodies += size
        return size

    def is_pruned(self, pane: bytes, seq: int) -> bool:
        """Return whether a record says that the body of ``seq``, which is of ``pane``, went."""
        return seq in self._pruned_of.get(pane, ()) or seq in self._pruned_of.get(b"", ())

    def slice_series(self, connection: sqlite3.Connection, series: SeriesWalk) -> bool:
        """Walk a bit further along the bodies in series, as far as the chain holds; whether there is more."""
        connection.execute("BEGIN")
        try:
            with _as_bytes(connection):
                if series.slice(connection):
                    return True
            self.bodies += series.bodies
            self.pruned += series.pruned
            if series.bad is not None:
                before = connection.execute(_HASH, (series.bad - 1,)).fetchone()
                self.seq, self.hash = series.bad - 1, before[0] if before else GENESIS
            return False
        finally:
            connection.execute("ROLLBACK")

    def _count_bodies(self, connection: sqlite3.Connection, low: int, met: int) -> None:
        (there,) = connection.execute(_BODIES, (low, self.seq)).fetchone()
        if there != met:
            (stray,) = connection.execute(_STRAY, (low, self.seq)).fetchone()
            raise _Broken(stray, "a body without a record")

    def _end(self, connection: sqlite3.Connection) -> None:
        (beyond,) = connection.execute(_BEYOND, (_LOWEST,)).fetchone()
        if beyond is not None:
            raise _Broken(beyond, "a body without a record: the log was cut, or the body put in")
        if self._excuses_ahead:
            raise _Broken(self.seq, "an index doesn't show the records that there are")


def _length(head: bytes) -> int | None:
    """Return the length that a head gives its body; None where it gives none."""
    match = _LENGTH.match(head)
    return int(match[1]) if match else None


def _flaws(connection: sqlite3.Connection) -> tuple[str, ...]:
    messages = [str(message).replace("\n", " ") for (message,) in connection.execute(_STRUCTURE)]
    return () if messages == ["ok"] else tuple(messages)


async def verify(
    path: Path, readers: ReaderPool, lines: Path | None, progress: Callable[[int], None] | None
) -> Verdict:
    """Walk the chain from the first record through the present last one; compare it with the heads kept.

    Raises ``LogUnusable`` where the file can't be read at all, say because it is locked.
    """
    walk = _Walk()
    bad: int | None = None
    reason = ""
    flaws: tuple[str, ...] = ()
    losses = Losses()
    try:
        async with readers.connection() as connection:
            await connection.run(walk.begin)
        more = True
        while more:
            async with readers.connection() as connection:
                more = await connection.run(walk.slice)
            if progress is not None:
                progress(walk.seq)
    except _Broken as broken:
        bad, reason = broken.seq, broken.reason
    except sqlite3.DatabaseError as error:
        bad, reason = walk.seq + 1, _explain_damage(path, error)
    try:
        # Those before what is bad already: the first is told.
        series = SeriesWalk(walk.seq, walk.is_pruned)
        more = True
        while more:
            async with readers.connection() as connection:
                more = await connection.run(walk.slice_series, series)
        if series.bad is not None:
            bad, reason = series.bad, "its body is damaged, or one before it that it is compressed with"
        if bad is None:
            async with readers.connection() as connection:
                flaws = await connection.run(_flaws)
                losses = await connection.run(find_losses, path, lines)
    except sqlite3.DatabaseError as error:
        explained = _explain_damage(path, error)
        if bad is None:
            bad, reason = walk.seq + 1, explained
    return Verdict(
        head=Head(walk.seq, walk.hash),
        bodies=walk.bodies,
        pruned=walk.pruned,
        damaged=walk.damaged,
        truncated=walk.truncated,
        flaws=flaws,
        drift=walk.drift,
        losses=losses.all,
        notes=losses.notes,
        bad=bad,
        reason=reason,
    )


def _explain_damage(path: Path, error: sqlite3.DatabaseError) -> str:
    """Say what SQLite found in the file. Raises ``LogUnusable`` where it is another error."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in _NOT_DAMAGE:
        why = explain_limit(path, error) or f"{error}; try again once that is over"
        raise LogUnusable(f"{path} can't be read: {why}") from error
    return f"the file is damaged there: {error}"


@contextmanager
def _as_bytes(connection: sqlite3.Connection) -> Iterator[None]:
    """Have text come as the bytes that are stored: an edit may have left what isn't UTF-8."""
    usual = connection.text_factory
    connection.text_factory = bytes
    try:
        yield
    finally:
        connection.text_factory = usual
