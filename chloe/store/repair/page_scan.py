"""What can still be read of a damaged database: its rows, found by looking at every page.

Owns SQLite's file format as far as that takes: https://sqlite.org/fileformat2.html, sections 1.6, 2.1 and 4.
The tree that leads to a row may be gone, so it isn't asked: a row stands whole in a leaf page and the
overflow pages after it. Nothing is written and SQLite is not used, which would repair, or give up. Must not
know what is made of the rows, or which of them are true.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from chloe.small_files import open_regular
from chloe.store.bodies import MAX_VALUE
from chloe.store.chain import link
from chloe.store.connection import PAGE_SIZE

#: The sizes that pages of our databases have, or had: SQLite's default. Another one is believed if the header
#: says so.
_PAGES = (PAGE_SIZE, 4096)
#: Bytes of a file whose header is damaged that are looked at for which of them it is.
_LOOKED_AT = 16 * 1024 * 1024
_LEAF = 0x0D
_WAL_HEADER, _FRAME_HEADER = 32, 24
#: How often the files may be read over for overflow pages, in all. Each belongs to one row, which is read a
#: few times; in a forged file any number of rows may share a long chain.
_MAX_PASSES = 16

#: Bytes of an integer by its serial type.
_INTEGERS = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 8: 0, 9: 0}

_Value = int | str | bytes | None


class _Unreadable(Exception):
    """There is no row here."""


class StoredBody(NamedTuple):
    """A body as it is stored: the columns of its row behind ``seq``."""

    codec: int
    first_seq: int | None
    stored: bytes


@dataclass(frozen=True, slots=True)
class ScannedRecord:
    """A record as it is stored; every column has the type it was written with."""

    seq: int
    committed_at: int
    occurred_at: int
    pane: str
    instance: str
    kind: str
    version: int
    head: str
    body_sha256: bytes | None
    hash: bytes

    @property
    def values(self) -> tuple[object, ...]:
        """Return the columns in order."""
        return tuple(getattr(self, name) for name in self.__dataclass_fields__)

    def follows(self, previous: bytes) -> bool:
        """Return whether its hash follows from what it says and ``previous``."""
        pane, instance, kind, head = (
            text.encode() for text in (self.pane, self.instance, self.kind, self.head)
        )
        linked = link(
            previous,
            self.seq,
            self.committed_at,
            self.occurred_at,
            pane,
            instance,
            kind,
            self.version,
            head,
            self.body_sha256,
        )
        return linked == self.hash


class PageScanner:
    """The damaged database at ``path`` with its -wal file. A context; raises ``OSError`` at the start."""

    def __init__(self, path: Path) -> None:
        self._database = open_regular(path)
        self._wal = -1
        try:
            header = os.pread(self._database, 32, 0)
            size = int.from_bytes(header[16:18], "big")
            sane = header.startswith(b"SQLite format 3\0") and size in (1 << n for n in range(9, 16))
            self._page = size if sane else max(_PAGES, key=self._count_leaves)
            self._frames: dict[int, int] = {}
            wal = path.with_name(f"{path.name}-wal")
            if wal.exists():
                self._wal = open_regular(wal, follow=False)
                self._read_wal()
            sizes = (os.fstat(one).st_size for one in (self._database, self._wal) if one >= 0)
            self._overflow_left = _MAX_PASSES * (sum(sizes) // self._page + 1)
            #: Where the rows with a seq are: more than one where a page was copied.
            self._records: dict[int, list[int]] = {}
            self._bodies: dict[int, list[int]] = {}
            self._index()
        except BaseException:
            self._close()
            raise

    def __enter__(self) -> PageScanner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._close()

    def seqs(self) -> list[int]:
        """Return the seqs of all records that can be read, in order."""
        return sorted(self._records)

    def records(self, seq: int) -> Iterator[ScannedRecord]:
        """Yield what there is of the record ``seq``: as a rule one row."""
        for place in self._records.get(seq, ()):
            row = _row(seq, self._columns(place))
            if row is not None:
                yield row

    def bodies(self, seq: int) -> Iterator[StoredBody]:
        """Yield the body ``seq`` as it is stored, as often as a row of it can be read."""
        for place in self._bodies.get(seq, ()):
            match self._columns(place):
                case [None, int(codec), None, bytes(stored)]:
                    yield StoredBody(codec, None, stored)
                case [None, int(codec), int(first_seq), bytes(stored)] if 1 <= first_seq <= seq:
                    yield StoredBody(codec, first_seq, stored)

    def _close(self) -> None:
        for descriptor in (self._database, self._wal):
            if descriptor >= 0:
                os.close(descriptor)

    def _count_leaves(self, page_size: int) -> int:
        """Return how many pages are leaves of tables, with all rows inside, where pages have this size."""
        count = 0
        for at in range(0, min(os.fstat(self._database).st_size, _LOOKED_AT), page_size):
            page = os.pread(self._database, page_size, at)
            if page[:1] == bytes((_LEAF,)) and (pointers := list(_pointers(page, 0))):
                behind = 8 + 2 * len(pointers)
                count += all(behind <= pointer < page_size for pointer in pointers)
        return count

    def _read_wal(self) -> None:
        """Find the last image of each page, past frames with a wrong checksum, up to the last commit."""
        salts = os.pread(self._wal, _WAL_HEADER, 0)[16:24]
        pending: dict[int, int] = {}
        at = _WAL_HEADER
        while len(header := os.pread(self._wal, _FRAME_HEADER, at)) == _FRAME_HEADER:
            if not any(header):
                at = self._skip_hole(at)
                continue
            number, committed = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
            # With other salts it is left from before the file was last begun anew, or overwritten.
            if header[8:16] == salts and 0 < number < 2**31:
                pending[number] = at + _FRAME_HEADER
                if committed:
                    self._frames |= pending
                    pending = {}
            at += _FRAME_HEADER + self._page

    def _skip_hole(self, at: int) -> int:
        """Return the place of the next frame behind ``at`` that isn't all in a hole of the -wal file."""
        frame = _FRAME_HEADER + self._page
        try:
            data = os.lseek(self._wal, at + frame, os.SEEK_DATA)
        except OSError:
            return os.fstat(self._wal).st_size
        return at + max(1, (data - at) // frame) * frame

    def _read(self, number: int) -> bytes:
        at = self._frames.get(number)
        if at is not None:
            return os.pread(self._wal, self._page, at)
        return os.pread(self._database, self._page, (number - 1) * self._page)

    def _index(self) -> None:
        count = -(-os.fstat(self._database).st_size // self._page)
        for number in range(1, max([count, *self._frames]) + 1):
            page = self._read(number)
            start = 100 if number == 1 else 0
            if len(page) < start + 8 or page[start] != _LEAF:
                continue
            for offset in _pointers(page, start):
                self._meet(number, page, offset)

    def _meet(self, number: int, page: bytes, offset: int) -> None:
        """Note the row at this place, if it looks like one of the log's."""
        try:
            _, at = _varint(page, offset)
            seq, at = _varint(page, at)
            types, _ = _types(page, at)
        except _Unreadable:
            return
        if 0 < seq < 2**62 and types[0] == 0:
            where = {10: self._records, 4: self._bodies}.get(len(types))
            if where is not None:
                where.setdefault(seq, []).append(number << 16 | offset)

    def _columns(self, place: int) -> list[_Value]:
        try:
            payload = self._payload(place >> 16, place & 0xFFFF)
            types, at = _types(payload, 0)
            values: list[_Value] = []
            for kind in types:
                value, at = _value(payload, at, kind)
                values.append(value)
        except (_Unreadable, UnicodeDecodeError):
            return []
        return values

    def _payload(self, number: int, offset: int) -> bytes:
        page = self._read(number)
        length, at = _varint(page, offset)
        _, at = _varint(page, at)
        if not 0 < length <= MAX_VALUE:
            raise _Unreadable
        most, usable = self._page - 35, self._page
        if length <= most:
            return page[at : at + length]
        least = (usable - 12) * 32 // 255 - 23
        local = least + (length - least) % (usable - 4)
        local = local if local <= most else least
        pieces = [page[at : at + local]]
        left = length - local
        following = int.from_bytes(page[at + local : at + local + 4], "big")
        while left > 0:
            self._overflow_left -= 1
            page = self._read(following) if following and self._overflow_left >= 0 else b""
            if len(page) < self._page:
                raise _Unreadable
            piece = page[4 : 4 + left]
            pieces.append(piece)
            left -= len(piece)
            following = int.from_bytes(page[:4], "big")
        return b"".join(pieces)


def _pointers(page: bytes, start: int) -> Iterator[int]:
    """Yield where in a leaf page its rows begin; its own header begins at ``start``."""
    cells = int.from_bytes(page[start + 3 : start + 5], "big")
    for pointer in range(start + 8, min(start + 8 + 2 * cells, len(page) - 1), 2):
        yield int.from_bytes(page[pointer : pointer + 2], "big")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for number, byte in enumerate(data[at : at + 9]):
        if number == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + number + 1
    raise _Unreadable


def _types(data: bytes, at: int) -> tuple[list[int], int]:
    """Return the serial types of a row's columns, and where the first column begins."""
    start = at
    size, at = _varint(data, at)
    if not 2 <= size <= 100:
        raise _Unreadable
    types = []
    while at < start + size:
        kind, at = _varint(data, at)
        types.append(kind)
    if at != start + size:
        raise _Unreadable
    return types, at


def _value(data: bytes, at: int, kind: int) -> tuple[_Value, int]:
    size = (kind - 12) // 2 if kind >= 12 else _INTEGERS.get(kind, -1)
    if size < 0 or at + size > len(data):
        raise _Unreadable
    piece = data[at : at + size]
    at += size
    if kind >= 12:
        return (piece.decode() if kind % 2 else piece), at
    if kind == 0:
        return None, at
    return (kind - 8 if kind >= 8 else int.from_bytes(piece, "big", signed=True)), at


def _row(seq: int, columns: list[_Value]) -> ScannedRecord | None:
    match columns:
        case [
            None,
            int(committed_at),
            int(occurred_at),
            str(pane),
            str(instance),
            str(kind),
            int(version),
            str(head),
            bytes() | None as body_sha256,
            bytes(hash_),
        ] if len(hash_) == 32 and (body_sha256 is None or len(body_sha256) == 32):
            return ScannedRecord(
                seq, committed_at, occurred_at, pane, instance, kind, version, head, body_sha256, hash_
            )
    return None
