"""Reading a spool: frames become happenings, each with the position after it.

Owns the decoding, the checks, and the removal of what was taken in. Must not know how the reader
learns that there is more: ``read`` never waits, and is usable without a loop. What the bytes look like
says ``segments``.

A holder writes while this reads. So an incomplete frame at the end is one that is not there yet, or,
where a next segment exists already, one that a full disk tore and whose bytes a gap accounts for. A
complete frame with a wrong checksum is damage.
"""

from __future__ import annotations

import os
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


class _Frame(NamedTuple):
    kind: int
    made_at: int
    payload: memoryview


class SpoolReader:
    """Reads the spool in ``folder`` on from ``position``.

    ``offset`` is how many bytes of the stream came before it, where known: then a segment that somebody
    removed shows as ``Lost`` of the right length.
    """

    def __init__(self, folder: Path, position: SpoolPosition = START, *, offset: int | None = None) -> None:
        self._folder = folder
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
    def behind(self) -> bool:
        """The spool may hold more than was taken."""
        try:
            size = self._path(self._segment).stat().st_size
        except FileNotFoundError:
            size = 0
        return size > self._base + self._used or self._next_segment(thorough=True) is not None

    def read(self, limit: int = READ_LIMIT) -> list[Happening]:
        """The next happenings, with at most ``limit`` bytes of output together; maybe none yet.

        Output that was written within 10 ms becomes one happening. Raises ``SpoolBroken`` once all
        before the damage has been handed out.
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
            if lost is not None:
                return lost

    def _frame(self) -> _Frame | None:
        if not self._filled(segments.FRAME.size):
            return None
        kind, made_at, length, checksum = segments.FRAME.unpack_from(self._buffer, self._used)
        if length > segments.PAYLOAD_LIMIT:
            raise self._broken(f"a frame of {length} bytes")
        if not self._filled(segments.FRAME.size + length):
            return None
        start = self._used + segments.FRAME.size
        payload = memoryview(self._buffer)[start : start + length]
        if zlib.crc32(payload, zlib.crc32(segments.FRAME_START.pack(kind, made_at, length))) != checksum:
            raise self._broken("a wrong checksum")
        return _Frame(kind, made_at, payload)

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
            raise self._broken("no header")
        if version > segments.VERSION:
            raise self._broken(f"version {version}, newer than this Chloe knows; use the Chloe that wrote it")
        number, before = segments.HEADER_REST.unpack_from(header.payload, segments.HEADER_START.size)
        missing = 0 if self._offset is None else before - self._offset
        if number != self._segment or missing < 0:
            raise self._broken("a header that belongs elsewhere")
        self._take(header.payload)
        self._offset = before
        if not missing:
            return None
        return Lost(missing, "a part of the spool was removed", header.made_at, self.position)

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
        raise self._broken(f"a frame of unknown kind {kind}")

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

    def _broken(self, what: str) -> SpoolBroken:
        path = self._path(self._segment)
        return SpoolBroken(f"{path}: {what} at byte {self._base + self._used}. What came before it is kept.")


def _text(payload: memoryview, start: int) -> str:
    return bytes(payload[start:]).decode("utf-8", "replace")
