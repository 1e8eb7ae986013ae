"""Bodies: the bytes of a record as they are kept, compressed where it pays.

Owns the codecs of the body table. Must not know records or SQLite. Compressors keep their memory
between calls and are for one thread at a time.
"""

from __future__ import annotations

import zstandard

#: The numbers in the ``codec`` column.
RAW, ZSTD = 0, 1

#: Below this many bytes a frame saves less than it costs.
SMALLEST_COMPRESSED = 256

#: In a hurry, below this many bytes the disk is faster than the compressor: 15 us for 4 KB, of 25 for all
#: the rest.
SMALLEST_IN_A_HURRY = 16 * 1024

#: Of the fast levels 1 is the one that pays: a third of the size of log text at 250-450 MB/s.
LEVEL = 1

#: SQLite's own limit on a value: a frame that claims more was not written by Chloe.
_LARGEST = 1_000_000_000


class BodyDamaged(ValueError):
    """The stored bytes are not what their codec writes."""


class Packer:
    """Makes stored bytes of bodies."""

    def __init__(self) -> None:
        self._compressor = zstandard.ZstdCompressor(level=LEVEL)

    def pack(self, body: bytes, *, hurry: bool = False) -> tuple[int, bytes]:
        """The codec that pays for ``body``, and its bytes; ``hurry`` when much more is waiting."""
        if len(body) >= (SMALLEST_IN_A_HURRY if hurry else SMALLEST_COMPRESSED):
            packed = self._compressor.compress(body)
            if len(packed) < len(body) * 7 // 8:
                return ZSTD, packed
        return RAW, body


def body_size(codec: int, stored: bytes) -> int:
    """How many bytes the body will have, or as many as are stored where that can't be said."""
    if codec != ZSTD:
        return len(stored)
    try:
        return max(zstandard.frame_content_size(stored), len(stored))
    except zstandard.ZstdError:
        return len(stored)


class Unpacker:
    """Makes bodies of stored bytes."""

    def __init__(self) -> None:
        self._decompressor = zstandard.ZstdDecompressor()

    def unpack(self, codec: int, stored: bytes) -> bytes:
        """The body. Raises ``BodyDamaged``."""
        if codec == RAW:
            return stored
        if codec != ZSTD:
            raise BodyDamaged(f"no such codec: {codec}")
        try:
            if not 0 <= zstandard.frame_content_size(stored) <= _LARGEST:
                raise BodyDamaged("a frame of no plausible size")
            return self._decompressor.decompress(stored, allow_extra_data=False)
        except zstandard.ZstdError as error:
            raise BodyDamaged(str(error)) from error
