"""What the tests of the front end share: an engine without programs.

``double`` folds real facts into real projections; only what runs programs is missing.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chloe.backends.kinds import TRAITS
from chloe.config import Config, KeysSettings, Paths, ShellSettings, TerminalSettings, UiSettings
from chloe.engine import Change
from chloe.errors import PaneRefused, StartFailed
from chloe.events import commands, facts
from chloe.events.facts import Fact, Record
from chloe.events.projections import Projections
from chloe.events.screens import Screens
from chloe.past.scrollback import Lines
from chloe.terminal import Terminal
from tests.ui.pilot import Pilot

ME = "instance-of-the-test"


@dataclass
class Double:
    """An engine whose panes run nothing: what is asked becomes the facts that a real one would log."""

    instance: str = ME
    projections: Projections = field(default_factory=lambda: Projections(clock=time.monotonic))
    ahead: Screens = field(default_factory=lambda: Screens(clock=time.monotonic))
    lost_records_notice: str | None = None
    trouble: str | None = None
    sent: list[commands.Write | commands.Resize] = field(default_factory=list)
    requested: list[commands.Command] = field(default_factory=list)
    listeners: list[Callable[[Change], None]] = field(default_factory=list)

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

    def look_at(self, panes: frozenset[str]) -> None:
        """All that is shown is in its log."""

    def log_size(self) -> int:
        return 1_234_567

    async def hand_over(self) -> None:
        """It has no leases."""

    def take_again(self) -> None:
        """It has no leases."""

    def screen_failed(self, pane: str, error: Exception) -> None:
        self.projections.screens.fail(pane, error, "shown")

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        self.listeners.append(callback)
        return lambda: self.listeners.remove(callback)

    async def request(self, command: commands.Command) -> str | None:
        self.requested.append(command)
        match command:
            case commands.Open(backend="tmux", cwd="/no/tmux"):
                raise StartFailed("no tmux here")
            case commands.Open():
                return self.pane(
                    command.name or "sh", backend=command.backend, rows=command.rows, columns=command.columns
                )
            case commands.Rename(pane, name):
                self.happen(pane, facts.Renamed(name=name))
            case commands.Detach(pane):
                self.happen(pane, facts.Detached(instance=ME, reason="asked"))
            case commands.Reattach(pane):
                self.happen(pane, facts.Reattached(instance=ME))
            case commands.Close(pane):
                self.happen(pane, facts.Closed())
            case commands.Reopen(pane):
                self.happen(pane, facts.Reopened())
            case commands.Kill(pane):
                self.happen(pane, facts.Died(status=None, signal=9, reason="killed"))
            case _:
                raise PaneRefused("the double can't do this")
        return None

    def send(self, command: commands.Write | commands.Resize) -> None:
        self.sent.append(command)
        if isinstance(command, commands.Resize):
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
    """Start the app in memory, with settings that differ from the test's: Ctrl-] takes the keyboard back."""
    pilots: list[Pilot] = []

    async def take_off(
        *, release: str = "ctrl+]", rows: int = 24, columns: int = 80, scrollback: int = 10_000
    ) -> Pilot:
        config = Config(
            paths=Paths.under(home),
            keys=KeysSettings(release=release),
            ui=UiSettings(ascii=False),
            shell=ShellSettings(command=("sh",)),
            terminal=TerminalSettings(scrollback=scrollback),
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
