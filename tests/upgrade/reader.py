"""A reader of a home that knows nothing of Chloe but ``docs/formats.md``.

It stands for one in another language, so it imports nothing of Chloe, checks what the page promises, and
raises ``NotAsDescribed`` where something is otherwise. What is from a newer Chloe is ``Newer``.
"""

from __future__ import annotations

import json
import sqlite3
import struct
import zlib
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import zstandard

APPLICATION_ID = 0x43686C6F
SCHEMA = 1
SPOOL = 2
FRAME = struct.Struct("<BQII")
LARGEST_PAYLOAD = 256 * 1024


class NotAsDescribed(Exception):
    """A file isn't what the page says."""


class Newer(Exception):
    """A newer Chloe wrote it."""


class Record(NamedTuple):
    """One row of the log. ``body`` is None where it has none, or it is gone."""

    seq: int
    committed_at: int
    occurred_at: int
    pane: str
    instance: str
    kind: str
    version: int
    head: dict[str, Any]
    body: bytes | None
    hash: bytes


class Frame(NamedTuple):
    """One frame of a spool."""

    kind: str
    occurred_at: int
    payload: bytes


def _check(holds: object, what: str) -> None:
    if not holds:
        raise NotAsDescribed(what)


def _field(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def _number(value: int) -> bytes:
    return _field(struct.pack(">q", value))


def read_log(home: Path) -> Iterator[Record]:
    """Yield all records, with the chain and every body checked."""
    with closing(sqlite3.connect(f"file:{home}/log.db?mode=ro", uri=True)) as log:
        (whose,) = log.execute("PRAGMA application_id").fetchone()
        _check(whose == APPLICATION_ID, "this is no log")
        (version,) = log.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA:
            raise Newer(f"a log of version {version}")
        yield from _records(log)


def _records(log: sqlite3.Connection) -> Iterator[Record]:
    expected, previous, before = 1, bytes(32), 0
    series: dict[int, Any] = {}
    gone = _ranges_gone(log)
    rows = log.execute(
        "SELECT record.seq, committed_at, occurred_at, pane, instance, kind, version, head, body_sha256,"
        " hash, codec, first_seq, bytes"
        " FROM record LEFT JOIN body ON body.seq = record.seq ORDER BY record.seq"
    )
    for row in rows:
        seq, committed, occurred, pane, instance, kind, version, head, digest, hashed, *stored = row
        _check(seq == expected, f"{seq} stands where {expected} belongs")
        _check(committed >= before, f"{seq} was committed before the one before it")
        fields = [_number(number) for number in (seq, committed, occurred)]
        fields += [_field(text.encode()) for text in (pane, instance, kind)]
        fields += [_number(version), _field(head.encode()), _field(digest or b"")]
        _check(sha256(b"".join((previous, *fields))).digest() == hashed, f"the hash of {seq} is another")
        body = None
        if stored[0] is not None:
            _check(digest is not None, f"{seq} has a body and no hash of one")
            body = _unpack(seq, *stored, length=json.loads(head).get("length"), series=series)
            _check(sha256(body).digest() == digest, f"the body of {seq} is another")
        elif digest is not None:
            known = any(seq in span and whose in ("", pane) for whose, span in gone)
            _check(known, f"the body of {seq} is missing")
        yield Record(seq, committed, occurred, pane, instance, kind, version, json.loads(head), body, hashed)
        expected, previous, before = seq + 1, hashed, committed


def _ranges_gone(log: sqlite3.Connection) -> list[tuple[str, range]]:
    """What may be missing: of which pane ("" for any), and of which seqs."""
    gone = []
    asked = "SELECT pane, kind, head FROM record WHERE kind IN ('Pruned', 'Salvaged')"
    for pane, kind, text in log.execute(asked):
        head = json.loads(text)
        spans = [(head["first"], head["through"])] if kind == "Pruned" else head.get("bodies", [])
        gone += [(pane, range(first, last + 1)) for first, last in spans]
    return gone


def _unpack(
    seq: int, codec: int, first: int | None, stored: bytes, *, length: int, series: dict[int, Any]
) -> bytes:
    if codec == 0:
        _check(first is None, f"{seq} stands alone, and in a series")
        return stored
    if codec == 1:
        _check(first is None, f"{seq} stands alone, and in a series")
        return zstandard.ZstdDecompressor().decompress(stored)
    if codec != 2:
        raise Newer(f"{seq} has a body of codec {codec}")
    assert first is not None
    if first == seq:
        series[first] = zstandard.ZstdDecompressor(max_window_size=1 << 20).decompressobj()
    _check(first in series, f"{seq} belongs to a series that doesn't begin")
    body: bytes = series[first].decompress(stored)
    _check(len(body) == length, f"{seq} gives {len(body)} bytes, where {length} belong")
    return body


def stream(records: list[Record], pane: str) -> bytes:
    """What a pane printed; it is whole, but for its gaps."""
    at, printed = 0, b""
    for record in records:
        if record.pane != pane or record.kind not in ("Output", "Gap"):
            continue
        _check(record.head["offset"] == at, f"record {record.seq} is at another place of its stream")
        at += record.head["length"]
        printed += record.body or b""
    return printed


def checkpoints(home: Path, records: list[Record]) -> Iterator[tuple[str, int, bytes]]:
    """Yield pane, seq and state of each checkpoint that a record describes."""
    by_seq = {record.seq: record for record in records}
    with closing(sqlite3.connect(f"file:{home}/log.db?mode=ro", uri=True)) as log:
        asked = "SELECT pane, seq, record_seq, lines, emulator, state FROM checkpoint"
        for pane, seq, record_seq, lines, emulator, stored in log.execute(asked):
            record = by_seq[record_seq]
            _check(record.kind == "Checkpointed" and record.pane == pane, "a checkpoint of something else")
            said = [record.head[name] for name in ("seq", "lines", "emulator")]
            _check(said == [seq, lines, emulator], "a checkpoint of another place")
            state = _unpack(seq, stored[0], None, stored[1:], length=record.head["length"], series={})
            _check(sha256(state).hexdigest() == record.head["sha256"], "another state")
            yield pane, seq, state


def keyframe(record: Record) -> tuple[int, int, int, bytes]:
    """Rows, columns, lines that had left the screen, and what draws it, of a ``Pruned`` that has one."""
    assert record.body is not None
    _check(len(record.body) == record.head["length"], "a keyframe of another length")
    opening, line_feed, drawn = record.body.partition(b"\n")
    numbers = opening.split(b" ")
    _check(line_feed and len(numbers) == 3 and all(each.isdigit() for each in numbers), "no keyframe")
    rows, columns, lines = map(int, numbers)
    return rows, columns, lines, drawn


def known_head(home: Path) -> tuple[int, bytes]:
    """Seq and hash of the last record, as the file beside the log has it."""
    seq, _, digest = (home / "head").read_text().rstrip("\n").partition(" ")
    return int(seq), bytes.fromhex(digest)


def read_spool(folder: Path) -> Iterator[Frame]:
    """Yield the frames of a spool, headers among them."""
    numbers = sorted(int(path.stem) for path in folder.glob("*.seg"))
    printed: int | None = None
    for number in numbers:
        data, at = (folder / f"{number}.seg").read_bytes(), 0
        while at + FRAME.size <= len(data):
            kind, occurred_at, length, checksum = FRAME.unpack_from(data, at)
            payload = data[at + FRAME.size : at + FRAME.size + length]
            if len(payload) < length:
                break
            _check(length <= LARGEST_PAYLOAD, "a payload that is too long")
            _check(
                zlib.crc32(data[at : at + 13] + payload) == checksum, f"damage at byte {at} of {number}.seg"
            )
            if not at:
                before = _check_header(chr(kind), payload, number)
                _check(printed in (None, before), f"bytes are missing before {number}.seg")
                printed = before
            elif chr(kind) == "o":
                printed = (printed or 0) + length
            elif chr(kind) == "g":
                printed = (printed or 0) + int.from_bytes(payload[:8], "little")
            yield Frame(chr(kind), occurred_at, payload)
            at += FRAME.size + length


def _check_header(kind: str, payload: bytes, number: int) -> int:
    """Check the first frame of a segment; return how many bytes of the stream came before it."""
    _check(kind == "h" and payload.startswith(b"chloe spool"), f"{number}.seg has no header")
    (version,) = struct.unpack_from("<H", payload, 11)
    if version > SPOOL:
        raise Newer(f"a spool of version {version}")
    own, before = struct.unpack_from("<QQ", payload, 13)
    _check(own == number, f"{number}.seg says that it is {own}")
    return int(before)
