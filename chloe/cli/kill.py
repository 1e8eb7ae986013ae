"""``chloe kill``: the end of a pane's program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from chloe.cli.driving import with_pane

if TYPE_CHECKING:
    from chloe.engine import Engine
    from chloe.events.panes import Pane

#: Seconds for a program to end: it is hung up first, and ended by force when it doesn't go.
_PATIENCE = 20.0


@click.command(short_help="End a pane's program and wait for it.")
@click.argument("pane")
def kill(pane: str) -> None:
    """End PANE's program and its session, and wait until it is gone. The log keeps what it printed."""
    import asyncio

    from chloe.errors import PaneRefused
    from chloe.events.commands import Kill

    async def work(engine: Engine, found: Pane) -> None:
        news = asyncio.Event()
        engine.heed(lambda _change: news.set())
        await engine.ask(Kill(found.id))
        try:
            async with asyncio.timeout(_PATIENCE):
                while found.alive:
                    await news.wait()
                    news.clear()
        except TimeoutError:
            raise PaneRefused(
                f"{found.name} was told to end and has not within {_PATIENCE:.0f} seconds"
            ) from None

    with_pane(pane, work)
