"""Programs: what a pane is asked to run, made into something that can be started.

Owns the defaults a command left open (shell, folder, name), which backend a pane gets, and where its
spool lies. Must not know the log, projections or other panes.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from itertools import chain, count
from pathlib import Path

from chloe.backends import environment
from chloe.backends.backend import Backend, Spec
from chloe.backends.direct import DirectBackend
from chloe.backends.tmux import PREFIX, TmuxBackend, TmuxServer, running
from chloe.backends.tmux.inspecting import readable
from chloe.backends.tmux.removal import is_spool
from chloe.config import Config
from chloe.errors import SpoolBroken, TmuxUnusable
from chloe.events.commands import Open
from chloe.events.panes import Pane, Panes
from chloe.watch import Watcher

_log = logging.getLogger(__name__)

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
        with suppress(OSError):
            return is_spool(self._folder(pane))
        return False

    @property
    def spools(self) -> Path:
        """Where all spools are."""
        return self._config.paths.spool

    def goes_on(self, pane: Pane) -> bool:
        """Whether a pane that the log calls dead has more to tell, as its session outlives a failed actor.

        Where the holder has told the end, it may be there for an instant more, and tells nothing.
        """
        told = pane.died is not None and pane.died.spool is not None
        folder = self._folder(pane.id)
        try:
            return readable(folder, pane.spool) or (not told and running(folder))
        except (OSError, SpoolBroken) as error:
            # It is taken up once it can be read; the others don't wait for that.
            _log.warning("the spool %s can't be read for the moment: %s", folder, error)
            return False

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


def free_name(spec: Spec, panes: Panes) -> str:
    """What a pane is called that nobody named: its program, with a number where that is in use."""
    wanted = Path(spec.argv[0]).name or spec.argv[0]
    taken = {pane.name for pane in panes.values() if pane.alive and not pane.closed}
    names = chain((wanted,), (f"{wanted}-{number}" for number in count(2)))
    return next(name for name in names if name not in taken)
