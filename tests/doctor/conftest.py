"""A doctor for a private Chloe, with real panes on a private tmux server."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import pytest

from chloe.backends.tmux.spool_status import has_holder
from chloe.config import Config
from chloe.doctor import Evidence, Finding, FixResult, State, apply_fixes, diagnose, gather_evidence
from chloe.engine import open_engine
from tests.panes import open_pane

CAT = ("sh", "-c", "printf ready; exec cat")


class Doctor:
    """Looks at the test's own Chloe."""

    def __init__(self, config: Config, eventually: Callable[..., Awaitable[None]]) -> None:
        self.config = config
        self.environment: dict[str, str] = {
            "CHLOE_HOME": str(config.paths.home),
            "CHLOE_TMUX_SOCKET": config.tmux.socket_name,
            "TERM": "xterm-256color",
        }
        self._eventually = eventually

    async def examine(self, *, full: bool = False, encoding: str = "utf-8") -> Evidence:
        return await gather_evidence(
            self.environment, encoding=encoding, colours=256, now=time.time_ns(), full=full
        )

    async def found(self, check: str, *, full: bool = False) -> list[Finding]:
        """What this check finds."""
        return [each for each in diagnose(await self.examine(full=full)) if each.check == check]

    async def states(self) -> Mapping[str, State]:
        """The worst that each check finds."""
        states: dict[str, State] = {}
        for finding in diagnose(await self.examine()):
            order = list(State)
            states[finding.check] = max(states.get(finding.check, State.OK), finding.state, key=order.index)
        return states

    async def fix(self, ingest: Callable[[], None] = lambda: None) -> list[FixResult]:
        """Do what may be done; a start of Chloe is ``start``'s, since it needs a loop of its own."""
        evidence = await self.examine()
        return apply_fixes(diagnose(evidence), evidence, ingest)

    async def start(self) -> None:
        """Start a Chloe, which takes in what there is, and end it."""
        async with open_engine(self.config, screens=False) as engine:
            await engine.ingest_spools()

    async def pane(self, *argv: str, name: str = "") -> str:
        """A tmux pane that a Chloe opened and left running, or that has ended meanwhile; its id."""
        async with open_engine(self.config) as engine:
            pane = await open_pane(engine, backend="tmux", argv=argv or CAT, name=name)
            await self._eventually(lambda: engine.projections.panes[pane].output_bytes)
        return pane

    def spool(self, pane: str) -> Path:
        return self.config.paths.spool / pane

    def holder(self, pane: str) -> int:
        """The process id of the pane's holder."""
        return int((self.spool(pane) / "lock").read_bytes())

    async def kill_holder(self, pane: str) -> None:
        os.kill(self.holder(pane), 9)
        await self._eventually(lambda: not has_holder(self.spool(pane)))
        await self._eventually(lambda: f"chloe-{pane}" not in self.tmux("ls"))

    def tmux(self, *words: str) -> str:
        """Run tmux on the test's own server."""
        command = ["tmux", "-L", self.config.tmux.socket_name, "-f/dev/null", *words]
        return subprocess.run(command, capture_output=True, text=True).stdout


@pytest.fixture
def doctor(config: Config, eventually: Callable[..., Awaitable[None]]) -> Doctor:
    return Doctor(config, eventually)
