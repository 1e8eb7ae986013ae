"""From a command to an engine, or to the log alone.

Owns the opening and closing around a command's own work, and how long it waits. Must not know what the work
is. What it imports is heavy, so it does that when called.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from chloe.cli.debug import is_debugging
from chloe.cli.reporting import report

if TYPE_CHECKING:
    from chloe.actors.scope import Scope
    from chloe.config import Config
    from chloe.engine import Engine
    from chloe.events.panes import Pane
    from chloe.store import Store
    from chloe.waits import Waits

Answer = TypeVar("Answer")

#: Where click's context keeps what ``--timeout`` says.
_TIMEOUT = "chloe.timeout"

_log = logging.getLogger("chloe.cli")


def _store_timeout(context: click.Context, _option: click.Parameter, seconds: float | None) -> None:
    context.meta[_TIMEOUT] = seconds


#: For every command that may have to wait.
timeout_option = click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(min=0),
    expose_value=False,
    callback=_store_timeout,
    help="Give up a wait after so long; 0 waits for ever. By default 10 for the log and for what is typed, "
    "5 for tmux, 30 for a program's end.",
)


def load_settings(*, must_be_writable: bool = True) -> Config:
    """Return the user's settings, with the folders made where they can be."""
    from chloe.config import Paths, load

    # First the home: that it can't be used says more than that a file in it can't be read.
    Paths.find(os.environ).prepare(must_be_writable=must_be_writable)
    return load()


def find_timeout() -> float | None:
    """Return the seconds that ``--timeout`` says; None where it isn't given."""
    context = click.get_current_context(silent=True)
    return context.meta.get(_TIMEOUT) if context is not None else None


def make_waits() -> Waits:
    """Make what reports a wait on stderr, and gives it up when the command line says so."""
    from chloe.waits import Waits

    return Waits(report, find_timeout())


def run_with_engine(
    work: Callable[[Engine], Awaitable[Answer]],
    scope: Scope | None = None,
    *,
    screens: bool = False,
    needs_log: bool = True,
) -> Answer:
    """Do ``work`` with an engine that has taken in what the spools hold, whether or not an app runs.

    ``scope`` says of which panes, if not of all; with ``screens`` they can be looked at. Work that doesn't
    need the log to be written is done also where it can't be, with what the log has.
    """
    import asyncio

    config = load_settings(must_be_writable=needs_log)
    from chloe.actors.scope import INGESTING
    from chloe.engine import open_engine
    from chloe.engine.stopping import handing_over_when_stopped
    from chloe.errors import LogUnwritable
    from chloe.ui.log_file import log_to, report_slow_steps

    debug = is_debugging()
    is_ingested = False

    async def run(unwritable: str = "") -> Answer:
        if debug:
            report_slow_steps()
        async with (
            handing_over_when_stopped(config.paths.leases, report) as stopping,
            open_engine(
                config,
                screens=screens,
                scope=scope or INGESTING,
                waits=make_waits(),
                needs_log=needs_log,
                unwritable=unwritable,
            ) as engine,
        ):
            if not needs_log or engine.store.refusal is None:
                # Else what can't be done says so.
                _report_loss(engine.lost_records_notice)
            async with stopping.with_leases_of(engine):
                _log.debug("the engine is open")
                await engine.ingest_spools()
                _log.debug("the spools are ingested")
                nonlocal is_ingested
                is_ingested = True
                return await work(engine)

    with log_to(config.paths.log_file, debug=debug):
        reason = ""
        try:
            return asyncio.run(run())
        except* LogUnwritable as errors:
            if needs_log or is_ingested:
                raise
            # There was room to open the log, and not to take in what the spools hold.
            reason = str(_find_first(errors))
        return asyncio.run(run(reason))


def _find_first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def run_with_pane(
    pane: str,
    work: Callable[[Engine, Pane], Awaitable[Answer]],
    *,
    screens: bool = False,
    needs_log: bool = True,
) -> Answer:
    """Do ``work`` with the pane of this id, name or prefix, as ``run_with_engine``; touch no other."""
    from chloe.actors.scope import named

    async def find(engine: Engine) -> Answer:
        return await work(engine, engine.projections.panes.find(pane))

    return run_with_engine(find, named(pane), screens=screens, needs_log=needs_log)


def run_with_log(work: Callable[[Store], Awaitable[Answer]], *, instance: str = "") -> Answer:
    """Do ``work`` with the log as it is; ``instance`` is who writes, where it does.

    Raises ``LogUnusable`` where there is none. Where there was one, ``LogBroken``; who writes makes it anew.
    """
    import asyncio

    config = load_settings(must_be_writable=bool(instance))
    from chloe.errors import LogBroken, LogUnusable
    from chloe.store import Store
    from chloe.store.repair.losses import ACCEPT, find_missing
    from chloe.ui.log_file import log_to, report_slow_steps

    heads = Path(config.log.heads_file) if config.log.heads_file else None
    if not config.paths.database.exists():
        missing = find_missing(config.paths.database, heads)
        if not missing:
            raise LogUnusable(f"there is no log at {config.paths.database}: nothing was recorded yet")
        if not instance:
            raise LogBroken(f"{missing}; put a copy in its place if there is one; {ACCEPT}")

    debug = is_debugging()

    async def run() -> Answer:
        if debug:
            report_slow_steps()
        store = await Store.open(
            config.paths.database, instance=instance, watcher=None, heads_file=heads, waits=make_waits()
        )
        _report_loss(store.loss_notice)
        try:
            return await work(store)
        finally:
            await store.close()

    with log_to(config.paths.log_file, debug=debug):
        return asyncio.run(run())


def _report_loss(loss: str | None) -> None:
    """Say what the log had lost when it was opened; the command goes on with what there is."""
    if loss:
        report(loss)
