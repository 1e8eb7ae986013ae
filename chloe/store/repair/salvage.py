"""A damaged log made anew from what can be read of it.

Owns what is kept of each record, and the damaged files, which are put aside and never deleted. Must not know
how rows are found in damaged pages (``page_scan``) or who asks for it. The caller makes sure that nobody else
has the log open.

What verifies from the first record on keeps its seq and its hash. After the first that doesn't, no hash can
be had any more: what is readable there is appended as new records, behind a ``Salvaged`` that says so, each
with its old times, pane and instance, and with a ``Gap`` where a pane's stream has a hole.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from chloe.events.codec import decode_record
from chloe.events.facts import (
    Created,
    Entry,
    Fact,
    Gap,
    Output,
    Pruned,
    Repainted,
    Resized,
    Salvaged,
    Truncated,
)
from chloe.events.ids import is_id, session_of
from chloe.events.traits import NAMES, Traits
from chloe.store.appending import Appender
from chloe.store.bodies import SERIES, BodyDamaged, CodecUnknown, Unpacker, max_body_size
from chloe.store.chain import GENESIS, Head
from chloe.store.heads import read_known_head, write_known_head
from chloe.store.packing import SeriesWriter
from chloe.store.ranges import Ranges
from chloe.store.repair.losses import HEAD_GONE
from chloe.store.repair.page_scan import PageScanner, ScannedRecord, StoredBody
from chloe.store.repair.series_scan import ScannedSeries
from chloe.store.schema import migrate

_RECORD = "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_BODY = "INSERT INTO body VALUES (?, ?, ?, ?)"

#: Why bytes are missing from a pane's stream in a log that was salvaged.
DAMAGED = "the log was damaged there"

#: Of a pane whose facts have places in a spool: a holder in a session of tmux wrote it, so all of them hold.
_SPOOLED = Traits(**dict.fromkeys(NAMES, True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvage:
    """What came of it: records ``kept`` as they were, appended ``again``, and known to be ``lost``."""

    aside: Path
    kept: int
    again: int
    lost: int
    #: Bodies that couldn't be read, of records that were kept.
    bodies: int

    def __str__(self) -> str:
        return (
            f"the log was damaged and was made anew: {self.kept} records kept as they were, {self.again} "
            f"appended anew, {self.lost} lost, {self.bodies} bodies lost; the damaged log is kept as "
            f"{self.aside}"
        )


def salvage(
    path: Path, *, reason: str, copy: Path | None = None, now: Callable[[], int] = time.time_ns
) -> Salvage:
    """Put the damaged log at ``path`` aside and make a new one there. Raises ``OSError``, ``sqlite3.Error``.

    ``copy`` is what ``copy_aside`` made, where SQLite has changed the files at the path since. When this
    fails halfway, the damaged log is at its path or aside, whole in either place.
    """
    head = read_known_head(path)
    aside = copy or _free_name(path)
    fresh = path.with_name(f".{aside.name}.new")
    _remove(fresh)
    try:
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        with (
            PageScanner(copy or path) as scanner,
            closing(sqlite3.connect(fresh, isolation_level=None)) as connection,
        ):
            migrate(connection, fresh)
            with closing(Appender(fresh, "", now)) as appender:
                done = _Rebuild(connection, appender, scanner, now).done(aside, reason, head)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        # Only now, with a whole new log: the -wal file first, so that it never meets the new database.
        for name in ("-wal", "-shm", ""):
            with suppress(FileNotFoundError):
                file = path.with_name(path.name + name)
                if not file.is_symlink():
                    file.chmod(0o600)
                if copy is None:
                    file.rename(aside.with_name(aside.name + name))
                else:
                    file.unlink()
        os.link(fresh, path)
        with suppress(OSError):
            write_known_head(path, done[1], back=True)
        return done[0]
    finally:
        _remove(fresh)


def copy_aside(path: Path) -> Path:
    """Copy the database and its -wal file to the name of a damaged log. Raises ``OSError``."""
    aside = _free_name(path)
    for name in ("-wal", ""):
        with suppress(FileNotFoundError), path.with_name(path.name + name).open("rb") as source:
            file = aside.with_name(aside.name + name)
            descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as target:
                shutil.copyfileobj(source, target, 1024 * 1024)
    return aside


def _free_name(path: Path) -> Path:
    stamp = time.strftime("%Y%m%dT%H%M%S")
    for number in range(1, 1000):
        name = f"{path.stem}.damaged-{stamp}{f'-{number}' if number > 1 else ''}{path.suffix}"
        if not any(path.with_name(name + end).exists() for end in ("", "-wal", "-shm")):
            return path.with_name(name)
    raise FileExistsError(f"there are too many damaged logs beside {path}")


def _remove(fresh: Path) -> None:
    for name in ("", "-wal", "-shm"):
        fresh.with_name(fresh.name + name).unlink(missing_ok=True)


class _Rebuild:
    """One salvage: from a scanner into a new database."""

    def __init__(
        self, connection: sqlite3.Connection, appender: Appender, scanner: PageScanner, now: Callable[[], int]
    ) -> None:
        self._connection = connection
        self._scanner = scanner
        self._now = now
        self._unpacker = Unpacker()
        self._series = ScannedSeries(scanner)
        #: The series of what keeps its seq; what is appended anew has its own.
        self._kept_series = SeriesWriter()
        self._head = Head(0, GENESIS)
        self._bodies: list[int] = []
        #: Seqs whose bodies were pruned, by pane ("": of any).
        self._pruned_of: defaultdict[str, Ranges] = defaultdict(Ranges)
        #: Bytes of each pane's stream so far; a pane that isn't in it was never created.
        self._printed: dict[str, int] = {}
        self._kept = 0
        self._appender = appender

    def done(self, aside: Path, reason: str, known_head: Head | None) -> tuple[Salvage, Head]:
        self._connection.execute("BEGIN IMMEDIATE")
        seqs = self._scanner.seqs()
        for seq in seqs:
            for row in self._scanner.records(seq):
                fact = _fact(row) if row.kind == "Pruned" else None
                if isinstance(fact, Pruned):
                    self._pruned_of[row.pane].add(fact.first, min(fact.through, row.seq - 1))
        for seq in seqs:
            if not any(self._keep(row) for row in self._scanner.records(seq)):
                break
        self._kept = self._head.seq
        behind = [seq for seq in seqs if seq > self._kept]
        kept = self._head.seq
        trusted = list(self._trusted(behind))
        last = max([kept, *behind, *((known_head.seq,) if known_head else ())])
        lost = last - kept - len(trusted)
        bodies = tuple(Ranges((seq, seq) for seq in self._bodies))
        fact = Salvaged(
            file=aside.name, kept=kept, again=len(trusted), lost=lost, reason=reason, bodies=bodies
        )
        self._put("", "", fact, self._now())
        for row in trusted:
            self._reappend(row)
        if known_head is None and seqs:
            # Nothing shows how many there were: that is a loss too, until a user accepts it.
            gone = Truncated(expected=self._head.seq, hash="", found=self._head.seq, reason=HEAD_GONE)
            self._put("", "", gone, self._now())
        self._connection.execute("COMMIT")
        result = Salvage(aside=aside, kept=kept, again=len(trusted), lost=lost, bodies=len(self._bodies))
        return result, self._head

    def _keep(self, row: ScannedRecord) -> bool:
        """Take ``row`` over as it is, if it is what was written after the record before."""
        if row.seq != self._head.seq + 1 or not row.follows(self._head.hash):
            return False
        stored, body = self._whole_body(row)
        self._connection.execute(_RECORD, row.values)
        if stored is not None:
            if stored.codec == SERIES and body is not None:
                stored = self._put_in_series(row, body)
            self._connection.execute(_BODY, (row.seq, *stored))
        elif row.body_sha256 is not None and not self._pruned(row):
            self._bodies.append(row.seq)
        self._kept_series.on_records(row.pane, row.seq)
        self._head = Head(row.seq, row.hash)
        self._fold(row.pane, _fact(row))
        return True

    def _put_in_series(self, row: ScannedRecord, body: bytes) -> StoredBody:
        """Compress a body that keeps its seq with those that were kept before it."""
        series, stored = self._kept_series.pack(row.pane, row.instance, body)
        if series.first_seq is None:
            series.first_seq = row.seq
        return StoredBody(SERIES, series.first_seq, stored)

    def _whole_body(self, row: ScannedRecord) -> tuple[StoredBody | None, bytes | None]:
        """Return the row's body as it is stored, if it is the one that was written, and unpacked.

        One of an unknown codec can't be unpacked and compared, and is taken to be it.
        """
        if row.body_sha256 is None or self._pruned(row):
            # What was pruned may still stand in a free page; it is to stay gone.
            return None, None
        in_series = self._series.unpack(row)
        if in_series is not None:
            return StoredBody(SERIES, None, b""), in_series
        unknown = None
        for body in self._scanner.bodies(row.seq):
            if body.codec == SERIES:
                continue
            try:
                unpacked = self._unpacker.unpack(body.codec, body.stored, max_body_size(row.kind))
            except CodecUnknown:
                unknown = body
            except BodyDamaged:
                continue
            else:
                if sha256(unpacked).digest() == row.body_sha256:
                    return body, unpacked
        return unknown, None

    def _pruned(self, row: ScannedRecord) -> bool:
        return any(row.seq in self._pruned_of.get(pane, ()) for pane in ("", row.pane))

    def _trusted(self, behind: Iterable[int]) -> Iterable[ScannedRecord]:
        """Yield the rows that are what was written, as far as their neighbours can tell.

        One whose hash follows from the record before is. So is one right behind a hole: nothing speaks
        against it. One that doesn't follow from a good record before was changed.
        """
        before: tuple[int, bytes, bool] | None = None
        for seq in behind:
            rows = list(self._scanner.records(seq))
            if not rows:
                continue
            follows = None
            if before is not None and before[0] == seq - 1:
                follows = next((row for row in rows if row.follows(before[1])), None)
            elif seq == self._kept + 1:
                # It is there, and not what was written.
                before = seq, rows[0].hash, False
                continue
            row = follows or rows[0]
            good = follows is not None or before is None or before[0] != seq - 1 or not before[2]
            if good:
                yield row
            before = seq, row.hash, good

    def _reappend(self, row: ScannedRecord) -> None:
        _, body = self._whole_body(row)
        fact = _fact(row, body)
        match fact:
            case Pruned():
                # Seqs from behind the hole are other ones now; bodies from there are told by their gaps.
                if fact.first > self._kept:
                    return
                fact = replace(fact, through=min(fact.through, self._kept))
                if body is None and fact.length:
                    fact = replace(fact, length=0)
            case Salvaged():
                ranges = ((a, min(b, self._kept)) for a, b in fact.bodies if a <= self._kept)
                fact = replace(fact, bodies=tuple(ranges))
        if is_id(row.pane) and row.pane not in self._printed and not isinstance(fact, Created):
            self._create_placeholder(row, fact)
        if body is None and row.body_sha256 is not None and not isinstance(fact, Pruned):
            # Its bytes are missing: the next one's offset, or this Gap, says so.
            if isinstance(fact, Output):
                self._gap(row, fact.offset)
                self._gap(row, fact.offset + fact.length, "pruned" if self._pruned(row) else DAMAGED)
            return
        if isinstance(fact, Output | Gap | Resized | Repainted):
            self._gap(row, fact.offset)
        self._put(row.pane, row.instance, fact, row.occurred_at)

    def _gap(self, row: ScannedRecord, offset: int, reason: str = DAMAGED) -> None:
        printed = self._printed.get(row.pane, 0)
        if offset > printed:
            gap = Gap(offset=printed, length=offset - printed, reason=reason)
            self._put(row.pane, row.instance, gap, row.occurred_at)

    def _create_placeholder(self, row: ScannedRecord, fact: Fact) -> None:
        """Append a ``Created`` for a pane whose beginning is lost."""
        spooled = getattr(fact, "spool", None) is not None
        created = Created(
            backend="tmux" if spooled else "direct",
            argv=(),
            cwd="",
            name=f"salvaged-{row.pane[:8]}",
            rows=24,
            columns=80,
            attached=False,
            session=session_of(row.pane) if spooled else "",
            traits=_SPOOLED if spooled else Traits(),
        )
        self._put(row.pane, row.instance, created, row.occurred_at)

    def _put(self, pane: str, instance: str, fact: Fact, occurred_at: int) -> None:
        (record,) = self._appender.append_within(
            self._connection, [Entry(pane, fact, occurred_at)], instance, in_series=True
        )
        self._head = Head(record.seq, record.hash)
        self._fold(pane, fact)

    def _fold(self, pane: str, fact: Fact) -> None:
        match fact:
            case Created():
                self._printed.setdefault(pane, 0)
            case Output() | Gap():
                self._printed[pane] = max(self._printed.get(pane, 0), fact.offset + fact.length)


def _fact(row: ScannedRecord, body: bytes | None = None) -> Fact:
    return decode_record(row.pane, row.instance, row.kind, row.version, row.head, body)
