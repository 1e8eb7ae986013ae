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
@click.option("--add", multiple=True, metavar="TAG", help="Give it this tag as well.")
@click.option("--remove", multiple=True, metavar="TAG", help="Take this tag, or KEY, away.")
@click.option("--clear", is_flag=True, help="Take all tags away.")
@timeout_option
def tag(pane: str, tags: tuple[str, ...], add: tuple[str, ...], remove: tuple[str, ...], clear: bool) -> None:
    """Give PANE these TAGS in place of those it had; without any, print those it has.

    A tag is a word, or KEY=VALUE. With --add and --remove, each as often as you like, the others stay.
    """
    from chloe.errors import UsageError
    from chloe.events.commands import Tag
    from chloe.events.tags import change_tags

    changes = bool(add or remove)
    if clear + bool(tags) + changes > 1:
        raise UsageError("give either tags, or --clear, or --add and --remove")
    if not all(name.strip() for name in (*tags, *add, *remove)):
        raise UsageError("a tag can't be empty; --clear takes all of them away")

    async def work(engine: Engine, target: Pane) -> tuple[str, ...]:
        if tags or clear or changes:
            wanted = change_tags(target.tags, add, remove) if changes else tuple(dict.fromkeys(tags))
            await engine.request(Tag(target.id, wanted))
        return target.tags

    had = run_with_pane(pane, work)
    if not tags and not clear and not changes:
        for name in had:
            print(escape_unsafe(name))
