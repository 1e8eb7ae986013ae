"""Bodies of series in damaged pages: each unpacked after those that could be read before it.

Owns the decompressors and which of a body's copies is the one that was written. Must not know how rows are
found, or what is made of a body.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice

from chloe.store.bodies import SERIES, BodyDamaged
from chloe.store.packing import MAX_OPEN
from chloe.store.repair.page_scan import PageScanner, ScannedRecord, StoredBody
from chloe.store.series import Member
from chloe.store.unpacking import SeriesDecoder

#: How often series are unpacked again from their first body, in all: where more lie among each other than are
#: kept, and where a body has several copies. In a forged file each body may have any number of them.
_MAX_REPEATED = 1024

#: Copies of a body that are tried.
_MAX_COPIES = 4


@dataclass(slots=True)
class _Pane:
    """The series of a pane that is being read."""

    first_seq: int
    #: The records whose bodies were unpacked, and which copy of each.
    taken: list[tuple[ScannedRecord, int]] = field(default_factory=list)
    is_lost: bool = False


class ScannedSeries:
    """Gives the bodies of series in ``scanner``, asked for in the order of their seqs."""

    def __init__(self, scanner: PageScanner) -> None:
        self._scanner = scanner
        self._panes: dict[str, _Pane] = {}
        self._decoders: OrderedDict[str, SeriesDecoder] = OrderedDict()
        self._repeats_left = _MAX_REPEATED

    def unpack(self, row: ScannedRecord) -> bytes | None:
        """Return the record's body if it is in a series and is the one that was written."""
        guess: int | None = None
        for copy, body in enumerate(self._copies(row.seq)):
            if body.codec != SERIES or body.first_seq is None:
                continue
            decoder = self._decoder(row, body.first_seq)
            if decoder is None:
                continue
            try:
                unpacked = decoder.unpack([_member(row, body)])
            except BodyDamaged:
                self._decoders.pop(row.pane, None)
                continue
            if sha256(unpacked).digest() == row.body_sha256:
                self._panes[row.pane].taken.append((row, copy))
                return unpacked
            self._decoders.pop(row.pane, None)
            guess = copy if guess is None else guess
        pane = self._panes.get(row.pane)
        if guess is not None and pane is not None:
            # It isn't what was written, but what follows may refer to what is right of it.
            pane.taken.append((row, guess))
        return None

    def _copies(self, seq: int) -> list[StoredBody]:
        return list(islice(self._scanner.bodies(seq), _MAX_COPIES))

    def _decoder(self, row: ScannedRecord, first_seq: int) -> SeriesDecoder | None:
        """Return what unpacks the next body of the series; None where that can't be had any more."""
        pane = self._panes.get(row.pane)
        if pane is None or pane.first_seq != first_seq:
            if first_seq != row.seq:
                return None
            pane = self._panes[row.pane] = _Pane(first_seq)
            self._decoders.pop(row.pane, None)
        if pane.is_lost:
            return None
        decoder = self._decoders.get(row.pane)
        if decoder is None:
            decoder = self._begin_again(row.pane, pane)
            if decoder is None:
                pane.is_lost = True
                return None
            self._decoders[row.pane] = decoder
            if len(self._decoders) > MAX_OPEN:
                self._decoders.popitem(last=False)
        self._decoders.move_to_end(row.pane)
        return decoder

    def _begin_again(self, name: str, pane: _Pane) -> SeriesDecoder | None:
        decoder = SeriesDecoder(name, pane.first_seq)
        if pane.taken:
            self._repeats_left -= 1
            if self._repeats_left < 0:
                return None
        try:
            decoder.skip(_member(row, self._copies(row.seq)[copy]) for row, copy in pane.taken)
        except (BodyDamaged, IndexError):
            return None
        return decoder


def _member(row: ScannedRecord, body: StoredBody) -> Member:
    return Member.of(row.seq, row.head, row.body_sha256, body.stored)
