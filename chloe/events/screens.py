"""The screens projection: what each pane's terminal shows, folded from its stream.

Owns which panes are followed, each with its ``Screen``, and the sharing of time between them. Must not
know who looks at a screen, nor answer anything a program asks: replies are left in the terminal for a
live driver to take.

Folding is in two steps, so that a loop can share its time: ``apply`` takes a record in, ``settle`` draws
for a while. Reading a screen settles it first: no one ever sees a screen that lags behind the records
applied.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from chloe.events import facts
from chloe.events.facts import Record
from chloe.events.screen import Place, Screen
from chloe.terminal import Terminal


class Screens(Mapping[str, Terminal]):
    """The terminals of the panes that are followed, by pane id. Looking one up settles it."""

    def __init__(self, scrollback: int = 10_000) -> None:
        #: Whether a new pane is followed from its ``Created`` on.
        self.opens = True
        self._screens: dict[str, Screen] = {}
        self._unsettled: dict[str, Screen] = {}
        self._ripe: dict[str, None] = {}
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

    def open(self, pane: str, terminal: Terminal, place: Place) -> None:
        """Follow a pane from ``place`` on, where its screen is this."""
        self._screens[pane] = Screen(terminal, place)

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

    def take_ripe(self) -> tuple[str, Place, Terminal] | None:
        """A screen that is worth keeping, as it stands now, and where that is; None where there is none.

        Who settles for some time only has to take them: a ripe screen draws no further.
        """
        while self._ripe:
            pane, _ = self._ripe.popitem()
            screen = self._screens.get(pane)
            if screen is not None and screen.ripe and screen.place is not None:
                screen.kept()
                return pane, screen.place, screen.terminal
        return None

    def settle(self, seconds: float | None = None) -> frozenset[str]:
        """Draw for at most about ``seconds`` (None: until all is drawn). The panes that were drawn on."""
        until = None if seconds is None else time.monotonic() + seconds
        drawn = set()
        for pane in list(self._unsettled):
            drawn.add(pane)
            screen = self._unsettled.pop(pane)
            whole = screen.settle(until)
            if screen.ripe:
                self._ripe[pane] = None
            if not whole:
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
                terminal = Terminal(fact.rows, fact.columns, scrollback=self._scrollback)
                self._screens[record.pane] = Screen(terminal, Place(record.seq, 0))
            return
        screen = self._screens.get(record.pane)
        if screen is None:
            return
        match fact:
            case facts.Output():
                screen.print(fact.data, Place(record.seq, fact.offset + fact.length))
            case facts.Resized():
                screen.resize(fact.rows, fact.columns, Place(record.seq, fact.offset))
            case facts.Repainted():
                screen.restart(fact.rows, fact.columns, fact.data, Place(record.seq, fact.offset))
            case facts.Died():
                screen.end()
            case _:
                return
        if not screen.settled or screen.ripe:
            self._unsettled[record.pane] = screen
