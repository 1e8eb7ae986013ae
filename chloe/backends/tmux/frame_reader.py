"""One segment of a spool, frame by frame.

Owns the file, what is read of it ahead, and the checksums. Must not know what a frame says, or which segment
comes next.
"""

from __future__ import annotations

import errno
import os
import stat
import zlib
from pathlib import Path
from typing import NamedTuple

from chloe.backends.tmux.holder import segments

#: How much is read from a file at once: small enough for the loop, large enough for 100 MB/s.
_READ_SIZE = 256 * 1024

#: The kinds that a frame may have.
_KINDS = frozenset((segments.HEADER, segments.OUTPUT, segments.SIZE, segments.GAP, segments.EXIT))

#: Bytes that are summed up to find a frame in what may be one: a program can print what looks like many.
_MAX_SUMMED = 4 * segments.PAYLOAD_LIMIT

#: Why a segment can't be opened that will not be different the next time.
_REFUSED = (errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENXIO)


class Frame(NamedTuple):
    """One frame whose checksum is right."""

    kind: int
    occurred_at: int
    payload: memoryview


class DamagedFrame(Exception):
    """What can't be read at the position."""


class FrameReader:
    """Reads the segment ``path``, which need not be there yet, on from the byte ``position``."""

    def __init__(self, path: Path, position: int = 0) -> None:
        self.path = path
        self._fd: int | None = None
        #: Bytes of the segment from ``_base`` on, of which ``_used`` are taken.
        self._base = position
        self._buffer = b""
        self._used = 0
        self._abandoned = False

    @property
    def position(self) -> int:
        """Return the byte after the last frame that was taken."""
        return self._base + self._used

    def peek(self) -> Frame | None:
        """Return the frame at the position, untaken, once all of it is there. Raises ``DamagedFrame``."""
        frame = self._read_frame()
        if frame is None:
            self.drop_buffer()
        return frame

    def take(self, payload: memoryview) -> None:
        """Go on behind the frame at the position, which has this payload."""
        self._used += segments.FRAME.size + len(payload)

    def has_complete_frame(self) -> bool:
        """Return whether a complete frame is at the position; nothing is taken."""
        here = self._buffer, self._base, self._used
        try:
            return self._read_frame() is not None
        except DamagedFrame:
            return False
        finally:
            self._buffer, self._base, self._used = here

    def drop_buffer(self) -> None:
        """Have all from the position on read anew."""
        self._base, self._buffer, self._used = self._base + self._used, b"", 0

    def has_changed(self) -> bool:
        """Return whether the file has something else at the position by now than what was read."""
        read = self._buffer[self._used :]
        self.drop_buffer()
        try:
            return not self._fill(len(read)) or not self._buffer.startswith(read)
        except DamagedFrame:
            return False

    def damaged_output(self) -> memoryview | None:
        """Return the damaged output, where a complete frame behind it, or the end, confirms its length."""
        try:
            if not self._fill(segments.FRAME.size):
                return None
            kind, occurred_at, length, checksum = segments.FRAME.unpack_from(self._buffer, self._used)
            size = segments.FRAME.size + length
            if kind != segments.OUTPUT or length > segments.PAYLOAD_LIMIT or not self._fill(size):
                return None
        except DamagedFrame:
            return None
        here = self._buffer, self._base, self._used
        payload = memoryview(self._buffer)[self._used + segments.FRAME.size : self._used + size]
        for other in (segments.SIZE, segments.GAP, segments.EXIT):
            if (
                zlib.crc32(payload, zlib.crc32(segments.FRAME_START.pack(other, occurred_at, length)))
                == checksum
            ):
                return None  # No output: the damage has made it look like one.
        if _holds_a_frame(payload):
            return None  # The length is what is damaged, and reaches over the frames behind.
        self._used += size
        try:
            if self.peek() is None and self._fill(1):
                return None
        except DamagedFrame:
            return None
        finally:
            self._buffer, self._base, self._used = here
        return payload

    def abandon(self) -> None:
        """Read no more of it, though it is there."""
        self.close()
        self.drop_buffer()
        self._abandoned = True

    def close(self) -> None:
        """Let go of the file."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _read_frame(self) -> Frame | None:
        if not self._fill(segments.FRAME.size):
            return None
        kind, occurred_at, length, checksum = segments.FRAME.unpack_from(self._buffer, self._used)
        if not kind and self._only_zeros_follow():
            return None
        if length > segments.PAYLOAD_LIMIT:
            raise DamagedFrame(f"a frame of {length} bytes")
        if not self._fill(segments.FRAME.size + length):
            return None
        start = self._used + segments.FRAME.size
        payload = memoryview(self._buffer)[start : start + length]
        if zlib.crc32(payload, zlib.crc32(segments.FRAME_START.pack(kind, occurred_at, length))) != checksum:
            raise DamagedFrame("a wrong checksum")
        return Frame(kind, occurred_at, payload)

    def _only_zeros_follow(self) -> bool:
        if self._buffer.count(0, self._used) != len(self._buffer) - self._used or self._fd is None:
            return False
        at = self._base + len(self._buffer)
        while at < segments.SEGMENT_LIMIT and (more := os.pread(self._fd, _READ_SIZE, at)):
            if more.count(0) != len(more):
                return False
            at += len(more)
        return True

    def _fill(self, length: int) -> bool:
        """Return whether the buffer holds ``length`` bytes that aren't taken, read on if need be."""
        while len(self._buffer) - self._used < length:
            if self._fd is None:
                self._fd = self._open()
            if self._fd is None:
                return False
            at = self._base + len(self._buffer)
            more = os.pread(self._fd, _READ_SIZE, at)
            if not more:
                return False
            if at > segments.SEGMENT_LIMIT:
                raise DamagedFrame("more bytes than any segment")
            self._buffer = self._buffer[self._used :] + more
            self._base += self._used
            self._used = 0
        return True

    def _open(self) -> int | None:
        """Return the file, if it is there."""
        if self._abandoned or not is_segment(self.path):
            return None
        flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            return os.open(self.path, flags)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno not in _REFUSED:
                raise
            raise DamagedFrame(f"nothing that may be read ({error.strerror})") from error


def _holds_a_frame(payload: memoryview) -> bool:
    """Return whether a complete frame lies somewhere in ``payload``, or may do so."""
    frame = segments.FRAME
    summed = 0
    for at in range(len(payload) - frame.size + 1):
        if payload[at] not in _KINDS:
            continue
        kind, made_at, length, checksum = frame.unpack_from(payload, at)
        end = at + frame.size + length
        if end > len(payload):
            continue
        start = segments.FRAME_START.pack(kind, made_at, length)
        summed += length
        if summed > _MAX_SUMMED or zlib.crc32(payload[at + frame.size : end], zlib.crc32(start)) == checksum:
            return True
    return False


def is_segment(path: Path) -> bool:
    """Return whether there is a regular file of this name, and not something else in its place."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
