"""Reading a spool: frames become events, each with the position after it.

Owns the way along the segments, and the removal of what was ingested. Must not know how the
reader learns that there is more: ``read`` never waits, and is usable without a loop. What the bytes look like
says ``segments``, what they may say ``frames``.

A holder writes while this reads. So an incomplete frame at the end is one that is not there yet, or that a
full disk tore: the holder takes it back and writes another in its place, so nothing of it is kept here. Where
a next segment exists already, it was left, and a gap accounts for its bytes. Zeros up to the end are what a
power cut leaves of bytes that never reached the disk. A complete frame that has a wrong checksum when it is
read again as well is damage: its segment goes into quarantine, and what can't be read of it is lost. That is
the frame's output where the frame behind it is complete; else it is all up to the next segment, whose header
says how much. A holder that finds its segment gone begins one.

A complete frame of an unknown kind is skipped, and so is one that says what can't be: both are counted. What
lies in a segment's place and is no regular file isn't there.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from chloe.backends.backend import READ_LIMIT, BackendEvent, BytesLost, Exited, OutputRead, SizeChanged
from chloe.backends.tmux import frames, quarantine
from chloe.backends.tmux.frame_reader import DamagedFrame, Frame, FrameReader, is_segment
from chloe.backends.tmux.holder import segments
from chloe.errors import SpoolBroken, SpoolTooNew
from chloe.events.facts import SpoolPosition

#: The start of a spool.
START = SpoolPosition(0, 0)

#: Output of this span of time, in nanoseconds, becomes one event: a playback can't show finer steps.
_MERGE_WINDOW_NS = 10_000_000

#: What a frame counts for at the least, of the bytes that are read in one go: that takes its time, too.
_FRAME_COST = 512


class SpoolReader:
    """Reads the spool in ``folder`` on from ``position``.

    ``offset`` is how many bytes of the stream came before it, where known: then a segment that somebody
    removed shows as ``BytesLost`` of the right length. ``quarantine`` is the folder that keeps damaged
    segments, made when it is needed; without one, damage is ``SpoolBroken``.
    """

    def __init__(
        self,
        folder: Path,
        position: SpoolPosition = START,
        *,
        offset: int | None = None,
        quarantine: Path | None = None,
    ) -> None:
        self._folder = folder
        self._quarantine = quarantine
        #: What is damaged, from the position to the next segment, which isn't there yet; else "".
        self.damage = ""
        #: How often what was passed over.
        self.skipped: dict[str, int] = {}
        #: The last ``read`` only passed over frames, and may find more at once.
        self.unfinished = False
        #: Segments that can't be read and are left where they are.
        self._abandoned: set[int] = set()
        self._why_missing = ""
        self._made_at = 0
        self._segment = position.segment
        # The log is input as well: no segment reaches further.
        at = min(max(position.position, 0), 2 * segments.SEGMENT_LIMIT)
        self._frames = FrameReader(self._path(position.segment), at)
        self._offset = 0 if position == START else offset

    @property
    def position(self) -> SpoolPosition:
        """Return the position after the last frame that was taken."""
        return SpoolPosition(self._segment, self._frames.position)

    @property
    def has_more(self) -> bool:
        """Return whether the spool may hold more than was taken."""
        size = self._path(self._segment).stat().st_size if self._is_there(self._segment) else 0
        return size > self._frames.position or self._next_segment(scan_folder=True) is not None

    def read(self, limit: int = READ_LIMIT) -> list[BackendEvent]:
        """Return the next events, at most ``limit`` bytes of output together; none while there are none.

        Output that was written within 10 ms becomes one event. Raises ``SpoolBroken`` once all before
        what is of a newer format has been handed out, ``OSError`` where files can't be read for the moment.
        """
        events: list[BackendEvent] = []
        together: list[memoryview] = []
        began = 0
        room = limit
        self.unfinished = False

        def flush() -> None:
            if together:
                events.append(OutputRead(b"".join(together), began, self.position))
                together.clear()

        while room > 0:
            try:
                frame = self._peek(scan_folder=not events and not together)
            except SpoolBroken:
                if not events and not together:
                    raise
                break
            if frame is None:
                break
            if isinstance(frame, BytesLost):
                flush()
                events.append(frame)
                room -= _FRAME_COST
                continue
            kind, occurred_at, payload = frame
            if occurred_at >= frames.TIME_LIMIT:
                occurred_at = self._plausible_time(occurred_at)
            self._made_at = occurred_at
            if kind == segments.OUTPUT:
                if len(payload) > room and room < limit:
                    break
                if abs(occurred_at - began) > _MERGE_WINDOW_NS:
                    flush()
                if not together:
                    began = occurred_at
                together.append(payload)
                self._frames.take(payload)
                if self._offset is not None:
                    self._offset += len(payload)
            else:
                flush()
                self._take(payload)
                event = self._decode(kind, occurred_at, payload)
                if event is not None:
                    events.append(event)
                if isinstance(event, Exited):
                    break  # Nothing follows.
            room -= max(len(payload), _FRAME_COST)
        else:
            self.unfinished = not events and not together
        flush()
        if not events:
            # A pane that prints nothing costs no descriptor.
            self.close()
        return events

    def remove_before(self, position: SpoolPosition) -> None:
        """Remove the segments before that of ``position``: all in them is safe elsewhere."""
        if self._is_there(position.segment):
            for number in self._list_segments():
                if number < position.segment:
                    self._path(number).unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the open segment."""
        self._frames.close()

    def _peek(self, *, scan_folder: bool) -> Frame | BytesLost | None:
        """Return the next frame, not taken yet; past headers, on to the next segment.

        ``scan_folder``: even if the one that should be next was removed, which costs a look at the folder.
        """
        while True:
            try:
                frame = self._frames.peek()
                if frame is None:
                    following = self._next_segment(scan_folder)
                    if following is None:
                        return None
                    # Frames may have been added before the next segment came to be; now none can.
                    frame = self._frames.peek()
                    if frame is None:
                        self._go_to(following)
                        continue
                if self._frames.position:
                    return frame
                lost = self._read_header(frame)
            except DamagedFrame as error:
                if self._frames.has_changed():
                    continue
                lost = self._skip_damage(str(error))
            if lost is not None:
                return lost

    def _skip_damage(self, what: str) -> BytesLost | None:
        """Leave damage behind, its segment kept aside; ``BytesLost`` where it is known how much that is."""
        path = self._path(self._segment)
        what = f"{path.name} has {what} at byte {self._frames.position}"
        if self._quarantine is None:
            raise SpoolBroken(f"{path.parent}: {what}. What came before it is kept.")
        kept, words = quarantine.quarantine(path, self._quarantine)
        why = f"the spool is damaged: {what}; {words}"
        payload = self._frames.damaged_output()
        if payload is None:
            self._frames.abandon()
            if kept:
                path.unlink(missing_ok=True)
                self._frames = FrameReader(path, self._frames.position)
            else:
                self._abandoned.add(self._segment)
            self.damage = self._why_missing = why
            return None
        self._take(payload, len(payload))
        return BytesLost(len(payload), why, self._made_at or max(time.time_ns(), 0), self.position)

    def _plausible_time(self, occurred_at: int) -> int:
        """Return a time that can be, for a frame that has none."""
        self._skip("a time that can't be")
        return frames.valid_time(occurred_at, self._made_at)

    def _take(self, payload: memoryview, printed: int = 0) -> None:
        self._frames.take(payload)
        if self._offset is not None:
            self._offset += printed

    def _read_header(self, frame: Frame) -> BytesLost | None:
        """Take a segment's header; ``BytesLost`` where the stream doesn't go on where the last one ended."""
        try:
            if frame.kind != segments.HEADER:
                raise frames.InvalidFrame("no header")
            header = frames.header(frame.payload)
        except frames.InvalidFrame as error:
            raise DamagedFrame(str(error)) from error
        if header.version > segments.VERSION:
            raise self._too_new(header.version)
        missing = 0 if self._offset is None else header.before - self._offset
        if header.number != self._segment or missing < 0:
            raise DamagedFrame("a header that belongs elsewhere")
        self._take(frame.payload)
        self._offset = header.before
        why, self._why_missing, self.damage = self._why_missing, "", ""
        if not missing:
            return None
        why = why or "a part of the spool was removed"
        return BytesLost(missing, why, frames.valid_time(frame.occurred_at, self._made_at), self.position)

    def _decode(self, kind: int, occurred_at: int, payload: memoryview) -> BackendEvent | None:
        """Return what a frame says that was just taken; None where it says nothing."""
        try:
            if kind == segments.SIZE:
                return SizeChanged(*frames.size(payload), occurred_at, self.position)
            if kind == segments.GAP:
                length, reason = frames.gap(payload, self._offset or 0)
                if self._offset is not None:
                    self._offset += length
                return BytesLost(length, reason, occurred_at, self.position)
            if kind == segments.EXIT:
                ended = Exited(*frames.end(payload), occurred_at, self.position)
                if (
                    self._frames.has_complete_frame()
                    or _read_header_of(self._path(self._segment + 1)) is not None
                ):
                    raise frames.InvalidFrame("an end in the middle")
                return ended
            if kind == segments.HEADER:
                raise frames.InvalidFrame("a header in the middle")
        except frames.InvalidFrame as error:
            why = self._skip(str(error))
            return BytesLost(0, why, occurred_at, self.position) if kind == segments.GAP else None
        self._skip(f"a frame of the unknown kind {kind}")
        return None

    def _skip(self, what: str) -> str:
        """Count what is passed over, and keep what can't be; the words for it."""
        self.skipped[what] = self.skipped.get(what, 0) + 1
        if self.skipped[what] > 1 or self._quarantine is None or "unknown" in what:
            return f"the spool has {what}"
        _, words = quarantine.quarantine(self._path(self._segment), self._quarantine)
        return f"the spool has {what}; {words}"

    def _go_to(self, segment: int) -> None:
        self._frames.close()
        self._segment, self._frames = segment, FrameReader(self._path(segment))

    def _next_segment(self, scan_folder: bool) -> int | None:
        """Return the segment after this one, if it is there: usually the next number."""
        if self._is_there(self._segment + 1):
            return self._segment + 1
        if not scan_folder:
            return None
        return min((number for number in self._list_segments() if number > self._segment), default=None)

    def _list_segments(self) -> Iterator[int]:
        return (number for number in list_segments(self._folder) if number not in self._abandoned)

    def _is_there(self, segment: int) -> bool:
        return segment not in self._abandoned and is_segment(self._path(segment))

    def _path(self, segment: int) -> Path:
        return self._folder / f"{segment}.seg"

    def _too_new(self, version: int) -> SpoolTooNew:
        return SpoolTooNew(
            f"{self._path(self._segment)}: version {version}, newer than this Chloe knows; "
            "use the Chloe that wrote it. What came before it is kept."
        )


def list_segments(folder: Path) -> Iterator[int]:
    """Return the segments that a spool has, by number. Raises ``OSError``."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        for path in folder.iterdir():
            number = segments.segment_number(path.name)
            if number is not None and is_segment(path):
                yield number


def read_holder_info(folder: Path) -> frames.HolderInfo | None:
    """Return what the holder of the spool said last of itself and its program. Raises ``OSError``."""
    for number in sorted(list_segments(folder), reverse=True):
        header = _read_header_of(folder / f"{number}.seg")
        if header is not None:
            return header.info
    return None


def _read_header_of(segment: Path) -> frames.Header | None:
    """Return the header of a segment, if it has one."""
    reader = FrameReader(segment)
    try:
        frame = reader.peek()
        return frames.header(frame.payload) if frame is not None and frame.kind == segments.HEADER else None
    except (DamagedFrame, frames.InvalidFrame):
        return None
    finally:
        reader.close()
