"""Whose Esc it is at this moment, in the pane that has the keyboard.

Owns when that is looked at anew, and what the user chose for all panes. The rule itself is the engine's. Must
not know keys, how it is shown, or how the evidence is gathered.

Most of what changes it shows in what a program prints, and some doesn't: so it is looked at with each frame,
and between frames ever more rarely.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection

from chloe.config.settings import EscapeRule
from chloe.engine import Escape, choose_escape
from chloe.events.panes import Pane
from chloe.terminal import Modes
from chloe.ui.requests import AppEngine
from chloe.ui.selection import Selection

#: Seconds for which a look is good enough for what is shown.
_FRESH = 0.02
#: Seconds from a frame to the first look after it, and the most between two looks.
_SOON, _RARELY = 0.05, 1.0


class EscapeWatch:
    """Whose Esc it is. ``rule`` and ``programs`` are the user's choice for all panes."""

    def __init__(
        self,
        engine: AppEngine,
        selection: Selection,
        rule: EscapeRule,
        programs: Collection[str],
        on_change: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._selection = selection
        self._rule = rule
        self._programs = programs
        self._on_change = on_change
        self._last: tuple[str, Escape] | None = None
        self._looked_at = float("-inf")
        self._wait = _SOON
        self._timer: asyncio.TimerHandle | None = None

    def is_programs(self) -> bool:
        """Return whether an Esc that is typed now is the program's."""
        escape = self.look()
        return escape is not None and escape.is_programs

    def look(self) -> Escape | None:
        """Look whose Esc it is; None where no pane has the keyboard."""
        self._looked_at = time.monotonic()
        pane = self._engine.projections.panes.get(self._selection.typing_into or "")
        self._last = None if pane is None else (pane.id, self._choose(pane))
        return self._last and self._last[1]

    @property
    def current(self) -> Escape | None:
        """Return whose Esc it is, as of a moment ago; None where no pane has the keyboard."""
        last, into = self._last, self._selection.typing_into
        if (
            into is not None
            and last is not None
            and last[0] == into
            and time.monotonic() < self._looked_at + _FRESH
        ):
            return last[1]
        return self.look()

    def _choose(self, pane: Pane) -> Escape:
        if not self._selection.accepts_keys(pane):
            return Escape(False, "nothing can be typed into it")
        return choose_escape(
            self._engine.look(pane.id) if self._rule != "never" else None,
            find_modes(self._engine, pane),
            rule=self._rule,
            assigned=pane.owns_escape,
            programs=self._programs,
        )

    def watch(self) -> None:
        """Look again soon, since a frame was shown; then ever more rarely, while a pane has the keyboard."""
        self._wait = _SOON
        self._set_timer()

    def _set_timer(self) -> None:
        self.close()
        if self._rule != "never" and self._selection.is_typing:
            self._timer = asyncio.get_running_loop().call_later(self._wait, self._look_again)

    def _look_again(self) -> None:
        before = self._last
        self.look()
        if self._last != before:
            self._on_change()
        self._wait = min(2 * self._wait, _RARELY)
        self._set_timer()

    def close(self) -> None:
        """Look no more by itself."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def find_modes(engine: AppEngine, pane: Pane) -> Modes:
    """Return what the pane's program has set, as far as its screen is known."""
    ahead = engine.ahead
    screens = ahead if pane.id in ahead else engine.projections.screens
    return screens.drawn(pane.id).modes if pane.id in screens else Modes()
