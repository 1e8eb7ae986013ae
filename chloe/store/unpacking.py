"""A series, unpacked: its bodies one after the other, from the first one on.

Owns the decompressor and what is refused. Must not know SQL, nor why a body is wanted.

What is stored is input. A body is never given more room than its head says and a writer makes, a series no
more than one has, and a window no more than a writer asks for. Whether a body is the one that was written
tells its hash, which the caller compares: a damaged series gives other bytes without an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import IO, TYPE_CHECKING, cast

import zstandard

from chloe.store.bodies import SERIES_BODIES, SERIES_BYTES, WINDOW_LOG, BodyDamaged

if TYPE_CHECKING:
    from chloe.store.series import Member

#: Bytes before the first block: magic number, descriptor, window (RFC 8878, 3.1.1.1).
_FRAME_HEADER = 6

#: Bytes that are unpacked at a time where nobody wants them.
_SKIPPED_AT_ONCE = 1024 * 1024


class _Source:
    """What is stored of the bodies that are being unpacked, as a file that the decompressor reads.

    An object of its own: the decompressor has it, and isn't known to the garbage collector, so that one that
    had what it belongs to would never go.
    """

    def __init__(self) -> None:
        self.stored: list[bytes] = []

    def read(self, _size: int = -1) -> bytes:
        """Give it all at once."""
        return self.stored.pop() if self.stored else b""


class SeriesDecoder:
    """Unpacks one series, from its first body on. Once something is wrong it gives nothing more."""

    def __init__(self, pane: str | bytes, first_seq: int) -> None:
        self.pane = pane
        self.first_seq = first_seq
        #: All of its members through this seq were unpacked.
        self.through = first_seq - 1
        self._size = 0
        self._bodies = 0
        self._source = _Source()
        decompressor = zstandard.ZstdDecompressor(max_window_size=1 << WINDOW_LOG)
        self._stream = decompressor.stream_reader(cast("IO[bytes]", self._source))

    def unpack(self, members: Sequence[Member]) -> bytes:
        """Return the bodies of the next ``members``, one behind the other. Raises ``BodyDamaged``."""
        length = 0
        stored: list[bytes] = []
        for member in members:
            part = member.stored
            begins = not self._bodies and not stored
            if begins and member.seq != self.first_seq:
                raise BodyDamaged("a series without its first body")
            if member.length < 0 or type(part) is not bytes or not _is_whole(part, begins):
                raise BodyDamaged("no part of a series is like this")
            length += member.length
            stored.append(part)
        self._bodies += len(stored)
        # A series ends before the body that would make it longer than it may be.
        if self._size + length > SERIES_BYTES or self._bodies > SERIES_BODIES:
            raise BodyDamaged("a longer series than Chloe writes")
        self._size += length
        self._source.stored = [b"".join(stored)] if len(stored) > 1 else stored
        try:
            bodies: bytes = self._stream.read(length) if length else b""
        except zstandard.ZstdError as error:
            raise BodyDamaged(str(error)) from error
        if len(bodies) < length:
            raise BodyDamaged(f"it unpacks to {len(bodies)} bytes, where {length} belong")
        if members:
            self.through = members[-1].seq
        return bodies

    def skip(self, members: Iterable[Member]) -> None:
        """Unpack ``members`` for the sake of what follows. Raises ``BodyDamaged``."""
        for bundle in bundles(members):
            self.unpack(bundle)


def _is_whole(stored: bytes, begins: bool) -> bool:
    """Return whether these are whole blocks of zstd, none of which ends the frame (RFC 8878, 3.1.1.2)."""
    at = _FRAME_HEADER if begins else 0
    while at < len(stored):
        header = int.from_bytes(stored[at : at + 3], "little")
        is_repeated_byte = header & 0b110 == 0b010
        at += 3 + (1 if is_repeated_byte else header >> 3)
        if header & 1:
            return False
    return at == len(stored)


def bundles(members: Iterable[Member]) -> Iterator[list[Member]]:
    """Give a few at a time, so that what is unpacked of them stays small."""
    bundle: list[Member] = []
    size = 0
    for member in members:
        bundle.append(member)
        size += member.length
        if size >= _SKIPPED_AT_ONCE:
            yield bundle
            bundle, size = [], 0
    if bundle:
        yield bundle
