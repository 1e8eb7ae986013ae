"""Plays recordings into transcripts, and holds what comes out against what should.

A recording is ``recordings/NAME``: ``stream.jsonl.xz`` with what came when, in seconds, each line
``{"t", "resize": [rows, columns]}``, ``{"t", "b": base64}`` for a read, or ``{"t", "end": 1}``; and
``expected.txt``: ``= text`` has to be told, ``? regex`` may be. Whitespace at the ends and between words says
nothing.
"""

from __future__ import annotations

import base64
import json
import lzma
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from chloe.terminal import Terminal
from chloe.transcript.entries import Entries
from chloe.transcript.recent import TranscriptChange
from chloe.transcript.state import dump, load
from chloe.transcript.transcript import Transcript

RECORDINGS = Path(__file__).parent / "recordings"
NAMES = sorted(path.name for path in RECORDINGS.iterdir())
SCROLLBACK = 1 << 20


def read(name: str) -> list[dict[str, Any]]:
    """What came, in order."""
    stream = lzma.decompress((RECORDINGS / name / "stream.jsonl.xz").read_bytes())
    return [json.loads(line) for line in stream.splitlines()]


class Player:
    """A terminal that a recording is played on, and its transcript."""

    def __init__(self, rows: int, columns: int) -> None:
        self.terminal = Terminal(rows, columns, scrollback=SCROLLBACK)
        self.transcript = Transcript()
        self.transcript.follow(self.terminal)
        self.offset = 0
        self.changes: list[TranscriptChange] = []

    def come(self, event: dict[str, Any], size: int = 0) -> None:
        """Have come what comes next, in pieces of ``size`` bytes if it isn't 0."""
        self.transcript.advance(round(event["t"] * 1e9), self.offset)
        if "b" in event:
            data = base64.b64decode(event["b"])
            for start in range(0, len(data), size or len(data) or 1):
                self.terminal.feed(data[start : start + (size or len(data))])
                self.transcript.fed()
            self.offset += len(data)
        elif "resize" in event:
            self.terminal.resize(*event["resize"])
            self.transcript.fed()
        else:
            self.transcript.finish(round(event["t"] * 1e9))
        self.changes += self.transcript.take_changes()

    def resume(self) -> int:
        """Go on from the states of terminal and transcript; return how large the latter is."""
        state = dump(self.transcript)
        self.terminal = Terminal.load(self.terminal.dump(), scrollback=SCROLLBACK)
        self.transcript = load(state, self.terminal)
        return len(state)


def play(
    events: list[dict[str, Any]], size: int = 0, between: Callable[[Player], object] | None = None
) -> Player:
    """Play a recording; ``between`` is called behind everything that came."""
    player = Player(*events[0]["resize"])
    for event in events[1:]:
        player.come(event, size)
        if between is not None:
            between(player)
    return player


@cache
def played(name: str) -> Player:
    """A recording, played once for all who look."""
    return play(read(name))


def printed(*pieces: bytes | tuple[int, int], rows: int = 6, columns: int = 40, pause: float = 1.0) -> Player:
    """Play pieces of output and sizes, one each ``pause`` seconds."""
    events: list[dict[str, Any]] = [{"t": 0, "resize": [rows, columns]}]
    for place, piece in enumerate(pieces, 1):
        if isinstance(piece, bytes):
            events.append({"t": place * pause, "b": base64.b64encode(piece).decode()})
        else:
            events.append({"t": place * pause, "resize": list(piece)})
    return play([*events, {"t": (len(pieces) + 1) * pause, "end": 1}])


def fold(changes: Iterable[TranscriptChange]) -> Entries:
    """The lines that the changes make."""
    entries = Entries()
    for change in changes:
        entries.apply(change)
    return entries


def lines(player: Player) -> list[str]:
    """What was told, line by line."""
    return [text for line in fold(player.changes).take() for text in line.text.split("\n")]


class Score(NamedTuple):
    """Parts of one: of what has to be told, what was; of what was told, what shouldn't be; in order."""

    recall: float
    excess: float
    order: float
    missed: list[str]
    surplus: list[str]


def score(name: str, told: Iterable[str]) -> Score:
    """Hold what was told against what a recording's page says."""
    expected = (RECORDINGS / name / "expected.txt").read_text("utf-8").splitlines()
    must = [plain(line[2:]) for line in expected if line.startswith("= ") and plain(line[2:])]
    may = [re.compile(line[2:]) for line in expected if line.startswith("? ")]
    have = [plain(text) for text in told if plain(text)]
    missed = Counter(must) - Counter(have)
    surplus = [
        text
        for text, count in (Counter(have) - Counter(must)).items()
        for _ in range(count)
        if text in must or not any(each.fullmatch(text) for each in may)
    ]
    found = len(must) - missed.total()
    common = [text for text in have if text in set(must)]
    return Score(
        found / max(len(must), 1),
        len(surplus) / max(len(have), 1),
        _common_length(must, common) / max(found, 1),
        list(missed.elements()),
        surplus,
    )


def plain(text: str) -> str:
    """``text`` with one blank between words."""
    return " ".join(text.split())


def _common_length(one: list[str], other: list[str]) -> int:
    """How long the longest common subsequence is."""
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    one, other = one[same:], other[same:]
    row = [0] * (len(other) + 1)
    for text in one:
        above = row[:]
        for place, each in enumerate(other):
            row[place + 1] = above[place] + 1 if text == each else max(above[place + 1], row[place])
    return same + row[-1]


def stood(events: list[dict[str, Any]]) -> Iterator[str]:
    """Each row that stood unchanged for 0.3 s and longer, with nothing printed within a frame meanwhile.

    Told by the screen alone, after each pause: neither lines nor hooks are asked.
    """
    terminal = Terminal(*events[0]["resize"])
    since: dict[tuple[bool, int, str], float] = {}
    last = 0.0
    for event in events[1:]:
        if event["t"] - last >= 0.03:
            alternate = terminal.modes.alternate_screen
            rows = {(alternate, y, row.strip()) for y, row in enumerate(terminal.display) if row.strip()}
            since = {row: since.get(row, last) for row in rows}
            for (_, _, text), begun in since.items():
                if event["t"] - begun >= 0.301:
                    yield text
        if "b" in event:
            terminal.feed(base64.b64decode(event["b"]))
        elif "resize" in event:
            terminal.resize(*event["resize"])
            since = {}
        last = event["t"]
