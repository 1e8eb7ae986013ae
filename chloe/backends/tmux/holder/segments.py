"""The segments of a spool: how their bytes are laid out, and how a holder writes them.

Owns the format, which the reader shares, and what happens when there is no room: what is dropped is
counted and recorded as a gap. Must not know where the bytes come from. Loaded by the holder, which runs
alone: only the standard library, and little of it.

``0.seg``, ``1.seg``, … hold frames in the order of the stream. A segment is complete once the next one
exists. A frame is its kind, the time (nanoseconds since 1970), the length of its payload, the CRC-32 of
these three and the payload, and the payload; numbers are little-endian. Each segment starts with a
``HEADER``: ``MAGIC``, the version, the segment's number, how many bytes of the stream came before it,
and what is known of the holder and its program: lines of UTF-8, each a name, a space and a value. A
reader passes over names and over kinds of frames that it doesn't know; a segment whose version is newer
than the reader's can't be read by it at all.
"""

from __future__ import annotations

import _stat as stat
import _struct as struct
import errno
import posix as os
import time
import zlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

VERSION = 2
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

#: The most bytes that a payload may have, and far more than any holder writes into a segment.
PAYLOAD_LIMIT = 256 * 1024
SEGMENT_LIMIT = 64 * 1024 * 1024
#: The most bytes that a stream may have, those that are missing included: an exabyte.
STREAM_LIMIT = 1 << 60

#: Characters of a value in a header; digits of a segment's number.
_VALUE_LIMIT = 256
_DIGITS = 9

#: How far a spool may grow beyond its cap while its program is made to wait: what was already under way.
_MAX_OVER_CAP = 4 * 1024 * 1024
#: How many bytes make it worth beginning another segment where the size of files is limited (RLIMIT_FSIZE).
_MIN_SEGMENT = 32 * 1024
#: How many numbers of segments are tried, where somebody put other things in their place.
_MAX_TRIES = 100

#: How long what was refused is not tried again, in nanoseconds; the clock on the wall may be set back.
_RETRY_DELAY_NS = 50_000_000
#: How many bytes are written between two looks at the disk.
_DISK_CHECK_BYTES = 1024 * 1024


class SpoolWriter:
    """Appends frames to the segments; what can't be appended is counted and recorded as a gap.

    ``cap`` is in bytes for this spool, ``share`` the part of the free disk for all spools beside it.
    ``is_leased`` says whether somebody takes the spool in: then ``blocked`` is set where there is no room,
    and the writer waits instead of having it dropped. ``about`` is what headers say, see ``encode_fields``.
    """

    def __init__(
        self,
        folder: str,
        *,
        segment_size: int,
        cap: int,
        share: float,
        about: bytes = b"",
        is_leased: Callable[[], bool] = bool,
    ) -> None:
        self._folder = folder
        # Of a cap, only complete segments can be ingested: there must be several.
        self._segment_size = max(min(segment_size, cap // 4), 1)
        self._cap = cap
        self._share = share
        self._about = about
        self._is_leased = is_leased
        #: There is no room until what is recorded has been ingested.
        self.blocked = False
        self._number = 0
        self._fd = -1
        self._written = 0
        self._earlier = 0
        self._offset = 0
        self._unchecked = 0
        self._checked_at = 0
        self._dropped = 0
        self._pending_size = b""
        self._why = ""
        #: What was refused last was so since files may not grow any more (RLIMIT_FSIZE).
        self.limited = False

    def output(self, data: bytes) -> None:
        """Record what the program wrote, or count it as dropped."""
        now = time.monotonic_ns()
        length = len(data)
        if self.has_pending and (now - self._checked_at < _RETRY_DELAY_NS or not self._recover(length, now)):
            self._drop(length, self._why)
        elif failure := self._why_full(length):
            self._checked_at = now
            self._drop(length, failure)
        else:
            if now - self._checked_at >= _RETRY_DELAY_NS:
                self._checked_at = now
                self._abandon_removed()
            if failure := self._append(OUTPUT, data, _now()):
                self._drop(length, failure)
        self._offset += length

    def size(self, size: bytes) -> None:
        """Record the terminal's size from here on, now or as soon as that can be done."""
        self._pending_size = size
        self.flush_pending()

    def begin(self) -> str:
        """Start the first segment, so that the program is known; "" or why that can't be done."""
        return self._start_segment(_now())

    def end(self, status: int, reason: str) -> str:
        """Record the end; "" or why that can't be done."""
        payload = EXIT_FIELDS.pack(status) + reason.encode()
        return self.flush_pending(last=True) or self._append(EXIT, payload, _now(), last=True)

    def flush_pending(self, *, last: bool = False) -> str:
        """Record the gap and the size that are pending, caps or not; "" or why that can't be done."""
        now = _now()
        failure = ""
        self._abandon_removed()
        if self._dropped:
            payload = GAP_FIELDS.pack(self._dropped) + self._why.encode()
            failure = self._append(GAP, payload, now, last=last)
            if not failure:
                self._dropped = 0
        if self._pending_size and not failure:
            failure = self._append(SIZE, self._pending_size, now, last=last)
            if not failure:
                self._pending_size = b""
        return failure

    def check_room(self) -> None:
        """Find out whether a waiting writer may go on: there is room, or nobody will make any."""
        now = time.monotonic_ns()
        if self.blocked and now - self._checked_at >= _RETRY_DELAY_NS:
            self._checked_at = now
            self._unchecked = _DISK_CHECK_BYTES
            self.blocked = False
            self._why_full(0)

    def replace_removed(self) -> None:
        """Go on in a new segment at once if somebody removed the last: its header says what came before."""
        self._abandon_removed()
        if self._fd < 0 and self._number:
            self._start_segment(_now())

    @property
    def has_pending(self) -> bool:
        """Return whether a gap or a size is still to be recorded."""
        return bool(self._dropped or self._pending_size)

    @property
    def is_gone(self) -> bool:
        """Return whether nobody will ever read this spool."""
        return not _is_folder(self._folder)

    def _drop(self, length: int, why: str) -> None:
        self._dropped += length
        self._why = why

    def _recover(self, length: int, now: int) -> bool:
        self._checked_at = now
        self._unchecked = _DISK_CHECK_BYTES
        self._abandon_removed()
        return not self._why_full(length) and not self.flush_pending()

    def _why_full(self, length: int) -> str:
        """Return why there is no room for so much; "" where there is, or where it is about to be made."""
        if (
            self._earlier + self._written + length <= self._cap
            and self._unchecked + length < _DISK_CHECK_BYTES
        ):
            self._unchecked += length
            return ""
        failure = self._over_cap(length) or self._over_share(length)
        if not failure or not self._is_leased():
            return failure
        self._earlier = _segment_sizes(self._folder, besides=self._number)
        spooled = self._earlier + self._written
        # What may be there though all of it was ingested: the last segment, and the one before it.
        least = 2 * self._segment_size + PAYLOAD_LIMIT
        if spooled + length <= least:
            self._unchecked = 0
            return ""
        self.blocked = True
        return "" if spooled <= max(self._cap, least) + _MAX_OVER_CAP else failure

    def _over_cap(self, length: int) -> str:
        if self._earlier + self._written + length > self._cap:
            self._earlier = _segment_sizes(self._folder, besides=self._number)
            if self._earlier + self._written + length > self._cap:
                return f"the spool reached its {self._cap} bytes"
        return ""

    def _over_share(self, length: int) -> str:
        self._unchecked += length
        if self._unchecked < _DISK_CHECK_BYTES:
            return ""
        self._unchecked = 0
        try:
            disk = os.statvfs(self._folder)
            beside = self._folder.rpartition("/")[0]
            spooled = sum(_segment_sizes(f"{beside}/{name}") for name in os.listdir(beside))
        except OSError as error:
            return strerror(error)
        if spooled > self._share * (disk.f_bavail * disk.f_frsize + spooled):
            self._unchecked = _DISK_CHECK_BYTES
            return f"all spools together reached {self._share:.0%} of the free disk"
        return ""

    def _append(self, kind: int, payload: bytes, now: int, *, last: bool = False) -> str:
        if self._written >= self._segment_size:
            self._end_segment()
        if self._fd < 0 and (failure := self._start_segment(now)):
            return failure
        failure = self._write(kind, payload, now)
        if failure and self.limited and (last or self._written >= _MIN_SEGMENT):
            # Only this file can't grow.
            self._end_segment()
            failure = self._start_segment(now) or self._write(kind, payload, now)
        return failure

    def _start_segment(self, now: int) -> str:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        for _ in range(_MAX_TRIES):
            path = f"{self._folder}/{self._number}.seg"
            try:
                self._fd = os.open(path, flags, 0o600)
                break
            except FileExistsError as error:
                failure = strerror(error)
                self._number += 1
            except OSError as error:
                return strerror(error)
        else:
            return failure
        # What is dropped but not recorded yet comes after the header, as a gap.
        before = self._offset - self._dropped
        header = HEADER_START.pack(MAGIC, VERSION) + HEADER_REST.pack(self._number, before) + self._about
        failure = self._write(HEADER, header, now)
        if failure and self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
            if not self._written:
                _remove(path)
        return failure

    def _end_segment(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
        self._earlier += self._written
        self._fd, self._written = -1, 0
        self._number += 1

    def _abandon_removed(self) -> None:
        if self._fd >= 0 and self._is_removed():
            self._end_segment()

    def _is_removed(self) -> bool:
        """Return whether the last segment is gone from the folder: a folder that was moved may come back."""
        own = os.fstat(self._fd)
        try:
            named = os.stat(f"{self._folder}/{self._number}.seg")
        except OSError:
            return not own.st_nlink or _is_folder(self._folder)
        return not own.st_nlink or (named.st_dev, named.st_ino) != (own.st_dev, own.st_ino)

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
            self.limited = False
            return ""
        except OSError as error:
            failure = strerror(error)
            self.limited = error.errno == errno.EFBIG
        try:
            os.ftruncate(self._fd, self._written)
        except OSError:
            # The torn frame stays; that a next segment exists tells readers to leave it there.
            self._end_segment()
        return failure


def _is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)
    except OSError:
        return False


def _segment_sizes(folder: str, besides: int = -1) -> int:
    """Return how many bytes the segments in ``folder`` have together, without that of this number."""
    total = 0
    try:
        for name in os.listdir(folder):
            if name.endswith(".seg") and name != f"{besides}.seg":
                total += os.stat(f"{folder}/{name}").st_size
    except OSError:
        return total  # No folder, or its segments are just being removed.
    return total


def segment_number(name: str) -> int | None:
    """Return the number of the segment that a file of this name is; None for any other name."""
    number = name.removesuffix(".seg")
    if name == number or len(number) > _DIGITS or not (number.isascii() and number.isdecimal()):
        return None
    return int(number) if number == "0" or number[0] != "0" else None


def encode_fields(**values: str) -> bytes:
    """Return what a header says of the holder and its program, beside the numbers."""
    lines = (f"{name} {' '.join(value.split())[:_VALUE_LIMIT]}\n" for name, value in values.items())
    return "".join(lines).encode("utf-8", "replace")


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return  # The folder is gone with it.


def _now() -> int:
    """Return nanoseconds since 1970; a clock may be set to before."""
    return max(time.time_ns(), 0)


def strerror(error: OSError) -> str:
    """Return what the system says of a call that failed."""
    return os.strerror(error.errno or errno.EIO)
