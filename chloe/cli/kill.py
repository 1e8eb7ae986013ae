"""``chloe kill``: the end of a pane's program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from chloe.cli.driving import may_wait, waits, with_pane
from chloe.cli.stopped import say_stopped

if TYPE_CHECKING:
    from chloe.engine import Engine
    from chloe.events.panes import Pane

#: Seconds that the log gets for the end of a program that is gone.
_LOGGED_WITHIN = 1.0


@click.command(short_help="End a pane's program and wait for it.")
@click.argument("pane")
@may_wait
def kill(pane: str) -> None:
    """End PANE's program and its session, and wait until it is gone. The log keeps what it printed."""
    import asyncio
    from contextlib import suppress

    from chloe.events.commands import Kill
    from chloe.waits import PROGRAM

    waiting = waits()

    async def work(engine: Engine, found: Pane) -> None:
        news = asyncio.Event()
        engine.heed(lambda _change: news.set())
        async with waiting.on(f"the program of {found.name} to end", PROGRAM):
            await engine.ask(Kill(found.id))
            await engine.ended(found.id)
        # Who records it may be busy, or have been stopped: that the log says so is no part of it.
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOGGED_WITHIN):
                while found.alive:
                    await news.wait()
                    news.clear()
        if found.alive:
            say_stopped(engine.unread(found.id).values())

    with_pane(pane, work)
