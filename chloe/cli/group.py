"""``chloe group``: the group that a pane is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from chloe.cli.engine_session import run_with_pane, timeout_option
from chloe.formatting.text import escape_unsafe

if TYPE_CHECKING:
    from chloe.engine import Engine
    from chloe.events.panes import Pane


@click.command(short_help="Put a pane into a group, or print its group.")
@click.argument("pane")
@click.argument("name", required=False)
@click.option("--none", "leaves", is_flag=True, help="Take it out of its group.")
@timeout_option
def group(pane: str, name: str | None, leaves: bool) -> None:
    """Put PANE into the group NAME, which is there as long as a pane is in it; without NAME, print its group.

    The list shows the panes of a group together. The tag `group=NAME` is the same.
    """
    from chloe.errors import UsageError
    from chloe.events.commands import Tag
    from chloe.events.tags import GROUP, write_value

    if name is not None and leaves:
        raise UsageError("give either a group or --none")
    if name is not None and not name.strip():
        raise UsageError("a group's name can't be empty; --none takes the pane out of its group")

    async def work(engine: Engine, target: Pane) -> str:
        if name is not None or leaves:
            await engine.request(Tag(target.id, write_value(target.tags, GROUP, (name or "").strip())))
        return target.group

    had = run_with_pane(pane, work)
    if had and name is None and not leaves:
        print(escape_unsafe(had))
