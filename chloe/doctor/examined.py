"""Everything that the checks look at, gathered once.

Owns the looking: each part by itself, so that a broken one leaves the others to be seen. Must not know what
is good or bad. Nothing is written, and nothing waits for longer than a few seconds.
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
from chloe.config import Config, Paths, Tmux, load
from chloe.errors import ChloeError
from chloe.events.panes import Panes
from chloe.store import Verdict
from chloe.store.looking import About, looking

T = TypeVar("T")

#: Seconds that one question to tmux may take: it answers within milliseconds unless it hangs.
_PATIENCE = 2.0

Progress = Callable[[int, int], None]


class Unseen(Exception):
    """A part that couldn't be looked at was needed; another check says why it couldn't."""


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """One thing that was looked at, or why it couldn't be."""

    what: str
    found: T | None
    trouble: ChloeError | OSError | None = None

    @property
    def value(self) -> T:
        """What was found. Raises ``Unseen``."""
        if self.trouble is not None:
            raise Unseen(self.what)
        return self.found  # type: ignore[return-value]  # None only where T allows it.


@dataclass(frozen=True, slots=True)
class Instance:
    """A running Chloe, or what a dead one left."""

    sign: InstanceLock
    lives: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What was found on this machine. ``now`` is when, in nanoseconds since 1970."""

    now: int
    environment: Mapping[str, str]
    #: Of the terminal: what it takes by the locale, and how many colours it has.
    encoding: str
    colours: int
    paths: Paths
    config: Part[Config]
    #: The configuration, or the defaults where that is broken.
    settings: Config
    #: What ``tmux -V`` says.
    tmux: Part[str]
    socket: Path
    #: The process that serves the socket; 0 if there is none, or it can't be told.
    listener: int
    server: Part[ServerInfo | None]
    #: None where there is no log yet.
    about: Part[About | None]
    panes: Part[Panes]
    #: None where it wasn't asked for, or there is no log.
    verdict: Part[Verdict | None]
    spools: Part[list[SpoolInfo]]
    instances: Part[list[Instance]]

    def spool(self, pane: str) -> SpoolInfo | None:
        """The spool of this pane. Raises ``Unseen``."""
        return next((seen for seen in self.spools.value if seen.pane == pane), None)


async def examine(
    environment: Mapping[str, str],
    *,
    encoding: str,
    colours: int,
    now: int,
    full: bool = False,
    progress: Progress = lambda _seq, _last: None,
) -> Examined:
    """Look at everything; ``full`` walks the chain as well and tells ``progress`` how far it is, and of what.

    Raises ``HomeUnusable`` only where it can't be told where the home would be.
    """
    paths = Paths.find(environment)
    config = _part("the configuration", lambda: load(environment=environment))
    settings = config.found or _defaults(paths, environment)
    name = settings.tmux.socket_name
    server = TmuxServer(name, deadline=_PATIENCE)
    try:
        tmux = await _asked("tmux", server.version())
        running: Part[ServerInfo | None] = Part("tmux", None, tmux.trouble)
        if tmux.trouble is None:
            running = await _asked("the tmux server", server.running())
    finally:
        server.close()
    heads = Path(settings.log.heads_file) if settings.log.heads_file else None
    about, panes, verdict = await _log(paths.database, heads, full, progress)
    instances = _part("the instances", lambda: _instances(paths.instances))
    processes = [each.sign.pid for each in instances.found or () if each.lives]
    socket = inspection.socket_path(name)
    return Examined(
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
        spools=_part("the spools", lambda: inspection.inspect_spools(paths.spool, paths.leases, processes)),
        instances=instances,
    )


def _part(what: str, look: Callable[[], T]) -> Part[T]:
    try:
        return Part(what, look())
    except (ChloeError, OSError) as error:
        return Part(what, None, error)


async def _asked(what: str, answer: Awaitable[T]) -> Part[T]:
    try:
        return Part(what, await answer)
    except (ChloeError, OSError) as error:
        return Part(what, None, error)


def _defaults(paths: Paths, environment: Mapping[str, str]) -> Config:
    """What a Chloe without a configuration would have."""
    named = environment.get("CHLOE_TMUX_SOCKET")
    return Config(paths=paths, tmux=Tmux() if named is None or "/" in named else Tmux(socket_name=named))


def _instances(folder: Path) -> list[Instance]:
    return [Instance(sign, lives=locks.find_owner(sign.path) != 0) for sign in instance_locks(folder)]


async def _log(
    database: Path, heads: Path | None, full: bool, progress: Progress
) -> tuple[Part[About | None], Part[Panes], Part[Verdict | None]]:
    """What the log says. Looked at once more where it doesn't: a Chloe may have opened it meanwhile."""
    looked = await _look_at_log(database, heads, full, progress)
    if any(part.trouble for part in looked):
        looked = await _look_at_log(database, heads, full, progress)
    return looked


async def _look_at_log(
    database: Path, heads: Path | None, full: bool, progress: Progress
) -> tuple[Part[About | None], Part[Panes], Part[Verdict | None]]:
    panes = Panes()
    verdict: Part[Verdict | None] = Part("the log", None)
    try:
        if not database.exists():
            return Part("the log", None), Part("the log", panes), verdict
        async with looking(database, heads) as look:
            about = look.about

            async def fold() -> Panes:
                async for record in look.outline():
                    panes.apply(record)
                return panes

            folded: Part[Panes] = Part("the log", panes)
            if about.version:
                folded = await _asked("the log", fold())
            if full and about.version:
                last = about.head.seq
                verdict = await _asked("the log", look.verify(lambda seq: progress(seq, last)))
            return Part("the log", about), folded, verdict
    except (ChloeError, OSError) as error:
        return Part("the log", None, error), Part("the log", None, error), Part("the log", None, error)
