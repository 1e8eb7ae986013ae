"""One pane's terminal in the fold, and what its program wrote but the fold has not drawn yet.

Owns the drawing in slices of time, the knowledge of where in the stream the terminal stands, and that a
fault of the emulator stays in it. Must not know records, nor what is done with a terminal that has come to
a place worth keeping.
"""

from __future__ import annotations

import time
from collections import deque
from typing import NamedTuple

from chloe.events.faults import Fault, fault
from chloe.terminal import Terminal, within_bounds

#: Bytes drawn between two looks at the clock while the terminal is at its slowest, at first, and at its
#: fastest: of what has to be drawn, and of floods, most of which isn't.
_DRAWN = 2 * 1024, 4 * 1024, 32 * 1024
_SKIMMED = 16 * 1024, 16 * 1024, 256 * 1024
#: So many bytes are looked at to tell the one from the other.
_SAMPLE = 4 * 1024

#: A screen is worth keeping once this many bytes, or as many as took this many seconds, were drawn since the
#: last time: what lies between two checkpoints is folded within a tenth of a second, whatever was printed.
KEEP_BYTES = 4 * 1024 * 1024
KEEP_SECONDS = 0.08

#: A screen that draws no more is worth it from this many bytes on.
_KEEP_LAST = 64 * 1024


class Place(NamedTuple):
    """Where in a pane's stream a screen stands: after all of record ``seq``, ``offset`` bytes in."""

    seq: int
    offset: int


class _Fresh(NamedTuple):
    """A new terminal of this size, whatever the one before showed, at this offset of the stream."""

    rows: int
    columns: int
    offset: int


class _Size(NamedTuple):
    rows: int
    columns: int


class _Pace:
    """How many bytes of one sort to draw at once, learnt from the time that they take.

    One to two milliseconds leave room for some that take four times as long.
    """

    __slots__ = ("_least", "_most", "size")

    def __init__(self, least: int, first: int, most: int) -> None:
        self._least, self.size, self._most = least, first, most

    def learn(self, size: int, seconds: float) -> None:
        """So many bytes took so long."""
        if seconds > 0.002:
            self.size = max(self.size // 2, self._least)
        elif seconds < 0.001 and size == self.size:
            self.size = min(self.size * 2, self._most)


class Screen:
    """One pane's terminal and what is still to be drawn on it."""

    __slots__ = (
        "_drawing",
        "_drawn_bytes",
        "_drawn_seconds",
        "_floor",
        "_last",
        "_skimming",
        "_slice",
        "_waiting",
        "fault",
        "keeps",
        "place",
        "terminal",
        "waiting",
    )

    def __init__(self, terminal: Terminal, place: Place | None = None) -> None:
        self.terminal = terminal
        #: Where the terminal stands; None within a record.
        self.place = place
        #: What was printed and what else happened to it, and the place after each record, in order.
        self._waiting: deque[bytes | _Size | _Fresh | Place] = deque()
        #: Bytes among them.
        self.waiting = 0
        self._drawing, self._skimming = _Pace(*_DRAWN), _Pace(*_SKIMMED)
        self._drawn_bytes = 0
        self._drawn_seconds = 0.0
        self._last = False
        #: What was drawn last, and where in the stream nothing is drawn before any more.
        self._slice = b""
        self._floor = 0
        #: What the emulator failed on; the terminal is not to be used from then on.
        self.fault: Fault | None = None
        #: Whether it may be kept.
        self.keeps = True

    @property
    def settled(self) -> bool:
        """Whether everything applied has been drawn."""
        return not self._waiting

    def print(self, data: bytes, after: Place) -> None:
        """The program wrote ``data``, which ends at ``after``."""
        if data:
            self._waiting.append(data)
            self.waiting += len(data)
        self._waiting.append(after)

    def resize(self, rows: int, columns: int, after: Place) -> None:
        """The size changed, after all that was printed before."""
        self._waiting += (_Size(rows, columns), after)

    def restart(self, rows: int, columns: int, data: bytes, after: Place) -> None:
        """The screen is what ``data`` draws on an empty one, whatever it was; its lines are counted on."""
        self._waiting.append(_Fresh(rows, columns, after.offset))
        self.print(data, after)

    def end(self) -> None:
        """Nothing more will be printed, for now."""
        self._last = True

    @property
    def ripe(self) -> bool:
        """Whether it stands at a place, and enough was drawn since ``kept``."""
        return self.place is not None and self._due and self.keeps

    @property
    def _due(self) -> bool:
        return (
            self._drawn_bytes >= KEEP_BYTES
            or self._drawn_seconds >= KEEP_SECONDS
            or (self._last and self._drawn_bytes >= _KEEP_LAST)
        )

    def kept(self) -> None:
        """The terminal as it is now was kept, or need not be."""
        self._drawn_bytes = 0
        self._drawn_seconds = 0.0

    def settle(self, until: float | None) -> bool:
        """Draw until the monotonic clock passes ``until``, or until it is ripe; None: draw all.

        Whether all is drawn. Where the emulator failed, ``fault`` says so, and nothing more is drawn; unless
        the screen begins anew in what is still to come.
        """
        drew = False
        while self._waiting and not (until is not None and self.ripe):
            first = self._waiting[0]
            if isinstance(first, Place):
                self.place = first
                self._waiting.popleft()
                continue
            if drew and until is not None and time.monotonic() >= until:
                break
            drew = True
            if isinstance(first, bytes):
                self._draw()
                continue
            self._waiting.popleft()
            self.place = None
            if isinstance(first, _Size):
                self._resize(first)
            else:
                self._begin_anew(first)
        return not self._waiting

    def _resize(self, size: _Size) -> None:
        try:
            with within_bounds:
                self.terminal.resize(*size)
        except Exception as error:
            self.fail(error, "resized")

    def _begin_anew(self, fresh: _Fresh) -> None:
        rows, columns, self._floor = fresh
        try:
            with within_bounds:
                before = self.terminal.scrollback
                lines = self.fault.lines if self.fault else before.total
                self.terminal = Terminal(rows, columns, scrollback=before.limit, first=lines)
        except Exception as error:
            self.fail(error, "drawn")
        else:
            self.keeps = True

    def _draw(self) -> None:
        """Draw the next slice, and learn from the time it took how large the one after may be."""
        data = b""
        try:
            with within_bounds:
                is_skippable = self.waiting >= _SAMPLE and self.terminal.is_skippable(self._ahead(_SAMPLE))
                pace = self._skimming if is_skippable else self._drawing
                self._slice = data = self._next_slice(pace.size)
                self.waiting -= len(data)
                began = time.monotonic()
                self.terminal.feed(data)
                took = time.monotonic() - began
        except Exception as error:
            self.fail(error, "drawn")
            return
        self._drawn_bytes += len(data)
        self._drawn_seconds += took
        pace.learn(len(data), took)

    def fail(self, error: Exception, doing: str) -> None:
        """Give the terminal up: the emulator raised ``error``. What waits isn't drawn.

        Where the screen begins anew in what waits, it goes on from there.
        """
        self.fault = fault(error, offset=self._drawn_to(), doing=doing, data=self._slice, lines=self._lines())
        self.keeps = False
        self._slice = b""
        self.waiting = 0
        while self._waiting and not isinstance(self._waiting[0], _Fresh):
            self._waiting.popleft()
        self.waiting = sum(len(each) for each in self._waiting if isinstance(each, bytes))

    @property
    def is_broken(self) -> bool:
        """Whether the emulator failed, and the screen doesn't begin anew in what waits."""
        return self.fault is not None and not self._waiting and not self.keeps

    def take_fault(self) -> Fault | None:
        """What the emulator failed on since this was last asked."""
        taken, self.fault = self.fault, None
        return taken

    def _drawn_to(self) -> int:
        """Where in the stream the last slice begins."""
        place, behind = self.place, 0
        for each in self._waiting if place is None else ():
            if isinstance(each, Place):
                place = each
                break
            behind += len(each) if isinstance(each, bytes) else 0
        end = place.offset if place is not None else self._floor
        return max(end - behind - len(self._slice), self._floor)

    def _lines(self) -> int:
        """How many lines had left the screen, as far as the terminal can still say."""
        try:
            return max(self.terminal.scrollback.total, 0)
        except Exception:
            return 0

    def _ahead(self, size: int) -> bytes:
        """Up to ``size`` of the bytes that are drawn next."""
        found = b""
        for each in self._waiting:
            if isinstance(each, bytes):
                found += each[: size - len(found)]
            if len(found) >= size or not isinstance(each, bytes | Place):
                break
        return found

    def _next_slice(self, room: int) -> bytes:
        """The bytes to draw next: adjoining ones together, since the terminal is faster on large pieces.

        Once the screen is due to be kept, not beyond the end of a record.
        """
        pieces: list[bytes] = []
        is_due = self._due
        while room and self._waiting:
            first = self._waiting[0]
            if isinstance(first, Place):
                if is_due:
                    break
                self.place = first
                self._waiting.popleft()
                continue
            if not isinstance(first, bytes):
                break
            self.place = None
            self._waiting.popleft()
            if len(first) > room:
                self._waiting.appendleft(first[room:])
                first = first[:room]
            pieces.append(first)
            room -= len(first)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)
