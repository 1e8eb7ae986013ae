"""The screens projection: what each pane's terminal shows, folded from its stream.

Owns one ``Terminal`` for each pane that is followed, and what its program wrote but the fold has not
drawn yet. Must not know who looks at a screen, nor answer anything a program asks: replies are left in
the terminal for a live driver to take.

Folding is in two steps, so that a loop can share its time: ``apply`` takes a record in, ``settle`` draws
for a while. Reading a screen settles it first: no one ever sees a screen that lags behind the records
applied.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Mapping

from chloe.events import facts
from chloe.events.facts import Record
from chloe.terminal import Terminal

#: Bytes drawn between two looks at the clock while the terminal is at its slowest, and at its fastest.
_LEAST, _MOST = 2 * 1024, 256 * 1024


class Screen:
    """One pane's terminal and what is still to be drawn on it."""

    __slots__ = ("_slice", "_waiting", "terminal", "waiting")

    def __init__(self, rows: int, columns: int, scrollback: int) -> None:
        self.terminal = Terminal(rows, columns, scrollback=scrollback)
        #: Bytes printed and sizes (rows, columns), in the order of the stream.
        self._waiting: deque[bytes | tuple[int, int]] = deque()
        #: Bytes among them.
        self.waiting = 0
        self._slice = 16 * 1024

    @property
    def settled(self) -> bool:
        """Whether everything applied has been drawn."""
        return not self._waiting

    def print(self, data: bytes) -> None:
        """The program wrote ``data``."""
        if data:
            self._waiting.append(data)
            self.waiting += len(data)

    def resize(self, rows: int, columns: int) -> None:
        """The size changed, after all that was printed before."""
        self._waiting.append((rows, columns))

    def restart(self, rows: int, columns: int, data: bytes, scrollback: int) -> None:
        """The screen is this from here on, whatever it was."""
        self._waiting.clear()
        self.waiting = 0
        self.terminal = Terminal(rows, columns, scrollback=scrollback)
        self.print(data)

    def settle(self, until: float | None) -> bool:
        """Draw until the monotonic clock passes ``until`` (None: no limit). Whether all is drawn."""
        while self._waiting:
            first = self._waiting[0]
            if isinstance(first, bytes):
                self._draw()
            else:
                self._waiting.popleft()
                self.terminal.resize(*first)
            if until is not None and time.monotonic() >= until:
                break
        return not self._waiting

    def _draw(self) -> None:
        """Draw the next slice, and learn from the time it took how large the one after may be."""
        data = self._next_slice()
        self.waiting -= len(data)
        began = time.monotonic()
        self.terminal.feed(data)
        took = time.monotonic() - began
        # Slices of one to two milliseconds leave room for one that turns out four times as slow.
        if took > 0.002:
            self._slice = max(self._slice // 2, _LEAST)
        elif took < 0.001 and len(data) == self._slice:
            self._slice = min(self._slice * 2, _MOST)

    def _next_slice(self) -> bytes:
        """The bytes to draw next: adjoining ones together, since the terminal is faster on large pieces."""
        pieces: list[bytes] = []
        room = self._slice
        while room and self._waiting:
            first = self._waiting[0]
            if not isinstance(first, bytes):
                break
            self._waiting.popleft()
            if len(first) > room:
                self._waiting.appendleft(first[room:])
                first = first[:room]
            pieces.append(first)
            room -= len(first)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


class Screens(Mapping[str, Terminal]):
    """The terminals of the panes that are followed, by pane id. Looking one up settles it."""

    def __init__(self, scrollback: int = 10_000) -> None:
        #: Whether a new pane is followed from its ``Created`` on.
        self.opens = True
        self._screens: dict[str, Screen] = {}
        self._unsettled: dict[str, Screen] = {}
        self._scrollback = scrollback

    def __getitem__(self, pane: str) -> Terminal:
        screen = self._screens[pane]
        if not screen.settled:
            screen.settle(None)
            self._unsettled.pop(pane, None)
        return screen.terminal

    def __iter__(self) -> Iterator[str]:
        return iter(self._screens)

    def __len__(self) -> int:
        return len(self._screens)

    def __contains__(self, pane: object) -> bool:
        return pane in self._screens

    def take(self, pane: str, other: Screens) -> None:
        """Follow a pane from where ``other``, which folded its stream apart, has come."""
        self._screens[pane] = other._screens.pop(pane)
        if other._unsettled.pop(pane, None):
            self._unsettled[pane] = self._screens[pane]

    def peek(self, pane: str) -> Terminal:
        """The pane's terminal as far as it is drawn, for what must not wait for the rest."""
        return self._screens[pane].terminal

    def waiting(self, pane: str) -> int:
        """Bytes of the pane's stream that were applied and are not drawn yet."""
        screen = self._unsettled.get(pane)
        return screen.waiting if screen else 0

    def forget(self, pane: str) -> None:
        """Stop following a pane; the log has all that is needed to fold it again."""
        self._screens.pop(pane, None)
        self._unsettled.pop(pane, None)

    def settle(self, seconds: float | None = None) -> frozenset[str]:
        """Draw for at most about ``seconds`` (None: until all is drawn). The panes that were drawn on."""
        until = None if seconds is None else time.monotonic() + seconds
        drawn = set()
        for pane in list(self._unsettled):
            drawn.add(pane)
            screen = self._unsettled.pop(pane)
            if not screen.settle(until):
                # Behind the others, so that one flood doesn't keep the rest from being drawn.
                self._unsettled[pane] = screen
            if until is not None and time.monotonic() >= until:
                break
        return frozenset(drawn)

    @property
    def settled(self) -> bool:
        """Whether every screen shows all that was applied."""
        return not self._unsettled

    def apply(self, record: Record) -> None:
        """Take one record in; what it prints is drawn by ``settle``, or when the screen is looked at."""
        fact = record.fact
        if isinstance(fact, facts.Created):
            if self.opens:
                self._screens[record.pane] = Screen(fact.rows, fact.columns, self._scrollback)
            return
        screen = self._screens.get(record.pane)
        if screen is None:
            return
        match fact:
            case facts.Output():
                screen.print(fact.data)
            case facts.Resized():
                screen.resize(fact.rows, fact.columns)
            case facts.Repainted():
                screen.restart(fact.rows, fact.columns, fact.data, self._scrollback)
            case _:
                return
        if not screen.settled:
            self._unsettled[record.pane] = screen
