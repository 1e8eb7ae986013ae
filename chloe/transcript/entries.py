"""The lines of a transcript with all that they said, folded from changes.

Owns which texts of a line are kept. Must not know where changes come from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from chloe.transcript.likeness import skeleton
from chloe.transcript.recent import MAX_PASSED, TranscriptChange

#: Settled texts that are kept of one line: the first ones and the last ones.
MAX_STATES = 16


class SettledText(NamedTuple):
    """What a line read once it had settled, since when, and where in the stream that is."""

    text: str
    time: int
    offset: int


@dataclass(slots=True)
class TranscriptLine:
    """A line, or many that passed in a flood. ``count``: how many; their ``text`` is joined by line feeds.

    ``time`` and ``offset`` are those of the first text, ``row`` where it stood, -1 where it had left the
    screen; the last of ``states`` has those of the last text.
    """

    seq: int
    text: str
    time: int
    offset: int
    row: int = -1
    alternate: bool = False
    panel: int = 0
    count: int = 1
    is_chrome: bool = False
    states: list[SettledText] | None = None

    @property
    def texts(self) -> list[str]:
        """Return the last text, and those that settled before it, oldest first."""
        return [*dict.fromkeys([state.text for state in self.states or ()] + [self.text])]

    def settle(self, state: SettledText) -> None:
        """Keep another text; of those that differ in numbers only, the first and the last are kept."""
        if self.states is None:
            self.states = []
        states = self.states
        if len(states) > 1 and skeleton(states[-1].text) == skeleton(state.text) == skeleton(states[-2].text):
            states[-1] = state
            return
        states.append(state)
        if len(states) > MAX_STATES:
            del states[MAX_STATES // 2]


class Entries:
    """The lines that were told and not taken yet, in order."""

    def __init__(self) -> None:
        self._lines: dict[int, TranscriptLine] = {}

    def apply(self, change: TranscriptChange) -> None:
        """Take a change in; one of a line that was taken says nothing any more."""
        if change.kind == "told":
            self._lines[change.seq] = TranscriptLine(*change[1:])
        elif change.kind == "passed":
            self._pass(change)
        elif (line := self._lines.get(change.seq)) is None or line.count > 1:
            return
        elif change.kind == "chrome":
            line.is_chrome = True
        elif change.kind == "reads":
            line.text = change.text
        else:
            line.settle(SettledText(change.text, change.time, change.offset))

    def _pass(self, change: TranscriptChange) -> None:
        """Take in lines of a flood: the last of them may still change, the others stay in one."""
        texts = change.text.split("\n")
        older = texts[:-MAX_PASSED]
        if older:
            self._lines[change.seq] = TranscriptLine(
                change.seq, "\n".join(older), change.time, change.offset, count=len(older)
            )
        for place, text in enumerate(texts[len(older) :], change.seq + len(older)):
            self._lines[place] = TranscriptLine(place, text, change.time, change.offset)

    def take(self, before: int | None = None) -> list[TranscriptLine]:
        """Return the lines with a number below ``before``, or all, and forget them."""
        taken = []
        for seq in list(self._lines):
            if before is not None and seq + self._lines[seq].count > before:
                break
            taken.append(self._lines.pop(seq))
        return taken

    def __len__(self) -> int:
        return len(self._lines)
