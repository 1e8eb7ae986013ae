"""What the tests of the front end share: an engine without programs.

``double`` folds real facts into real projections; only what runs programs is missing. ``test_double.py`` asks
the same of it and of a real engine.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chloe.actors.preconditions import why_not
from chloe.backends.kinds import TRAITS
from chloe.config import Config, KeysSettings, Paths, ShellSettings, TerminalSettings, UiSettings
from chloe.config.settings import MouseRule, PanesSettings
from chloe.engine import Change, Doing, ProgramEvidence, Queues
from chloe.errors import PaneRefused
from chloe.events import commands, facts
from chloe.events.facts import Fact, Record
from chloe.events.panes import Pane
from chloe.events.projections import Projections
from chloe.events.screens import Screens
from chloe.past.scrollback import Lines
from chloe.terminal import Terminal
from chloe.terminal.colours import Colours
from tests.ui.pilot import Pilot

ME = "instance-of-the-test"


@dataclass
class Double:
    """An engine whose panes run nothing: what is asked becomes the facts that a real one would log."""

    instance: str = ME
    projections: Projections = field(default_factory=lambda: Projections(clock=time.monotonic))
    ahead: Screens = field(default_factory=lambda: Screens(clock=time.monotonic))
    doings: dict[str, Doing] = field(default_factory=dict)
    lost_records_notice: str | None = None
    trouble: str | None = None
    #: What a look at any pane's program shows.
    evidence: ProgramEvidence | None = field(
        default_factory=lambda: ProgramEvidence(
            is_raw=False, echoes=True, program="sh", front="sh", is_own_group=True
        )
    )
    sent: list[commands.Write | commands.Resize] = field(default_factory=list)
    requested: list[commands.Command] = field(default_factory=list)
    listeners: list[Callable[[Change], None]] = field(default_factory=list)
    colours: Colours = field(default_factory=Colours)

    def happen(self, pane: str, fact: Fact, *, instance: str = ME, at: int = 0) -> None:
        """Fold a fact, and call the subscribers."""
        seq = self.projections.seq + 1
        occurred_at = at or seq * 1_000_000_000
        record = Record(seq, occurred_at, occurred_at, pane, instance, fact, b"")
        self.projections.apply(record)
        screens = self.projections.screens
        screens.settle()
        said = screens.drawn(pane).take_notices() if pane in screens else []
        for callback in list(self.listeners):
            callback(Change(panes=frozenset({pane}), notices=tuple((pane, notice) for notice in said)))

    def pane(self, name: str, *, backend: facts.BackendKind = "direct", **differs: Any) -> str:
        """Make a pane; answers with its id."""
        pane = str(uuid.uuid4())
        instance = differs.pop("instance", ME)
        created: dict[str, Any] = {"argv": ("sh",), "cwd": "/tmp", "rows": 24, "columns": 80} | differs
        self.happen(
            pane,
            facts.Created(backend=backend, name=name, traits=TRAITS[backend], **created),
            instance=instance,
        )
        return pane

    def prints(self, pane: str, data: bytes) -> None:
        """The pane's program prints."""
        offset = self.projections.panes[pane].output_bytes
        self.happen(pane, facts.Output(offset=offset, length=len(data), data=data))

    def look(self, pane: str) -> ProgramEvidence | None:
        pane_state = self.projections.panes.get(pane)
        return self.evidence if pane_state is not None and pane_state.alive else None

    def find_folder(self, pane: str) -> str:
        return self.projections.panes[pane].cwd

    def find_jobs(self, pane: str) -> tuple[str, ...]:
        return ()

    def look_at(self, panes: frozenset[str]) -> None:
        """All that is shown is in its log."""

    def take_colours(self, colours: Colours) -> None:
        self.colours = colours

    def log_size(self) -> int:
        return 1_234_567

    async def hand_over(self) -> None:
        """It has no leases."""

    def take_again(self) -> None:
        """It has no leases."""

    def measure_queues(self) -> Queues:
        return Queues(0, 0, {}, {})

    def screen_failed(self, pane: str, error: Exception) -> None:
        self.projections.screens.fail(pane, error, "shown")

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        self.listeners.append(callback)
        return lambda: self.listeners.remove(callback)

    async def request(self, command: commands.Command) -> str | None:
        self.requested.append(command)
        if isinstance(command, commands.Open):
            size = {"rows": command.rows, "columns": command.columns}
            return self.pane(command.name or "sh", backend=command.backend, **size)
        pane = self._pane_for(command)
        if pane is not None:
            for fact in self._answers(command, pane):
                self.happen(pane.id, fact)
        return None

    def _pane_for(self, command: commands.Command) -> Pane | None:
        """The pane of a command, by the engine's own rule; None where there is nothing to do."""
        assert not isinstance(command, commands.Open)
        if command.pane not in self.projections.panes:
            raise PaneRefused(f"there is no pane {command.pane}")
        pane = self.projections.panes[command.pane]
        refusal = why_not(command, pane, ME)
        if refusal is not None and not refusal.is_so:
            raise PaneRefused(str(refusal))
        return pane if refusal is None else None

    def _answers(self, command: commands.Command, pane: Pane) -> Iterator[Fact]:
        match command:
            case commands.Rename(name=name):
                yield facts.Renamed(name=name)
            case commands.Tag(tags=tags):
                yield facts.Tagged(tags=tags)
            case commands.ResetTerminal():
                yield facts.TerminalReset()
            case commands.AssignEscape(to_program=to_program):
                yield facts.EscapeAssigned(to_program=to_program)
            case commands.MarkSeen(offset=offset, ended=ended):
                yield facts.Seen(offset=offset, ended=ended)
            case commands.Detach(reason=reason):
                yield facts.Detached(instance=ME, reason=reason)
            case commands.Reattach():
                yield facts.Reattached(instance=ME)
            case commands.Close():
                ends = pane.alive and not pane.traits.outlives_chloe
                if ME in pane.attached and not ends:
                    yield facts.Detached(instance=ME, reason="closed")
                yield facts.Closed()
                if ends:
                    yield facts.Died(status=None, signal=9, reason="")
            case commands.Reopen():
                yield facts.Reopened()
                yield facts.Reattached(instance=ME)
            case commands.Kill():
                yield facts.Died(status=None, signal=9, reason="")
            case commands.Write() | commands.Resize():
                self.send(command)

    def send(self, command: commands.Write | commands.Resize) -> None:
        self.sent.append(command)
        if self._pane_for(command) is not None and isinstance(command, commands.Resize):
            offset = self.projections.panes[command.pane].output_bytes
            self.happen(
                command.pane, facts.Resized(rows=command.rows, columns=command.columns, offset=offset)
            )

    async def screen(self, pane: str) -> Terminal:
        return self.projections.screens[pane]

    async def lines(self, pane: str, first: int, count: int, columns: int) -> Lines:
        return Lines(first, ())


@pytest.fixture
def double() -> Double:
    return Double()


Fly = Callable[..., Awaitable["Pilot"]]


@pytest.fixture
async def fly(home: Path) -> AsyncIterator[Fly]:
    """Start the app in memory, with settings that differ from the user's: Esc is always the program's."""
    pilots: list[Pilot] = []

    async def take_off(
        *,
        release: str = "never",
        escape: tuple[str, ...] = (),
        rows: int = 24,
        columns: int = 80,
        scrollback: int = 10_000,
        mouse: MouseRule = True,
        is_quiet: bool = False,
        actions: Mapping[str, tuple[str, ...]] | None = None,
        panes: PanesSettings | None = None,
    ) -> Pilot:
        config = Config(
            paths=Paths.under(home),
            keys=KeysSettings(release=release, escape=escape, actions=actions or {}),
            ui=UiSettings(mouse=mouse, ascii=False, notifications=not is_quiet, title=not is_quiet),
            shell=ShellSettings(command=("sh",)),
            terminal=TerminalSettings(scrollback=scrollback),
            panes=panes or PanesSettings(),
        )
        pilots.append(Pilot(config, rows=rows, columns=columns))
        return await pilots[-1].take_off()

    yield take_off
    for each in pilots:
        await each.abort()


@pytest.fixture
async def pilot(fly: Fly) -> Pilot:
    """The app in memory, in a window of 80 columns and 24 rows."""
    return await fly()
