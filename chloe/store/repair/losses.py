"""What the log has lost, as heads show that were kept outside of it, until a user accepts it.

Owns the comparison of the log with the file ``head`` beside it and with the user's file of heads, and which
losses are still to be accepted. Must not know who asks, or how a chain is walked.

A log whose end was cut off holds by itself. What shows it is a head that it doesn't have; or that there is
none beside it, although it has records: the file is made before the first of them. An instance that finds
this when it opens the log writes a ``Truncated``. It stands for a loss until a later ``LossAccepted`` covers
it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from chloe.events.codec import decode
from chloe.events.facts import Entry, LossAccepted, Salvaged, Truncated
from chloe.small_files import is_shortage
from chloe.store.appending import Appender
from chloe.store.chain import GENESIS, Head
from chloe.store.heads import (
    LAST_LINES,
    MANY_LINES,
    contains_head,
    describe_obstacle,
    last_head,
    read_heads,
    read_known_head,
    write_known_head,
)
from chloe.store.outline import INDEXED

#: True of all ways to lose an end, since the files can't tell which it was.
REASON = (
    "the -wal file was removed, the log was replaced by an older copy or cut short, or the power failed "
    "before its last commits were on the disk"
)
HEAD_GONE = (
    "the file head beside it is gone or can't be used, so nothing shows whether the log is still what it was"
)

_RECORDED = (
    "SELECT seq, kind, version, head FROM record "  # noqa: S608 (only words from here)
    f"WHERE kind IN ('Truncated', 'Salvaged', 'LossAccepted') AND {INDEXED} ORDER BY seq DESC"
)
_SAME = (
    "SELECT 1 FROM record WHERE kind = 'Truncated' "  # noqa: S608 (only words from here)
    f"AND {INDEXED} AND json_valid(head) AND json_extract(head, '$.hash') = ?"
)

#: The way out, for the end of a sentence.
ACCEPT = "once you know why, `chloe verify --accept-loss` records that you do"


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """What is missing, a sentence each; and what is odd about the user's file of heads and no loss."""

    lost: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    #: The highest seq that was known, and where the log ends.
    expected: int = 0
    found: int = 0
    #: The last head in the user's file; empty where there is none.
    line: str = ""
    #: What can't be accepted, since it isn't known: the user's file can't be read.
    unknown: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Return all that keeps the log from being what was written."""
        return self.lost + self.unknown

    def acceptance(self, user: str) -> LossAccepted:
        """Return the fact that ``user`` knows of what is lost."""
        return LossAccepted(
            user=user, through=self.found, expected=self.expected, found=self.found, line=self.line
        )


@dataclass(slots=True)
class _Recorded:
    """What the log itself says: losses that nobody has accepted, and the line up to which heads were."""

    lost: list[tuple[int, Truncated | Salvaged]]
    line: str = ""


def find_losses(connection: sqlite3.Connection, path: Path, lines: Path | None) -> Losses:
    """Compare the log at ``path`` with all heads that were kept, ``lines`` being the user's file of them.

    Nothing is written. Raises ``sqlite3.Error``.
    """
    # Read before the log is: what is kept was committed, so a whole log has it.
    head = read_known_head(path)
    kept, unknown = _read(lines, MANY_LINES)
    found = last_head(connection)
    recorded = _recorded(connection)
    file = _Lines()
    file.compare(connection, kept, recorded.line)
    lost = [_sentence(fact, seq) for seq, fact in recorded.lost]
    expected = [fact.expected for _, fact in recorded.lost if isinstance(fact, Truncated)]
    in_the_way = describe_obstacle(path)
    if in_the_way:
        unknown = (*unknown, in_the_way)
    elif head is None and found.seq:
        lost.append(f"the log may have lost its end: {HEAD_GONE}")
    elif head is not None and not contains_head(connection, head):
        lost.append(_missing(head, found, "the file head beside it names it"))
        expected.append(head.seq)
    recorded_hashes = {fact.hash for _, fact in recorded.lost if isinstance(fact, Truncated)}
    if file.gone is not None and file.gone.hash.hex() not in recorded_hashes:
        lost.append(_missing(file.gone, found, f"{lines} names it"))
        expected.append(file.gone.seq)
    return Losses(
        lost=tuple(lost),
        notes=file.notes(lines) + _note_missing(lines, found),
        expected=max([found.seq, *expected]),
        found=found.seq,
        line=str(file.last or ""),
        unknown=unknown,
    )


def find_missing(path: Path, lines: Path | None) -> str | None:
    """Say what heads show of a log that isn't there or is empty; None where there never was one."""
    kept, _ = _read(lines, MANY_LINES)
    heads = [head for head in (read_known_head(path), *kept) if head is not None and head.seq]
    if not heads:
        return None
    return f"the log is gone: heads that were kept of it name records up to {max(heads).seq}, and it has none"


def record_truncation(
    connection: sqlite3.Connection,
    path: Path,
    lines: Path | None,
    appender: Appender,
    now: Callable[[], int],
) -> str | None:
    """Put a ``Truncated`` into the log for what heads show to be missing; a sentence about it.

    Whichever instance is the first says so. Raises ``sqlite3.Error``, ``LogMoved``.
    """
    head = read_known_head(path)
    kept, unknown = _read(lines, LAST_LINES)
    in_the_way = describe_obstacle(path)
    if in_the_way:
        unknown = (*unknown, in_the_way)
    sentence = "; ".join(unknown) or None
    found = last_head(connection)
    file = _Lines()
    file.compare(connection, kept, _recorded(connection).line if lines is not None else "")
    if (in_the_way or _is_whole(connection, head, found)) and file.gone is None:
        return sentence
    with appender.exclusive():
        connection.execute("BEGIN IMMEDIATE")
        try:
            appender.check_in_place()
            head, found = read_known_head(path), last_head(connection)
            facts: list[tuple[Truncated, str]] = []
            if head is None and found.seq and not in_the_way:
                facts.append((_truncated(None, found), f"the log may have lost its end: {HEAD_GONE}"))
            elif head is not None and not contains_head(connection, head):
                facts.append((_truncated(head, found), _missing(head, found, f"either {REASON}")))
            gone = file.gone
            if gone is not None and gone != head and not _is_recorded(connection, gone):
                why = f"{lines} names it; either {REASON}"
                facts.append((_truncated(gone, found), _missing(gone, found, why)))
            if not facts:
                return sentence
            records = appender.append_within(connection, [Entry("", fact, now()) for fact, _ in facts])
            connection.execute("COMMIT")
            appender.check_index_in_place()
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
    with suppress(OSError):
        write_known_head(path, Head(records[-1].seq, records[-1].hash), back=True)
    return "; ".join([*(each for _, each in facts), *unknown])


@dataclass(slots=True)
class _Lines:
    """The user's file of heads, compared with the log."""

    #: The highest head that isn't in the log, and the last one in the file.
    gone: Head | None = None
    last: Head | None = None
    rubbish: int = 0
    #: Why it can't be read.
    unknown: tuple[str, ...] = ()

    def compare(self, connection: sqlite3.Connection, heads: Iterator[Head | None], accepted: str) -> None:
        """Look for each of ``heads`` in the log; those up to the line ``accepted`` may be gone."""
        for head in heads:
            if head is None:
                self.rubbish += 1
                continue
            self.last = head
            if accepted and str(head) == accepted:
                self.gone = None
            elif not contains_head(connection, head):
                self.gone = max(head, self.gone or head)

    def notes(self, file: Path | None) -> tuple[str, ...]:
        """Return what is odd about the file and no loss."""
        if not self.rubbish:
            return ()
        what = f"{self.rubbish} lines that are no heads" if self.rubbish > 1 else "a line that is no head"
        return (f"{file} has {what}, passed over",)


def _read(lines: Path | None, limit: int) -> tuple[Iterator[Head | None], tuple[str, ...]]:
    """Return the heads in the user's file, read at once; and why it can't be read."""
    if lines is None:
        return iter(()), ()
    try:
        return read_heads(lines, limit), ()
    except OSError as error:
        if is_shortage(error):
            raise
        reason = error.strerror or str(error)
        return iter(()), (
            f"the file of heads {lines} can't be used ({reason}), so nothing shows whether the log has what "
            "it names; name a regular file of your own in [log] heads_file",
        )


def _note_missing(lines: Path | None, found: Head) -> tuple[str, ...]:
    """Say that the user's file isn't there: it is new in the configuration, or somebody removed it."""
    if lines is None or not found.seq or lines.exists():
        return ()
    return (
        f"there is no file of heads {lines}: it shows only what gets lost from the next head on; if it was "
        "there before, somebody removed it",
    )


def _is_recorded(connection: sqlite3.Connection, head: Head) -> bool:
    return connection.execute(_SAME, (head.hash.hex(),)).fetchone() is not None


def _is_whole(connection: sqlite3.Connection, head: Head | None, found: Head) -> bool:
    return not found.seq if head is None else contains_head(connection, head)


def _recorded(connection: sqlite3.Connection) -> _Recorded:
    recorded = _Recorded([])
    accepted, line = 0, None
    # From the end: what was accepted is then known before what it covers is met.
    for seq, kind, version, head in connection.execute(_RECORDED):
        fact = decode(kind, version, head, None)
        match fact:
            case Truncated() if seq > accepted:
                recorded.lost.append((seq, fact))
            case Salvaged(lost=lost) if lost and seq > accepted:
                recorded.lost.append((seq, fact))
            case LossAccepted():
                line = fact.line if line is None else line
                accepted = max(accepted, fact.through)
    recorded.lost.reverse()
    recorded.line = line or ""
    return recorded


def _truncated(head: Head | None, found: Head) -> Truncated:
    if head is None:
        return Truncated(expected=found.seq, hash="", found=found.seq, reason=HEAD_GONE)
    return Truncated(expected=head.seq, hash=head.hash.hex(), found=found.seq, reason=REASON)


def _missing(head: Head, found: Head, why: str) -> str:
    if found.seq < head.seq:
        count = head.seq - found.seq
        return f"the log lost its end: {count} records, {found.seq + 1} to {head.seq}, are gone: {why}"
    return f"the log is not the one that was written: record {head.seq} is another one: {why}"


def _sentence(fact: Truncated | Salvaged, seq: int) -> str:
    """Return what a record says of a loss."""
    if isinstance(fact, Salvaged):
        return f"the log lost {fact.lost} records when it was made anew after damage (record {seq})"
    if not fact.hash:
        return f"the log may have lost its end before record {seq}: the file head beside it was gone then"
    return _missing(Head(fact.expected, GENESIS), Head(fact.found, GENESIS), f"noticed before record {seq}")
