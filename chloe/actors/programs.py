"""Programs: what a pane is asked to run, made into something that can be started.

Owns the defaults a command left open (shell, folder, name), which backend a pane gets, and where its
spool lies. Must not know the log, projections or other panes.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from chloe.backends import environment
from chloe.backends.backend import Backend, Spec
from chloe.backends.direct import DirectBackend
from chloe.backends.tmux import PREFIX, TmuxBackend, TmuxServer, running
from chloe.config import Config
from chloe.errors import TmuxUnusable
from chloe.events.commands import Open
from chloe.watch import Watcher

#: What Chloe's own terminal is to a program (terminfo(5)); inside tmux it is what tmux is.
_TERM = "xterm-256color"


class Programs:
    """Makes backends. ``inherited`` is the environment that programs get, but for their terminal's part."""

    def __init__(self, config: Config, watcher: Watcher, inherited: Mapping[str, str]) -> None:
        self._config = config
        self._server = TmuxServer(config.tmux.socket_name)
        self._watcher = watcher
        self._inherited = inherited

    def close(self) -> None:
        """Let go of the tmux server; it runs on."""
        self._server.close()

    def spec(self, pane: str, command: Open) -> Spec:
        """What ``command`` asks for, with nothing left open."""
        cwd = os.path.abspath(Path(command.cwd).expanduser() if command.cwd else Path.cwd())  # noqa: PTH100
        return Spec(
            pane=pane,
            argv=command.argv or self._config.shell.command or environment.shell(),
            cwd=cwd,
            environment=environment.environment(self._inherited, pane=pane, term=_TERM, cwd=cwd),
            rows=command.rows,
            columns=command.columns,
        )

    def direct(self, spec: Spec) -> Backend:
        """A program on a PTY of this process, not started yet."""
        return DirectBackend(spec)

    def tmux(self, spec: Spec) -> TmuxBackend:
        """A program in a tmux session, not started yet."""
        return self._tmux(spec.pane, spec)

    def adopted(self, pane: str) -> TmuxBackend:
        """A program that was started before, by whatever instance."""
        return self._tmux(pane, None)

    def _tmux(self, pane: str, spec: Spec | None) -> TmuxBackend:
        return TmuxBackend(
            self._server,
            spec,
            self._folder(pane),
            self._watcher,
            pane_cap=self._config.spool.pane_cap,
            disk_share=self._config.spool.disk_share,
            damaged=self._config.paths.home / "damaged",
        )

    def _folder(self, pane: str) -> Path:
        return self._config.paths.spool / pane

    def left(self, pane: str) -> bool:
        """Whether the pane has a spool: it runs, or it ended and not all of it is in the log."""
        return self._folder(pane).is_dir()

    def runs(self, pane: str) -> bool:
        """Whether a holder looks after the pane's program now."""
        return running(self._folder(pane))

    async def in_tmux(self, pane: str) -> bool:
        """Whether tmux has the pane's session, as far as it answers."""
        try:
            return PREFIX + pane in await self._server.sessions()
        except TmuxUnusable:
            return False

    async def tmux_trouble(self) -> str:
        """Why tmux can't be used at the moment, or ""."""
        try:
            await self._server.sessions()
        except TmuxUnusable as error:
            return str(error)
        return ""

    async def clear(self, pane: str) -> None:
        """Remove the spool of a pane that has ended and is in the log."""
        await asyncio.to_thread(shutil.rmtree, self._folder(pane), ignore_errors=True)


def name(spec: Spec) -> str:
    """What a pane is called that nobody named: its program."""
    return Path(spec.argv[0]).name or spec.argv[0]
