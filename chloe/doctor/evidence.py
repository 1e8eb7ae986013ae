"""The evidence: everything that the checks look at, gathered once.

Owns the gathering: each part is probed by itself, so that a broken one doesn't hide the others. Must not
know what is good or bad. Nothing is written, and nothing waits for longer than a few seconds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from chloe.actors.presence import InstanceLock, instance_locks
from chloe.backends.tmux import inspection, locks
from chloe.backends.tmux.inspection import SpoolInfo
from chloe.backends.tmux.server import ServerInfo, TmuxServer
from chloe.config import Config, Paths, TmuxSettings, load
from chloe.errors import ChloeError
from chloe.events.panes import Panes
from chloe.store import Verdict
from chloe.store.inspection import LogInfo, inspect_log

T = TypeVar("T")

#: Seconds that one question to tmux may take: it answers within milliseconds unless it hangs.
_TIMEOUT = 2.0

Progress = Callable[[int, int], None]


class Unavailable(Exception):
    """Evidence that a check needs couldn't be gathered; another check says why."""


@dataclass(frozen=True, slots=True)
class Probe(Generic[T]):
    """What one look gave, or the error that it ended with."""

    subject: str
    result: T | None
    error: ChloeError | OSError | None = None

    @property
    def value(self) -> T:
        """Return what was found. Raises ``Unavailable``."""
        if self.error is not None:
            raise Unavailable(self.subject)
        return self.result  # type: ignore[return-value]  # None only where T allows it.


@dataclass(frozen=True, slots=True)
class Instance:
    """A running Chloe, or what a dead one left."""

    sign: InstanceLock
    is_alive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was found on this machine. ``now`` is when, in nanoseconds since 1970."""

    now: int
    environment: Mapping[str, str]
    #: Of the terminal: what it takes by the locale, and how many colours it has.
    encoding: str
    colours: int
    paths: Paths
    config: Probe[Config]
    #: The configuration, or the defaults where that is broken.
    settings: Config
    #: What ``tmux -V`` says.
    tmux: Probe[str]
    socket: Path
    #: The process that serves the socket; 0 if there is none, or it can't be told.
    listener: int
    server: Probe[ServerInfo | None]
    #: None where there is no log yet.
    about: Probe[LogInfo | None]
    panes: Probe[Panes]
    #: None where it wasn't asked for, or there is no log.
    verdict: Probe[Verdict | None]
    spools: Probe[list[SpoolInfo]]
    instances: Probe[list[Instance]]

    def find_spool(self, pane: str) -> SpoolInfo | None:
        """Return the spool of this pane. Raises ``Unavailable``."""
        return next((seen for seen in self.spools.value if seen.pane == pane), None)


async def gather_evidence(
    environment: Mapping[str, str],
    *,
    encoding: str,
    colours: int,
    now: int,
    full: bool = False,
    progress: Progress = lambda _seq, _last: None,
) -> Evidence:
    """Look at everything; ``full`` walks the chain as well and tells ``progress`` how far it is, and of what.

    Raises ``HomeUnusable`` only where it can't be told where the home would be.
    """
    paths = Paths.find(environment)
    config = _probe("the configuration", lambda: load(environment=environment))
    settings = config.result or _default_settings(paths, environment)
    name = settings.tmux.socket_name
    server = TmuxServer(name, deadline=_TIMEOUT)
    try:
        tmux = await _probe_async("tmux", server.get_version())
        running: Probe[ServerInfo | None] = Probe("tmux", None, tmux.error)
        if tmux.error is None:
            running = await _probe_async("the tmux server", server.get_info())
    finally:
        server.close()
    heads = Path(settings.log.heads_file) if settings.log.heads_file else None
    about, panes, verdict = await _probe_log(paths.database, heads, full, progress)
    instances = _probe("the instances", lambda: _list_instances(paths.instances))
    processes = [each.sign.pid for each in instances.result or () if each.is_alive]
    socket = inspection.socket_path(name)
    return Evidence(
        now=now,
        environment=environment,
        encoding=encoding,
        colours=colours,
        paths=paths,
        config=config,
        settings=settings,
        tmux=tmux,
        socket=socket,
        listener=inspection.find_listener(socket),
        server=running,
        about=about,
        panes=panes,
        verdict=verdict,
        spools=_probe("the spools", lambda: inspection.inspect_spools(paths.spool, paths.leases, processes)),
        instances=instances,
    )


def _probe(what: str, look: Callable[[], T]) -> Probe[T]:
    try:
        return Probe(what, look())
    except (ChloeError, OSError) as error:
        return Probe(what, None, error)


async def _probe_async(what: str, answer: Awaitable[T]) -> Probe[T]:
    try:
        return Probe(what, await answer)
    except (ChloeError, OSError) as error:
        return Probe(what, None, error)


def _default_settings(paths: Paths, environment: Mapping[str, str]) -> Config:
    """Return the settings of a Chloe without a configuration."""
    named = environment.get("CHLOE_TMUX_SOCKET")
    return Config(
        paths=paths, tmux=TmuxSettings() if named is None or "/" in named else TmuxSettings(socket_name=named)
    )


def _list_instances(folder: Path) -> list[Instance]:
    return [Instance(sign, is_alive=locks.find_owner(sign.path) != 0) for sign in instance_locks(folder)]


async def _probe_log(
    database: Path, heads: Path | None, full: bool, progress: Progress
) -> tuple[Probe[LogInfo | None], Probe[Panes], Probe[Verdict | None]]:
    """Inspect the log, twice if the first time fails: a Chloe may have opened it meanwhile."""
    probes = await _inspect_log(database, heads, full, progress)
    if any(probe.error for probe in probes):
        probes = await _inspect_log(database, heads, full, progress)
    return probes


async def _inspect_log(
    database: Path, heads: Path | None, full: bool, progress: Progress
) -> tuple[Probe[LogInfo | None], Probe[Panes], Probe[Verdict | None]]:
    panes = Panes()
    verdict: Probe[Verdict | None] = Probe("the log", None)
    try:
        if not database.exists():
            return Probe("the log", None), Probe("the log", panes), verdict
        async with inspect_log(database, heads) as log:
            about = log.info

            async def fold() -> Panes:
                async for record in log.read_outline():
                    panes.apply(record)
                return panes

            folded: Probe[Panes] = Probe("the log", panes)
            if about.version:
                folded = await _probe_async("the log", fold())
            if full and about.version:
                last = about.head.seq
                verdict = await _probe_async("the log", log.verify(lambda seq: progress(seq, last)))
            return Probe("the log", about), folded, verdict
    except (ChloeError, OSError) as error:
        return Probe("the log", None, error), Probe("the log", None, error), Probe("the log", None, error)
