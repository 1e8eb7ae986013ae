"""Reading a spool: frames become happenings, each with the position after it.

Owns the decoding, the checks, and the removal of what was taken in. Must not know how the reader
learns that there is more: ``read`` never waits, and is usable without a loop. What the bytes look like
says ``segments``.

A holder writes while this reads. So an incomplete frame at the end is one that is not there yet, or that a
full disk tore: the holder takes it back and writes another in its place, so nothing of it is kept here. Where
a next segment exists already, it was left, and a gap accounts for its bytes. Zeros up to the end are what a
power cut leaves of bytes that never reached the disk. A complete frame that has a wrong checksum when it is
read again as well is damage: its segment is kept aside, and what can't be read of it is told as lost. Where
the frame behind it is whole, that is its output; else it is all up to the next segment, whose header says how
much. A holder that finds its segment gone begins one.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from chloe.backends.backend import READ_LIMIT, Exited, Happening, Lost, Printed, SizeChanged
from chloe.backends.tmux import segments
from chloe.errors import SpoolBroken
from chloe.events.facts import SpoolPosition

#: The start of a spool.
START = SpoolPosition(0, 0)

#: Output of this span of time, in nanoseconds, becomes one happening: a playback can't show finer steps.
_TOGETHER = 10_000_000

#: How much is read from a file at once: small enough for the loop, large enough for 100 MB/s.
_SLICE = 256 * 1024

#: How many bytes a segment has that nothing was written into yet.
_HEADER = segments.FRAME.size + segments.HEADER_START.size + segments.HEADER_REST.size


class _Frame(NamedTuple):
    kind: int
    made_at: int
    payload: memoryview


class _Damaged(Exception):
    """What can't be read at the position."""


class SpoolReader:
    """Reads the spool in ``folder`` on from ``position``.

    ``offset`` is how many bytes of the stream came before it, where known: then a segment that somebody
    removed shows as ``Lost`` of the right length. ``aside`` is the folder where damaged segments are kept,
    made when it is needed; without one, damage is ``SpoolBroken``.
    """

    def __init__(
        self,
        folder: Path,
        position: SpoolPosition = START,
        *,
        offset: int | None = None,
        aside: Path | None = None,
    ) -> None:
        self._folder = folder
        self._aside = aside
        #: What is damaged, from the position to the next segment, which isn't there yet; else "".
        self.damage = ""
        self._why_missing = ""
        self._made_at = 0
        self._segment, self._base = position
        self._offset = 0 if position == START else offset
        self._fd: int | None = None
        #: Bytes of the segment from ``_base`` on, of which ``_used`` are taken.
        self._buffer = b""
        self._used = 0

    @property
    def position(self) -> SpoolPosition:
        """The position after the last frame that was taken."""
        return SpoolPosition(self._segment, self._base + self._used)

    @property
    def end(self) -> SpoolPosition:
        """Where the spool ends now, so far as there is anything to be told."""
        for number in sorted(self._numbers(), reverse=True):
            with contextlib.suppress(FileNotFoundError):
                size = self._path(number).stat().st_size
                if size > _HEADER:
                    return SpoolPosition(number, size)
        return self.position

    @property
    def behind(self) -> bool:
        """The spool may hold more than was taken."""
        try:
            size = self._path(self._segment).stat().st_size
        except FileNotFoundError:
            size = 0
        return size > self._base + self._used or self._next_segment(thorough=True) is not None

    def read(self, limit: int = READ_LIMIT) -> list[Happening]:
        """The next happenings, with at most ``limit`` bytes of output together; maybe none yet.

        Output that was written within 10 ms becomes one happening. Raises ``SpoolBroken`` once all before
        what is of a newer format has been handed out, ``OSError`` where files can't be read for the moment.
        """
        happenings: list[Happening] = []
        together: list[memoryview] = []
        began = 0
        room = limit

        def flush() -> None:
            if together:
                happenings.append(Printed(b"".join(together), began, self.position))
                together.clear()

        while room > 0:
            try:
                frame = self._peek(thorough=not happenings and not together)
            except SpoolBroken:
                if not happenings and not together:
                    raise
                break
            if frame is None:
                break
            if isinstance(frame, Lost):
                flush()
                happenings.append(frame)
                continue
            kind, made_at, payload = frame
            self._made_at = made_at
            if kind == segments.OUTPUT:
                if len(payload) > room and room < limit:
                    break
                if abs(made_at - began) > _TOGETHER:
                    flush()
                if not together:
                    began = made_at
                together.append(payload)
                room -= len(payload)
                self._take(payload, len(payload))
            else:
                flush()
                self._take(payload)
                happenings.append(self._decoded(frame))
        flush()
        if not happenings:
            # A pane that prints nothing costs no descriptor.
            self.close()
        return happenings

    def release(self, position: SpoolPosition) -> None:
        """Remove the segments before that of ``position``: all in them is safe elsewhere."""
        if self._path(position.segment).exists():
            for number in self._numbers():
                if number < position.segment:
                    self._path(number).unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the open segment."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _peek(self, *, thorough: bool) -> _Frame | Lost | None:
        """The next frame, not taken yet; past headers, on to the next segment.

        ``thorough``: even if the one that should be next was removed, which costs a look at the folder.
        """
        while True:
            try:
                frame = self._frame()
                if frame is None:
                    following = self._next_segment(thorough)
                    if following is None:
                        return None
                    # Frames may have been added before the next segment came to be; now none can.
                    frame = self._frame()
                    if frame is None:
                        self._go_to(following)
                        continue
                if frame.kind != segments.HEADER:
                    return frame
                lost = self._enter(frame)
            except _Damaged as damage:
                if self._changed():
                    continue
                lost = self._pass(str(damage))
            if lost is not None:
                return lost

    def _frame(self) -> _Frame | None:
        """The frame at the position, once all of it is there."""
        frame = self._filled_frame()
        if frame is None:
            self._forget()
        return frame

    def _filled_frame(self) -> _Frame | None:
        if not self._filled(segments.FRAME.size):
            return None
        kind, made_at, length, checksum = segments.FRAME.unpack_from(self._buffer, self._used)
        if not kind and self._zeros_to_the_end():
            return None
        if length > segments.PAYLOAD_LIMIT:
            raise _Damaged(f"a frame of {length} bytes")
        if not self._filled(segments.FRAME.size + length):
            return None
        start = self._used + segments.FRAME.size
        payload = memoryview(self._buffer)[start : start + length]
        if zlib.crc32(payload, zlib.crc32(segments.FRAME_START.pack(kind, made_at, length))) != checksum:
            raise _Damaged("a wrong checksum")
        return _Frame(kind, made_at, payload)

    def _forget(self) -> None:
        """Have all from the position on read anew."""
        self._base, self._buffer, self._used = self._base + self._used, b"", 0

    def _changed(self) -> bool:
        """Whether the file has something else at the position by now than what was read."""
        read = self._buffer[self._used :]
        self._forget()
        return not self._filled(len(read)) or not self._buffer.startswith(read)

    def _zeros_to_the_end(self) -> bool:
        if self._buffer.count(0, self._used) != len(self._buffer) - self._used or self._fd is None:
            return False
        at = self._base + len(self._buffer)
        while more := os.pread(self._fd, _SLICE, at):
            if more.count(0) != len(more):
                return False
            at += len(more)
        return True

    def _pass(self, what: str) -> Lost | None:
        """Leave damage behind, its segment kept aside; ``Lost`` where it is known how much that is."""
        path = self._path(self._segment)
        what = f"{path.name} has {what} at byte {self._base + self._used}"
        if self._aside is None:
            raise SpoolBroken(f"{path.parent}: {what}. What came before it is kept.")
        kept = self._keep_aside(path, self._aside)
        why = f"the spool is damaged: {what}; it is kept as {kept}"
        frame = self._damaged_frame()
        if frame is None:
            path.unlink(missing_ok=True)
            self.close()
            self._forget()
            self.damage = self._why_missing = why
            return None
        self._take(frame.payload, len(frame.payload))
        return Lost(len(frame.payload), why, self._made_at or time.time_ns(), self.position)

    def _damaged_frame(self) -> _Frame | None:
        """The damaged output, if a frame that is whole behind it, or the end, shows that its length isn't."""
        kind, made_at, length, checksum = segments.FRAME.unpack_from(self._buffer, self._used)
        size = segments.FRAME.size + length
        if kind != segments.OUTPUT or length > segments.PAYLOAD_LIMIT or not self._filled(size):
            return None
        here = self._buffer, self._base, self._used
        payload = memoryview(self._buffer)[self._used + segments.FRAME.size : self._used + size]
        for other in (segments.SIZE, segments.GAP, segments.EXIT):
            if zlib.crc32(payload, zlib.crc32(segments.FRAME_START.pack(other, made_at, length))) == checksum:
                return None  # No output: the damage has made it look like one.
        self._used += size
        try:
            if self._frame() is None and self._filled(1):
                return None
        except _Damaged:
            return None
        finally:
            self._buffer, self._base, self._used = here
        return _Frame(kind, 0, payload)

    @staticmethod
    def _keep_aside(path: Path, folder: Path) -> Path:
        kept = folder / f"{path.parent.name}-{path.name}"
        folder.mkdir(mode=0o700, exist_ok=True)
        try:
            kept.hardlink_to(path)
        except FileExistsError:
            return kept
        except OSError as error:
            # Another disk, or one that knows no links.
            if error.errno not in (errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK):
                raise
            shutil.copy(path, kept)
        return kept

    def _filled(self, length: int) -> bool:
        """Whether the buffer holds ``length`` bytes that aren't taken, read on if need be."""
        while len(self._buffer) - self._used < length:
            if self._fd is None:
                try:
                    self._fd = os.open(self._path(self._segment), os.O_RDONLY | os.O_CLOEXEC)
                except FileNotFoundError:
                    return False
            more = os.pread(self._fd, _SLICE, self._base + len(self._buffer))
            if not more:
                return False
            self._buffer = self._buffer[self._used :] + more
            self._base += self._used
            self._used = 0
        return True

    def _take(self, payload: memoryview, printed: int = 0) -> None:
        self._used += segments.FRAME.size + len(payload)
        if self._offset is not None:
            self._offset += printed

    def _enter(self, header: _Frame) -> Lost | None:
        """Take a segment's header; ``Lost`` where the stream doesn't go on where the last one ended."""
        magic, version = segments.HEADER_START.unpack_from(header.payload)
        if magic != segments.MAGIC:
            raise _Damaged("no header")
        if version > segments.VERSION:
            raise self._unknown(f"version {version}, newer than this Chloe knows")
        number, before = segments.HEADER_REST.unpack_from(header.payload, segments.HEADER_START.size)
        missing = 0 if self._offset is None else before - self._offset
        if number != self._segment or missing < 0:
            raise _Damaged("a header that belongs elsewhere")
        self._take(header.payload)
        self._offset = before
        why, self._why_missing, self.damage = self._why_missing, "", ""
        if not missing:
            return None
        why = why or "a part of the spool was removed"
        return Lost(missing, why, header.made_at, self.position)

    def _decoded(self, frame: _Frame) -> Happening:
        kind, made_at, payload = frame
        if kind == segments.SIZE:
            rows, columns, _, _ = segments.SIZE_FIELDS.unpack(payload)
            return SizeChanged(rows, columns, made_at, self.position)
        if kind == segments.GAP:
            (length,) = segments.GAP_FIELDS.unpack_from(payload)
            if self._offset is not None:
                self._offset += length
            return Lost(length, _text(payload, segments.GAP_FIELDS.size), made_at, self.position)
        if kind == segments.EXIT:
            (status,) = segments.EXIT_FIELDS.unpack_from(payload)
            reason = _text(payload, segments.EXIT_FIELDS.size)
            code = None if status == segments.UNKNOWN else os.waitstatus_to_exitcode(status)
            if code is not None and code < 0:
                return Exited(None, -code, reason, made_at, self.position)
            return Exited(code, None, reason, made_at, self.position)
        raise self._unknown(f"a frame of kind {kind}, which this Chloe doesn't know")

    def _go_to(self, segment: int) -> None:
        self.close()
        self._segment, self._base, self._buffer, self._used = segment, 0, b"", 0

    def _next_segment(self, thorough: bool) -> int | None:
        """The segment after this one, if it is there: usually the next number."""
        if self._path(self._segment + 1).exists():
            return self._segment + 1
        if not thorough:
            return None
        return min((number for number in self._numbers() if number > self._segment), default=None)

    def _numbers(self) -> Iterator[int]:
        for path in self._folder.glob("*.seg"):
            if path.stem.isdecimal():
                yield int(path.stem)

    def _path(self, segment: int) -> Path:
        return self._folder / f"{segment}.seg"

    def _unknown(self, what: str) -> SpoolBroken:
        path = self._path(self._segment)
        place = f"at byte {self._base + self._used}"
        return SpoolBroken(
            f"{path}: {what}, {place}; use the Chloe that wrote it. What came before it is kept."
        )


def _text(payload: memoryview, start: int) -> str:
    return bytes(payload[start:]).decode("utf-8", "replace")
