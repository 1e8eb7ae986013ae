"""``chloe reset``: a pane's terminal without what a killed program left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from chloe.cli.engine_session import run_with_pane, timeout_option

if TYPE_CHECKING:
    from chloe.engine import Engine
    from chloe.events.panes import Pane


@click.command(short_help="End what a killed program left behind.")
@click.argument("pane")
@timeout_option
def reset(pane: str) -> None:
    """End what a killed program left behind in PANE's terminal.

    That is the alternate screen, and modes such as the mouse, pastes and odd keys. What is on the screen
    stays, and a program that runs isn't told.
    """
    from chloe.events.commands import ResetTerminal

    async def work(engine: Engine, target: Pane) -> None:
        await engine.request(ResetTerminal(target.id))

    run_with_pane(pane, work)
