"""Launcher: what a pane is asked to run, made into something that can be started.

Owns the defaults a command left open (shell, folder, name), which backend a pane gets, and where its
spool lies. Must not know the log, projections or other panes.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

from chloe.actors.preconditions import require_startable
from chloe.backends import kinds
from chloe.backends.backend import Backend, PersistentBackend, Spec
from chloe.backends.flood_pause import FloodPause
from chloe.backends.terminal_input import TerminalInput
from chloe.backends.tmux.spool_status import find_end, has_holder, is_quiet
from chloe.config import Config
from chloe.config.paths import user_home
from chloe.errors import PaneRefused, SpoolTooNew, StartFailed, TmuxUnusable
from chloe.events.commands import Open
from chloe.events.facts import SpoolPosition, TerminalReset
from chloe.events.fields import MAX_NAME
from chloe.events.ids import path_of, session_of
from chloe.events.panes import Pane
from chloe.events.traits import Traits
from chloe.tasks import Tasks
from chloe.terminal.sizes import clamp
from chloe.waits import Waits
from chloe.watch import Watcher

if TYPE_CHECKING:
    from chloe.backends.tmux import Leases, TmuxBackend, TmuxServer

_log = logging.getLogger(__name__)

#: Seconds that naming a window may take: it is worth no more.
_NAMING_TIMEOUT = 1.0

#: Room for the number behind a name, and what that looks like.
_MAX_DIGITS = 12
_NUMBER = re.compile(r"-[0-9]{1,11}\Z")


class Launcher:
    """Makes backends. ``inherited`` is the environment that programs get, but for their terminal's part."""

    def __init__(
        self, config: Config, watcher: Watcher, leases: Leases, inherited: Mapping[str, str], waits: Waits
    ) -> None:
        self._config = config
        self._watcher = watcher
        #: Who records what, of the panes of this home.
        self.leases = leases
        self._inherited = inherited
        self._waits = waits
        #: Floods give way to keys, in all of this instance's panes.
        self.floods = FloodPause()
        #: What backends do beside the panes' actors.
        self.tasks = Tasks()

    @cached_property
    def _server(self) -> TmuxServer:
        from chloe.backends.tmux import TmuxServer

        return TmuxServer(self._config.tmux.socket_name, waits=self._waits)

    def close(self) -> None:
        """Let go of the tmux server; it runs on."""
        if "_server" in self.__dict__:
            self._server.close()

    def make_spec(self, pane: str, command: Open) -> Spec:
        """Return what ``command`` asks for, with nothing left open. Raises ``StartFailed``."""
        from chloe.backends import environment

        cwd = _choose_folder(command.cwd)
        argv = command.argv or self._config.shell.command or environment.login_shell()
        require_startable(argv, cwd)
        rows, columns = clamp(command.rows, command.columns)
        return Spec(
            pane=pane,
            argv=argv,
            cwd=cwd,
            environment=environment.build_environment(self._inherited, pane=pane, cwd=cwd),
            rows=rows,
            columns=columns,
        )

    def traits(self, kind: str) -> Traits:
        """Return what is different about panes of this kind. Raises ``StartFailed`` for an unknown one."""
        if kind not in kinds.TRAITS:
            raise StartFailed(f"Can't start a {kind} pane: this Chloe knows {', '.join(kinds.TRAITS)}.")
        return kinds.TRAITS[kind]

    def create(self, kind: str, spec: Spec) -> Backend:
        """Return a backend of this kind for a program that isn't started yet."""
        return self._makers[kind](spec)

    def can_adopt(self, kind: str) -> bool:
        """Return whether programs of this kind can be adopted: a log may claim anything."""
        return kind in self._adopters

    def adopt(self, pane: Pane) -> PersistentBackend:
        """Return a backend for a program that was started before, by whatever instance.

        Raises ``PaneRefused`` where no backend of its kind is known that could.
        """
        adopt = self._adopters.get(pane.backend)
        if adopt is None:
            raise PaneRefused(f"{pane.name} can't be reached: this Chloe can't adopt a {pane.backend} pane")
        return adopt(pane)

    @cached_property
    def _makers(self) -> dict[str, Callable[[Spec], Backend]]:
        return {kinds.DIRECT: self._direct, kinds.TMUX: lambda spec: self._tmux(spec.pane, spec)}

    @cached_property
    def _adopters(self) -> dict[str, Callable[[Pane], PersistentBackend]]:
        return {kinds.TMUX: lambda pane: self._tmux(pane.id, started_at=pane.created_at)}

    def _direct(self, spec: Spec) -> Backend:
        from chloe.backends.direct import DirectBackend

        return DirectBackend(spec, self.floods)

    def _tmux(self, pane: str, spec: Spec | None = None, *, started_at: int | None = None) -> TmuxBackend:
        from chloe.backends.tmux import TmuxBackend

        return TmuxBackend(
            self._server,
            spec,
            self._folder(pane),
            self._watcher,
            self.leases,
            self.tasks,
            pane_cap=self._config.spool.pane_cap,
            disk_share=self._config.spool.disk_share,
            damaged=self._config.paths.home / "damaged",
            started_at=started_at,
        )

    def _folder(self, pane: str) -> Path:
        return path_of(self._config.paths.spool, pane)

    def list_panes_with_spool(self) -> frozenset[str]:
        """Return the panes that have a spool: they run, or they ended and not all of it is in the log."""
        try:
            with os.scandir(self._config.paths.spool) as entries:
                return frozenset(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
        except (FileNotFoundError, NotADirectoryError):
            return frozenset()

    def has_unread_output(self, pane: Pane) -> bool:
        """Return whether the pane's spool may hold what the log doesn't, or its holder is no more."""
        return not is_quiet(self._folder(pane.id), pane.spool)

    def find_spool_end(self, pane: str) -> SpoolPosition | None:
        """Return how far the log will have the pane's spool once all is in it that is there now."""
        return find_end(self._folder(pane))

    @property
    def spools(self) -> Path:
        """Return where all spools are."""
        return self._config.paths.spool

    def outlives_its_actor(self, pane: Pane) -> bool:
        """Return whether a pane that the log calls dead has more to tell: a session outlives a failed actor.

        A holder that has recorded the end may still be there for an instant; that means nothing.
        """
        from chloe.backends.tmux.inspection import has_unrecorded

        end_is_recorded = pane.died is not None and pane.died.spool is not None
        folder = self._folder(pane.id)
        try:
            return has_unrecorded(folder, pane.spool) or (not end_is_recorded and has_holder(folder))
        except (OSError, SpoolTooNew) as error:
            # It is taken up once it can be read; the others don't wait for that.
            _log.warning("the spool %s can't be read for the moment: %s", folder, error)
            return False

    def is_running(self, pane: str) -> bool:
        """Return whether a holder looks after the pane's program, whatever the log says of it."""
        return has_holder(self._folder(pane))

    def inspect_input(self, pane: Pane) -> TerminalInput | None:
        """Return how the program of a pane without a backend here reads; None where that can't be seen."""
        from chloe.backends.tmux.program_look import ProgramLook

        return ProgramLook(self._folder(pane.id)).inspect_input() if pane.traits.outlives_chloe else None

    def reset_terminal(self, pane: Pane) -> TerminalReset:
        """Have what else shows the pane's terminal end what was left behind; what the log says of it."""
        from chloe.backends.tmux.terminal_reset import reset_terminal

        if pane.traits.runs_in_session:
            reset_terminal(self._folder(pane.id))
        return TerminalReset()

    async def name_window(self, pane: Pane, name: str) -> None:
        """Have what the pane runs on call it by this name, where it shows one; a failure costs no more."""
        if pane.traits.runs_in_session and pane.alive:
            with suppress(TmuxUnusable, TimeoutError):
                async with asyncio.timeout(_NAMING_TIMEOUT):
                    await self._server.name_window(session_of(pane.id), name)

    async def session_exists(self, pane: str) -> bool | None:
        """Return whether tmux has the pane's session; None where it doesn't answer."""
        try:
            return session_of(pane) in await self._server.list_sessions()
        except TmuxUnusable:
            return None

    async def find_tmux_error(self) -> str:
        """Return why tmux can't be used at the moment, or ""."""
        try:
            await self._server.list_sessions()
        except TmuxUnusable as error:
            return str(error)
        return ""


async def explain_failure(step: Awaitable[None], spec: Spec) -> None:
    """Take a step of a start. Raises ``StartFailed`` where the system, or a limit, is in its way.

    What Chloe has words for already stays as it is.
    """
    try:
        await step
    except (OSError, ValueError, RuntimeError, MemoryError) as error:
        text = (error.strerror if isinstance(error, OSError) else "") or str(error) or type(error).__name__
        raise StartFailed(
            f"Can't start {spec.argv[0]!r} in {spec.cwd!r}: {text.lower()}. "
            "Close some panes, or raise the limit that is in the way (ulimit -a)."
        ) from error


def _choose_folder(wanted: str) -> str:
    """Return the folder to start in: the one asked for; else the one that Chloe is in; else the user's home.

    A folder may be gone while a process is in it.
    """
    try:
        if wanted.startswith("~"):
            wanted = str(Path(wanted).expanduser())
        return os.path.abspath(wanted or Path.cwd())  # noqa: PTH100 - `..` goes, links stay.
    except (OSError, RuntimeError):
        home = user_home()
        return str(home) if not wanted and home.is_dir() else wanted or "/"


def name_after(argv: Sequence[str]) -> str:
    """Return what a pane is called that nobody named: its program."""
    return (Path(argv[0]).name or argv[0] or "pane")[: MAX_NAME - _MAX_DIGITS]


def choose_name(wanted: str, panes: Iterable[Pane]) -> str:
    """Return the name that is wanted, with another number where one of ``panes`` that is in use has it.

    An ended pane is in use until it is put away: it is in the list beside the others.
    """
    taken = {pane.name for pane in panes if pane.alive or not pane.closed}
    base = _NUMBER.sub("", wanted)[: MAX_NAME - _MAX_DIGITS] or wanted
    names = chain((wanted,), (f"{base}-{number}" for number in count(2)))
    return next(name for name in names if name not in taken)
