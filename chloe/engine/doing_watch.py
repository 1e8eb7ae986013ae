"""What the program of each pane does, kept current: the projection of the panes' states.

Owns when a pane is looked at: soon after the last byte that it printed, since that is when a program begins
to wait; then ever more rarely while nothing changes. Must not know how a look is taken, nor the rule by which
it becomes a state (``actors.states``).

A look costs some 0.3 ms, so an idle pane is looked at each 10 s, and those due at about the same time are
looked at together: they share one reading of the list of processes, in slices that keep the loop free.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from chloe.actors.states.doing import Doing, choose_doing
from chloe.actors.states.shell_marks import Marked, ShellMarks
from chloe.backends.activity import Activity, ProcessGroups
from chloe.engine.fold import Change
from chloe.events.panes import Pane, Panes
from chloe.terminal.notices import PromptMark

#: Seconds from the last byte to the first look. One that goes on printing is looked at after the second.
SETTLED, _PRINTING = 0.15, 1.0
#: Seconds between two looks while nothing changes: the first, each twice the one before, and the last.
FIRST_WAIT, LAST_WAIT = 0.3, 10.0
#: The last of them where somebody looks at the pane: a prompt may come that prints nothing.
SHOWN_WAIT = 1.0
#: Seconds that looks may take at a time, and the least between two times.
_SLICE, _PAUSE = 0.004, 0.05

#: Looks at a pane, given its id.
Observe = Callable[[str, ProcessGroups], Activity | None]


@dataclass(slots=True)
class _Schedule:
    """When a pane is looked at next, how long after that again, and what it had printed by then."""

    due: float
    wait: float
    printed: int
    #: When it printed first since the last look; None where it didn't.
    printing_since: float | None = None


class DoingWatch:
    """What each of ``panes`` does. ``publish`` is called with those whose state is another one."""

    def __init__(
        self,
        panes: Panes,
        observe: Observe,
        publish: Callable[[Change], None],
        has_whole_screen: Callable[[str], bool] = lambda _: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._panes = panes
        self._observe = observe
        self._publish = publish
        #: Whether a pane's program, by its id, is known to have the alternate screen: no shell has it.
        self._has_whole_screen = has_whole_screen
        self._marks = ShellMarks()
        self._shown: frozenset[str] = frozenset()
        self._clock = clock
        self._doings: dict[str, Doing] = {}
        self._schedules: dict[str, _Schedule] = {}
        self._sleeps_until = 0.0
        self._wake = asyncio.Event()

    @property
    def doings(self) -> Mapping[str, Doing]:
        """Return what each pane does, by its id, as of the last look; one just made isn't there yet."""
        return self._doings

    def on_change(self, change: Change) -> None:
        """Take note of the panes that printed, began or ended, and of what shells marked in that."""
        for name, notice in change.notices:
            if isinstance(notice, PromptMark) and name in self._panes:
                self._marks.note(name, notice, self._panes[name].output_bytes)
        for name in change.panes & self._panes.keys():
            self._take_note(self._panes[name])

    def look_at(self, panes: frozenset[str]) -> None:
        """Take note that these panes are shown, and no others: they are looked at more often."""
        new, self._shown = panes - self._shown, panes
        for schedule in (self._schedules[name] for name in new & self._schedules.keys()):
            schedule.wait = FIRST_WAIT
            schedule.due = min(schedule.due, self._clock() + SETTLED)
            if schedule.due < self._sleeps_until:
                self._wake.set()

    def _take_note(self, pane: Pane) -> None:
        if not pane.alive:
            self._schedules.pop(pane.id, None)
            self._marks.forget(pane.id)
            self._doings[pane.id] = choose_doing(pane, None, 0)
            return
        now = self._clock()
        schedule = self._schedules.get(pane.id)
        if schedule is None:
            schedule = self._schedules[pane.id] = _Schedule(now + SETTLED, FIRST_WAIT, pane.output_bytes)
        elif schedule.printed != pane.output_bytes:
            schedule.printed, schedule.wait = pane.output_bytes, FIRST_WAIT
            if schedule.printing_since is None:
                schedule.printing_since = now
            schedule.due = min(now + SETTLED, schedule.printing_since + _PRINTING)
        if schedule.due < self._sleeps_until:
            self._wake.set()

    async def run(self) -> None:
        """Look at panes as they are due, for ever."""
        self.on_change(Change(frozenset(self._panes)))
        while True:
            now = self._clock()
            self._sleeps_until = min(
                (found.due for found in self._schedules.values()), default=now + LAST_WAIT
            )
            self._wake.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(max(self._sleeps_until - now, _PAUSE)):
                    await self._wake.wait()
            await self.look()

    async def look(self) -> None:
        """Look at the panes that are due."""
        groups = ProcessGroups()
        now = self._clock()
        changed: set[str] = set()
        until = now + _SLICE
        for name in [name for name, schedule in self._schedules.items() if schedule.due <= now]:
            pane, schedule = self._panes.get(name), self._schedules.get(name)
            # Others ran between two slices.
            if pane is None or schedule is None:
                continue
            if self._look_at(pane, schedule, groups):
                changed.add(name)
            if self._clock() > until:
                await asyncio.sleep(0)
                until = self._clock() + _SLICE
        if changed:
            self._publish(Change(frozenset(changed)))

    def _look_at(self, pane: Pane, schedule: _Schedule, groups: ProcessGroups) -> bool:
        """Look at one pane. Return whether it does something else now."""
        now = time.time_ns()
        activity = self._observe(pane.id, groups)
        marked: Marked = ""
        if activity is not None and not self._has_whole_screen(pane.id):
            marked = self._marks.find(pane.id, activity.evidence, pane.output_bytes)
        doing = choose_doing(pane, activity, now, marked)
        before = self._doings.get(pane.id)
        if before is not None and before.state == doing.state:
            # It has been so since then, whatever shows it now.
            if doing.since != before.since:
                doing = replace(doing, since=before.since)
        elif not doing.since:
            doing = replace(doing, since=now)
        changed = before is None or _shown(before) != _shown(doing)
        self._doings[pane.id] = doing
        if changed:
            schedule.wait = FIRST_WAIT
        schedule.printing_since = None
        schedule.due = _align(self._clock() + schedule.wait, schedule.wait / 2)
        schedule.wait = min(2 * schedule.wait, SHOWN_WAIT if pane.id in self._shown else LAST_WAIT)
        return changed


def _shown(doing: Doing) -> tuple[str, str, str]:
    return doing.state, doing.program, doing.folder


def _align(due: float, grid: float) -> float:
    """Return the last multiple of ``grid`` before ``due``, so that panes that wait as long come together."""
    return due // grid * grid
