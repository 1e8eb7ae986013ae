"""The segments of a spool: how their bytes are laid out, and how a holder writes them.

Owns the format, which the reader shares, and what happens when there is no room: it is counted and
told as a gap. Must not know where the bytes come from. Loaded by the holder, which runs alone: only
the standard library, and little of it.

``0.seg``, ``1.seg``, … hold frames in the order of the stream. A segment is complete once the next one
exists. A frame is its kind, the time (nanoseconds since 1970), the length of its payload, the CRC-32 of
these three and the payload, and the payload; numbers are little-endian. Each segment starts with a
``HEADER``: ``MAGIC``, the version, the segment's number, how many bytes of the stream came before it.
"""

from __future__ import annotations

import errno
import os
import struct
import time
import zlib

VERSION = 1
MAGIC = b"chloe spool"
HEADER, OUTPUT, SIZE, GAP, EXIT = b"hosgx"
FRAME = struct.Struct("<BQII")
FRAME_START = struct.Struct("<BQI")
#: ``MAGIC`` and version, in every version; then number and bytes of the stream before.
HEADER_START = struct.Struct("<11sH")
HEADER_REST = struct.Struct("<QQ")
#: Rows, columns and twice the size in pixels: struct winsize of ioctl_tty(2).
SIZE_FIELDS = struct.Struct("=HHHH")
#: How many bytes are missing; the reason follows as UTF-8.
GAP_FIELDS = struct.Struct("<Q")
#: The status as waitpid(2) gives it, or ``UNKNOWN``; the reason follows as UTF-8.
EXIT_FIELDS = struct.Struct("<i")
UNKNOWN = -1

#: The most bytes that a payload may have.
PAYLOAD_LIMIT = 256 * 1024

#: How long what was refused is not tried again, in nanoseconds; the clock on the wall may be set back.
_LOOK_AGAIN = 50_000_000
#: How many bytes are written between two looks at the disk.
_LOOK_AT_DISK = 1024 * 1024


class Spool:
    """The segments: frames are appended, and what can't be is counted and told as a gap.

    ``cap`` is in bytes for this spool, ``share`` the part of the free disk for all spools beside it.
    """

    def __init__(self, folder: str, *, segment_size: int, cap: int, share: float) -> None:
        self._folder = folder
        self._segment_size = segment_size
        self._cap = cap
        self._share = share
        self._number = 0
        self._fd = -1
        self._written = 0
        self._earlier = 0
        self._offset = 0
        self._unchecked = 0
        self._looked_at = 0
        self._dropped = 0
        self._untold_size = b""
        self._why = ""

    def output(self, data: bytes) -> None:
        """Record what the program wrote, or count it as dropped."""
        now = time.monotonic_ns()
        length = len(data)
        if self.unsettled and (now - self._looked_at < _LOOK_AGAIN or not self._recovered(length, now)):
            self._drop(length, self._why)
        elif trouble := self._full(length):
            self._looked_at = now
            self._drop(length, trouble)
        else:
            if now - self._looked_at >= _LOOK_AGAIN:
                self._looked_at = now
                self._abandon_what_was_removed()
            if trouble := self._append(OUTPUT, data, time.time_ns()):
                self._drop(length, trouble)
        self._offset += length

    def size(self, size: bytes) -> None:
        """Record the terminal's size from here on, now or as soon as that can be done."""
        self._untold_size = size
        self.settle()

    def end(self, status: int, reason: str) -> str:
        """Record the end; "" or why that can't be done."""
        now = time.time_ns()
        return self.settle() or self._append(EXIT, EXIT_FIELDS.pack(status) + reason.encode(), now)

    def settle(self) -> str:
        """Record what is still to be told, caps or not; "" or why that can't be done."""
        now = time.time_ns()
        trouble = ""
        self._abandon_what_was_removed()
        if self._dropped:
            trouble = self._append(GAP, GAP_FIELDS.pack(self._dropped) + self._why.encode(), now)
            if not trouble:
                self._dropped = 0
        if self._untold_size and not trouble:
            trouble = self._append(SIZE, self._untold_size, now)
            if not trouble:
                self._untold_size = b""
        return trouble

    def look(self) -> None:
        """Go on in a new segment at once if somebody removed the last: its header says what came before."""
        self._abandon_what_was_removed()
        if self._fd < 0 and self._number:
            self._start_segment(time.time_ns())

    @property
    def unsettled(self) -> bool:
        """A gap or a size is still to be told."""
        return bool(self._dropped or self._untold_size)

    @property
    def gone(self) -> bool:
        """Nobody will ever read this spool."""
        return not os.path.isdir(self._folder)

    def _drop(self, length: int, why: str) -> None:
        self._dropped += length
        self._why = why

    def _recovered(self, length: int, now: int) -> bool:
        self._looked_at = now
        self._unchecked = _LOOK_AT_DISK
        self._abandon_what_was_removed()
        return not self._full(length) and not self.settle()

    def _full(self, length: int) -> str:
        if self._earlier + self._written + length > self._cap:
            self._earlier = _segment_sizes(self._folder, besides=self._number)
            if self._earlier + self._written + length > self._cap:
                return f"the spool reached its {self._cap} bytes"
        self._unchecked += length
        if self._unchecked >= _LOOK_AT_DISK:
            self._unchecked = 0
            return self._disk_full()
        return ""

    def _disk_full(self) -> str:
        try:
            disk = os.statvfs(self._folder)
            beside = self._folder.rpartition("/")[0]
            spooled = sum(_segment_sizes(f"{beside}/{name}") for name in os.listdir(beside))
        except OSError as error:
            return said(error)
        if spooled > self._share * (disk.f_bavail * disk.f_frsize + spooled):
            self._unchecked = _LOOK_AT_DISK
            return f"all spools together reached {self._share:.0%} of the free disk"
        return ""

    def _append(self, kind: int, payload: bytes, now: int) -> str:
        if self._written >= self._segment_size:
            self._end_segment()
        if self._fd < 0 and (trouble := self._start_segment(now)):
            return trouble
        return self._write(kind, payload, now)

    def _start_segment(self, now: int) -> str:
        path = f"{self._folder}/{self._number}.seg"
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
            self._fd = os.open(path, flags, 0o600)
        except OSError as error:
            return said(error)
        # What is dropped but not told yet comes after the header, as a gap.
        before = self._offset - self._dropped
        header = HEADER_START.pack(MAGIC, VERSION) + HEADER_REST.pack(self._number, before)
        trouble = self._write(HEADER, header, now)
        if trouble and self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
            if not self._written:
                os.unlink(path)
        return trouble

    def _end_segment(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
        self._earlier += self._written
        self._fd, self._written = -1, 0
        self._number += 1

    def _abandon_what_was_removed(self) -> None:
        if self._fd >= 0 and self._removed():
            self._end_segment()

    def _removed(self) -> bool:
        """The last segment is not found any more, though the folder is: one that was moved may come back."""
        own = os.fstat(self._fd)
        try:
            return not own.st_nlink or not os.path.samestat(
                own, os.stat(f"{self._folder}/{self._number}.seg")
            )
        except OSError:
            return os.path.isdir(self._folder)

    def _write(self, kind: int, payload: bytes, now: int) -> str:
        start = FRAME_START.pack(kind, now, len(payload))
        head = FRAME.pack(kind, now, len(payload), zlib.crc32(payload, zlib.crc32(start)))
        length = len(head) + len(payload)
        try:
            written = os.writev(self._fd, (head, payload))
            while written < length:
                # The kernel says why only when it is asked for the rest.
                written += os.write(self._fd, (head + payload)[written:])
            self._written += length
            return ""
        except OSError as error:
            trouble = said(error)
        try:
            os.ftruncate(self._fd, self._written)
        except OSError:
            # The torn frame stays; that a next segment exists tells readers to leave it there.
            self._end_segment()
        return trouble


def _segment_sizes(folder: str, besides: int = -1) -> int:
    """How many bytes the segments in ``folder`` have together, without that of this number."""
    total = 0
    try:
        for name in os.listdir(folder):
            if name.endswith(".seg") and name != f"{besides}.seg":
                total += os.stat(f"{folder}/{name}").st_size
    except OSError:
        return total  # No folder, or its segments are just being removed.
    return total


def said(error: OSError) -> str:
    """What the system says of a call that failed."""
    return os.strerror(error.errno or errno.EIO)
