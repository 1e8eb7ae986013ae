"""``chloe rename``: another name for a pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from chloe.cli.engine_session import run_with_pane, timeout_option

if TYPE_CHECKING:
    from chloe.engine import Engine
    from chloe.events.panes import Pane


@click.command(short_help="Call a pane something else.")
@click.argument("pane")
@click.argument("name")
@timeout_option
def rename(pane: str, name: str) -> None:
    """Call PANE something else. It keeps its id."""
    from chloe.events.commands import Rename

    async def work(engine: Engine, target: Pane) -> None:
        await engine.request(Rename(target.id, name))

    run_with_pane(pane, work)
