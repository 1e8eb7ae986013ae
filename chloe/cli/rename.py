"""``chloe rename``: another name for a pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from chloe.cli.driving import may_wait, with_pane

if TYPE_CHECKING:
    from chloe.engine import Engine
    from chloe.events.panes import Pane


@click.command(short_help="Call a pane something else.")
@click.argument("pane")
@click.argument("name")
@may_wait
def rename(pane: str, name: str) -> None:
    """Call PANE something else. It keeps its id."""
    from chloe.events.commands import Rename

    async def work(engine: Engine, found: Pane) -> None:
        await engine.ask(Rename(found.id, name))

    with_pane(pane, work)
