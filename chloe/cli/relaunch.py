"""``chloe relaunch``: an ended pane's command once more."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import click

from chloe.cli.engine_session import run_with_pane, timeout_option

if TYPE_CHECKING:
    from chloe.engine import Engine
    from chloe.events.panes import Pane


@click.command(short_help="Run an ended pane's command once more.")
@click.option("--json", "as_json", is_flag=True, help="Print the new pane as a JSON object.")
@click.argument("pane")
@timeout_option
def relaunch(pane: str, as_json: bool) -> None:
    """Run the command of PANE, which has ended, once more and print the new pane's id.

    The new pane has the same folder, name and tags, and takes the place of the ended one, which History and
    `ls --all` keep. Its terminal gets the size of yours, or 80x24 without one.
    """
    from chloe.cli.pane_listing import describe_made
    from chloe.events.commands import Relaunch

    columns, rows = shutil.get_terminal_size((80, 24))

    async def work(engine: Engine, target: Pane) -> str:
        made = await engine.request(Relaunch(target.id, rows, columns, attached=False))
        assert made is not None
        return describe_made(engine.projections.panes[made], as_json=as_json)

    print(run_with_pane(pane, work))
