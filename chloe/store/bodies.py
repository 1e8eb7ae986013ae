"""Bodies: the bytes of a record as they are kept, compressed where it pays.

Owns the codecs of the body table, how large a body may be, and those that stand alone. What a pane prints is
compressed in series (``packing``, ``unpacking``). Must not know records or SQLite. Compressors keep their
memory between calls and are for one thread at a time.

What stands in the table is input: a frame of 30 KB can unpack to 1 GB. Nothing larger than what Chloe writes
is unpacked, and what a frame unpacks to is bounded before memory is taken for it.
"""

from __future__ import annotations

import re
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import zstandard

#: The numbers in the ``codec`` column: as it is; a zstd frame of its own; what a flush after this body gave
#: of one zstd frame, which the first of a series begins and nobody ends.
RAW, ZSTD, SERIES = 0, 1, 2

#: Below this many bytes a frame saves less than it costs.
MIN_COMPRESSED = 256

#: Of the fast levels 1 is the one that pays: a third of the size of log text at 250-450 MB/s.
LEVEL = 1

#: Bodies up to this many bytes are hashed in pieces for which the GIL is kept, which is let go for 2048 bytes
#: or more: 4 KB take 4 us.
_HASHED_IN_PIECES = 8 * 1024
_PIECE = 2047

#: The largest body of an ``Output``: backends hand on 1 MiB of output at a time (``READ_LIMIT``), and at a
#: program's end what the kernel holds beside.
MAX_OUTPUT = 2 * 1024 * 1024

#: The largest body of any other kind, and the largest state of a checkpoint: screens as bytes. One of 1000 by
#: 1000 cells, each with a look of its own, takes some 25 MB.
MAX_BODY = 32 * 1024 * 1024

#: The largest value that SQLite may hand out on our connections: heads are far smaller, bodies of this size
#: don't shrink where they don't compress.
MAX_VALUE = MAX_BODY + 4 * 1024 * 1024

#: The most bytes of output, and the most bodies, in one series: who begins within it unpacks it from its
#: first one, 8 MB in some 10 ms.
SERIES_BYTES = 8 * 1024 * 1024
SERIES_BODIES = 4096

#: The most records of the pane from a series' first body on among which the rest of it stands.
SERIES_SPAN = 16 * SERIES_BODIES

#: How far back a body of a series refers, as a power of two: 1 MB holds ten of the largest frames that
#: programs repaint (95 KB).
WINDOW_LOG = 20

#: The columns of a body, without the bytes where they are more than can be right: SQLite tells the length
#: of a value without reading it.
COLUMNS = f"codec, first_seq, CASE WHEN length(bytes) <= {MAX_BODY} THEN bytes END"

#: What the head of an output says of its body: keys are sorted.
_match_length = re.compile(r'\{"length":(\d{1,9})[,}]').match
_match_length_in_bytes = re.compile(rb'\{"length":(\d{1,9})[,}]').match


class BodyUnreadable(ValueError):
    """No body can be made of what is stored."""


class BodyDamaged(BodyUnreadable):
    """The stored bytes are not what their codec writes, or more than Chloe writes."""


class CodecUnknown(BodyUnreadable):
    """The body is stored by a codec that this version of Chloe doesn't have."""

    def __init__(self, codec: int) -> None:
        super().__init__(
            f"it is stored by codec {codec}, which this version of Chloe can't read: use the version that "
            "wrote it, or a later one"
        )


def max_body_size(kind: str | bytes) -> int:
    """Return the most bytes that the body of a fact of this kind can have."""
    return MAX_OUTPUT if kind in ("Output", b"Output") else MAX_BODY


def digest(body: bytes) -> bytes:
    """Return the SHA-256 of a body."""
    if not _PIECE < len(body) <= _HASHED_IN_PIECES:
        return sha256(body).digest()
    hashed = sha256()
    for start in range(0, len(body), _PIECE):
        hashed.update(body[start : start + _PIECE])
    return hashed.digest()


class Packer:
    """Makes stored bytes of bodies."""

    @cached_property
    def _compressor(self) -> zstandard.ZstdCompressor:
        # Most commands meet no body that is compressed.
        import zstandard

        return zstandard.ZstdCompressor(level=LEVEL)

    def pack(self, body: bytes) -> tuple[int, bytes]:
        """Return the codec that pays for ``body``, and its bytes."""
        if len(body) >= MIN_COMPRESSED:
            packed = self._compressor.compress(body)
            if len(packed) < len(body) * 7 // 8:
                return ZSTD, packed
        return RAW, body


def body_size(codec: int, stored: bytes) -> int:
    """Return how many bytes a body has that stands alone, or the stored length where that can't be told."""
    if codec != ZSTD or not isinstance(stored, bytes):
        return len(stored)
    import zstandard

    try:
        return max(zstandard.frame_content_size(stored), len(stored))
    except zstandard.ZstdError:
        return len(stored)


def stated_length(head: object) -> int:
    """Return the length that an output's ``head`` gives its body; -1 where it gives none that can be."""
    match: re.Match[str] | re.Match[bytes] | None = None
    if type(head) is str:
        match = _match_length(head)
    elif type(head) is bytes:
        match = _match_length_in_bytes(head)
    length = int(match[1]) if match else -1
    return length if length <= MAX_OUTPUT else -1


def max_stored(length: int) -> int:
    """Return the most bytes that are stored in a series of a body of ``length`` bytes.

    What doesn't shrink is stored as it is, with 3 bytes for each 128 KB of it (RFC 8878, 3.1.1.2).
    """
    return length + length // 1024 + 64


class Unpacker:
    """Makes bodies of stored bytes."""

    @cached_property
    def _decompressor(self) -> zstandard.ZstdDecompressor:
        import zstandard

        return zstandard.ZstdDecompressor()

    def unpack(self, codec: int, stored: bytes, most: int = MAX_BODY) -> bytes:
        """Return the body, of at most ``most`` bytes. Raises ``BodyDamaged`` or ``CodecUnknown``.

        One of a series is unpacked with those before it: see ``unpacking``.
        """
        if not isinstance(stored, bytes):
            raise BodyDamaged("what is stored aren't bytes")
        if codec == RAW:
            if len(stored) > most:
                raise BodyDamaged(f"{len(stored)} bytes, where at most {most} belong")
            return stored
        if codec != ZSTD:
            raise CodecUnknown(codec)
        import zstandard

        try:
            size = zstandard.frame_content_size(stored)
            if size < 0:
                raise BodyDamaged("a frame that doesn't say its size")
            if size > most:
                raise BodyDamaged(f"it unpacks to {size} bytes, where at most {most} belong")
            # No more is written than the frame says: libzstd is given room for that and refuses what is over.
            return self._decompressor.decompress(stored, allow_extra_data=False)
        except zstandard.ZstdError as error:
            raise BodyDamaged(str(error)) from error
