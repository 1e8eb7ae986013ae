"""``chloe tag``: a pane's tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from chloe.cli.engine_session import run_with_pane, timeout_option
from chloe.formatting.text import escape_unsafe

if TYPE_CHECKING:
    from chloe.engine import Engine
    from chloe.events.panes import Pane


@click.command(short_help="Give a pane tags, or print them.")
@click.argument("pane")
@click.argument("tags", nargs=-1)
@click.option("--clear", is_flag=True, help="Take all tags away.")
@timeout_option
def tag(pane: str, tags: tuple[str, ...], clear: bool) -> None:
    """Give PANE these TAGS in place of those it had; without any, print those it has."""
    from chloe.errors import UsageError
    from chloe.events.commands import Tag

    if clear and tags:
        raise UsageError("give either tags or --clear")
    if not all(name.strip() for name in tags):
        raise UsageError("a tag can't be empty; --clear takes all of them away")

    async def work(engine: Engine, target: Pane) -> tuple[str, ...]:
        if tags or clear:
            await engine.request(Tag(target.id, tuple(dict.fromkeys(tags))))
        return target.tags

    had = run_with_pane(pane, work)
    if not tags and not clear:
        for name in had:
            print(escape_unsafe(name))
