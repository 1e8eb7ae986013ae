"""The bodies of series, read from the log: each after those that stand before it.

Owns how the members of a series are found, which decompressors are kept, and what is done where a series is
damaged. Must not know what asks for a body.

A decompressor is kept where reading stopped, so that the next page, or what another instance commits next,
costs what it holds and no more. Each body is compared with its hash. What can be read of a damaged series
doesn't hang on where the reading began: as soon as anything is wrong it is unpacked body by body from its
first one.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from chloe.store.bodies import MAX_BODY, SERIES, SERIES_SPAN, BodyDamaged, digest, max_stored, stated_length

if TYPE_CHECKING:
    from chloe.store.unpacking import SeriesDecoder

#: Decompressors that are kept, each with some 1.3 MB: as many as an instance has compressors.
MAX_KEPT = 64

#: From this many bytes on a body is unpacked by itself.
_LARGE = 8 * 1024

#: All records of a pane among which members of a series may stand, those that are none with NULLs.
_MEMBERS = (
    "SELECT record.seq, head, body_sha256, "  # noqa: S608 (only words from here)
    f"CASE WHEN codec = {SERIES} THEN first_seq END, CASE WHEN length(bytes) <= {MAX_BODY} THEN bytes END "
    "FROM record LEFT JOIN body ON body.seq = record.seq "
    "WHERE pane = CAST(?1 AS TEXT) AND record.seq > ?2 AND record.seq <= ?3 "
    f"ORDER BY record.seq LIMIT {SERIES_SPAN}"
)


class Member(NamedTuple):
    """A body of a series as it is stored. ``stored`` is None where it is more than can be right."""

    seq: int
    #: What its head says, see ``bodies.stated_length``.
    length: int
    sha256: bytes | None
    stored: bytes | None

    @classmethod
    def of(cls, seq: int, head: object, sha256: bytes | None, stored: bytes | None) -> Member:
        """Return the body of a row, without what is stored where that is more than its length asks for."""
        length = stated_length(head)
        if type(stored) is bytes and len(stored) > max_stored(length):
            stored = None
        return cls(seq, length, sha256, stored)


#: Gives the members of a series with seqs above the first number through the second, in order.
Fetch = Callable[[int, int], Iterable[Member]]

#: A pane as the connection gives it, as text or as bytes, and the seq of a series' first body; 0 for one that
#: can't be.
Key = tuple[str | bytes, int]


def series_members(
    connection: sqlite3.Connection, pane: str | bytes, first_seq: int, after: int, up_to: int
) -> Iterator[Member]:
    """Yield the members of a series with seqs above ``after`` through ``up_to``, in order.

    Raises ``BodyDamaged`` where the first one isn't there, and at another series: none lies within one, so
    that no part of a forged log is looked through for each of many.
    """
    has_begun = after >= first_seq
    with closing(connection.execute(_MEMBERS, (pane, after, up_to))) as rows:
        for seq, head, hashed, first, stored in rows:
            has_begun = has_begun or seq == first == first_seq
            if not has_begun or first not in (None, first_seq):
                raise BodyDamaged("a series that has no beginning, or goes on behind another")
            if first is not None:
                yield Member.of(seq, head, hashed, stored)


class SeriesReader:
    """Unpacks bodies of any series, and keeps decompressors where they stopped. For any thread."""

    def __init__(self, most: int = MAX_KEPT) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: list[SeriesDecoder] = []

    def __len__(self) -> int:
        return len(self._kept)

    def unpack(
        self,
        connection: sqlite3.Connection,
        members: Mapping[Key, Sequence[Member]],
        *,
        after: int | None = None,
        through: int = 0,
    ) -> dict[int, bytes]:
        """Return the bodies of ``members``, by seq, without what can't be read or isn't what was written.

        They are given by series, in order. Where all output of their panes behind seq ``after`` and through
        ``through`` is among them, only what is before that is read in addition.
        """
        bodies: dict[int, bytes] = {}
        ends = _find_ends(members, is_whole=after is not None)
        for (pane, first_seq), wanted in members.items():
            fetch = partial(series_members, connection, pane, first_seq)
            end = ends.get((pane, first_seq))
            if end is None:
                bodies |= self._unpack(pane, first_seq, wanted, fetch, after, through)
            elif within := [member for member in wanted if member.seq < end]:
                bodies |= self._unpack(pane, first_seq, within, fetch, after, min(through, end - 1))
        return bodies

    def _unpack(
        self,
        pane: str | bytes,
        first_seq: int,
        wanted: Sequence[Member],
        fetch: Fetch,
        after: int | None,
        through: int,
    ) -> dict[int, bytes]:
        from chloe.store.unpacking import SeriesDecoder

        last = wanted[-1].seq
        decoder = self._take(pane, first_seq, wanted[0].seq) or SeriesDecoder(pane, first_seq)
        begin = decoder.through
        try:
            if after is None:
                bodies = _sift(decoder, wanted, fetch(begin, last))
            else:
                if begin < after:
                    decoder.skip(fetch(begin, after))
                bodies = _unpack_all(decoder, wanted)
        except BodyDamaged:
            bodies = {}
        if len(bodies) == len(wanted):
            decoder.through = max(decoder.through, through)
            self._put(decoder)
            return bodies
        return _unpack_each(pane, first_seq, wanted, fetch)

    def _take(self, pane: str | bytes, first_seq: int, seq: int) -> SeriesDecoder | None:
        """Take out what has come furthest in this series and is still before ``seq``."""
        with self._lock:
            best = None
            for kept in self._kept:
                if (
                    kept.first_seq == first_seq
                    and kept.pane == pane
                    and kept.through < seq
                    and (best is None or kept.through > best.through)
                ):
                    best = kept
            if best is not None:
                self._kept.remove(best)
            return best

    def _put(self, decoder: SeriesDecoder) -> None:
        with self._lock:
            self._kept.append(decoder)
            if len(self._kept) > self._most:
                del self._kept[0]


def _find_ends(members: Mapping[Key, Sequence[Member]], *, is_whole: bool) -> dict[Key, int]:
    """Return of which series nothing follows from which seq on: there another of its pane begins or goes on.

    One that goes on behind another, or that names no seq, is none that Chloe wrote. Where ``members`` aren't
    all that there are, what is fetched beside them shows it.
    """
    ends = {key: 0 for key in members if not key[1]}
    if not is_whole or len({pane for pane, _ in members}) == len(members):
        return ends
    before: dict[str | bytes, Key] = {}
    for seq, key in sorted((each.seq, key) for key, wanted in members.items() for each in wanted):
        last = before.get(key[0], key)
        if last != key:
            ends.setdefault(last, seq)
            if seq != key[1]:
                ends.setdefault(key, seq)
        before[key[0]] = key
    return ends


def _unpack_all(decoder: SeriesDecoder, members: Sequence[Member]) -> dict[int, bytes]:
    """Unpack the next ``members``: small ones together, which saves calls; large ones need no cut."""
    if sum(member.length for member in members) < len(members) * _LARGE:
        return _cut(members, decoder.unpack(members))
    found: dict[int, bytes] = {}
    for member in members:
        found |= _cut([member], decoder.unpack([member]))
    return found


def _cut(members: Sequence[Member], bodies: bytes) -> dict[int, bytes]:
    """Return the body of each of ``members``, by seq, whose hash is right."""
    if len(members) == 1:
        return {members[0].seq: bodies} if digest(bodies) == members[0].sha256 else {}
    found = {}
    start = 0
    for member in members:
        end = start + member.length
        body = bodies[start:end]
        if digest(body) == member.sha256:
            found[member.seq] = body
        start = end
    return found


def _sift(decoder: SeriesDecoder, wanted: Sequence[Member], members: Iterable[Member]) -> dict[int, bytes]:
    """Unpack all ``members`` and return those of ``wanted``."""
    from chloe.store.unpacking import bundles

    seqs = {member.seq for member in wanted}
    found: dict[int, bytes] = {}
    for bundle in bundles(members):
        bodies = decoder.unpack(bundle)
        if not seqs.isdisjoint(member.seq for member in bundle):
            found |= {seq: body for seq, body in _cut(bundle, bodies).items() if seq in seqs}
    return found


def _unpack_each(
    pane: str | bytes, first_seq: int, wanted: Sequence[Member], fetch: Fetch
) -> dict[int, bytes]:
    """Unpack a series that is damaged from its beginning, body by body, as far as that goes."""
    from chloe.store.unpacking import SeriesDecoder

    seqs = {member.seq for member in wanted}
    found: dict[int, bytes] = {}
    decoder = SeriesDecoder(pane, first_seq)
    try:
        for member in fetch(first_seq - 1, wanted[-1].seq):
            body = decoder.unpack([member])
            if member.seq in seqs and digest(body) == member.sha256:
                found[member.seq] = body
    except BodyDamaged:
        pass
    return found
