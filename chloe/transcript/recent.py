"""The recent lines: the last that were told, by which what is shown again is known; and what changed.

Owns the numbers of lines, who is whose neighbour, and the changes that go out. Must not know screens. It is
bounded: a line that isn't among them any more is told once more if it is shown again.
"""

from __future__ import annotations

from collections import deque
from typing import Literal, NamedTuple

from chloe.transcript.likeness import digest, key, letters

#: Lines that were told and may still be shown again, and texts of which pieces may be.
MAX_ENTRIES = 2000
_MAX_TEXTS = 400
#: Characters of a text by which its pieces are known.
_MAX_TEXT = 512
#: Lines of a flood that may be shown again.
MAX_PASSED = 200

#: So many letters are hardly the same by chance.
_MANY = 8

NOBODY = -1


class TranscriptChange(NamedTuple):
    """What is new in the transcript. Times in nanoseconds, offsets in bytes of the stream, rows from 0.

    ``kind``: a line was "told"; many were, from number ``seq`` on, which "passed" in a flood, ``text`` being
    all of them, joined by line feeds; one that was told "reads" so now; its text "settled", so that it could
    be read; it is "chrome": a bar, a frame, a status line. ``row`` is -1 for what had left the screen.
    """

    kind: Literal["told", "passed", "reads", "settled", "chrome"]
    seq: int
    text: str
    time: int
    offset: int
    row: int = -1
    alternate: bool = False
    panel: int = 0


class RecentLine:
    """A line that was told, as far as it has to be known. ``before``, ``after``: the numbers of its
    neighbours on the screen where it was told."""

    __slots__ = (
        "after",
        "alternate",
        "before",
        "digest",
        "has_letters",
        "key",
        "panel",
        "pinned",
        "seq",
        "settled",
        "size",
    )

    def __init__(self, seq: int, words: str, alternate: bool = False, panel: int = 0) -> None:
        self.seq = seq
        #: What its text is known by; empty where only the digest is known.
        self.key = words
        self.digest = digest(words)
        self.has_letters = len(letters(words)) >= _MANY
        #: How long the text is that was told: with the mark of what is chosen it is longer.
        self.size = 0
        #: The digest of the last text that settled.
        self.settled = 0
        self.alternate = alternate
        self.panel = panel
        self.pinned = False
        self.before = self.after = NOBODY


class RecentLines:
    """The last lines that were told."""

    def __init__(self) -> None:
        self.entries: dict[int, RecentLine] = {}
        #: The number of the next line.
        self.next = 0
        self._index: dict[int, list[int]] = {}
        #: Letters of the last texts, by which pieces of one that was wrapped anew are known.
        self.texts: deque[str] = deque(maxlen=_MAX_TEXTS)
        self._joined: str | None = None
        #: The last texts of a flood, which aren't entries yet.
        self._passed: deque[str] = deque(maxlen=MAX_PASSED)
        self.changes: list[TranscriptChange] = []

    @property
    def first(self) -> int:
        """Return the number of the first line that may still change."""
        return min(next(iter(self.entries), self.next), self.next - len(self._passed))

    def tell(
        self, words: str, text: str, *, time: int, offset: int, row: int, alternate: bool, panel: int
    ) -> RecentLine:
        """Tell a line that is new."""
        self.take_in()
        entry = RecentLine(self.next, words, alternate, panel)
        self.next += 1
        entry.size = len(text.strip())
        self.changes.append(TranscriptChange("told", entry.seq, text, time, offset, row, alternate, panel))
        self._add(entry, letters(words))
        return entry

    def pass_by(self, texts: list[str], *, time: int, offset: int) -> None:
        """Tell lines that passed the main screen, one after the other."""
        self.changes.append(TranscriptChange("passed", self.next, "\n".join(texts), time, offset))
        self.next += len(texts)
        self._passed.extend(texts[-MAX_PASSED:])

    def take_in(self) -> None:
        """Make entries of what passed, where it may be shown again."""
        if not self._passed:
            return
        seq = self.next - len(self._passed)
        while self._passed:
            words = key(self._passed.popleft())
            self._add(RecentLine(seq, words), letters(words))
            seq += 1

    def _add(self, entry: RecentLine, text: str) -> None:
        self.entries[entry.seq] = entry
        self._index.setdefault(entry.digest, []).append(entry.seq)
        self.texts.append(text[:_MAX_TEXT])
        self._joined = None
        if len(self.entries) > MAX_ENTRIES:
            oldest = self.entries.pop(next(iter(self.entries)))
            self._forget(oldest)

    def restore(self, entries: list[RecentLine], texts: list[str], following: int) -> None:
        """Go on where others were; before anything was told."""
        for entry in entries:
            self._add(entry, "")
        self.texts.clear()
        self.texts.extend(texts)
        self.next = following

    def _forget(self, entry: RecentLine) -> None:
        """Take an entry out of the index."""
        known = self._index.get(entry.digest)
        if known and entry.seq in known:
            known.remove(entry.seq)
            if not known:
                del self._index[entry.digest]

    def find(self, wanted: str) -> list[RecentLine]:
        """Return what was told and reads so now, oldest first."""
        self.take_in()
        return [self.entries[seq] for seq in sorted(self._index.get(digest(wanted), ()))]

    def neighbour(self, seq: int) -> RecentLine | None:
        """Return the entry with this number, if it is still here."""
        return self.entries.get(seq)

    def is_piece(self, text: str) -> bool:
        """Return whether these letters stand in what was told last, whatever the wrapping."""
        if self._joined is None:
            self.take_in()
            self._joined = "".join(self.texts)
        return text in self._joined

    def rewrite(self, entry: RecentLine, words: str, text: str, *, time: int, offset: int, row: int) -> bool:
        """Have a line read ``text`` from now on; return False where it can't be changed any more."""
        if entry.seq not in self.entries:
            return entry.digest == digest(words)
        if entry.digest == digest(words) and len(text.strip()) >= entry.size:
            return True
        self._forget(entry)
        entry.key, entry.digest, entry.size = words, digest(words), len(text.strip())
        entry.has_letters = len(letters(words)) >= _MANY
        self._index.setdefault(entry.digest, []).append(entry.seq)
        self.changes.append(
            TranscriptChange("reads", entry.seq, text, time, offset, row, entry.alternate, entry.panel)
        )
        return True

    def settle(self, entry: RecentLine, words: str, text: str, *, time: int, offset: int, row: int) -> None:
        """Note that a line stood with this text for long enough to be read."""
        settled = digest(words)
        if entry.settled != settled:
            entry.settled = settled
            self.changes.append(
                TranscriptChange("settled", entry.seq, text, time, offset, row, entry.alternate, entry.panel)
            )

    def pin(self, entry: RecentLine, *, time: int, offset: int) -> None:
        """Note that a line is chrome."""
        if not entry.pinned:
            entry.pinned = True
            self.changes.append(TranscriptChange("chrome", entry.seq, "", time, offset))

    @property
    def last(self) -> int:
        """Return the number of the last line that was told of the main screen; -1 where none is recent."""
        return next((seq for seq, entry in reversed(self.entries.items()) if not entry.alternate), NOBODY)

    def count_forgotten(self, first: int, last: int) -> int:
        """Return how many lines between two numbers aren't known any more."""
        return last - first - 1 - sum(first < seq < last for seq in self.entries)

    def last_on_main(self, count: int) -> list[RecentLine]:
        """Return what of the last ``count`` lines was told of the main screen."""
        self.take_in()
        found = []
        for _, entry in zip(range(count), reversed(self.entries.values()), strict=False):
            if not entry.alternate:
                found.append(entry)
        return found[::-1]
