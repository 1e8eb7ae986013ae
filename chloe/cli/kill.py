"""``chloe kill``: the end of a pane's program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from chloe.cli.engine_session import make_waits, run_with_pane, timeout_option
from chloe.cli.stopped_recorders import report_stopped

if TYPE_CHECKING:
    from chloe.engine import Engine
    from chloe.events.panes import Pane

#: Seconds that the log gets for the end of a program that is gone.
_LOG_TIMEOUT = 1.0


@click.command(short_help="End a pane's program and wait for it.")
@click.argument("pane")
@timeout_option
def kill(pane: str) -> None:
    """End PANE's program and its session, and wait until it is gone. The log keeps what it printed."""
    import asyncio
    from contextlib import suppress

    from chloe.events.commands import Kill
    from chloe.waits import PROGRAM_TIMEOUT

    waiting = make_waits()

    async def work(engine: Engine, target: Pane) -> None:
        changed = asyncio.Event()
        engine.subscribe(lambda _change: changed.set())
        async with waiting.waiting_for(f"the program of {target.name} to end", PROGRAM_TIMEOUT):
            await engine.request(Kill(target.id))
            await engine.wait_ended(target.id)
        if engine.store.refusal is not None:
            return
        # The recorder may be busy or stopped: the kill doesn't wait for long until the log has the end.
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOG_TIMEOUT):
                while target.alive:
                    await changed.wait()
                    changed.clear()
        if target.alive:
            report_stopped(engine.unread(target.id).values())

    # It is the way out where a program fills the disk.
    run_with_pane(pane, work, needs_log=False)
