"""The transcript of one terminal.

Owns when its screen is looked at, and when a line has stood for long enough. Times are nanoseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chloe.transcript.alignment import ALWAYS, Alignment, align_told
from chloe.transcript.frame import FrameLine, clean, read_frame
from chloe.transcript.likeness import key, skeleton
from chloe.transcript.placement import Placement
from chloe.transcript.recent import NOBODY, RecentLine, RecentLines, TranscriptChange
from chloe.transcript.watch import Watch

if TYPE_CHECKING:
    from chloe.terminal import Terminal

_MS = 1_000_000
#: A line that stood for so long could be read.
SETTLED = 300 * _MS
#: The screen is looked at after such a pause in the output; where there is none, at a short one once the
#: output has lasted some time, or wherever it is when that lasts.
_QUIET = 30 * _MS
_SHORT_PAUSE = 4 * _MS
_LONG_BURST = 150 * _MS
_LONGEST_BURST = 600 * _MS
#: A frame that the program holds back (mode 2026) is looked at after this.
_HELD_BACK = 1000 * _MS
#: What vanished is the same line when it comes back this soon.
_VANISHED = 350 * _MS
_MAX_VANISHED = 100
#: So long after a change of size, lines are painted anew, and wrapped anew.
_REPAINTED = 500 * _MS
_REWRAPPED = 1000 * _MS
#: Where so many lines more than a few screenfuls left the main screen, they are just told; and as many at
#: once while they come.
_MIN_PASSED = 20
_FLOOD = 4096
#: A line that didn't settle: it stood at no time.
_NEVER = -(10**18)


class Transcript:
    """Tells the lines of one terminal; see the package."""

    def __init__(self) -> None:
        self.recent = RecentLines()
        #: The lines on the main and on the alternate screen, and those that vanished.
        self.shown: tuple[list[FrameLine], list[FrameLine]] = ([], [])
        self.vanished: list[FrameLine] = []
        self.vanished_until = _NEVER
        self.watch: Watch | None = None
        #: When something came last, when what wasn't looked at began to come, and when the size changed.
        self.now = 0
        self.begun = 0
        self.offset = 0
        self.resized = _NEVER
        self.is_changed = False
        self.alternate = False
        self.looks = 0

    def follow(self, terminal: Terminal) -> None:
        """Follow this terminal from now on, as it is."""
        if self.watch is not None:
            self.watch.terminal.observe(None)
        self.watch = Watch(terminal, self._look_if_changed, self._note_resize)
        if any(row.strip() for row in terminal.display):
            self.is_changed = self.watch.is_cleared = True
            self.begun = self.now

    def resume(self, terminal: Terminal, watched: dict[str, Any]) -> None:
        """Follow this terminal on, which is as the one before was; ``watched`` is what its watch knew."""
        self.watch = Watch(terminal, self._look_if_changed, self._note_resize)
        self.watch.load(watched)

    def advance(self, time: int, offset: int = 0) -> None:
        """Let the time pass up to that at which something comes, behind so many bytes of the stream."""
        time = max(time, self.now)
        self._pass(time)
        if not self.is_changed:
            self.begun = time
        self.now, self.offset = time, offset

    def fed(self) -> None:
        """Take note of what came: call it each time that the terminal has taken in a piece of it."""
        watch = self.watch
        if watch is not None:
            watch.collect()
            self.is_changed = self.is_changed or watch.is_unseen
            is_anew = watch.is_cleared or self.now - self.resized < _REPAINTED
            while len(watch.left) > (2 * _FLOOD if is_anew else _FLOOD):
                self._tell_passed(watch, _FLOOD)

    def finish(self, time: int) -> None:
        """Tell what stands on the screen at the end; all that is on the main one could be read."""
        time = max(time, self.now)
        self._pass(time)
        self._look_if_changed()
        if not self.alternate:
            self._settle_main(time)
        self._tell_settled(time)

    def _settle_main(self, time: int) -> None:
        """Count the lines on the main screen as read: they stand there, or will once more."""
        for line in self.shown[False]:
            line.since = min(line.since, time - SETTLED)

    def take_changes(self) -> list[TranscriptChange]:
        """Return what changed since the last time, and forget it."""
        taken, self.recent.changes = self.recent.changes, []
        return taken

    @property
    def first(self) -> int:
        """Return the number of the first line that may still change."""
        return self.recent.first

    # When to look.

    def _pass(self, time: int) -> None:
        """Let the time pass in which nothing came."""
        watch = self.watch
        if watch is None:
            return
        gap, lasted = time - self.now, time - self.begun
        is_calm = gap >= _QUIET or (gap >= _SHORT_PAUSE and lasted >= _LONG_BURST) or lasted >= _LONGEST_BURST
        if self.is_changed and is_calm and (not watch.terminal.modes.synchronized or gap > _HELD_BACK):
            self._look(watch)
            if gap >= _SHORT_PAUSE:
                watch.is_cleared = False
        self._tell_settled(time)

    def _look_if_changed(self) -> None:
        if self.watch is not None and (self.is_changed or self.watch.is_unseen):
            self._look(self.watch)

    def _note_resize(self) -> None:
        self.resized = self.begun = self.now
        self.is_changed = True

    def _look(self, watch: Watch) -> None:
        """Compare the screen with the frame before, and tell what left it."""
        self.looks += 1
        now = self.now
        watch.collect()
        alternate = watch.terminal.modes.alternate_screen
        if alternate != self.alternate:
            if alternate:
                self._settle_main(now)
            self._tell_settled(now)
            if self.alternate:
                self.shown[True].clear()
            self.alternate = alternate
            self.vanished = []
        old = self.shown[alternate]
        new = read_frame(watch.terminal, watch.names, now)
        is_resized = now - self.resized < _REPAINTED
        is_cleared = watch.is_begun_anew()
        left: list[FrameLine] = []
        is_back = watch.is_paged_back
        if watch.left and not (is_cleared or is_resized or is_back or alternate):
            self._tell_passed(watch, len(watch.left))
        if not alternate:
            left = [FrameLine(text, -1, now) for text in self._left(watch, old, new)]
        lines = left + new
        for line in lines:
            line.again = alternate or is_cleared or is_resized or is_back
        if is_cleared and not alternate and (left or is_resized):
            self._find_told(old, lines)
        scrolled = self._align(old, lines, watch)
        self._align_vanished(old, lines, watch, scrolled, is_cleared)
        if left:
            self._place(left, list(range(len(left))), new)
        self.shown[alternate][:] = new
        if watch.is_paged_back and any(line.entry and line.entry.seq == self.recent.last for line in new):
            watch.is_paged_back = False
        self.is_changed = False
        watch.looked()

    @staticmethod
    def _left(watch: Watch, old: list[FrameLine], new: list[FrameLine]) -> list[str]:
        """Return the lines that left the main screen, and those that were cleared unseen and aren't painted
        again.
        """
        left = [clean(text) for text in watch.left]
        known = {line.key for line in old} | {line.key for line in new} | set(map(key, left))
        known |= set(map(skeleton, known))
        for count, texts in reversed(watch.cleared):
            words = [clean(text) for text in texts]
            unknown = [
                text for text in words if text and key(text) not in known and skeleton(text) not in known
            ]
            if len(unknown) * 2 > len([text for text in words if text]):
                left[count:count] = unknown
                known.update(map(key, unknown))
        return [text for text in left if text]

    def _find_told(self, old: list[FrameLine], lines: list[FrameLine]) -> None:
        """Find what was painted anew from the top among what was told."""
        align_told(self.recent.last_on_main(2 * len(lines) + 60), lines, self.recent)
        linked = {line.entry.seq for line in lines if line.entry}
        for line in old:
            if line.entry and line.entry.seq in linked:
                line.entry = None

    def _align(self, old: list[FrameLine], new: list[FrameLine], watch: Watch) -> bool:
        """Find the lines of the frame before, in each panel for itself; return whether one was scrolled by
        painting.
        """
        self._matched = set()
        scrolled = False
        panels = {line.panel for line in new}
        for panel in sorted(panels):
            is_alone = len(panels) == 1
            alignment = Alignment(
                old if is_alone else [line for line in old if line.panel == panel],
                new if is_alone else [line for line in new if line.panel == panel],
                recent=self.recent,
                names=watch.names,
                alternate=self.alternate,
                reads=self._rewrite,
            )
            self._matched |= alignment.matched
            scrolled = scrolled or alignment.scrolled
        return scrolled

    def _align_vanished(
        self, old: list[FrameLine], new: list[FrameLine], watch: Watch, scrolled: bool, is_cleared: bool
    ) -> None:
        """Find lines that were gone for a moment, and note which are now."""
        if self.vanished and self.now <= self.vanished_until:
            found = Alignment(
                self.vanished,
                [line for line in new if line.entry is None],
                recent=self.recent,
                names=watch.names,
                alternate=self.alternate,
                reads=self._rewrite,
                vanished=True,
                is_cleared=is_cleared,
            ).matched
            self.vanished = [line for line in self.vanished if id(line) not in found]
        else:
            self.vanished = []
        gone = [
            line for line in old if id(line) not in self._matched and line.entry and line.entry.seq != NOBODY
        ]
        # What scrolled away doesn't come back by itself.
        if gone and (is_cleared or not scrolled):
            self.vanished = gone + self.vanished[:_MAX_VANISHED]
            self.vanished_until = self.now + _VANISHED

    # Telling.

    def _rewrite(self, line: FrameLine) -> None:
        """Have the entry of a line read as the line does now."""
        entry = line.entry
        if (
            entry is None
            or entry.seq == NOBODY
            or not self.recent.rewrite(
                entry, line.key, line.text, time=self.now, offset=self.offset, row=line.row
            )
        ):
            line.entry = None

    def _tell_settled(self, time: int) -> None:
        """Tell the lines that have stood for long enough, and what they read by now."""
        lines = self.shown[self.alternate]
        due = []
        for place, line in enumerate(lines):
            if line.is_settled or time - line.since < SETTLED:
                continue
            entry = line.entry
            if entry is not None and entry.seq == NOBODY:
                entry = line.entry = entry if entry.key == line.key else None
            elif entry is not None and (entry.key == line.key or not entry.key.startswith(line.key)):
                self._rewrite(line)
                entry = line.entry
            if entry is None:
                due.append(place)
            elif entry.seq != NOBODY:
                self._settle(line, entry)
        if due:
            self._place(lines, due, lines)

    def _settle(self, line: FrameLine, entry: RecentLine) -> None:
        place = {"time": max(line.since, 0), "offset": self.offset}
        self.recent.settle(entry, line.key, line.text, row=line.row, **place)
        if line.pinned:
            self.recent.pin(entry, **place)
        line.is_settled = True

    def _place(self, lines: list[FrameLine], due: list[int], seen: list[FrameLine]) -> None:
        for line in seen:
            if line.entry and line.pinned and line.entry.seq != NOBODY:
                self.recent.pin(line.entry, time=self.now, offset=self.offset)
        due = [place for place in due if lines[place].entry is None]
        Placement(
            lines,
            due,
            seen,
            recent=self.recent,
            alternate=self.alternate,
            rewrapped=self._is_rewrapped,
            tell=self._tell,
        )

    def _is_rewrapped(self, line: FrameLine) -> bool:
        return 0 <= line.since - self.resized < _REWRAPPED

    def _tell(self, line: FrameLine) -> RecentLine:
        entry = self.recent.tell(
            line.key,
            line.text,
            time=line.since if line.since > ALWAYS else self.now,
            offset=self.offset,
            row=line.row,
            alternate=self.alternate,
            panel=line.panel,
        )
        self.recent.settle(entry, line.key, line.text, time=self.now, offset=self.offset, row=line.row)
        return entry

    def _tell_passed(self, watch: Watch, count: int) -> None:
        """Tell the first ``count`` of the lines that left the main screen, if they are many.

        None of them was shown before but for those at the beginning, so they go by without being compared.
        """
        old = self.shown[False]
        most = min(len(old) + _MIN_PASSED, count // 2) if old else 0
        if count - most < _MIN_PASSED:
            return
        head = [FrameLine(text, -1, self.now) for text in map(clean, watch.left[:most]) if text]
        self._align(old, head, watch)
        self._place(head, list(range(len(head))), [])
        rest = watch.left[most:count]
        texts = [text for raw in rest if (text := raw if raw.isascii() and raw[:1].isalnum() else clean(raw))]
        if texts:
            self.recent.pass_by(texts, time=self.now, offset=self.offset)
        del watch.left[:count]
        old.clear()
