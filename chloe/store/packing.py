"""Bodies on their way into the log: hashed, and compressed alone or in series.

A series is what a pane prints, compressed in one zstd stream that is flushed at each body. Owns which bodies
are in one series, and the compressors of those that are being written. Must not know SQL, nor whether what it
compressed is committed: where that fails, the caller drops the series, since a later body may refer to all
that went through its compressor.

Screens that a program repaints are nearly the same each time, and small outputs have their words in common:
alone they shrink to a third or not at all, in a series to a hundredth or a half. A series holds output of one
pane by one recorder, and has an end (``bodies.SERIES_BYTES``), since who reads within it begins at its first
body, and since only a whole one can be pruned.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import NamedTuple

from chloe.events.facts import Entry, Fact, Output
from chloe.store.bodies import (
    LEVEL,
    MAX_OUTPUT,
    SERIES,
    SERIES_BODIES,
    SERIES_BYTES,
    SERIES_SPAN,
    WINDOW_LOG,
    Packer,
    digest,
)

#: Below this many bytes a body stands alone: what it saves is less than what a block of zstd adds.
MIN_IN_SERIES = 24

#: The most series that are written at a time; a compressor takes 0.4 to 0.7 MB.
MAX_OPEN = 64

#: The most records that this instance writes of a pane in the course of a series: others may write some, too.
_MAX_RECORDS = SERIES_SPAN // 4

#: Finds what a program sends that paints its screen anew: it clears all of it, or one line after the other
#: upwards.
_search_repaint = re.compile(rb"\x1b\[2(?:J|K\x1b\[1A)").search


class Series:
    """A series that is being written, or was."""

    __slots__ = ("_stream", "bodies", "first_seq", "instance", "is_repaint", "last_seq", "records", "size")

    def __init__(self, instance: str, is_repaint: bool) -> None:
        import zstandard

        #: Who records the pane.
        self.instance = instance
        #: Whether a compressor is at work that finds what came a hundred kilobytes ago, at half the speed.
        self.is_repaint = is_repaint
        #: The seq of the first body, once it has one, and of the pane's last record that this instance wrote.
        self.first_seq: int | None = None
        self.last_seq = 0
        #: Bytes of output and bodies in it, and all records of the pane since it began.
        self.size = 0
        self.bodies = 0
        self.records = 0
        parameters = zstandard.ZstdCompressionParameters.from_level(
            LEVEL, window_log=WINDOW_LOG, enable_ldm=is_repaint, write_content_size=False
        )
        self._stream = zstandard.ZstdCompressor(compression_params=parameters).compressobj()

    def pack(self, body: bytes) -> bytes:
        """Compress the next body; return what is stored of it."""
        import zstandard

        self.size += len(body)
        self.bodies += 1
        packed: bytes = self._stream.compress(body)
        flushed: bytes = self._stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
        return packed + flushed if packed else flushed

    def has_room(self, size: int) -> bool:
        """Return whether a body of ``size`` bytes may be one more of it."""
        return (
            self.bodies < SERIES_BODIES and self.size + size <= SERIES_BYTES and self.records < _MAX_RECORDS
        )


class Packed(NamedTuple):
    """An encoded fact's body as it is kept."""

    sha256: bytes
    codec: int
    stored: bytes
    #: What it is compressed in, together with bodies before it; None: it stands alone.
    series: Series | None = None


def belongs_in_series(fact: Fact, body: bytes) -> bool:
    """Return whether this is compressed with what its pane printed before."""
    # Who reads it learns the length from the head.
    return isinstance(fact, Output) and MIN_IN_SERIES <= len(body) == fact.length <= MAX_OUTPUT


class SeriesWriter:
    """The series that are being written, one a pane. For one thread at a time."""

    def __init__(self, most: int = MAX_OPEN) -> None:
        self._most = most
        self._open: OrderedDict[str, Series] = OrderedDict()

    def __len__(self) -> int:
        return len(self._open)

    def pack(self, pane: str, instance: str, body: bytes) -> tuple[Series, bytes]:
        """Compress what ``instance`` recorded of ``pane``; return its series and what is stored."""
        is_repaint = _search_repaint(body) is not None
        series = self._open.get(pane)
        if (
            series is None
            or series.instance != instance
            or not series.has_room(len(body))
            or (is_repaint and not series.is_repaint)
        ):
            series = self._open[pane] = Series(instance, is_repaint)
            self._drop_least_used()
        self._open.move_to_end(pane)
        return series, series.pack(body)

    def get(self, pane: str) -> Series | None:
        """Return the series that the pane's next body would go on with, if that has room."""
        return self._open.get(pane)

    def on_records(self, pane: str, last_seq: int, records: int = 1) -> None:
        """Take note of so many records of ``pane`` through ``last_seq``, of whichever kind."""
        series = self._open.get(pane)
        if series is not None:
            series.last_seq = last_seq
            series.records += records

    def drop(self, pane: str | None = None) -> None:
        """Have the next body of ``pane``, or of any, begin a series."""
        if pane is None:
            self._open.clear()
        else:
            self._open.pop(pane, None)

    def _drop_least_used(self) -> None:
        if len(self._open) <= self._most:
            return
        # Not the one that was just opened, which stands last or has kept its place.
        self._open.popitem(last=False)


class BodyPacker:
    """Packs bodies of any fact. For one thread at a time."""

    def __init__(self) -> None:
        self._alone = Packer()
        self._series = SeriesWriter()

    def pack(self, entry: Entry, body: bytes | None, instance: str | None) -> Packed | None:
        """Pack the ``body`` of what ``instance`` recorded; where that is None, have it stand alone."""
        if body is None:
            return None
        if instance is not None and belongs_in_series(entry.fact, body):
            series, stored = self._series.pack(entry.pane, instance, body)
            return Packed(digest(body), SERIES, stored, series)
        return Packed(digest(body), *self._alone.pack(body))

    def get_series(self, pane: str) -> Series | None:
        """Return the series that the next output of ``pane`` would go on with."""
        return self._series.get(pane)

    def on_committed(self, pane: str, last_seq: int, records: int) -> None:
        """Take note of so many records of ``pane`` that were committed, through ``last_seq``."""
        self._series.on_records(pane, last_seq, records)

    def drop(self, pane: str | None = None) -> None:
        """Have the next body of ``pane``, or of any, begin a series."""
        self._series.drop(pane)
