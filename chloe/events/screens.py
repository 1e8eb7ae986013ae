"""The screens projection: what each pane's terminal shows, folded from its stream.

Owns which panes are followed, each with its ``Screen``, and the sharing of time between them. Must not
know who looks at a screen, nor answer anything a program asks: replies are left in the terminal for a
live driver to take.

Folding is in two steps, so that a loop can share its time: ``apply`` takes a record in, ``settle`` draws
for a while. Reading a screen settles it first: no one ever sees a screen that lags behind the records
applied.

A screen on which the emulator failed leaves the mapping for ``broken``, until the log has one to begin
anew with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chloe.events import facts
from chloe.events.facts import Record
from chloe.events.faults import Fault, make_fault
from chloe.events.screen import Clock, Screen, StreamPosition
from chloe.terminal import Terminal, within_bounds


class Screens(Mapping[str, Terminal]):
    """The terminals of the panes that are followed, by pane id. Looking one up settles it."""

    def __init__(self, scrollback: int = 10_000, *, clock: Clock) -> None:
        self._clock = clock
        #: Whether a new pane is followed from its ``Created`` on.
        self.follows_new = True
        self._screens: dict[str, Screen] = {}
        self._unsettled: dict[str, Screen] = {}
        #: The panes that were drawn since the last ``settle`` since somebody looked them up.
        self._drawn_by_look: set[str] = set()
        self._checkpoints_due: dict[str, None] = {}
        self._scrollback = scrollback
        #: The panes whose screen can't be drawn, and what the emulator failed on.
        self.broken: dict[str, Fault] = {}
        self._faults: list[tuple[str, Fault]] = []

    def __getitem__(self, pane: str) -> Terminal:
        screen = self._screens[pane]
        if not screen.is_settled:
            screen.settle(None)
            self._unsettled.pop(pane, None)
            self._drawn_by_look.add(pane)
            self._set_broken_aside(pane, screen)
            screen = self._screens[pane]
        return screen.terminal

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._screens))

    def __len__(self) -> int:
        return len(self._screens)

    def __contains__(self, pane: object) -> bool:
        return pane in self._screens

    def open(self, pane: str, terminal: Terminal, position: StreamPosition) -> None:
        """Follow a pane from ``position`` on, where its screen is this."""
        self._screens[pane] = Screen(terminal, position, clock=self._clock)
        self.broken.pop(pane, None)

    def adopt(self, pane: str, other: Screens) -> None:
        """Follow a pane from where ``other``, which folded its stream apart, has come."""
        if pane in other.broken:
            self.broken[pane] = other.broken.pop(pane)
            return
        self.broken.pop(pane, None)
        self._screens[pane] = other._screens.pop(pane)
        if other._unsettled.pop(pane, None):
            self._unsettled[pane] = self._screens[pane]

    def drawn(self, pane: str) -> Terminal:
        """Return the pane's terminal as far as it is drawn, for what must not wait for the rest."""
        return self._screens[pane].terminal

    def pending_bytes(self, pane: str) -> int:
        """Return how many bytes of the pane's stream were applied and are not drawn yet."""
        screen = self._unsettled.get(pane)
        return screen.pending_bytes if screen else 0

    def forget(self, pane: str) -> None:
        """Stop following a pane; the log has all that is needed to fold it again."""
        self._screens.pop(pane, None)
        self._unsettled.pop(pane, None)
        self._drawn_by_look.discard(pane)
        self.broken.pop(pane, None)

    # Faults ----------------------------------------------------------------------------------------

    def fail(self, pane: str, error: Exception, doing: str) -> None:
        """Give a pane's screen up since reading it raised ``error``."""
        screen = self._screens.get(pane)
        if screen is not None:
            screen.fail(error, doing)
            self._set_broken_aside(pane, screen)

    def fail_to_checkpoint(self, pane: str, error: Exception) -> None:
        """Take no more checkpoints of a pane's screen, since that raised ``error``; it is drawn as before."""
        screen = self._screens.get(pane)
        if screen is not None:
            screen.may_be_checkpointed = False
            offset = screen.position.offset if screen.position else 0
            self._faults.append((pane, make_fault(error, offset=offset, doing="kept", is_fatal=False)))

    def take_faults(self) -> list[tuple[str, Fault]]:
        """Return what the emulator failed on, by pane, and forget it."""
        taken, self._faults = self._faults, []
        return taken

    def _set_broken_aside(self, pane: str, screen: Screen) -> None:
        """Move a screen on which the emulator failed to ``broken``."""
        if screen.fault is None:
            return
        is_broken = screen.is_broken
        fault = screen.take_fault()
        if fault is not None:
            self._faults.append((pane, fault))
            if is_broken:
                self.forget(pane)
                self.broken[pane] = fault

    def take_checkpoint_due(self) -> tuple[str, StreamPosition, Terminal] | None:
        """Return a screen for which a checkpoint is due, with its pane and position; None where there is
        none.

        A screen with a checkpoint due draws no further, so a caller that settles for some time only has to
        take it.
        """
        while self._checkpoints_due:
            pane, _ = self._checkpoints_due.popitem()
            screen = self._screens.get(pane)
            if screen is not None and screen.is_checkpoint_due and screen.position is not None:
                screen.mark_checkpointed()
                return pane, screen.position, screen.terminal
        return None

    def settle(self, seconds: float | None = None, *, most: int | None = None) -> frozenset[str]:
        """Draw for at most about ``seconds`` (None: until all is drawn).

        With ``most``, only screens are drawn of which no more than so many bytes wait.

        Returns the panes that were drawn on since the last time, here or since somebody looked them up.
        """
        until = None if seconds is None else self._clock() + seconds
        drawn, self._drawn_by_look = self._drawn_by_look, set()
        for pane in list(self._unsettled):
            if most is not None and self._unsettled[pane].pending_bytes > most:
                continue
            drawn.add(pane)
            screen = self._unsettled.pop(pane)
            is_drained = screen.settle(until)
            if screen.fault is not None:
                self._set_broken_aside(pane, screen)
                if pane in self.broken:
                    continue
            if screen.is_checkpoint_due:
                self._checkpoints_due[pane] = None
            if not is_drained:
                # Behind the others, so that one flood doesn't keep the rest from being drawn.
                self._unsettled[pane] = screen
            if until is not None and self._clock() >= until:
                break
        return frozenset(drawn)

    @property
    def is_settled(self) -> bool:
        """Return whether every screen shows all that was applied, and ``settle`` has told so."""
        return not self._unsettled and not self._drawn_by_look

    def apply(self, record: Record) -> None:
        """Take one record in; its output is drawn by ``settle``, or when the screen is looked up."""
        fact = record.fact
        if isinstance(fact, facts.Created):
            if self.follows_new:
                self._begin(record.pane, fact.rows, fact.columns, StreamPosition(record.seq, 0))
            return
        if isinstance(fact, facts.Repainted) and record.pane in self.broken:
            lines = self.broken.pop(record.pane).lines
            self._begin(record.pane, fact.rows, fact.columns, StreamPosition(record.seq, fact.offset), lines)
        screen = self._screens.get(record.pane)
        if screen is None:
            return
        match fact:
            case facts.Output():
                screen.print(fact.data, StreamPosition(record.seq, fact.offset + fact.length))
            case facts.Resized():
                screen.resize(fact.rows, fact.columns, StreamPosition(record.seq, fact.offset))
            case facts.TerminalReset():
                screen.reset(record.seq)
            case facts.Repainted():
                screen.restart(fact.rows, fact.columns, fact.data, StreamPosition(record.seq, fact.offset))
            case facts.Died():
                screen.end()
            case _:
                return
        if not screen.is_settled or screen.is_checkpoint_due:
            self._unsettled[record.pane] = screen

    def _begin(self, pane: str, rows: int, columns: int, position: StreamPosition, lines: int = 0) -> None:
        """Follow a pane from an empty screen on."""
        try:
            with within_bounds:
                terminal = Terminal(rows, columns, scrollback=self._scrollback, first=lines)
        except Exception as error:
            self.broken[pane] = make_fault(error, offset=position.offset, doing="drawn", lines=lines)
            self._faults.append((pane, self.broken[pane]))
        else:
            self.open(pane, terminal, position)
